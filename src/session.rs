//! The facts of one connection, and the evidence gathered on them.
//!
//! A [`Session`] knows what SMTP's own verbs have told it. Facts live as long as RFC 5321 says: the client, its login
//! and its TLS for the connection; the greeting until the next one; sender and recipient for the transaction, which
//! ends with RSET, a new greeting, or the message.
//!
//! Evidence is gathered once and remembered as long as the fact it is about, however many policies ask. Trouble is
//! remembered only for the present command, so that all its policies see the same; the next verb forgets it.

mod report;

pub use report::Report;

use std::cell::Cell;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::address::{Domain, ForwardPath, Recipient, ReversePath};
use crate::client::{Client, ClientIp, Network};
use crate::dns::Dns;
use crate::fcrdns::{self, Fcrdns};
use crate::helo::{self, Claim, Standing};
use crate::mailroute::{self, MailRoute};
use crate::rbl::{self, Listing, Zone};
use crate::relay::Login;
use crate::step::Step;
use report::Reports;

/// One connection, as far as it has come.
///
/// ```
/// use mailward::address::{ForwardPath, ReversePath};
/// use mailward::client::Client;
/// use mailward::session::{Session, Hello};
///
/// let mut session = Session::connect(Client::direct("203.0.113.9".parse::<std::net::IpAddr>()?));
/// session.greet(Hello::Ehlo, "mail.example.com");
/// session.mail(ReversePath::parse("<ann@example.com>")?);
/// session.rcpt(ForwardPath::parse("<bob@example.org>")?);
/// assert_eq!(session.recipient().unwrap().to_string(), "bob@example.org");
///
/// session.reset();
/// assert!(session.sender().is_none() && session.greeting().is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Session {
    client: Client,
    user: Option<Arc<str>>,
    transport: Transport,
    reports: Reports,
    name: OnceLock<Fcrdns>,
    listings: Mutex<Vec<(Zone, Listing)>>,
    greeting: Option<Greeting>,
    transaction: Option<Transaction>,
}

/// How the octets travel.
///
/// ```
/// use mailward::client::ClientIp;
/// use mailward::session::{Session, Transport};
///
/// let mut session = Session::connect("203.0.113.9".parse::<ClientIp>()?);
/// assert_eq!(session.transport(), Transport::Plain);
/// session.tls();
/// assert_eq!(session.transport(), Transport::Tls);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "complete: in the clear or not")]
pub enum Transport {
    /// In the clear.
    #[default]
    Plain,
    /// Through TLS.
    Tls,
}

/// Which of the two greetings it was.
///
/// ```
/// use mailward::session::{Greeting, Hello};
///
/// let greeting = Greeting::new(Hello::Helo, "mail.example.com");
/// let offers_extensions = greeting.hello() == Hello::Ehlo;
/// assert!(!offers_extensions); // a client that says HELO asks for none
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: RFC 5321 section 4.1.1.1 has two"
)]
pub enum Hello {
    /// EHLO: the client speaks extended SMTP.
    Ehlo,
    /// HELO.
    Helo,
}

/// A greeting: what the client called itself.
///
/// ```
/// use mailward::helo::Claim;
/// use mailward::session::{Greeting, Hello};
///
/// let greeting = Greeting::new(Hello::Ehlo, "203.0.113.9");
/// assert!(matches!(greeting.claim(), Claim::BareAddress(_)));
/// ```
#[derive(Debug)]
pub struct Greeting {
    hello: Hello,
    text: Arc<str>,
    claim: Claim,
    standing: OnceLock<Standing>,
}

impl Greeting {
    /// Reads the argument of HELO or EHLO.
    #[must_use]
    pub fn new(hello: Hello, argument: &str) -> Self {
        Self {
            hello,
            text: argument.into(),
            claim: helo::read(argument),
            standing: OnceLock::new(),
        }
    }

    /// HELO or EHLO.
    #[must_use]
    pub const fn hello(&self) -> Hello {
        self.hello
    }

    /// The argument as it came. Octets of the peer: escape them before they go anywhere.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it claims to be.
    #[must_use]
    pub const fn claim(&self) -> &Claim {
        &self.claim
    }
}

/// A greeting and a transaction that another greeting replaces.
#[derive(Debug)]
pub(crate) struct Saved {
    greeting: Option<Greeting>,
    transaction: Option<Transaction>,
}

/// A mail transaction: its sender, and the recipient under judgement.
#[derive(Debug)]
struct Transaction {
    sender: ReversePath,
    route: OnceLock<MailRoute>,
    recipient: Option<ForwardPath>,
    accepted: usize,
    ordinary: usize,
}

impl Session {
    /// A connection by this client.
    #[must_use]
    pub fn connect(client: impl Into<Client>) -> Self {
        Self {
            client: client.into(),
            user: None,
            transport: Transport::Plain,
            reports: Reports::default(),
            name: OnceLock::new(),
            listings: Mutex::new(Vec::new()),
            greeting: None,
            transaction: None,
        }
    }

    /// HELO or EHLO with its argument; ends a transaction (RFC 5321 section 4.1.4).
    pub fn greet(&mut self, hello: Hello, argument: &str) {
        self.forget_trouble();
        self.greeting = Some(Greeting::new(hello, argument));
        self.transaction = None;
    }

    /// TLS stands; what was said in the clear is forgotten (RFC 3207 section 4.2).
    pub fn tls(&mut self) {
        self.forget_trouble();
        self.transport = Transport::Tls;
        self.user = None;
        self.greeting = None;
        self.transaction = None;
    }

    /// The client has proved to be this user (RFC 4954).
    pub fn authenticated(&mut self, user: &str) {
        self.forget_trouble();
        self.user = Some(user.into());
    }

    /// The host saw this. Reports are counted for as long as the connection lasts: no RSET, greeting, TLS or login
    /// makes an unknown user known.
    pub const fn report(&mut self, report: Report) {
        self.reports.add(report);
    }

    /// MAIL: a transaction begins.
    pub fn mail(&mut self, sender: ReversePath) {
        self.forget_trouble();
        self.transaction = Some(Transaction {
            sender,
            route: OnceLock::new(),
            recipient: None,
            accepted: 0,
            ordinary: 0,
        });
    }

    /// RCPT: this recipient is under judgement. Without a transaction nothing happens.
    pub fn rcpt(&mut self, recipient: ForwardPath) {
        self.forget_trouble();
        if let Some(transaction) = &mut self.transaction {
            transaction.recipient = Some(recipient);
        }
    }

    /// The recipient under judgement was accepted.
    pub fn accept_recipient(&mut self) {
        if let Some(transaction) = &mut self.transaction
            && let Some(path) = transaction.recipient.take()
        {
            transaction.accepted = transaction.accepted.saturating_add(1);
            if !path.recipient().is_postmaster() {
                transaction.ordinary = transaction.ordinary.saturating_add(1);
            }
        }
    }

    /// The recipient under judgement was refused.
    pub fn drop_recipient(&mut self) {
        if let Some(transaction) = &mut self.transaction {
            transaction.recipient = None;
        }
    }

    /// DATA: no single recipient is under judgement any more.
    pub fn data(&mut self) {
        self.forget_trouble();
        self.drop_recipient();
    }

    /// RSET, or the end of a message: the transaction ends.
    pub fn reset(&mut self) {
        self.forget_trouble();
        self.transaction = None;
    }

    /// The connecting host.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The user the client has proved to be.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// What the client has proved, for relay control.
    #[must_use]
    pub const fn login(&self) -> Login {
        match self.user {
            Some(_) => Login::Authenticated,
            None => Login::Anonymous,
        }
    }

    /// How the octets travel.
    #[must_use]
    pub const fn transport(&self) -> Transport {
        self.transport
    }

    /// How often the host has reported this.
    #[must_use]
    pub const fn reported(&self, report: Report) -> u32 {
        self.reports.count(report)
    }

    /// The present greeting.
    #[must_use]
    pub const fn greeting(&self) -> Option<&Greeting> {
        self.greeting.as_ref()
    }

    /// The sender of the present transaction.
    #[must_use]
    pub fn sender(&self) -> Option<&ReversePath> {
        self.transaction
            .as_ref()
            .map(|transaction| &transaction.sender)
    }

    /// The recipient under judgement.
    #[must_use]
    pub fn recipient(&self) -> Option<&Recipient> {
        self.forward_path().map(ForwardPath::recipient)
    }

    /// The recipient under judgement, with its source route.
    #[must_use]
    pub fn forward_path(&self) -> Option<&ForwardPath> {
        self.transaction.as_ref()?.recipient.as_ref()
    }

    /// How many recipients of the present transaction were accepted.
    #[must_use]
    pub fn accepted_recipients(&self) -> usize {
        self.transaction
            .as_ref()
            .map_or(0, |transaction| transaction.accepted)
    }

    /// How many of them are no postmaster.
    #[must_use]
    pub fn ordinary_recipients(&self) -> usize {
        self.transaction
            .as_ref()
            .map_or(0, |transaction| transaction.ordinary)
    }

    /// The client's name as far as it is known already.
    #[must_use]
    pub fn known_name(&self) -> Option<&Fcrdns> {
        self.name.get()
    }

    /// The client's forward-confirmed names: asked for once, whoever asks.
    pub fn client_name<'a>(&'a self, dns: &'a dyn Dns) -> Step<'a, &'a Fcrdns> {
        match self.name.get() {
            Some(known) => Step::ready(known),
            None => {
                fcrdns::verify(self.client_ip(), dns).map(|found| self.name.get_or_init(|| found))
            }
        }
    }

    /// What these lists say of the client, in their order: each is asked once, whoever asks.
    pub fn listings<'a>(
        &'a self,
        zones: &'a [Zone],
        never: &'a [Network],
        dns: &'a dyn Dns,
    ) -> Step<'a, Vec<Listing>> {
        let remembered = self.remembered();
        let news = Cell::new(false);
        let known = |zone: &Zone| {
            let known = remembered.iter().find(|(seen, _)| seen == zone);
            news.set(news.get() || known.is_none());
            known.map(|(_, said)| said.clone())
        };
        let listings = rbl::look_up_known(known, self.client_ip(), zones, never, dns);
        drop(remembered);
        if listings.is_ready() && !news.get() {
            return listings;
        }
        listings.map(|listings| {
            self.remember(zones, &listings);
            listings
        })
    }

    /// Where mail to the sender's domain goes; `None` where the sender has no domain to ask about.
    pub fn sender_route<'a>(&'a self, dns: &'a dyn Dns) -> Step<'a, Option<&'a MailRoute>> {
        let Some(transaction) = &self.transaction else {
            return Step::ready(None);
        };
        let Some(Domain::Name(domain)) = transaction.sender.domain() else {
            return Step::ready(None);
        };
        match transaction.route.get() {
            Some(known) => Step::ready(Some(known)),
            None => mailroute::resolve(domain, dns)
                .map(|found| Some(transaction.route.get_or_init(|| found))),
        }
    }

    /// How the greeting's name stands to the client; `None` where the greeting is no name.
    pub fn greeting_standing<'a>(&'a self, dns: &'a dyn Dns) -> Step<'a, Option<&'a Standing>> {
        let Some(greeting) = &self.greeting else {
            return Step::ready(None);
        };
        let Claim::Name(name) = &greeting.claim else {
            return Step::ready(None);
        };
        if let Some(known) = greeting.standing.get() {
            return Step::ready(Some(known));
        }
        let verified = self.client_name(dns);
        let standing = verified
            .and_then(move |client| helo::resolve(name, self.client_ip(), client.names(), dns));
        standing.map(|found| Some(greeting.standing.get_or_init(|| found)))
    }

    /// Takes greeting and transaction out, to be put back if the next greeting comes to nothing.
    pub(crate) fn save(&mut self) -> Saved {
        Saved {
            greeting: self.greeting.take(),
            transaction: self.transaction.take(),
        }
    }

    /// Puts greeting and transaction back.
    pub(crate) fn restore(&mut self, saved: Saved) {
        self.greeting = saved.greeting;
        self.transaction = saved.transaction;
    }

    fn client_ip(&self) -> ClientIp {
        self.client.ip()
    }

    fn remember(&self, zones: &[Zone], listings: &[Listing]) {
        let mut remembered = self.remembered();
        for (zone, listing) in zones
            .iter()
            .zip(listings)
            .filter(|(_, listing)| !matches!(listing, Listing::Skipped(_)))
        {
            match remembered.iter_mut().find(|(seen, _)| seen == zone) {
                Some((_, said)) if said == listing => {}
                Some((_, said)) => *said = listing.clone(),
                None => remembered.push((zone.clone(), listing.clone())),
            }
        }
    }

    // Whole entries are pushed and removed under this lock, so a poisoned one still holds whole ones.
    fn remembered(&self) -> MutexGuard<'_, Vec<(Zone, Listing)>> {
        self.listings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget_trouble(&mut self) {
        self.name.take_if_trouble(|found| found.trouble().is_some());
        let listings = self
            .listings
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        listings.retain(|(_, listing)| !listing.is_trouble());
        if let Some(greeting) = &mut self.greeting {
            greeting
                .standing
                .take_if_trouble(|standing| matches!(standing, Standing::Trouble(_)));
        }
        if let Some(transaction) = &mut self.transaction {
            transaction.route.take_if_trouble(MailRoute::is_trouble);
        }
    }
}

/// Forgetting what a cell holds when that is trouble.
trait TakeIfTrouble<T> {
    fn take_if_trouble(&mut self, is_trouble: impl FnOnce(&T) -> bool);
}

impl<T> TakeIfTrouble<T> for OnceLock<T> {
    fn take_if_trouble(&mut self, is_trouble: impl FnOnce(&T) -> bool) {
        if self.get().is_some_and(is_trouble) {
            self.take();
        }
    }
}
