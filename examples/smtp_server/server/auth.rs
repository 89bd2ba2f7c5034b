//! AUTH PLAIN (RFC 4616) against a file of users.

use std::collections::HashMap;
use std::path::Path;
use std::{fs, iter};

/// Users and their passwords: lines of `user:password`, blank lines and those that begin with `#` left out.
///
/// A real site keeps hashes. The file is the example's stand-in for whatever the site has.
#[derive(Default)]
pub(crate) struct Users(HashMap<String, String>);

/// Why a login failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// The response is no base64: 501 5.5.2.
    Malformed,
    /// No such user, another password, or a wish to act for somebody else: 535 5.7.8.
    Wrong,
}

impl Users {
    /// Reads the file.
    pub(crate) fn read(file: &Path) -> Result<Self, String> {
        let text =
            fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        Self::parse(&text).map_err(|error| format!("{}: {error}", file.display()))
    }

    /// Reads lines of `user:password`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut users = HashMap::new();
        for (line, number) in text.lines().zip(1..) {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            match line.split_once(':') {
                Some((user, password)) if !user.is_empty() && !password.is_empty() => {
                    users.insert(user.to_owned(), password.to_owned());
                }
                _ => return Err(format!("line {number}: expected user:password")),
            }
        }
        Ok(Self(users))
    }

    /// Whether nobody can log in.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The user that a response of PLAIN proves to be: base64 of `[for] NUL user NUL password`.
    pub(crate) fn log_in(&self, response: &str) -> Result<String, Denied> {
        let octets = decode(response).ok_or(Denied::Malformed)?;
        let text = String::from_utf8(octets).map_err(|_| Denied::Wrong)?;
        let mut fields = text.split('\0');
        let (Some(acting_for), Some(user), Some(password), None) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return Err(Denied::Wrong);
        };
        // Somebody without an account takes as long as somebody with a wrong password.
        let known = self.0.get(user).map_or("", String::as_str);
        let same = is_same(known.as_bytes(), password.as_bytes());
        match same && !known.is_empty() && (acting_for.is_empty() || acting_for == user) {
            true => Ok(user.to_owned()),
            false => Err(Denied::Wrong),
        }
    }
}

/// Compares in a time that depends on the offered length alone.
fn is_same(known: &[u8], offered: &[u8]) -> bool {
    let padded = known.iter().copied().chain(iter::repeat(0));
    let differing = padded.zip(offered).fold(0, |differing, (known, offered)| {
        differing | (known ^ offered)
    });
    std::hint::black_box(differing) == 0 && known.len() == offered.len()
}

/// Strict base64 (RFC 4648 section 4); `=` is the empty response (RFC 4954 section 4).
fn decode(text: &str) -> Option<Vec<u8>> {
    if text == "=" {
        return Some(Vec::new());
    }
    let digits = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - digits.len() > 2 {
        return None;
    }
    let mut octets = Vec::with_capacity(digits.len() * 3 / 4);
    let (mut bits, mut held) = (0_u32, 0);
    for digit in digits.bytes() {
        let value = DIGITS.iter().position(|known| *known == digit)?;
        bits = bits << 6 | u32::try_from(value).ok()?;
        held += 6;
        if held >= 8 {
            held -= 8;
            octets.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
    }
    // What is left over must be zero, else two texts would mean the same.
    (bits & ((1 << held) - 1) == 0).then_some(octets)
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_of_a_known_user_will_do() {
        let users = Users::parse("# staff\nann:secret\n").unwrap();
        assert_eq!(users.log_in("AGFubgBzZWNyZXQ="), Ok("ann".to_owned())); // NUL ann NUL secret
        assert_eq!(users.log_in("YW5uAGFubgBzZWNyZXQ="), Ok("ann".to_owned())); // ann NUL ann NUL secret
        for wrong in [
            "Ym9iAGFubgBzZWNyZXQ=",
            "AGFubgBzZWNyZXQxMQ==",
            "AGFubgBzZWNyZQ==",
            "AGFubgA=",
            "AAA=",
            "=",
        ] {
            assert_eq!(users.log_in(wrong), Err(Denied::Wrong), "{wrong}");
        }
        for malformed in ["AGFubgBzZWNyZXQ", "AGFu*gBz", "AGFubgBzZWNyZXR=", "===="] {
            assert_eq!(
                users.log_in(malformed),
                Err(Denied::Malformed),
                "{malformed}"
            );
        }
    }

    #[test]
    fn a_line_without_password_is_an_error() {
        assert_eq!(
            Users::parse("\nann:\n").err(),
            Some("line 2: expected user:password".to_owned())
        );
    }
}
