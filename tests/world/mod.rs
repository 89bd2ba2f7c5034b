//! Random worlds: what the name system says, who comes, and the row of checks that meets them.

use std::sync::Arc;

use mailward::client::Client;
use mailward::clock::ManualClock;
use mailward::dns::{Dns, MemoryDns};
use mailward::guard::{Dialogue, Guard, Outcome, Shared};
use mailward::name::Name;
use mailward::policies::{
    Blocklist, ClientTable, Greeting, GreetingFault, OnTrouble, RecipientTable, Require,
    SenderDomain, SenderTable, VerifiedClient,
};
use mailward::policy::{Exemption, Policy, PolicyExt, RefuseAt};
use mailward::rbl::Zone;
use mailward::relay::Perimeter;
use mailward::reply::ReplyCode;
use mailward::table::{Action, HostTable, MailboxTable};
use mailward::verdict::Stage;
use mailward::wording::Security;
use proptest::prelude::*;
use proptest::sample::select;

use crate::util::{client, ip, name, network, pattern};

/// Each question that can be asked, with the answers it may have. The first is that there is nothing.
const QUESTIONS: [(&str, &str, &[&str]); 12] = [
    (
        "9.113.0.203.in-addr.arpa.",
        "PTR",
        &[
            "",
            "mail.example.com.",
            "host.inside.example.",
            "mx2.example.org.",
            "other.example.",
        ],
    ),
    (
        "mail.example.com.",
        "A",
        &["", "203.0.113.9", "198.51.100.1"],
    ),
    (
        "host.inside.example.",
        "A",
        &["", "203.0.113.9", "198.51.100.1"],
    ),
    ("mx2.example.org.", "A", &["", "203.0.113.9"]),
    ("mail.example.com.", "AAAA", &["", "2001:db8::1"]),
    ("mail.example.com.", "MX", &["", "10 mail.example.com."]),
    (
        "9.113.0.203.one.example.net.",
        "A",
        &["", "127.0.0.2", "127.255.255.254", "203.0.113.80"],
    ),
    ("9.113.0.203.two.example.net.", "A", &["", "127.0.0.4"]),
    ("9.113.0.203.two.example.net.", "TXT", &["", "\"because\""]),
    ("example.com.", "MX", &["", "10 mail.example.com.", "0 ."]),
    ("example.com.", "A", &["", "198.51.100.1"]),
    ("example.com.", "AAAA", &["", "2001:db8::1"]),
];

const TROUBLE: [&str; 3] = ["!servfail", "!timeout", "!refused"];

pub(crate) const SENDERS: [&str; 6] = [
    "<>",
    "<ann@example.com>",
    "<joe@spam.example.org>",
    "<joe>",
    "<friend@example.com>",
    "<joe@localhost>",
];

const GREETINGS: [&str; 8] = [
    "mail.example.com",
    "mx.example.org",
    "mx2.example.org",
    "mail..example.com",
    "[203.0.113.9]",
    "203.0.113.9",
    "localhost",
    "nowhere.example",
];

/// Who of them is ours.
pub(crate) const RECIPIENTS: [(&str, bool); 8] = [
    ("bob@example.org", true),
    ("no@example.org", true),
    ("ok@example.org", true),
    ("later@example.org", true),
    ("dora@partner.example", true),
    ("bob@third.example", false),
    ("bob%third.example@example.org", false),
    ("Postmaster", true),
];

/// One kind of check.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// By address alone.
    Clients,
    /// A name is a friend, and its network is not.
    Friends,
    /// A name is none, and its network is.
    Foes,
    /// Nothing is said of a name, and its network is a friend.
    Shrug,
    Verified(Require),
    Lists,
    Greeting,
    Senders,
    SenderDomain,
    Recipients,
}

/// What is made of a check.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Made {
    Plain,
    DryRun,
    Softened,
    Answering,
    At(Stage),
    Unless,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Check {
    pub(crate) kind: Kind,
    on_trouble: OnTrouble,
    pub(crate) made: Made,
}

#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) answers: Vec<usize>,
    pub(crate) trouble: Vec<Option<usize>>,
    pub(crate) row: Vec<Check>,
    pub(crate) refuse_at: RefuseAt,
    pub(crate) security: Security,
    pub(crate) greeting: Option<&'static str>,
    pub(crate) sender: &'static str,
    pub(crate) recipients: Vec<(&'static str, bool)>,
}

fn checks() -> impl Strategy<Value = Check> {
    let kind = select(vec![
        Kind::Clients,
        Kind::Friends,
        Kind::Foes,
        Kind::Shrug,
        Kind::Verified(Require::ForwardConfirmed),
        Kind::Verified(Require::ReverseName),
        Kind::Lists,
        Kind::Greeting,
        Kind::Senders,
        Kind::SenderDomain,
        Kind::Recipients,
    ]);
    let on_trouble = select(vec![
        OnTrouble::Proceed,
        OnTrouble::DeferIfPermit,
        OnTrouble::Defer,
    ]);
    let stage = select(vec![
        Stage::Connect,
        Stage::Greeting,
        Stage::Mail,
        Stage::Recipient,
    ]);
    let made = prop_oneof![
        5 => Just(Made::Plain),
        1 => Just(Made::DryRun),
        1 => Just(Made::Softened),
        2 => Just(Made::Answering),
        1 => Just(Made::Unless),
        1 => stage.prop_map(Made::At),
    ];
    (kind, on_trouble, made).prop_map(|(kind, on_trouble, made)| Check {
        kind,
        on_trouble,
        made,
    })
}

pub(crate) fn worlds() -> impl Strategy<Value = World> {
    let answers: Vec<_> = QUESTIONS
        .iter()
        .map(|(_, _, answers)| 0..answers.len())
        .collect();
    let trouble = proptest::collection::vec(
        proptest::option::weighted(0.3, 0..TROUBLE.len()),
        QUESTIONS.len(),
    );
    let row = proptest::collection::vec(checks(), 0..6);
    let order = select(vec![RefuseAt::Recipient, RefuseAt::Earliest]);
    let security = select(vec![Security::Friendly, Security::Secure]);
    let greeting = proptest::option::weighted(0.9, select(GREETINGS.to_vec()));
    let recipients = proptest::sample::subsequence(RECIPIENTS.to_vec(), 1..5).prop_shuffle();
    let said = (greeting, select(SENDERS.to_vec()), recipients);
    (answers, trouble, row, order, security, said).prop_map(
        |(answers, trouble, row, refuse_at, security, (greeting, sender, recipients))| World {
            answers,
            trouble,
            row,
            refuse_at,
            security,
            greeting,
            sender,
            recipients,
        },
    )
}

/// Worlds in which it matters that the client's name cannot be found out: short rows, and a client that may be one of
/// us or says so.
pub(crate) fn worlds_in_trouble() -> impl Strategy<Value = World> {
    let case = select(vec![
        InTrouble::OneOfUs,
        InTrouble::SaysSo,
        InTrouble::Anybody,
    ]);
    (worlds(), case, 0..TROUBLE.len()).prop_map(|(mut world, case, trouble)| {
        world.row.truncate(2);
        match case {
            InTrouble::OneOfUs => {
                (world.answers[0], world.answers[2]) = (2, 1);
                world.trouble[0] = Some(trouble);
            }
            InTrouble::SaysSo => {
                world.greeting = Some("mx.example.org");
                world.trouble[0] = Some(trouble);
            }
            InTrouble::Anybody => {}
        }
        world
    })
}

#[derive(Clone, Copy, Debug)]
enum InTrouble {
    OneOfUs,
    SaysSo,
    Anybody,
}

impl World {
    /// The same world, with the name system in good health.
    pub(crate) fn healthy(&self) -> Self {
        Self {
            trouble: vec![None; QUESTIONS.len()],
            ..self.clone()
        }
    }

    pub(crate) fn dns(&self) -> MemoryDns {
        let lines = QUESTIONS.iter().zip(self.answers.iter().zip(&self.trouble));
        let lines = lines.map(
            |((owner, kind, answers), (answer, trouble))| match trouble {
                Some(trouble) => format!("{owner} {kind} {}\n", TROUBLE[*trouble]),
                None if *answer == 0 => String::new(),
                None => format!("{owner} {kind} {}\n", answers[*answer]),
            },
        );
        MemoryDns::parse(&lines.collect::<String>()).unwrap()
    }

    pub(crate) fn guard(&self, dns: impl Dns + 'static, clock: &ManualClock) -> Guard {
        let perimeter = Perimeter::new(name("mx.example.org"))
            .network(network("192.0.2.0/24"))
            .name(pattern("*.inside.example"))
            .domain(pattern("example.org"))
            .domain(pattern("mx2.example.org"))
            .relay_to(pattern("partner.example"));
        let builder = Guard::builder(perimeter.clone(), Shared::new(dns, clock.clone()));
        let builder = builder.refuse_at(self.refuse_at).security(self.security);
        self.row
            .iter()
            .fold(builder, |builder, check| {
                builder.check(check.policy(&perimeter))
            })
            .build()
    }

    /// What is said, up to the last recipient.
    fn lines(&self) -> Vec<String> {
        let greeting = self.greeting.map(|greeting| format!("EHLO {greeting}"));
        let sender = format!("MAIL FROM:{}", self.sender);
        let recipients = self
            .recipients
            .iter()
            .map(|(to, _)| format!("RCPT TO:<{to}>"));
        greeting
            .into_iter()
            .chain([sender])
            .chain(recipients)
            .collect()
    }

    /// Says it all.
    pub(crate) async fn talk(&self, guard: &Guard, client: Client) -> Vec<Outcome> {
        let (mut dialogue, greeting) = guard.connect(client).await;
        let mut outcomes = vec![greeting];
        for line in self.lines() {
            outcomes.push(say(&mut dialogue, &line).await);
        }
        outcomes
    }

    /// What became of each recipient: its own outcome, or the refusal before it.
    pub(crate) fn recipients_of(&self, outcomes: Vec<Outcome>) -> Vec<Outcome> {
        let own = self.recipients.len();
        let before = outcomes.len() - own;
        // A refused greeting is heard again at MAIL, where no other stands.
        let sender = outcomes[before - 1].clone();
        let earlier = [outcomes[0].clone(), sender]
            .into_iter()
            .find(Outcome::is_refusal);
        let recipients = outcomes.into_iter().skip(before);
        recipients
            .map(|outcome| earlier.clone().unwrap_or(outcome))
            .collect()
    }

    /// What becomes of each recipient of a client from outside.
    pub(crate) fn outcomes(&self) -> Vec<Outcome> {
        self.outcomes_for(client("203.0.113.9"))
    }

    pub(crate) fn outcomes_for(&self, client: Client) -> Vec<Outcome> {
        let clock = ManualClock::new();
        let guard = self.guard(self.dns(), &clock);
        self.recipients_of(crate::support::drive(&clock, self.talk(&guard, client)))
    }

    /// Whether the name system, as it is, confirms a name of ours for the client.
    pub(crate) fn is_inside(&self) -> bool {
        let found = mailward::fcrdns::verify(ip("203.0.113.9"), &self.dns()).wait();
        found
            .names()
            .iter()
            .any(|verified| verified.name() == &name("host.inside.example"))
    }
}

async fn say(dialogue: &mut Dialogue, line: &str) -> Outcome {
    dialogue.line(line.as_bytes()).await
}

impl Check {
    fn policy(self, perimeter: &Perimeter) -> Box<dyn Policy> {
        let on_trouble = self.on_trouble;
        match self.kind {
            Kind::Clients => self.made(clients(&["203.0.113.0/24 REJECT"]).on_trouble(on_trouble)),
            Kind::Friends => {
                let table = clients(&["mail.example.com OK", "203.0.113.0/24 REJECT"]);
                self.made(table.on_trouble(on_trouble))
            }
            Kind::Foes => {
                let table = clients(&["mail.example.com REJECT", "203.0.113.0/24 OK"]);
                self.made(table.on_trouble(on_trouble))
            }
            Kind::Shrug => {
                let table = clients(&["mail.example.com DUNNO", "203.0.113.0/24 OK"]);
                self.made(table.on_trouble(on_trouble))
            }
            Kind::Verified(require) => self.made(
                VerifiedClient::new()
                    .require(require)
                    .on_trouble(on_trouble),
            ),
            Kind::Lists => {
                let zone = |zone| Zone::new(Name::parse(zone).unwrap());
                let zones = [zone("one.example.net"), zone("two.example.net").with_text()];
                self.made(Blocklist::new(zones).on_trouble(on_trouble))
            }
            Kind::Greeting => {
                let faults = [
                    GreetingFault::Malformed,
                    GreetingFault::NotQualified,
                    GreetingFault::BareAddress,
                    GreetingFault::ClaimsToBeUs,
                    GreetingFault::Missing,
                    GreetingFault::Unresolvable,
                ];
                self.made(
                    Greeting::new(perimeter)
                        .refusing(faults)
                        .on_trouble(on_trouble),
                )
            }
            Kind::Senders => self.made(SenderTable::new(mailboxes(
                MailboxTable::for_senders(),
                &["spam.example.org REJECT", "friend@example.com OK"],
            ))),
            Kind::SenderDomain => self.made(SenderDomain::new().on_trouble(on_trouble)),
            Kind::Recipients => self.made(RecipientTable::new(mailboxes(
                MailboxTable::for_recipients(),
                &[
                    "no@example.org REJECT",
                    "ok@example.org OK",
                    "later@example.org DEFER",
                ],
            ))),
        }
    }

    fn made(self, policy: impl Policy + 'static) -> Box<dyn Policy> {
        match self.made {
            Made::Plain => Box::new(policy),
            Made::DryRun => Box::new(policy.dry_run()),
            Made::Softened => Box::new(policy.softened()),
            Made::Answering => Box::new(policy.answering(ReplyCode::MAILBOX_UNAVAILABLE).unwrap()),
            Made::At(stage) => Box::new(policy.at(stage)),
            Made::Unless => Box::new(policy.unless(Exemption::Internal)),
        }
    }
}

fn clients(rules: &[&str]) -> ClientTable {
    let rules = rules.iter().map(|rule| rule.split_once(' ').unwrap());
    let table = rules.fold(HostTable::builder(), |table, (pattern, action)| {
        table
            .rule(pattern.parse().unwrap(), Action::parse(action).unwrap())
            .unwrap()
    });
    ClientTable::new(table.build())
}

fn mailboxes(table: mailward::table::MailboxTableBuilder, rules: &[&str]) -> MailboxTable {
    let rules = rules.iter().map(|rule| rule.split_once(' ').unwrap());
    let table = rules.fold(table, |table, (pattern, action)| {
        table
            .rule(pattern.parse().unwrap(), Action::parse(action).unwrap())
            .unwrap()
    });
    table.build()
}

/// The world's guard over a name system that is shared.
pub(crate) fn shared(world: &World) -> (Arc<MemoryDns>, Guard, ManualClock) {
    let (dns, clock) = (Arc::new(world.dns()), ManualClock::new());
    let guard = world.guard(Arc::clone(&dns), &clock);
    (dns, guard, clock)
}
