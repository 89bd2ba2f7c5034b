//! What Postfix lets a table do and this crate does not: each with the word for whose business it is.

/// Whose business an action of access(5) is, or a restriction in its place. `None` for a word that is neither.
pub(super) fn foreign_action(word: &str) -> Option<&'static str> {
    let word = word.trim_end_matches(',').to_ascii_lowercase();
    let action = ACTIONS.iter().find(|(action, _)| *action == word);
    let of_kind = || {
        RESTRICTIONS
            .iter()
            .find(|(kind, _)| word.strip_prefix(kind).is_some())
    };
    action.or_else(of_kind).map(|(_, business)| *business)
}

/// The first substitution in the result of an expression's rule: `$1`, `${1}`, `$(1)`; and `$$`, which stands for a
/// dollar sign there, is none.
pub(super) fn substitution(text: &str) -> Option<usize> {
    let mut dollars = text.char_indices().peekable();
    while let Some((at, character)) = dollars.next() {
        if character != '$' {
            continue;
        }
        match dollars.peek() {
            Some((_, '$')) => {
                dollars.next();
            }
            Some((_, '0'..='9' | '{' | '(')) => return Some(at),
            _ => {}
        }
    }
    None
}

/// The actions of access(5) that act on messages, which nobody here has in hand.
const ACTIONS: [(&str, &str); 12] = [
    ("bcc", "sending copies is the business of the mail server"),
    (
        "discard",
        "throwing mail away unsaid is the business of the mail server; REJECT tells the sender",
    ),
    (
        "filter",
        "filtering content is the business of the mail server",
    ),
    (
        "hold",
        "holding mail is the business of the mail server's queue",
    ),
    (
        "permit",
        "a restriction of Postfix; in a table OK accepts, and who may relay is the business of [perimeter]",
    ),
    (
        "prepend",
        "adding header lines is the business of the mail server",
    ),
    (
        "redirect",
        "sending mail elsewhere is the business of the mail server",
    ),
    (
        "relay",
        "a table never lets anybody relay; that is the business of [perimeter]",
    ),
    ("replace", HEADERS),
    ("strip", HEADERS),
    ("ignore", HEADERS),
    (
        "sleep",
        "a restriction of Postfix; delays are the business of the mail server",
    ),
];

/// The restrictions of smtpd, by how their names begin.
const RESTRICTIONS: [(&str, &str); 7] = [
    (
        "permit_",
        "a restriction of Postfix; who is inside is the business of [perimeter]",
    ),
    (
        "reject_unauth_",
        "a restriction of Postfix; who may relay is the business of [perimeter]",
    ),
    ("reject_", CHECK),
    ("check_", CHECK),
    ("defer_", CHECK),
    (
        "warn_if_reject",
        "a restriction of Postfix; a check that does not act is the business of dry-run",
    ),
    ("smtpd_", CHECK),
];

const CHECK: &str = "a restriction of Postfix; that is the business of a [[check]] of its own";
const HEADERS: &str = "header lines are the business of the mail server";
