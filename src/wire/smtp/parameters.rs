//! What may follow the path of MAIL and RCPT: `SIZE=1000 BODY=8BITMIME`.

use std::{fmt, str::FromStr};

use crate::wire::smtp::{CommandError, Fault};

/// The ESMTP parameters of a MAIL or RCPT command
/// ([RFC 5321 section 4.1.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2)): well-formed,
/// in the order given, none twice. Whether the server offered them is a question of its own:
/// [`recognise`](Self::recognise).
///
/// ```
/// use mailward::wire::smtp::Parameters;
///
/// let parameters: Parameters = "size=1000 SMTPUTF8".parse()?;
/// assert_eq!(parameters.to_string(), "SIZE=1000 SMTPUTF8");
/// assert_eq!(parameters.size()?, Some(1000));
/// assert_eq!(parameters.get("smtputf8").unwrap().value(), None);
/// # Ok::<(), mailward::wire::smtp::CommandError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Parameters(Box<str>); // joined by one blank, keywords in capitals

impl Parameters {
    /// The most parameters of one command.
    pub const MAX_COUNT: usize = 32;

    /// The most octets of all parameters together.
    pub const MAX_LEN: usize = 1700;

    /// The parameters in the order given.
    pub fn iter(&self) -> impl Iterator<Item = Parameter<'_>> + Clone {
        let pieces = self.0.split(' ').filter(|piece| !piece.is_empty());
        pieces.map(Parameter::of)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The parameter with this keyword, in any case of letters.
    pub fn get(&self, keyword: &str) -> Option<Parameter<'_>> {
        self.iter().find(|parameter| parameter.is(keyword))
    }

    /// Whether the server knows them all: `offered` holds the keywords, in any case of letters.
    ///
    /// # Errors
    ///
    /// [`CommandError`] with 555 5.5.4 if there is a parameter that was not offered.
    ///
    /// ```
    /// use mailward::wire::smtp::Parameters;
    ///
    /// let parameters: Parameters = "SIZE=1000 BODY=8BITMIME".parse()?;
    /// assert!(parameters.recognise(&["SIZE", "BODY"]).is_ok());
    /// assert_eq!(parameters.recognise(&["SIZE"]).unwrap_err().code(), 555);
    /// # Ok::<(), mailward::wire::smtp::CommandError>(())
    /// ```
    pub fn recognise(&self, offered: &[&str]) -> Result<(), CommandError> {
        let known = |parameter: Parameter<'_>| offered.iter().any(|word| parameter.is(word));
        if self.iter().all(known) {
            return Ok(());
        }
        Err(CommandError::new(None, Fault::Unrecognized))
    }

    /// The size that MAIL declared, in octets
    /// ([RFC 1870](https://www.rfc-editor.org/rfc/rfc1870)); more than `u64` can hold is
    /// `u64::MAX`.
    ///
    /// # Errors
    ///
    /// [`CommandError`] with 501 5.5.4 if the value is not 1 to 20 digits.
    pub fn size(&self) -> Result<Option<u64>, CommandError> {
        let Some(parameter) = self.get("SIZE") else {
            return Ok(None);
        };
        let digits = parameter.value().unwrap_or_default();
        if (1..=20).contains(&digits.len()) && digits.bytes().all(|octet| octet.is_ascii_digit()) {
            return Ok(Some(digits.parse().unwrap_or(u64::MAX)));
        }
        Err(CommandError::new(None, Fault::Size))
    }
}

/// Parameters joined by one blank each; none is fine.
impl FromStr for Parameters {
    type Err = CommandError;

    fn from_str(text: &str) -> Result<Self, CommandError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        if text.len() > Self::MAX_LEN || text.split(' ').nth(Self::MAX_COUNT).is_some() {
            return Err(CommandError::new(None, Fault::TooMany));
        }
        let mut kept = String::with_capacity(text.len());
        for piece in text.split(' ') {
            let parameter = Parameter::of(piece);
            parameter.check()?;
            if kept
                .split(' ')
                .any(|earlier| Parameter::of(earlier).is(parameter.keyword))
            {
                return Err(CommandError::new(None, Fault::Duplicate));
            }
            parameter.append_to(&mut kept);
        }
        Ok(Self(kept.into()))
    }
}

/// Joined by one blank each, keywords in capitals.
impl fmt::Display for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One ESMTP parameter.
///
/// ```
/// use mailward::wire::smtp::Parameters;
///
/// let parameters: Parameters = "Ret=HDRS".parse()?;
/// let parameter = parameters.iter().next().unwrap();
/// assert_eq!((parameter.keyword(), parameter.value()), ("RET", Some("HDRS")));
/// # Ok::<(), mailward::wire::smtp::CommandError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Parameter<'a> {
    keyword: &'a str,
    value: Option<&'a str>,
}

impl<'a> Parameter<'a> {
    /// The keyword in capitals.
    pub const fn keyword(self) -> &'a str {
        self.keyword
    }

    /// The value as it was sent (not decoded, if it is xtext), never empty; `None` if no `=` stood
    /// there.
    pub const fn value(self) -> Option<&'a str> {
        self.value
    }

    fn of(text: &'a str) -> Self {
        match text.split_once('=') {
            Some((keyword, value)) => Self {
                keyword,
                value: Some(value),
            },
            None => Self {
                keyword: text,
                value: None,
            },
        }
    }

    fn is(self, keyword: &str) -> bool {
        self.keyword.eq_ignore_ascii_case(keyword)
    }

    /// `esmtp-param` of RFC 5321, and of RFC 6531 section 3.3, which lets other than ASCII into
    /// values.
    fn check(self) -> Result<(), CommandError> {
        let allowed = |octet: u8| octet.is_ascii_alphanumeric() || octet == b'-';
        let forbidden = |found: char| found.is_control() || matches!(found, ' ' | '=');
        let keyword = self.keyword.bytes().all(allowed)
            && !self.keyword.is_empty()
            && !self.keyword.starts_with('-');
        let value = self
            .value
            .is_none_or(|value| !value.is_empty() && !value.contains(forbidden));
        if keyword && value {
            return Ok(());
        }
        Err(CommandError::new(None, Fault::Parameter))
    }

    fn append_to(self, kept: &mut String) {
        if !kept.is_empty() {
            kept.push(' ');
        }
        kept.extend(
            self.keyword
                .chars()
                .map(|letter| letter.to_ascii_uppercase()),
        );
        if let Some(value) = self.value {
            kept.push('=');
            kept.push_str(value);
        }
    }
}
