//! Regular expressions of tables: `/expression/flags`, as in regexp_table(5) and pcre_table(5).

mod foreign;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use regex::bytes::{Regex, RegexBuilder};

use crate::excerpt::Excerpt;

/// A regular expression between slashes, with its flags. It is sought anywhere in the text, unless it says otherwise.
///
/// Matching takes time linear in the text. So there are no back-references and no look-around, and an expression that
/// would take too much memory is an error. Letters are told apart by case only with the flag `i`; letters outside
/// ASCII always are, and `.` is one octet.
///
/// | flag | toggles | without it |
/// | --- | --- | --- |
/// | `i` | that case is folded | folded |
/// | `m` | that `^` and `$` match at line borders | they do not |
/// | `s` | that `.` matches a line end | it does |
/// | `x` | that blanks and comments in the expression mean nothing | they are meant |
/// | `A` | that the expression begins at the start of the text | anywhere |
/// | `U` | that repetitions are reluctant | greedy |
/// | `E`, `X` | what means nothing here; taken for the sake of pcre_table(5) | |
///
/// ```
/// use mailward::table::Expression;
///
/// let digits = Expression::parse("/^[0-9]+@/")?;
/// assert!(digits.is_match("12345@example.org") && !digits.is_match("2pac@example.org"));
/// assert_eq!("/Ann/xi".parse::<Expression>()?.to_string(), "/Ann/ix");
/// # Ok::<(), mailward::table::InvalidExpression>(())
/// ```
#[derive(Clone)]
pub struct Expression(Arc<Parts>);

struct Parts {
    source: Box<str>,
    flags: Box<str>,
    cost: usize,
    regex: Regex,
}

impl Expression {
    /// Reads `/expression/flags`. A slash within the expression has a backslash before it.
    ///
    /// # Errors
    ///
    /// A slash is missing, there is nothing between the two, a flag is unknown, or the expression is none, too big, or
    /// one that takes more than linear time.
    ///
    /// ```
    /// use mailward::table::Expression;
    ///
    /// let error = Expression::parse(r"/(a)\1/").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     r#""/(a)\\1/": a back-reference, which an engine in linear time does not have"#
    /// );
    /// ```
    pub fn parse(text: &str) -> Result<Self, InvalidExpression> {
        Self::read(text).map_err(|fault| InvalidExpression {
            input: Excerpt::new(text),
            fault,
        })
    }

    /// Whether it is found in the text.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.0.regex.is_match(text.as_bytes())
    }

    /// The expression that a text begins with, as far as it reaches: to the blank behind its flags, or to the end.
    pub(crate) fn first_of(text: &str) -> &str {
        let rest = text.strip_prefix('/').unwrap_or_default();
        let behind = foreign::closing_slash(rest).and_then(|close| rest.split_at_checked(close));
        let flags = behind.map_or("", |(_, flags)| flags);
        let blank = flags.find([' ', '\t']);
        let surplus = blank.map_or(0, |blank| flags.len().saturating_sub(blank));
        text.get(..text.len().saturating_sub(surplus))
            .unwrap_or(text)
    }

    /// How many octets of compiled form it may have, for the sum over a table.
    pub(crate) fn cost(&self) -> usize {
        self.0.cost
    }

    /// Whether it has no letter in it, nor anything that stands for one: it was written for addresses.
    pub(crate) fn is_numeric(&self) -> bool {
        foreign::is_numeric(&self.0.source)
    }

    fn read(text: &str) -> Result<Self, ExpressionFault> {
        let rest = text.strip_prefix('/').ok_or(ExpressionFault::Slashes)?;
        let close = foreign::closing_slash(rest).ok_or(ExpressionFault::Unclosed)?;
        let (source, flags) = rest
            .split_at_checked(close)
            .ok_or(ExpressionFault::Unclosed)?;
        let flags = canonical(flags.strip_prefix('/').unwrap_or_default())?;
        if source.is_empty() {
            return Err(ExpressionFault::Empty);
        }
        if source.contains(|found: char| found.is_control() && found != '\t') {
            return Err(ExpressionFault::Control);
        }
        if let Some(construct) = foreign::construct(source) {
            return Err(ExpressionFault::Foreign(construct));
        }
        let (regex, cost) = compile(source, &flags)?;
        Ok(Self(Arc::new(Parts {
            source: source.into(),
            flags: flags.into(),
            cost,
            regex,
        })))
    }
}

impl FromStr for Expression {
    type Err = InvalidExpression;

    fn from_str(text: &str) -> Result<Self, InvalidExpression> {
        Self::parse(text)
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        (&self.0.source, &self.0.flags) == (&other.0.source, &other.0.flags)
    }
}

impl Eq for Expression {}

impl Hash for Expression {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.0.source, &self.0.flags).hash(state);
    }
}

/// As it was written, its flags in the order of the table above.
impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/{}", self.0.source, self.0.flags)
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is no expression that a table can have.
///
/// ```
/// use mailward::table::Expression;
///
/// assert_eq!(Expression::parse("/spam").unwrap_err().to_string(), "/spam: the slash behind the expression is missing");
/// assert_eq!(Expression::parse("/spam/q").unwrap_err().to_string(), "/spam/q: unknown flag q");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{input}: {fault}")]
pub struct InvalidExpression {
    input: Excerpt,
    fault: ExpressionFault,
}

impl InvalidExpression {
    /// The flag that is unknown, if that is the fault.
    pub(crate) const fn unknown_flag(&self) -> Option<char> {
        match self.fault {
            ExpressionFault::Flag(flag) => Some(flag),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum ExpressionFault {
    #[error("a control character stands in an expression only as an escape")]
    Control,
    #[error("an empty expression matches everybody")]
    Empty,
    #[error("unknown flag {}", .0.escape_default())]
    Flag(char),
    #[error("{0}, which an engine in linear time does not have")]
    Foreign(&'static str),
    #[error("an expression stands between slashes")]
    Slashes,
    #[error("{0}")]
    Syntax(String),
    #[error("the expression takes more than {} octets when compiled", SIZES.last)]
    TooBig,
    #[error("the slash behind the expression is missing")]
    Unclosed,
}

/// Each flag that was given an odd number of times, in one order.
fn canonical(flags: &str) -> Result<String, ExpressionFault> {
    if let Some(unknown) = flags.chars().find(|flag| !FLAGS.contains(flag)) {
        return Err(ExpressionFault::Flag(unknown));
    }
    let odd = |flag: &&char| flags.matches(**flag).count() % 2 == 1;
    Ok(FLAGS.iter().filter(odd).collect())
}

/// The expression, and how much memory was enough for it.
fn compile(source: &str, flags: &str) -> Result<(Regex, usize), ExpressionFault> {
    let mut source = foreign::translated(source);
    if flags.contains('A') {
        // A comment of an extended expression ends with its line.
        let end = if flags.contains('x') { "\n)" } else { ")" };
        source = format!("\\A(?:{source}{end}");
    }
    for size in [SIZES.first, SIZES.second, SIZES.last] {
        match built(&source, flags, size) {
            Ok(regex) => return Ok((regex, size)),
            Err(regex::Error::CompiledTooBig(_)) => {}
            Err(error) => return Err(ExpressionFault::Syntax(last_line(&error))),
        }
    }
    Err(ExpressionFault::TooBig)
}

fn built(source: &str, flags: &str, size: usize) -> Result<Regex, regex::Error> {
    RegexBuilder::new(source)
        .unicode(false)
        .case_insensitive(!flags.contains('i'))
        .multi_line(flags.contains('m'))
        .dot_matches_new_line(!flags.contains('s'))
        .ignore_whitespace(flags.contains('x'))
        .swap_greed(flags.contains('U'))
        .nest_limit(MOST_NESTED)
        .size_limit(size)
        .dfa_size_limit(SIZES.second)
        .build()
}

/// The engine draws the place and says behind that what is wrong.
fn last_line(error: &regex::Error) -> String {
    let told = error.to_string();
    let last = told.lines().last().unwrap_or_default();
    let fault = last.strip_prefix("error: ").unwrap_or(last);
    Excerpt::new(fault).to_string().trim_matches('"').to_owned()
}

pub(super) const FLAGS: [char; 8] = ['i', 'm', 's', 'x', 'A', 'E', 'U', 'X'];

/// Sizes of a compiled expression that are tried in turn; the last is the most it may have.
struct Sizes {
    first: usize,
    second: usize,
    last: usize,
}

const SIZES: Sizes = Sizes {
    first: 8 << 10,
    second: 64 << 10,
    last: 512 << 10,
};

/// How deep groups and classes may stand in each other.
const MOST_NESTED: u32 = 50;
