//! Where the expressions of Postfix differ from those of the engine.

use std::iter::Peekable;
use std::str::CharIndices;

/// Where the slash stands that ends an expression: the first without a backslash before it.
pub(super) fn closing_slash(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '/' => return Some(at),
            _ => {}
        }
    }
    None
}

/// The first construct of PCRE that cannot be had in linear time, or not in this engine.
pub(super) fn construct(source: &str) -> Option<&'static str> {
    if source.contains("[[.") || source.contains("[[=") {
        return Some("a collating element");
    }
    let mut characters = source.char_indices().peekable();
    let mut repeated = false;
    while let Some((at, character)) = characters.next() {
        let rest = source.get(at..).unwrap_or_default();
        match character {
            '\\' => match characters.next() {
                Some((_, '1'..='9' | 'g' | 'k')) => return Some("a back-reference"),
                _ => repeated = false,
            },
            '[' => {
                skip_class(&mut characters);
                repeated = false;
            }
            '(' => {
                if let Some((_, name)) = GROUPS.iter().find(|(group, _)| rest.starts_with(group)) {
                    return Some(name);
                }
                repeated = false;
            }
            '+' if repeated => return Some("a possessive repetition"),
            // A second sign makes the first one reluctant, or is a fault that the engine finds.
            '*' | '+' | '?' | '}' => repeated = !repeated,
            _ => repeated = false,
        }
    }
    None
}

/// The expression with the brackets of its classes as the engine reads them: in POSIX a bracket, and `&&`, `--`, `~~`
/// inside one stand for themselves; and blanks do so in an extended expression too.
pub(super) fn translated(source: &str) -> String {
    let mut text = String::with_capacity(source.len());
    let mut characters = source.char_indices().peekable();
    while let Some((_, character)) = characters.next() {
        text.push(character);
        match character {
            '\\' => text.extend(characters.next().map(|(_, next)| next)),
            '[' => translate_class(&mut characters, &mut text),
            _ => {}
        }
    }
    text
}

/// True for an expression about digits and dots alone, such as `^192\.0\.2\.`.
pub(super) fn is_numeric(source: &str) -> bool {
    let mut characters = source.chars();
    let mut digits = false;
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('.') => {}
                Some('d') => digits = true,
                _ => return false,
            },
            '0'..='9' => digits = true,
            '^' | '$' | '(' | ')' | '|' | '[' | ']' | '-' | '+' | '{' | '}' | ',' | '?' | '*' => {}
            _ => return false,
        }
    }
    digits
}

fn translate_class(characters: &mut Peekable<CharIndices<'_>>, text: &mut String) {
    if let Some((_, caret)) = characters.next_if(|(_, next)| *next == '^') {
        text.push(caret);
    }
    if let Some((_, bracket)) = characters.next_if(|(_, next)| *next == ']') {
        text.push('\\');
        text.push(bracket);
    }
    let mut before = None;
    while let Some((_, character)) = characters.next() {
        match character {
            ']' => {
                text.push(']');
                return;
            }
            '\\' => {
                text.push('\\');
                text.extend(characters.next().map(|(_, next)| next));
                before = None;
                continue;
            }
            '[' if characters.peek().is_some_and(|(_, next)| *next == ':') => {
                text.push('[');
                for (_, inside) in characters.by_ref() {
                    text.push(inside);
                    if inside == ']' {
                        break;
                    }
                }
                before = None;
                continue;
            }
            '[' => text.push_str("\\["),
            '&' | '-' | '~' if before == Some(character) => {
                text.push('\\');
                text.push(character);
            }
            ' ' => text.push_str("\\x20"),
            '#' => text.push_str("\\x23"),
            _ => text.push(character),
        }
        before = Some(character);
    }
}

fn skip_class(characters: &mut Peekable<CharIndices<'_>>) {
    translate_class(characters, &mut String::new());
}

/// Groups that the engine does not have, the longer ones first.
const GROUPS: [(&str, &str); 13] = [
    ("(?<=", "look-behind"),
    ("(?<!", "look-behind"),
    ("(?=", "look-ahead"),
    ("(?!", "look-ahead"),
    ("(?>", "an atomic group"),
    ("(?(", "a conditional group"),
    ("(?|", "a branch reset"),
    ("(?#", "a comment group"),
    ("(?R", "recursion"),
    ("(?&", "recursion"),
    ("(?P>", "recursion"),
    ("(?P=", "a back-reference"),
    ("(*", "a verb"),
];
