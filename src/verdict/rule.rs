//! The name of a rule.

use std::fmt;
use std::sync::Arc;

/// The operator's name of one check, the same in traces, counters and diffs. Cloning it shares the text.
///
/// ```
/// use mailward::verdict::Rule;
///
/// assert_eq!(Rule::from("our-blocklist").as_str(), "our-blocklist");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rule(Arc<str>);

impl Rule {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Rule {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl From<String> for Rule {
    fn from(name: String) -> Self {
        Self(name.into())
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
