//! The front door: one call for each SMTP command.
//!
//! A [`Guard`] is built once: relay control, a row of checks, the wording, and what outlives it ([`Shared`]: the name
//! system and the clock). `guard.connect(client)` begins a [`Dialogue`], and each of its verbs gives an [`Outcome`]
//! with the verdict, the reply to write, and the trace.
//!
//! **Order.** Relay control stands outside the row and speaks first at RCPT, so no check's accept can open a relay, and
//! no relay attempt hears "later" for another's sake. Then the row is judged, in its order. With
//! [`RefuseAt::Recipient`] (the default) that happens at RCPT, once for each recipient, on all facts; with
//! [`RefuseAt::Earliest`] at each stage, for the checks whose facts are there.
//!
//! **Time.** One deadline stands round each verb. A DNS answer that is later counts as trouble, which each check meets
//! as it was told to; a check that is itself overdue, or panics, means 451. (A program built with `panic = "abort"` has
//! no such net.) A question may take half of what is left of that time, so one that nobody answers leaves the checks
//! after it some.

mod attempt;
mod blocking;
mod dialogue;
mod hearing;
mod outcome;
mod service;
mod watch;

pub use blocking::BlockingDialogue;
pub use dialogue::Dialogue;
pub use outcome::Outcome;
pub use service::{Commands, Service};

// For the files of this folder, which know each other only through this one.
use attempt::{Attempt, Fact};
use service::Answer;
use watch::Watch;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::client::Client;
use crate::clock::Clock;
use crate::dns::Dns;
use crate::policies::RelayControl;
use crate::policy::{Chain, Named, Policy, PolicyExt, RefuseAt};
use crate::relay::Perimeter;
use crate::trace::Level;
use crate::verdict::Refusal;
use crate::wording::{Security, Wording};

/// What outlives a guard: a server that reloads its configuration builds the next guard on the same.
///
/// ```
/// use mailward::clock::SystemClock;
/// use mailward::dns::MemoryDns;
/// use mailward::guard::Shared;
///
/// let shared = Shared::new(MemoryDns::default(), SystemClock::new());
/// let another = shared.clone(); // the same name system, the same clock
/// # let _ = another;
/// ```
#[derive(Clone)]
pub struct Shared {
    dns: Arc<dyn Dns>,
    clock: Arc<dyn Clock>,
}

impl Shared {
    /// This name system and this clock.
    pub fn new(dns: impl Dns + 'static, clock: impl Clock + 'static) -> Self {
        Self {
            dns: Arc::new(dns),
            clock: Arc::new(clock),
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}

/// Judges the dialogues of one server. Cloning it shares it; a dialogue keeps the guard it began with.
///
/// ```
/// use mailward::client::ClientIp;
/// use mailward::clock::SystemClock;
/// use mailward::dns::MemoryDns;
/// use mailward::guard::{Guard, Shared};
/// use mailward::name::Name;
/// use mailward::policies::Blocklist;
/// use mailward::rbl::Zone;
/// use mailward::relay::Perimeter;
///
/// let dns = MemoryDns::parse("9.113.0.203.bl.example.net A 127.0.0.2")?;
/// let guard = Guard::builder(Perimeter::new(Name::parse("mx.example.org")?), Shared::new(dns, SystemClock::new()))
///     .check(Blocklist::new([Zone::new(Name::parse("bl.example.net")?)]))
///     .build();
///
/// let (mut dialogue, greeting) = guard.connect_blocking("203.0.113.9".parse::<ClientIp>()?);
/// assert_eq!(greeting.reply.to_string(), "220 mx.example.org ESMTP\r\n");
/// dialogue.line(b"EHLO mail.example.com");
/// dialogue.line(b"MAIL FROM:<ann@example.com>");
/// let outcome = dialogue.line(b"RCPT TO:<bob@mx.example.org>");
/// assert_eq!(outcome.reply.to_string(), "554 5.7.0 Closing transmission channel.\r\n");
/// assert_eq!(outcome.rule.unwrap().as_str(), "blocklist-1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Guard(Arc<Settings>);

#[derive(Debug)]
struct Settings {
    perimeter: Perimeter,
    shared: Shared,
    relay_control: Named<RelayControl>,
    row: Chain,
    wording: Wording,
    refuse_at: RefuseAt,
    postmaster: Postmaster,
    firmness: Firmness,
    commands: Commands,
    deadline: Duration,
    level: Level,
}

/// Whether mail for a postmaster of ours passes the row of checks by (RFC 5321 section 4.5.1).
///
/// ```
/// # use mailward::{Guard, Perimeter, Shared, client::ClientIp, clock::SystemClock, dns::MemoryDns, name::Name};
/// # let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// # let shared = Shared::new(MemoryDns::default(), SystemClock::new());
/// # let client: ClientIp = "203.0.113.9".parse()?;
/// use mailward::guard::Postmaster;
/// use mailward::policies::VerifiedClient;
///
/// for (postmaster, is_refused) in [(Postmaster::Exempt, false), (Postmaster::Judged, true)] {
///     let builder = Guard::builder(perimeter.clone(), shared.clone()).postmaster(postmaster);
///     let (mut dialogue, _) = builder.check(VerifiedClient::new()).build().connect_blocking(client);
///     dialogue.line(b"EHLO mail.example.com");
///     dialogue.line(b"MAIL FROM:<ann@example.com>");
///     assert_eq!(dialogue.line(b"RCPT TO:<postmaster@mx.example.org>").is_refusal(), is_refused);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "complete: it does or it does not")]
pub enum Postmaster {
    /// It does: postmaster hears from everybody.
    #[default]
    Exempt,
    /// It is judged like other mail.
    Judged,
}

/// Whether the guard refuses for good.
///
/// Soft, it answers every 5yz with the 4yz of its event instead, relay control and syntax included, while one tries a new
/// policy: what was refused by mistake comes again. Postfix has it as `soft_bounce`.
///
/// ```
/// # use mailward::{Guard, Perimeter, Shared, client::ClientIp, clock::SystemClock, dns::MemoryDns, name::Name};
/// # let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// # let shared = Shared::new(MemoryDns::default(), SystemClock::new());
/// # let client: ClientIp = "203.0.113.9".parse()?;
/// use mailward::guard::Firmness;
///
/// for (firmness, code) in [(Firmness::Firm, 550), (Firmness::Soft, 451)] {
///     let guard = Guard::builder(perimeter.clone(), shared.clone()).firmness(firmness).build();
///     let (mut dialogue, _) = guard.connect_blocking(client);
///     dialogue.line(b"EHLO mail.example.com");
///     dialogue.line(b"MAIL FROM:<ann@example.com>");
///     assert_eq!(dialogue.line(b"RCPT TO:<bob@third.example>").reply.code().as_u16(), code);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "complete: it does or it does not")]
pub enum Firmness {
    /// It does.
    #[default]
    Firm,
    /// Only for now.
    Soft,
}

impl Firmness {
    pub(crate) fn apply(self, refusal: Refusal) -> Refusal {
        match self {
            Self::Firm => refusal,
            Self::Soft => refusal.softened(),
        }
    }
}

impl Guard {
    /// Begins a guard for this perimeter: relay control alone, secure texts, refusals at RCPT.
    pub fn builder(perimeter: Perimeter, shared: Shared) -> GuardBuilder {
        let wording = Wording::new(Security::Secure, perimeter.hostname().clone());
        GuardBuilder {
            settings: Settings {
                perimeter,
                shared,
                relay_control: RelayControl::new().named(RELAY_CONTROL),
                row: Chain::new(),
                wording,
                refuse_at: RefuseAt::default(),
                postmaster: Postmaster::default(),
                firmness: Firmness::default(),
                commands: Commands::default(),
                deadline: DEFAULT_DEADLINE,
                level: Level::default(),
            },
            kinds: HashMap::new(),
        }
    }

    /// A client has connected. Gives its dialogue, and what to greet it with.
    pub async fn connect(&self, client: impl Into<Client>) -> (Dialogue, Outcome) {
        Dialogue::begin(self.clone(), client.into()).await
    }

    /// The blocking twin of [`Guard::connect`], for servers with a thread for each session.
    pub fn connect_blocking(&self, client: impl Into<Client>) -> (BlockingDialogue, Outcome) {
        BlockingDialogue::begin(self.clone(), client.into())
    }

    /// Who is inside, and who we are.
    #[must_use]
    pub fn perimeter(&self) -> &Perimeter {
        &self.0.perimeter
    }

    /// The texts.
    #[must_use]
    pub fn wording(&self) -> &Wording {
        &self.0.wording
    }

    /// Whether it refuses for good.
    #[must_use]
    pub fn firmness(&self) -> Firmness {
        self.0.firmness
    }
}

/// Builds a [`Guard`].
///
/// ```
/// use mailward::clock::SystemClock;
/// use mailward::dns::MemoryDns;
/// use mailward::guard::{Guard, Shared};
/// use mailward::name::Name;
/// use mailward::policy::{PolicyExt, RefuseAt};
/// use mailward::policies::VerifiedClient;
/// use mailward::relay::Perimeter;
/// use std::time::Duration;
///
/// let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// let guard = Guard::builder(perimeter, Shared::new(MemoryDns::default(), SystemClock::new()))
///     .refuse_at(RefuseAt::Earliest)
///     .deadline(Duration::from_secs(3))
///     .check(VerifiedClient::new().dry_run().named("reverse-names"))
///     .build();
/// # let _ = guard;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "a builder builds nothing until `build` is called"]
pub struct GuardBuilder {
    settings: Settings,
    kinds: HashMap<&'static str, usize>,
}

impl GuardBuilder {
    /// Puts a check at the end of the row. One without a name of its own ([`PolicyExt::named`]) is called after its
    /// kind and ordinal, such as `blocklist-1`.
    pub fn check(mut self, policy: impl Policy + 'static) -> Self {
        let kind = policy.kind();
        let ordinal = self.kinds.entry(kind).or_default();
        *ordinal = ordinal.saturating_add(1);
        let name = format!("{kind}-{ordinal}");
        self.settings.row = self.settings.row.then(policy.named(name));
        self
    }

    /// Speaks this.
    pub fn wording(mut self, wording: Wording) -> Self {
        self.settings.wording = wording;
        self
    }

    /// Speaks the default texts of this mode, in place of any wording that was set before.
    pub fn security(mut self, security: Security) -> Self {
        self.settings.wording = Wording::new(security, self.settings.perimeter.hostname().clone());
        self
    }

    /// Refuses then; at RCPT unless told otherwise.
    pub fn refuse_at(mut self, refuse_at: RefuseAt) -> Self {
        self.settings.refuse_at = refuse_at;
        self
    }

    /// Lets mail for postmaster pass the row by, or not.
    pub fn postmaster(mut self, postmaster: Postmaster) -> Self {
        self.settings.postmaster = postmaster;
        self
    }

    /// Refuses for good, or only for now.
    pub fn firmness(mut self, firmness: Firmness) -> Self {
        self.settings.firmness = firmness;
        self
    }

    /// Answers VRFY, EXPN and ETRN so.
    pub fn commands(mut self, commands: Commands) -> Self {
        self.settings.commands = commands;
        self
    }

    /// How long one verb may ask; 5 seconds unless told otherwise.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.settings.deadline = deadline;
        self
    }

    /// How much is recorded; [`Level::Decision`] unless told otherwise.
    pub fn trace(mut self, level: Level) -> Self {
        self.settings.level = level;
        self
    }

    /// The guard.
    #[must_use]
    pub fn build(self) -> Guard {
        Guard(Arc::new(self.settings))
    }
}

/// The name of the rule that stands outside the row.
const RELAY_CONTROL: &str = "relay-control";

/// For everything one command may ask.
const DEFAULT_DEADLINE: Duration = Duration::from_secs(5);
