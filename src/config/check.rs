//! The checks, as the file has them.

use std::fmt;

use crate::name::Name;
use crate::policies::{GreetingFault, OnTrouble, Require, Treatment};
use crate::policy::RefusalClass;
use crate::rbl::Families;
use crate::reply::{ReplyCode, ReplyText};
use crate::table::Subdomains;
use crate::verdict::Stage;

/// One `[[check]]`: what it judges, and what any check may be told.
///
/// ```
/// use mailward::config::{Check, CheckConfig, Effect};
/// use mailward::policies::Require;
///
/// let mut check = CheckConfig::new(Check::VerifiedClient { require: Require::ReverseName, on_trouble: None });
/// check.name = Some("reverse-names".to_owned());
/// check.effect = Effect::DryRun;
/// assert_eq!(check.check.kind(), "verified-client");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CheckConfig {
    /// What it judges.
    pub check: Check,
    /// The name of its rule; by default its kind and ordinal, such as `blocklist-1`.
    pub name: Option<String>,
    /// With which code it refuses.
    pub answer: Answer,
    /// Whether it acts.
    pub effect: Effect,
    /// From which stage on it is judged, where `refuse-at` does not say.
    pub at: Option<Stage>,
    /// Whom it passes over; `None` for the default of its kind.
    pub unless: Option<Vec<Ground>>,
}

impl CheckConfig {
    /// This check with all defaults.
    #[must_use]
    pub const fn new(check: Check) -> Self {
        Self {
            check,
            name: None,
            answer: Answer::Usual,
            effect: Effect::Act,
            at: None,
            unless: None,
        }
    }

    /// Whom it passes over.
    #[must_use]
    pub fn exempt(&self) -> &[Ground] {
        match &self.unless {
            Some(grounds) => grounds,
            None if self.check.table().is_some() => &[],
            None => &[Ground::Internal, Ground::Authenticated],
        }
    }
}

/// The kinds of checks.
///
/// ```
/// use mailward::config::{Check, TableFile};
///
/// let check = Check::SenderTable { table: TableFile::new("auth.user") };
/// assert_eq!(check.table().unwrap().file, "auth.user");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[expect(
    missing_docs,
    reason = "the keys of the file, each documented by its type"
)]
pub enum Check {
    /// Clients that one of several DNS lists lists.
    Blocklist {
        zones: Vec<ZoneConfig>,
        on_trouble: Option<OnTrouble>,
    },
    /// A table of clients.
    ClientTable {
        table: TableFile,
        on_trouble: Option<OnTrouble>,
    },
    /// Faults of greetings.
    Greeting {
        refuse: Vec<GreetingFault>,
        on_trouble: Option<OnTrouble>,
    },
    /// A table of recipients.
    RecipientTable { table: TableFile },
    /// Senders whose domain takes no mail.
    SenderDomain {
        unqualified: Treatment,
        unresolvable: Treatment,
        null_mx: Treatment,
        on_trouble: Option<OnTrouble>,
    },
    /// A table of senders.
    SenderTable { table: TableFile },
    /// Clients without a name of the kind required.
    VerifiedClient {
        require: Require,
        on_trouble: Option<OnTrouble>,
    },
}

impl Check {
    /// Its word in the file.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Blocklist { .. } => "blocklist",
            Self::ClientTable { .. } => "client-table",
            Self::Greeting { .. } => "greeting",
            Self::RecipientTable { .. } => "recipient-table",
            Self::SenderDomain { .. } => "sender-domain",
            Self::SenderTable { .. } => "sender-table",
            Self::VerifiedClient { .. } => "verified-client",
        }
    }

    /// The table it judges by, if it does.
    #[must_use]
    pub const fn table(&self) -> Option<&TableFile> {
        match self {
            Self::ClientTable { table, .. }
            | Self::RecipientTable { table }
            | Self::SenderTable { table } => Some(table),
            _ => None,
        }
    }

    /// What it was told to do in trouble; `None` where it was told nothing, or asks nobody.
    #[must_use]
    pub const fn on_trouble(&self) -> Option<OnTrouble> {
        match self {
            Self::Blocklist { on_trouble, .. }
            | Self::ClientTable { on_trouble, .. }
            | Self::Greeting { on_trouble, .. }
            | Self::SenderDomain { on_trouble, .. }
            | Self::VerifiedClient { on_trouble, .. } => *on_trouble,
            Self::RecipientTable { .. } | Self::SenderTable { .. } => None,
        }
    }
}

/// A table and how it is read.
///
/// ```
/// use mailward::config::TableFile;
/// use mailward::table::Subdomains;
///
/// assert_eq!(TableFile::new("auth.mta").subdomains, Subdomains::Explicit);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableFile {
    /// Its file, relative to the folder of the policy file.
    pub file: String,
    /// Whether `example.org` covers the names below it too.
    pub subdomains: Subdomains,
}

impl TableFile {
    /// This file, in our own manner.
    pub fn new(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            subdomains: Subdomains::Explicit,
        }
    }
}

/// One `[[check.zone]]`. `Debug` does not print the zone's name, which may hold an account key.
///
/// ```
/// use mailward::config::ZoneConfig;
///
/// let zone = ZoneConfig::new("k3y.zen.example.net".parse()?);
/// assert_eq!(zone.zone().label(), "zen.example.net");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ZoneConfig {
    /// The zone's name.
    pub zone: Name,
    /// What may be printed of it; by default its last three labels.
    pub label: Option<String>,
    /// The reason that clients hear in friendly mode.
    pub text: ZoneText,
    /// The clients it is asked about.
    pub family: Families,
}

impl ZoneConfig {
    /// The list under this name, with all defaults.
    #[must_use]
    pub const fn new(zone: Name) -> Self {
        Self {
            zone,
            label: None,
            text: ZoneText::None,
            family: Families::Both,
        }
    }

    /// The list.
    #[must_use]
    pub fn zone(&self) -> crate::rbl::Zone {
        let zone = crate::rbl::Zone::new(self.zone.clone()).families(self.family);
        let zone = match &self.label {
            Some(label) => zone.labelled(label.as_str()),
            None => zone,
        };
        match &self.text {
            ZoneText::None => zone,
            ZoneText::Dns => zone.with_text(),
            ZoneText::Fixed(text) => zone.saying(text.clone()),
        }
    }
}

impl fmt::Debug for ZoneConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.zone().fmt(f)
    }
}

/// Whose reason a listed client hears in friendly mode.
///
/// ```
/// use mailward::config::{ZoneConfig, ZoneText};
///
/// let mut zone = ZoneConfig::new("zen.example.net".parse()?);
/// assert_eq!(zone.text, ZoneText::None);
/// zone.text = ZoneText::Dns;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: nobody's, the list's, or the operator's"
)]
pub enum ZoneText {
    /// The zone's TXT record.
    Dns,
    /// This one.
    Fixed(ReplyText),
    /// None.
    #[default]
    None,
}

/// With which code a check refuses: `class` or `code`.
///
/// ```
/// use mailward::config::Answer;
/// use mailward::policy::RefusalClass;
///
/// assert_eq!(Answer::default(), Answer::Usual);
/// assert_ne!(Answer::Class(RefusalClass::Temporary), Answer::Usual);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: the event's, a class of it, or one code"
)]
pub enum Answer {
    /// The usual code of the event in this class.
    Class(RefusalClass),
    /// This code, 400 to 599 but 521.
    Code(ReplyCode),
    /// The usual code of the event.
    #[default]
    Usual,
}

/// Whether a check acts: `dry-run`.
///
/// ```
/// use mailward::config::Effect;
///
/// assert_eq!(Effect::default(), Effect::Act);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "complete: it does or it does not")]
pub enum Effect {
    /// It does.
    #[default]
    Act,
    /// It decides and records.
    DryRun,
}

/// A ground on which a check passes somebody over: `unless`.
///
/// ```
/// use mailward::config::{Check, CheckConfig, Ground};
/// use mailward::policies::Require;
///
/// let mut check = CheckConfig::new(Check::VerifiedClient { require: Require::ReverseName, on_trouble: None });
/// assert_eq!(check.exempt(), [Ground::Internal, Ground::Authenticated]);
/// check.unless = Some(vec![]);
/// assert_eq!(check.exempt(), []);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ground {
    /// The client has proved to be a user.
    Authenticated,
    /// The connection is internal.
    Internal,
    /// The recipient is a postmaster.
    Postmaster,
}
