//! What a policy may see.

use super::{Due, Timing, judges};
use crate::client::Network;
use crate::clock::{Clock, Moment};
use crate::dns::{Dns, DnsError};
use crate::fcrdns::Fcrdns;
use crate::helo::Standing;
use crate::mailroute::MailRoute;
use crate::rbl::{Listing, Zone};
use crate::relay::{Known, Perimeter, Side};
use crate::session::Session;
use crate::step::Step;
use crate::trace::{Note, Recorder};
use crate::verdict::Stage;

/// When refusals are spoken.
///
/// ```
/// # use mailward::{Guard, Perimeter, Shared, client::ClientIp, clock::SystemClock, dns::MemoryDns, name::Name};
/// # let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// # let shared = Shared::new(MemoryDns::default(), SystemClock::new());
/// # let client: ClientIp = "203.0.113.9".parse()?;
/// use mailward::policies::VerifiedClient;
/// use mailward::policy::RefuseAt;
///
/// for (refuse_at, is_refused) in [(RefuseAt::Recipient, false), (RefuseAt::Earliest, true)] {
///     let builder = Guard::builder(perimeter.clone(), shared.clone()).refuse_at(refuse_at);
///     let (_, greeting) = builder.check(VerifiedClient::new()).build().connect_blocking(client);
///     assert_eq!(greeting.is_refusal(), is_refused);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: as late or as early as SMTP allows"
)]
pub enum RefuseAt {
    /// At RCPT, once for each recipient: early stages gather facts. Whoever is refused, the log knows for whom the
    /// mail was, and postmaster stays reachable.
    #[default]
    Recipient,
    /// At each stage, as soon as a check's facts are there. Whoever is refused at connect never comes to AUTH, so an
    /// exemption for authenticated users cannot help there.
    Earliest,
}

/// What a policy is asked about, and whom it may ask.
///
/// ```
/// use mailward::client::ClientIp;
/// use mailward::clock::ManualClock;
/// use mailward::dns::MemoryDns;
/// use mailward::name::Name;
/// use mailward::policy::Inquiry;
/// use mailward::relay::Perimeter;
/// use mailward::session::Session;
/// use mailward::trace::{Level, Recorder};
/// use mailward::verdict::Stage;
///
/// let session = Session::connect("192.0.2.7".parse::<ClientIp>()?);
/// let dns = MemoryDns::parse("7.2.0.192.in-addr.arpa PTR mail.example\nmail.example A 192.0.2.7")?;
/// let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// let (clock, recorder) = (ManualClock::new(), Recorder::new(Level::Full));
///
/// let inquiry = Inquiry::new(&session, Stage::Connect, &dns, &perimeter, &clock, &recorder);
/// assert_eq!(inquiry.client_name().wait().name().unwrap().to_string(), "mail.example");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Inquiry<'a> {
    /// The facts.
    pub session: &'a Session,
    /// The stage that is being judged.
    pub stage: Stage,
    /// When refusals are spoken.
    pub refuse_at: RefuseAt,
    /// Who is inside, and who we are.
    pub perimeter: &'a Perimeter,
    /// The name system; what is asked here is recorded, so names with secrets in them go through `unrecorded_dns`.
    pub dns: &'a dyn Dns,
    /// The name system, for names that must not stand in the trace.
    pub unrecorded_dns: &'a dyn Dns,
    /// The time.
    pub clock: &'a dyn Clock,
    /// When the command must be decided; answers that come later are trouble.
    pub deadline: Option<Moment>,
    /// What was found goes here.
    pub recorder: &'a Recorder,
    parts: Parts,
}

/// When the members of a chain are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Parts {
    /// By the timings of their own.
    InTime,
    /// Now, for a combinator has moved the chain; but those that it has moved themselves.
    Moved,
}

/// The side of the connection, as far as it could be found out.
///
/// ```
/// use mailward::dns::DnsError;
/// use mailward::policy::Connection;
/// use mailward::relay::Side;
/// use mailward::verdict::{Judgement, Reason, Refusal, Subject};
///
/// fn insiders_only(connection: Connection) -> Judgement {
///     match connection {
///         Connection::Of(Side::Internal) => Judgement::PROCEED,
///         Connection::Of(Side::External) => Refusal::new(Reason::BadClient(None)).into(),
///         Connection::Trouble(error) => Refusal::dns_trouble(Subject::Client, error).into(),
///     }
/// }
///
/// let judgement = insiders_only(Connection::Trouble(DnsError::Timeout));
/// assert!(judgement.verdict().refusal().unwrap().is_temporary());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "complete: found out or not")]
pub enum Connection {
    /// It is on this side.
    Of(Side),
    /// Only the client's name could tell, and the name system did not.
    Trouble(DnsError),
}

impl<'a> Inquiry<'a> {
    /// An inquiry without a deadline, with refusals at RCPT.
    pub const fn new(
        session: &'a Session,
        stage: Stage,
        dns: &'a dyn Dns,
        perimeter: &'a Perimeter,
        clock: &'a dyn Clock,
        recorder: &'a Recorder,
    ) -> Self {
        Self {
            session,
            stage,
            refuse_at: RefuseAt::Recipient,
            perimeter,
            dns,
            unrecorded_dns: dns,
            clock,
            deadline: None,
            recorder,
            parts: Parts::InTime,
        }
    }

    /// The same inquiry, to be decided by then.
    #[must_use]
    pub const fn until(self, deadline: Moment) -> Self {
        Self {
            deadline: Some(deadline),
            ..self
        }
    }

    /// The same inquiry with another door for names that must not stand in the trace.
    #[must_use]
    pub const fn unrecorded(self, dns: &'a dyn Dns) -> Self {
        Self {
            unrecorded_dns: dns,
            ..self
        }
    }

    /// The same inquiry for the members of a chain that was moved to this stage.
    pub(super) const fn moving_parts(self) -> Self {
        Self {
            parts: Parts::Moved,
            ..self
        }
    }

    /// The same inquiry with refusals at this time.
    #[must_use]
    pub const fn refusing_at(self, refuse_at: RefuseAt) -> Self {
        Self { refuse_at, ..self }
    }

    /// True when a policy of this timing is judged now.
    ///
    /// A stage judges whatever has its facts by then, also what an earlier stage has judged already: that costs
    /// nothing where nothing has changed, it lets an accept last as long as the fact it rests on, and trouble that
    /// has passed is judged after all. DATA judges only what is set there, since it is about no single recipient.
    #[must_use]
    pub fn is_due(&self, timing: Timing) -> bool {
        match (self.parts, timing) {
            (Parts::Moved, Timing::Facts(_)) => true,
            _ => judges(self.refuse_at, timing, self.stage),
        }
    }

    /// The present moment, to be asked of each member of a row.
    pub(super) const fn moment(&self) -> Due {
        let now = Due::at(self.stage, self.refuse_at);
        match self.parts {
            Parts::InTime => now,
            Parts::Moved => now.or(Due::MOVED),
        }
    }

    /// True at the first stage where a policy of this timing is judged.
    #[must_use]
    pub fn is_first_time(&self, timing: Timing) -> bool {
        match timing {
            Timing::Parts => true,
            Timing::At(stage) => stage == self.stage,
            Timing::Facts(stage) => match self.refuse_at {
                RefuseAt::Recipient => true,
                RefuseAt::Earliest => stage == self.stage,
            },
        }
    }

    /// The client's forward-confirmed names.
    pub fn client_name(&self) -> Step<'a, &'a Fcrdns> {
        let recorder = self.recorder;
        self.session.client_name(self.dns).map(move |found| {
            recorder.evidence(|| Note::Client(found.clone()));
            found
        })
    }

    /// What these lists say of the client, in their order.
    pub fn listings(&self, zones: &'a [Zone], never: &'a [Network]) -> Step<'a, Vec<Listing>> {
        let recorder = self.recorder;
        self.session
            .listings(zones, never, self.unrecorded_dns)
            .map(move |listings| {
                for (zone, listing) in zones.iter().zip(&listings) {
                    recorder.evidence(|| Note::List {
                        label: zone.label().into(),
                        listing: listing.clone(),
                    });
                }
                listings
            })
    }

    /// Where mail to the sender's domain goes; `None` where the sender has no domain to ask about.
    pub fn sender_route(&self) -> Step<'a, Option<&'a MailRoute>> {
        let recorder = self.recorder;
        self.session.sender_route(self.dns).map(move |route| {
            route.inspect(|route| recorder.evidence(|| Note::Route((*route).clone())))
        })
    }

    /// How the greeting's name stands to the client; `None` where the greeting is no name.
    pub fn greeting_standing(&self) -> Step<'a, Option<&'a Standing>> {
        let recorder = self.recorder;
        self.session
            .greeting_standing(self.dns)
            .map(move |standing| {
                standing.inspect(|standing| recorder.evidence(|| Note::Greeting(**standing)))
            })
    }

    /// The side of the connection. Asks for the client's name only where that could make it internal.
    pub fn connection(&self) -> Step<'a, Connection> {
        let (perimeter, client, login) =
            (self.perimeter, self.session.client(), self.session.login());
        match perimeter.known_side(client, login) {
            Known::Internal => Step::ready(Connection::Of(Side::Internal)),
            Known::External => Step::ready(Connection::Of(Side::External)),
            Known::DependsOnName => self.client_name().map(move |found| {
                match (
                    perimeter.connection(client, login, found.names()),
                    found.trouble(),
                ) {
                    (Side::External, Some(error)) => Connection::Trouble(error),
                    (side, _) => Connection::Of(side),
                }
            }),
        }
    }
}

impl std::fmt::Debug for Inquiry<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inquiry")
            .field("session", &self.session)
            .field("stage", &self.stage)
            .finish_non_exhaustive()
    }
}
