//! A row of eight checks with nothing to ask the name system: mailward's `Chain`, and the same row over `async-trait`.
//!
//! The twin is what an author writes who takes `#[async_trait]` for the trait of a check: eight boxed checks in a
//! `Vec`, awaited in order until one is decisive, doubts kept; and the row is such a check itself. Each check does the
//! same with the same functions of the crate. Both rows get the same inquiry and executor, and are timed in turns.
//!
//! Four rows of eight:
//!
//! - *facts*: closures that compare one fact of the session, so that the row itself is measured;
//! - *exempt*: policies of the crate that ask DNS, for a client that has logged in and is passed over by all of them;
//! - *own user*: eight different policies of the crate for the same client, three of which look into a table;
//! - *stranger*: the same eight, which all judge, by evidence that the session remembers.
//!
//! Bars, for a row with nothing to ask the name system (the first three): no allocation, and at most an eighth of the
//! twin's time. What checks do costs both the same: the third looks into three tables, and the last has no bar.
//! `--runs ROW SIDE COUNT` runs one side (`mailward` or `async-trait`) of one row and nothing else, to count instructions.

mod measure;

use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use criterion::Criterion;
use mailward::address::{ForwardPath, ReversePath};
use mailward::client::ClientIp;
use mailward::clock::ManualClock;
use mailward::dns::MemoryDns;
use mailward::fcrdns::Fcrdns;
use mailward::helo::{Claim, Identity, Ourselves};
use mailward::mailroute::MailRoute;
use mailward::policies::{
    Blocklist, ClientTable, Greeting, RecipientTable, RelayControl, SenderDomain, SenderTable,
    VerifiedClient,
};
use mailward::policy::{Chain, Connection, Timing, policy_fn};
use mailward::rbl::{self, Listing, Zone};
use mailward::relay::{Side, permits};
use mailward::session::{Hello, Session, Transport};
use mailward::table::{Action, HostTable, MailboxTable, Rule};
use mailward::trace::{Level, Recorder};
use mailward::verdict::{Doubt, Subject};
use mailward::{Inquiry, Judgement, Perimeter, Policy, Reason, Refusal, Stage, Verdict};
use measure::Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    let case = Case::new();
    let rows = [
        ("facts", &case.facts, &case.user, Some(EIGHTH)),
        ("exempt", &case.exempting, &case.user, Some(EIGHTH)),
        ("own user", &case.policies, &case.user, Some(EIGHTH)),
        ("stranger", &case.policies, &case.stranger, None),
    ];
    if let Some((row, side, count)) = measure::asked_runs() {
        let (_, (chain, twin), session, _) = rows.iter().find(|(name, ..)| *name == row).unwrap();
        let inquiry = case.inquiry(session);
        return (0..count).for_each(|_| match side.as_str() {
            "mailward" => drop(now(chain.check(black_box(&inquiry)))),
            _ => drop(now(twin.check(black_box(&inquiry)))),
        });
    }
    let mut criterion = Criterion::default().configure_from_args();
    for (name, (chain, twin), session, _) in rows {
        let inquiry = case.inquiry(session);
        let mut group = criterion.benchmark_group(name);
        group.bench_function("mailward", |bencher| {
            bencher.iter(|| now(chain.check(black_box(&inquiry))));
        });
        group.bench_function("async-trait", |bencher| {
            bencher.iter(|| now(twin.check(black_box(&inquiry))));
        });
    }
    criterion.final_summary();
    for (name, (chain, twin), session, bar) in rows {
        let inquiry = case.inquiry(session);
        report(
            name,
            || now(chain.check(black_box(&inquiry))),
            || now(twin.check(black_box(&inquiry))),
            bar,
        );
    }
}

fn report(
    name: &str,
    mut chain: impl FnMut() -> Judgement,
    mut twin: impl FnMut() -> Judgement,
    bar: Option<f64>,
) {
    assert_eq!(chain(), Judgement::PROCEED);
    assert_eq!(twin(), Judgement::PROCEED);
    let (ours, theirs) = (
        measure::allocations(&mut chain),
        measure::allocations(&mut twin),
    );
    println!("{name}: {ours} allocations, async-trait {theirs}");
    if bar.is_some() {
        measure::bar("allocations", 0.0, ours as f64);
    }
    if !measure::is_a_test() {
        let (ours, theirs) = measure::in_turns(chain, twin);
        println!(
            "{name}: {ours:.0} ns, async-trait {theirs:.0} ns, {:.1} times as much",
            theirs / ours
        );
        if let Some(bar) = bar {
            measure::bar("share of the twin's time", bar, ours / theirs);
        }
    }
}

/// Polls once: a future of checks that ask nobody is ready then.
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("somebody waits"),
    }
}

struct Case {
    facts: (Chain, Twin),
    exempting: (Chain, Twin),
    policies: (Chain, Twin),
    user: Session,
    stranger: Session,
    dns: MemoryDns,
    perimeter: Perimeter,
    clock: ManualClock,
    recorder: Recorder,
}

impl Case {
    fn new() -> Self {
        let perimeter = Perimeter::new("mx.example.org".parse().unwrap())
            .domain("example.org".parse().unwrap());
        let mut user = session();
        user.authenticated("ann");
        user.mail(ReversePath::parse("<ann@example.com>").unwrap());
        user.rcpt(ForwardPath::parse("<bob@example.org>").unwrap());
        Self {
            facts: (facts_chain(), facts_twin()),
            exempting: (exempting_chain(&perimeter), exempting_twin(&perimeter)),
            policies: (policies_chain(&perimeter), policies_twin(&perimeter)),
            user,
            stranger: session(),
            dns: MemoryDns::parse(ZONE).unwrap().without_log(),
            perimeter,
            clock: ManualClock::new(),
            recorder: Recorder::new(Level::Decision),
        }
    }

    fn inquiry<'a>(&'a self, session: &'a Session) -> Inquiry<'a> {
        let Self {
            dns,
            perimeter,
            clock,
            recorder,
            ..
        } = self;
        Inquiry::new(session, Stage::Recipient, dns, perimeter, clock, recorder)
    }
}

/// Eight facts, none of which is so: each becomes a check of the row, whatever the row is made of.
macro_rules! facts {
    ($row:expr, $add:expr) => {{
        let row = $add($row, |session: &Session| session.greeting().is_none());
        let row = $add(row, |session: &Session| session.sender().is_none());
        let row = $add(row, |session: &Session| session.recipient().is_none());
        let row = $add(row, |session: &Session| session.user().is_none());
        let row = $add(row, |session: &Session| {
            session.transport() == Transport::Tls
        });
        let row = $add(row, |session: &Session| session.client().port() == Some(25));
        let row = $add(row, |session: &Session| session.accepted_recipients() > 100);
        $add(row, |session: &Session| session.client().ip().is_loopback())
    }};
}

fn judge(so: bool) -> Judgement {
    match so {
        true => Refusal::new(Reason::custom("fact", Subject::Client)).into(),
        false => Judgement::PROCEED,
    }
}

fn facts_chain() -> Chain {
    fn add(row: Chain, fact: impl Fn(&Session) -> bool + Send + Sync + 'static) -> Chain {
        row.then(policy_fn(move |inquiry| judge(fact(inquiry.session))))
    }
    facts!(Chain::new(), add)
}

/// Eight policies that pass an authenticated client over.
fn exempting_chain(perimeter: &Perimeter) -> Chain {
    Chain::new()
        .then(VerifiedClient::new())
        .then(Blocklist::new([zone()]))
        .then(Greeting::new(perimeter))
        .then(SenderDomain::new())
        .then(VerifiedClient::new())
        .then(Blocklist::new([zone()]))
        .then(Greeting::new(perimeter))
        .then(SenderDomain::new())
}

fn policies_chain(perimeter: &Perimeter) -> Chain {
    Chain::new()
        .then(RelayControl::new())
        .then(ClientTable::new(clients()))
        .then(VerifiedClient::new())
        .then(Blocklist::new([zone()]))
        .then(Greeting::new(perimeter))
        .then(SenderTable::new(senders()))
        .then(SenderDomain::new())
        .then(RecipientTable::new(recipients()))
}

fn session() -> Session {
    let mut session = Session::connect("203.0.113.9".parse::<ClientIp>().unwrap());
    session.greet(Hello::Ehlo, "mail.example.com");
    session.mail(ReversePath::parse("<ann@example.com>").unwrap());
    session.rcpt(ForwardPath::parse("<bob@example.org>").unwrap());
    session
}

fn zone() -> Zone {
    Zone::new("bl.example.net".parse().unwrap())
}

fn reject() -> Action {
    Action::parse("REJECT").unwrap()
}

fn clients() -> HostTable {
    HostTable::builder()
        .rule("192.0.2.0/24".parse().unwrap(), reject())
        .unwrap()
        .build()
}

fn senders() -> MailboxTable {
    MailboxTable::for_senders()
        .rule("spam.example".parse().unwrap(), reject())
        .unwrap()
        .build()
}

fn recipients() -> MailboxTable {
    MailboxTable::for_recipients()
        .rule("old@example.org".parse().unwrap(), reject())
        .unwrap()
        .build()
}

const ZONE: &str = "
9.113.0.203.in-addr.arpa. PTR mail.example.com.
mail.example.com. A 203.0.113.9
example.com. MX 10 mail.example.com.
";

/// The trait of a check as `async-trait` has it.
#[async_trait]
trait AsyncCheck: Send + Sync {
    async fn check(&self, inquiry: &Inquiry<'_>) -> Judgement;

    fn timing(&self) -> Timing {
        Timing::Facts(Stage::Recipient)
    }
}

/// A row of such checks.
struct Twin(Vec<Box<dyn AsyncCheck>>);

#[async_trait]
impl AsyncCheck for Twin {
    async fn check(&self, inquiry: &Inquiry<'_>) -> Judgement {
        let mut doubt = Doubt::default();
        for check in self.0.iter().filter(|check| inquiry.is_due(check.timing())) {
            let judgement = check.check(inquiry).await;
            if judgement.is_clear() {
                continue;
            }
            let judgement = judgement.after(doubt);
            if judgement.verdict().is_decisive() {
                return judgement;
            }
            doubt = judgement.into_parts().2;
        }
        Judgement::PROCEED.after(doubt)
    }
}

fn facts_twin() -> Twin {
    fn add(mut row: Twin, fact: impl Fn(&Session) -> bool + Send + Sync + 'static) -> Twin {
        row.0.push(Box::new(FactTwin(fact)));
        row
    }
    facts!(Twin(Vec::new()), add)
}

fn exempting_twin(perimeter: &Perimeter) -> Twin {
    let ours = || Ourselves::new(perimeter.hostname().clone());
    Twin(vec![
        Box::new(VerifiedClientTwin),
        Box::new(BlocklistTwin(vec![zone()])),
        Box::new(GreetingTwin(ours())),
        Box::new(SenderDomainTwin),
        Box::new(VerifiedClientTwin),
        Box::new(BlocklistTwin(vec![zone()])),
        Box::new(GreetingTwin(ours())),
        Box::new(SenderDomainTwin),
    ])
}

fn policies_twin(perimeter: &Perimeter) -> Twin {
    let ours = Ourselves::new(perimeter.hostname().clone());
    let ours = perimeter.domains().cloned().fold(ours, Ourselves::domain);
    Twin(vec![
        Box::new(RelayTwin),
        Box::new(ClientTableTwin(clients())),
        Box::new(VerifiedClientTwin),
        Box::new(BlocklistTwin(vec![zone()])),
        Box::new(GreetingTwin(ours)),
        Box::new(SenderTableTwin(senders())),
        Box::new(SenderDomainTwin),
        Box::new(RecipientTableTwin(recipients())),
    ])
}

struct FactTwin<F>(F);

#[async_trait]
impl<F: Fn(&Session) -> bool + Send + Sync> AsyncCheck for FactTwin<F> {
    async fn check(&self, inquiry: &Inquiry<'_>) -> Judgement {
        judge((self.0)(inquiry.session))
    }
}

async fn is_own_user(inquiry: &Inquiry<'_>) -> bool {
    inquiry.session.user().is_some() || inquiry.connection().await == Connection::Of(Side::Internal)
}

struct RelayTwin;

#[async_trait]
impl AsyncCheck for RelayTwin {
    async fn check(&self, inquiry: &Inquiry<'_>) -> Judgement {
        let Some(recipient) = inquiry.session.recipient() else {
            return Judgement::PROCEED;
        };
        let destination = inquiry.perimeter.destination(recipient);
        if permits(Side::External, destination.side()) {
            return Judgement::PROCEED;
        }
        match inquiry.connection().await {
            Connection::Of(side) if permits(side, destination.side()) => Judgement::PROCEED,
            Connection::Of(_) => Refusal::new(Reason::RelayDenied).into(),
            Connection::Trouble(error) => Refusal::dns_trouble(Subject::Recipient, error).into(),
        }
    }
}

struct VerifiedClientTwin;

#[async_trait]
impl AsyncCheck for VerifiedClientTwin {
    async fn check(&self, inquiry: &Inquiry<'_>) -> Judgement {
        if is_own_user(inquiry).await {
            return Judgement::PROCEED;
        }
        match inquiry.client_name().await {
            Fcrdns::Confirmed { .. } | Fcrdns::Trouble(_) => Judgement::PROCEED,
            found => Refusal::new(Reason::UnverifiedClient(found.clone())).into(),
        }
    }
}

struct BlocklistTwin(Vec<Zone>);

#[async_trait]
impl AsyncCheck for BlocklistTwin {
    async fn check(&self, inquiry: &Inquiry<'_>) -> Judgement {
        if is_own_user(inquiry).await {
            return Judgement::PROCEED;
        }
        let listings = inquiry.listings(&self.0, rbl::never_asked()).await;
        match listings.iter().find_map(Listing::hit) {
            Some(hit) => Refusal::new(Reason::ListedClient(hit.clone())).into(),
            None => Judgement::PROCEED,
        }
    }
}

struct GreetingTwin(Ourselves);

#[async_trait]
impl AsyncCheck for GreetingTwin {
    async fn check(&self, inquiry: &Inquiry<'_>) -> Judgement {
        if is_own_user(inquiry).await {
            return Judgement::PROCEED;
        }
        let Some(greeting) = inquiry.session.greeting() else {
            return Judgement::PROCEED;
        };
        let claim = greeting.claim();
        if matches!(claim, Claim::Malformed) {
            return Refusal::new(Reason::MalformedGreeting).into();
        }
        if !self.0.includes(claim) {
            return Judgement::PROCEED;
        }
        match self.0.identity(claim, inquiry.client_name().await) {
            Identity::Forged => Refusal::new(Reason::ForgedGreeting).into(),
            _ => Judgement::PROCEED,
        }
    }
}

struct SenderDomainTwin;

#[async_trait]
impl AsyncCheck for SenderDomainTwin {
    async fn check(&self, inquiry: &Inquiry<'_>) -> Judgement {
        let Some(sender) = inquiry.session.sender() else {
            return Judgement::PROCEED;
        };
        if is_own_user(inquiry).await {
            return Judgement::PROCEED;
        }
        let Some(mailbox) = sender.mailbox() else {
            return Judgement::PROCEED;
        };
        if inquiry.perimeter.is_local(mailbox.domain()) {
            return Judgement::PROCEED;
        }
        match inquiry.sender_route().await {
            Some(MailRoute::NullMx) => Refusal::new(Reason::NullMxSender).into(),
            Some(route @ MailRoute::Nowhere(_)) => {
                Refusal::temporary(Reason::UnresolvableSender(route.clone())).into()
            }
            Some(MailRoute::Trouble(error)) => Refusal::dns_trouble(Subject::Sender, *error).into(),
            _ => Judgement::PROCEED,
        }
    }
}

fn act<P>(rule: Option<&Rule<P>>) -> Judgement {
    match rule.map(|rule| rule.action()) {
        Some(Action::Accept) => Verdict::Accept.into(),
        Some(Action::Refuse(_)) => Refusal::new(Reason::BadSender(None)).into(),
        _ => Judgement::PROCEED,
    }
}

struct ClientTableTwin(HostTable);

#[async_trait]
impl AsyncCheck for ClientTableTwin {
    async fn check(&self, inquiry: &Inquiry<'_>) -> Judgement {
        if !self.0.has_name_rules() {
            return act(self.0.lookup(inquiry.session.client().ip(), &[]));
        }
        let names = inquiry.client_name().await.names();
        act(self.0.lookup(inquiry.session.client().ip(), names))
    }
}

struct SenderTableTwin(MailboxTable);

#[async_trait]
impl AsyncCheck for SenderTableTwin {
    async fn check(&self, inquiry: &Inquiry<'_>) -> Judgement {
        let Some(sender) = inquiry.session.sender() else {
            return Judgement::PROCEED;
        };
        act(self.0.lookup_sender(sender.sender()))
    }
}

struct RecipientTableTwin(MailboxTable);

#[async_trait]
impl AsyncCheck for RecipientTableTwin {
    async fn check(&self, inquiry: &Inquiry<'_>) -> Judgement {
        let Some(recipient) = inquiry.session.recipient() else {
            return Judgement::PROCEED;
        };
        act(self.0.lookup_recipient(recipient))
    }
}

const EIGHTH: f64 = 1.0 / 8.0;
