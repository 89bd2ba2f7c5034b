//! The operator's file: `policy.toml` to a [`Guard`].
//!
//! [`load`] reads the file and the tables that it names; [`Config`] is what stands in it as plain values, which can be made
//! in code as well, and printed again ([`Config::to_toml`]). One pass finds up to twenty errors, each with file, line and
//! column, what was expected, and the known word that is nearest. A file that fails to load changes nothing.
//!
//! ```
//! use mailward::clock::SystemClock;
//! use mailward::config::{Config, MemoryFiles};
//! use mailward::diagnostic::Diagnostics;
//! use mailward::dns::MemoryDns;
//! use mailward::guard::Shared;
//!
//! let text = r#"
//! hostname = "mx.example.org"
//!
//! [perimeter]
//! domains = ["example.org"]
//!
//! [[check]]
//! kind = "sender-table"
//! file = "auth.user"
//! "#;
//! let mut found = Diagnostics::new();
//! let config = Config::parse("policy.toml", text, &mut found).unwrap();
//! let files = MemoryFiles::new().with("auth.user", "spam.example REJECT\n");
//! let guard = config.build(&files, Shared::new(MemoryDns::empty(), SystemClock::new()), &mut found).unwrap();
//! assert_eq!(guard.perimeter().hostname().as_str(), "mx.example.org");
//!
//! assert!(Config::parse("policy.toml", "hostnam = 'mx.example.org'", &mut found).is_none());
//! assert!(found.to_string().contains("policy.toml:1:1: error: unknown key hostnam; "));
//! ```
//!
//! # Why a reader of our own?
//!
//! The `toml` crate reads the syntax and keeps the places. What the tree of values means is read here, since one pass must
//! tell of all errors, and deserialisers end at the first.

mod assemble;
mod check;
mod checks;
mod examine;
mod files;
mod perimeter;
mod places;
mod print;
mod reader;
mod sections;
mod width;
mod words;

pub use check::{Answer, Check, CheckConfig, Effect, Ground, TableFile, ZoneConfig, ZoneText};
pub use files::{Files, Folder, MemoryFiles};
pub use perimeter::{Coverage, Everyone, PerimeterConfig};

// For the files of this folder, which know each other only through this one.
use checks::read_checks;
use examine::{Finding, findings};
use files::unreadable;
use places::{Lines, Places, offset};
use reader::{Fault, Reader, Section, Value, one_of};
use sections::{Parsed, set_switch, set_word};
use width::{Wide, wide};
use words::Word;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::guard::{Commands, Firmness, Guard, Shared};
use crate::name::Name;
use crate::policies::OnTrouble;
use crate::policy::RefuseAt;
use crate::verdict::Event;
use crate::wording::{Security, TableTexts};

/// What stands in a policy file.
///
/// ```
/// use mailward::config::{Check, CheckConfig, Config};
/// use mailward::diagnostic::Diagnostics;
/// use mailward::policies::{GreetingFault, OnTrouble};
/// use mailward::wording::Security;
///
/// let mut config = Config::new("mx.example.org".parse()?);
/// config.security = Security::Friendly;
/// config.dns.on_trouble = OnTrouble::DeferIfPermit;
/// config.checks.push(CheckConfig::new(Check::Greeting { refuse: vec![GreetingFault::Malformed], on_trouble: None }));
///
/// let mut found = Diagnostics::new();
/// assert_eq!(Config::parse("policy.toml", config.to_toml(), &mut found), Some(config));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Config {
    /// Who we are.
    pub hostname: Name,
    /// Which set of texts is spoken; secure by default.
    pub security: Security,
    /// When checks refuse; at RCPT by default.
    pub refuse_at: RefuseAt,
    /// Whether texts of tables are spoken in secure mode too.
    pub text_in_secure: TableTexts,
    /// Whether anything is refused for good.
    pub soft: Firmness,
    /// Who is inside.
    pub perimeter: PerimeterConfig,
    /// Texts in place of the mode's own.
    pub texts: BTreeMap<Event, String>,
    /// VRFY, EXPN and ETRN.
    pub commands: Commands,
    /// How the name system is asked.
    pub dns: DnsSettings,
    /// The row of checks, in file order.
    pub checks: Vec<CheckConfig>,
    places: Places,
}

/// How the name system is asked. The deadline is the guard's; the host builds its resolver with the rest.
///
/// ```
/// use mailward::config::DnsSettings;
///
/// let settings = DnsSettings::default();
/// assert_eq!((settings.deadline.as_secs(), settings.in_flight, settings.cache), (5, 512, 100_000));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DnsSettings {
    /// For everything one SMTP command may ask.
    pub deadline: Duration,
    /// How many questions may be on their way.
    pub in_flight: usize,
    /// How many answers are kept; 0 for none.
    pub cache: usize,
    /// What client, greeting and list checks do in trouble unless they say otherwise.
    pub on_trouble: OnTrouble,
}

impl Default for DnsSettings {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(5),
            in_flight: 512,
            cache: 100_000,
            on_trouble: OnTrouble::Proceed,
        }
    }
}

impl Config {
    /// A file in which nothing but the host's name stands.
    #[must_use]
    pub fn new(hostname: Name) -> Self {
        Self {
            hostname,
            security: Security::default(),
            refuse_at: RefuseAt::default(),
            text_in_secure: TableTexts::default(),
            soft: Firmness::default(),
            perimeter: PerimeterConfig::default(),
            texts: BTreeMap::new(),
            commands: Commands::default(),
            dns: DnsSettings::default(),
            checks: Vec::new(),
            places: Places::default(),
        }
    }

    /// Reads a policy file of this name; its tables are read by [`Config::build`]. `None` exactly when an error was found.
    pub fn parse(file: &str, text: impl AsRef<[u8]>, found: &mut Diagnostics) -> Option<Self> {
        match sections::parse(file, text.as_ref(), found)? {
            Parsed::Faulty(_) => None,
            Parsed::Sound(config) => Some(config),
        }
    }

    /// Reads the tables and builds the guard. `None` exactly when an error was found.
    pub fn build(
        &self,
        files: &dyn Files,
        shared: Shared,
        found: &mut Diagnostics,
    ) -> Option<Guard> {
        assemble::build(self, files, shared, found)
    }

    /// What the host builds its resolver with.
    #[must_use]
    pub const fn dns(&self) -> &DnsSettings {
        &self.dns
    }

    /// The text of a policy file that says this. It reads back as the same.
    #[must_use]
    pub fn to_toml(&self) -> String {
        print::print(self)
    }

    /// Where something was read, by the path of its keys, such as `check[1].file` or `perimeter.networks[0]`; where that is
    /// not in the file, the place of what it would stand in.
    #[must_use]
    pub fn place(&self, path: &str) -> Place {
        self.places.place(path)
    }

    /// What `everyone` allows, as paths and sentences.
    pub(crate) fn too_wide(&self) -> impl Iterator<Item = (String, String)> {
        let found = examine::too_wide(self).into_iter();
        found.map(|finding| (finding.path, finding.what))
    }

    /// How wide the networks of backup exchangers are, if too wide for an accident.
    pub(crate) fn wide_backup(&self) -> impl Iterator<Item = (String, String)> {
        let found = examine::wide_networks("backup-mx", &self.perimeter.backup_mx);
        found.map(|finding| (finding.path, finding.what))
    }

    /// The names of the checks, in file order: their own, or kind and ordinal, as [`Guard`] names them.
    #[must_use]
    pub fn rule_names(&self) -> Vec<String> {
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        let mut name = |check: &CheckConfig| {
            let kind = check.check.kind();
            let ordinal = kinds.entry(kind).or_default();
            *ordinal = ordinal.saturating_add(1);
            check
                .name
                .clone()
                .unwrap_or_else(|| format!("{kind}-{ordinal}"))
        };
        self.checks.iter().map(&mut name).collect()
    }
}

/// A policy file that was loaded.
///
/// ```no_run
/// # use mailward::{Shared, clock::SystemClock, dns::MemoryDns};
/// let shared = Shared::new(MemoryDns::empty(), SystemClock::new());
/// let loaded = mailward::config::load("/etc/mailward/policy.toml", shared)?;
/// eprint!("{}", loaded.warnings);
/// let guard = loaded.guard;
/// # Ok::<(), mailward::diagnostic::Diagnostics>(())
/// ```
///
/// From memory:
///
/// ```
/// use mailward::config::{Config, Loaded, MemoryFiles};
/// use mailward::diagnostic::Diagnostics;
/// # use mailward::{Shared, clock::SystemClock, dns::MemoryDns};
/// # let shared = Shared::new(MemoryDns::empty(), SystemClock::new());
///
/// let mut warnings = Diagnostics::new();
/// let config = Config::new("mx.example.org".parse()?);
/// let guard = config.build(&MemoryFiles::new(), shared, &mut warnings).unwrap();
/// let loaded = Loaded { config, guard, warnings };
/// assert!(loaded.warnings.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[expect(
    clippy::exhaustive_structs,
    reason = "complete: what was read, what it makes, what was odd"
)]
pub struct Loaded {
    /// What stands in the file.
    pub config: Config,
    /// The guard.
    pub guard: Guard,
    /// What the file may not have meant to say; `lint` has more.
    pub warnings: Diagnostics,
}

/// Loads a policy file from disk, with its tables, which it names relative to its own folder.
///
/// # Errors
/// All that is wrong in the files, up to [`Diagnostics::MOST`].
pub fn load(path: impl AsRef<Path>, shared: Shared) -> Result<Loaded, Diagnostics> {
    let path = path.as_ref();
    let file = path.display().to_string();
    let mut found = Diagnostics::new();
    let text = match files::read(path, MOST_OCTETS) {
        Ok(text) => text,
        Err(error) => {
            let place = Place::new(&file, 1, 1);
            found.push(Diagnostic::error(place, files::unreadable(&file, &error)));
            return Err(found);
        }
    };
    let folder = Folder::new(path.parent().unwrap_or_else(|| Path::new("")));
    let config = match sections::parse(&file, &text, &mut found) {
        None => return Err(found),
        Some(Parsed::Faulty(config)) => {
            assemble::try_tables(&config, &folder, shared, &mut found);
            return Err(found);
        }
        Some(Parsed::Sound(config)) => config,
    };
    match config.build(&folder, shared, &mut found) {
        Some(guard) => Ok(Loaded {
            config,
            guard,
            warnings: found,
        }),
        None => Err(found),
    }
}

/// A policy file is written by hand; a longer one is something else.
const MOST_OCTETS: usize = 1 << 20;
