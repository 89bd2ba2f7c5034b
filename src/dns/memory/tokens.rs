//! The words of a master file (RFC 1035 section 5.1), entry by entry.

use std::fmt;

use super::ZoneError;

/// Where a word begins; both counted from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// One word, its escapes untouched; for a quoted string, what stands between the quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'z> {
    pub(super) text: &'z str,
    pub(super) quoted: bool,
    pub(super) place: Place,
}

impl<'z> Token<'z> {
    /// The word, unless it was quoted: quotes take the special meaning away.
    pub(super) fn bare(&self) -> Option<&'z str> {
        (!self.quoted).then_some(self.text)
    }

    /// The octets that are meant: `\.` and `\DDD` undone. Each says whether it was escaped.
    pub(super) fn octets(&self) -> Result<Vec<Octet>, ZoneError> {
        let mut octets = Vec::with_capacity(self.text.len());
        let mut bytes = self.text.bytes();
        while let Some(byte) = bytes.next() {
            if byte != b'\\' {
                octets.push(Octet {
                    value: byte,
                    escaped: false,
                });
                continue;
            }
            let value =
                escaped(&mut bytes).ok_or_else(|| ZoneError::plain(BAD_ESCAPE, self.place))?;
            octets.push(Octet {
                value,
                escaped: true,
            });
        }
        Ok(octets)
    }
}

/// One octet of a word.
#[derive(Clone, Copy, Debug)]
pub(super) struct Octet {
    pub(super) value: u8,
    pub(super) escaped: bool,
}

/// What stands behind a backslash: three digits up to 255, or any other character for itself.
fn escaped(bytes: &mut impl Iterator<Item = u8>) -> Option<u8> {
    let first = bytes.next()?;
    if !first.is_ascii_digit() {
        return Some(first);
    }
    let digits = [first, bytes.next()?, bytes.next()?];
    digits.iter().try_fold(0_u8, |value, &digit| {
        let digit = char::from(digit)
            .to_digit(10)
            .and_then(|digit| u8::try_from(digit).ok())?;
        value.checked_mul(10)?.checked_add(digit)
    })
}

/// The words of one entry; never none.
#[derive(Debug)]
pub(super) struct Entry<'z> {
    pub(super) tokens: Vec<Token<'z>>,
    /// A blank stood before the first word: the owner is the one before.
    pub(super) indented: bool,
    /// Where the entry ended.
    pub(super) end: Place,
}

/// Reads a text entry by entry. An entry ends with its line, unless a parenthesis is open.
#[derive(Debug)]
pub(super) struct Entries<'z> {
    rest: &'z str,
    place: Place,
}

impl<'z> Entries<'z> {
    pub(super) const fn new(text: &'z str) -> Self {
        Self {
            rest: text,
            place: Place { line: 1, column: 1 },
        }
    }

    /// The next entry; `None` at the end of the text.
    pub(super) fn next_entry(&mut self) -> Result<Option<Entry<'z>>, ZoneError> {
        while let Some(first) = self.peek() {
            let (tokens, end) = self.line()?;
            if !tokens.is_empty() {
                return Ok(Some(Entry {
                    tokens,
                    indented: is_blank(first),
                    end,
                }));
            }
        }
        Ok(None)
    }

    fn line(&mut self) -> Result<(Vec<Token<'z>>, Place), ZoneError> {
        let mut tokens = Vec::new();
        let mut open = None;
        loop {
            let place = self.place;
            match (self.peek(), open) {
                (None | Some('\n'), None) => {
                    self.bump();
                    return Ok((tokens, place));
                }
                (None, Some(open)) => {
                    return Err(ZoneError::plain("this parenthesis is never closed", open));
                }
                (Some('('), Some(_)) => {
                    return Err(ZoneError::plain(
                        "a parenthesis inside a parenthesis",
                        place,
                    ));
                }
                (Some(')'), None) => {
                    return Err(ZoneError::plain("this parenthesis was never opened", place));
                }
                (Some('('), None) => open = Some(place),
                (Some(')'), Some(_)) => open = None,
                (Some(';'), _) => {
                    self.take_while(|next| next != '\n');
                    continue;
                }
                (Some('"'), _) => {
                    tokens.push(self.quoted()?);
                    continue;
                }
                (Some(next), _) if is_blank(next) || next == '\n' => {}
                (Some(_), _) => {
                    let text = self.take_while(|next| {
                        !is_blank(next) && !matches!(next, '\n' | ';' | '(' | ')' | '"')
                    });
                    tokens.push(Token {
                        text,
                        quoted: false,
                        place,
                    });
                    continue;
                }
            }
            self.bump();
        }
    }

    fn quoted(&mut self) -> Result<Token<'z>, ZoneError> {
        let place = self.place;
        self.bump();
        let text = self.take_while(|next| !matches!(next, '"' | '\n'));
        match self.bump() {
            Some('"') => Ok(Token {
                text,
                quoted: true,
                place,
            }),
            _ => Err(ZoneError::plain(
                "this quotation is not closed on its line",
                place,
            )),
        }
    }

    /// Takes characters for as long as they are wanted; one behind a backslash always is, but for a line end.
    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'z str {
        let start = self.rest;
        while let Some(next) = self.peek().filter(|&next| wanted(next)) {
            self.bump();
            if next == '\\' && self.peek() != Some('\n') {
                self.bump();
            }
        }
        start
            .get(..start.len().saturating_sub(self.rest.len()))
            .unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next()?;
        self.rest = chars.as_str();
        self.place = match next {
            '\n' => Place {
                line: self.place.line.saturating_add(1),
                column: 1,
            },
            _ => Place {
                column: self.place.column.saturating_add(1),
                ..self.place
            },
        };
        Some(next)
    }
}

const fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r')
}

const BAD_ESCAPE: &str = "a backslash needs a character or three digits up to 255 behind it";
