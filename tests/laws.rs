//! The laws of the documentation, each over some hundred random worlds; `PROPTEST_CASES` asks for more.

mod support;
mod util;
mod world;

use std::time::Duration;

use mailward::address::{ForwardPath, ReversePath};
use mailward::client::Client;
use mailward::clock::ManualClock;
use mailward::dns::{Answer, DnsError, MemoryDns};
use mailward::fcrdns::Fcrdns;
use mailward::guard::Outcome;
use mailward::policy::{Chain, Decision, Inquiry, Policy, PolicyExt, RefuseAt};
use mailward::rbl::Zone;
use mailward::relay::Perimeter;
use mailward::reply::{Detail, ReplyCode, ReplyText};
use mailward::session::{Hello, Session};
use mailward::trace::{Level, Recorder};
use mailward::verdict::{Event, Judgement, Reason, Refusal, Rule, Stage, Subject, Verdict};
use mailward::wording::{Security, Wording};
use proptest::prelude::*;
use proptest::sample::select;
use support::{Held, answering, drive};
use util::{client, ip, name};
use world::{Kind, Made, World, shared, worlds, worlds_in_trouble};

fn event(outcome: &Outcome) -> Option<Event> {
    outcome.verdict.refusal().map(Refusal::event)
}

fn is_for_good(outcome: &Outcome) -> bool {
    outcome.is_refusal() && outcome.reply.code().is_permanent()
}

fn is_by_relay_control(outcome: &Outcome) -> bool {
    outcome
        .rule
        .as_ref()
        .is_some_and(|rule| rule.as_str() == "relay-control")
}

/// What a host would act on.
fn acted_on(outcomes: &[Outcome]) -> Vec<(Verdict, String, Option<Rule>, mailward::verdict::Then)> {
    let parts = |outcome: &Outcome| {
        (
            outcome.verdict.clone(),
            outcome.reply.to_string(),
            outcome.rule.clone(),
            outcome.then,
        )
    };
    outcomes.iter().map(parts).collect()
}

/// A refusal that needs no name system: with the local rule there, trouble can only make it temporary.
fn rests_on_local_data(outcome: &Outcome, world: &World) -> bool {
    let by_address_only = !world
        .row
        .iter()
        .any(|check| matches!(check.kind, Kind::Foes));
    match event(outcome) {
        Some(Event::BadClient) => by_address_only,
        Some(Event::BadSender | Event::BadRecipient | Event::UnqualifiedSender) => true,
        Some(Event::RelayDenied | Event::RoutedRecipient) => true,
        Some(Event::MalformedGreeting | Event::BareAddressGreeting | Event::ForgedGreeting) => true,
        Some(Event::MissingGreeting | Event::UnqualifiedGreeting) => true,
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Law 4: trouble never turns what would be accepted into a refusal for good.
    #[test]
    fn trouble_never_refuses_for_good_what_health_accepts(world in prop_oneof![worlds(), worlds_in_trouble()]) {
        let healthy = world.healthy().outcomes();
        for (troubled, healthy) in world.outcomes().iter().zip(&healthy) {
            if is_for_good(troubled) {
                prop_assert!(healthy.is_refusal(), "{troubled:?} instead of {healthy:?}");
            }
            if let Some(Event::DnsTrouble | Event::PolicyTrouble) = event(troubled) {
                prop_assert!(!is_for_good(troubled));
            }
        }
    }

    /// Law 4: trouble makes nobody internal.
    #[test]
    fn trouble_makes_nobody_internal(world in prop_oneof![worlds(), worlds_in_trouble()]) {
        let healthy = world.healthy();
        for (troubled, (to, ours)) in world.outcomes().iter().zip(&world.recipients) {
            prop_assert!(*ours || troubled.is_refusal() || healthy.is_inside(), "{to}: {troubled:?}");
        }
    }

    /// Law 5: with trouble in place of any answer, a refusal that rests on local data stays one.
    #[test]
    fn trouble_never_lifts_a_refusal_that_rests_on_local_data(world in prop_oneof![worlds(), worlds_in_trouble()]) {
        let healthy = world.healthy().outcomes();
        for (troubled, healthy) in world.outcomes().iter().zip(&healthy) {
            if rests_on_local_data(healthy, &world) {
                prop_assert!(troubled.is_refusal(), "{troubled:?} instead of {healthy:?}");
            }
        }
    }

    /// Law 6: from outside to outside is refused, whatever the row, the order and the other recipients.
    #[test]
    fn nothing_goes_from_outside_to_outside(world in worlds()) {
        let healthy = world.healthy();
        let inside = healthy.is_inside();
        for (outcome, (to, ours)) in healthy.outcomes().iter().zip(&world.recipients) {
            prop_assert!(inside || *ours || outcome.is_refusal(), "{to}: {outcome:?}");
            if !inside && !ours && world.refuse_at == RefuseAt::Recipient && is_by_relay_control(outcome) {
                prop_assert!(is_for_good(outcome));
            }
            prop_assert!(!ours || !is_by_relay_control(outcome), "{to}: {outcome:?}");
        }
    }

    /// Law 6: another order of the recipients gives each the same answer.
    #[test]
    fn recipients_hear_the_same_in_any_order(world in worlds()) {
        let mut reversed = world.clone();
        reversed.recipients.reverse();
        let mut outcomes = reversed.outcomes();
        outcomes.reverse();
        prop_assert_eq!(acted_on(&outcomes), acted_on(&world.outcomes()));
    }

    /// Law 7: no sender rule refuses the null reverse-path.
    #[test]
    fn the_null_sender_is_never_refused_as_a_sender(world in worlds()) {
        let world = World { sender: "<>", ..world };
        for outcome in world.outcomes() {
            let subject = outcome.verdict.refusal().map(|refusal| refusal.reason().subject());
            prop_assert_ne!(subject, Some(Subject::Sender), "{:?}", outcome);
        }
    }

    /// Law 7: postmaster is reachable where refusals wait for the recipient.
    #[test]
    fn postmaster_is_reachable(world in worlds()) {
        let row = world.row.iter().copied().filter(|check| !matches!(check.made, Made::At(_))).collect();
        let recipients = vec![("Postmaster", true), ("postmaster@example.org", true)];
        let world = World { refuse_at: RefuseAt::Recipient, row, recipients, ..world };
        for outcome in world.outcomes() {
            prop_assert_eq!(outcome.verdict, Verdict::Proceed);
        }
    }

    /// Law 8: the mapped form of an IPv4 client is that client.
    #[test]
    fn a_mapped_client_is_the_same_client(world in worlds(), bits in any::<u32>()) {
        let other = std::net::Ipv4Addr::from(bits);
        for address in ["203.0.113.9".parse().unwrap(), "192.0.2.7".parse().unwrap(), other] {
            let mapped = address.to_ipv6_mapped().to_string();
            let [plain, mapped] = [address.to_string(), mapped].map(|text| world.outcomes_for(client(&text)));
            prop_assert_eq!(plain, mapped);
        }
        let proxied = |text: &str| Client::proxied(ip(text), ip("192.0.2.10"));
        let [plain, mapped] = ["203.0.113.9", "::ffff:203.0.113.9"].map(|text| world.outcomes_for(proxied(text)));
        prop_assert_eq!(plain, mapped);
    }

    /// Law 11: the same answers give the same outcome, in whatever order they come.
    #[test]
    fn the_order_of_answers_is_nobodys_business(world in worlds(), mut picks in proptest::collection::vec(0..9_usize, 64)) {
        let clock = ManualClock::new();
        let at_once = drive(&clock, world.talk(&world.guard(world.dns(), &clock), client("203.0.113.9")));
        let (held, answers) = Held::new(world.dns());
        let guard = world.guard(held, &clock);
        let next = || picks.pop().unwrap_or(0);
        let later = answering(&answers, next, world.talk(&guard, client("203.0.113.9")));
        prop_assert_eq!(acted_on(&later), acted_on(&at_once));
        prop_assert_eq!(
            later.iter().map(|outcome| outcome.trace.to_string()).collect::<Vec<_>>(),
            at_once.iter().map(|outcome| outcome.trace.to_string()).collect::<Vec<_>>()
        );
    }

    /// Asking twice gives the same, and asks nobody anew unless there was trouble.
    #[test]
    fn the_same_session_twice_is_the_same(world in worlds()) {
        let (dns, guard, clock) = shared(&world);
        let first = drive(&clock, world.talk(&guard, client("203.0.113.9")));
        let asked = dns.query_count();
        let second = drive(&clock, world.talk(&guard, client("203.0.113.9")));
        prop_assert_eq!(acted_on(&first), acted_on(&second));
        prop_assert_eq!(dns.query_count(), 2 * asked);
    }

    /// Law 12: a session that is dropped at any await leaves the guard usable.
    #[test]
    fn a_dropped_session_leaves_the_guard_usable(world in worlds(), given in 0..12_usize) {
        let clock = ManualClock::new();
        let (held, answers) = Held::new(world.dns());
        let guard = world.guard(held, &clock);
        {
            let mut talk = std::pin::pin!(world.talk(&guard, client("203.0.113.9")));
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            for _ in 0..given {
                if talk.as_mut().poll(&mut context).is_ready() {
                    break;
                }
                answers.give(0);
            }
        }
        while answers.give(0) {}
        let after = answering(&answers, || 0, world.talk(&guard, client("203.0.113.9")));
        let fresh = drive(&clock, world.talk(&world.guard(world.dns(), &clock), client("203.0.113.9")));
        prop_assert_eq!(acted_on(&after), acted_on(&fresh));
    }
}

/// A policy that gives a judgement, at once or later.
#[derive(Clone, Debug)]
struct Says(Judgement, bool);

impl Policy for Says {
    fn check<'a>(&'a self, _: &'a Inquiry<'a>) -> Decision<'a> {
        if self.1 {
            Decision::later(async { self.0.clone() })
        } else {
            Decision::ready(self.0.clone())
        }
    }
}

fn judgements() -> impl Strategy<Value = Judgement> {
    let closed = || Refusal::new(Reason::custom("closed", Subject::Client));
    let trouble = || Refusal::dns_trouble(Subject::Client, DnsError::Timeout);
    let one = prop_oneof![
        4 => Just(Judgement::PROCEED),
        2 => Just(Judgement::might_refuse(trouble())),
        2 => Just(Judgement::might_accept(trouble())),
        1 => Just(Judgement::from(Verdict::Accept)),
        1 => Just(Judgement::from(closed())),
        1 => Just(Judgement::from(closed().softened())),
        1 => Just(Judgement::from(trouble())),
    ];
    // Two in one give a verdict with doubt.
    let names = select(vec!["a", "b", "c"]);
    (one.clone(), one, names)
        .prop_map(|(one, other, rule)| one.and(|| other).named(&Rule::from(rule)))
}

fn members() -> impl Strategy<Value = Vec<Says>> {
    proptest::collection::vec(
        (judgements(), any::<bool>()).prop_map(|(judgement, later)| Says(judgement, later)),
        0..8,
    )
}

fn judge(policy: &dyn Policy) -> Judgement {
    let session = Session::connect(ip("203.0.113.9"));
    let (dns, clock, recorder) = (
        MemoryDns::empty(),
        ManualClock::new(),
        Recorder::new(Level::Full),
    );
    let perimeter = Perimeter::new(name("mx.example.org"));
    let inquiry = Inquiry::new(
        &session,
        Stage::Recipient,
        &dns,
        &perimeter,
        &clock,
        &recorder,
    );
    policy.check(&inquiry).wait()
}

fn chain(members: &[Says]) -> Chain {
    members.iter().cloned().fold(Chain::new(), Chain::then)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Law 10: chains are associative, with the empty chain as their identity, doubts included.
    #[test]
    fn chains_are_a_monoid(members in members(), cuts in (0..9_usize, 0..9_usize)) {
        let (first, second) = (cuts.0.min(members.len()), cuts.1.min(members.len()));
        let (first, second) = (first.min(second), first.max(second));
        let flat = judge(&chain(&members));
        let [a, b, c] = [&members[..first], &members[first..second], &members[second..]];
        let boxed = |members: &[Says]| -> Box<dyn Policy> { Box::new(chain(members)) };
        for nested in [
            Chain::new().then(chain(a).then(chain(b))).then(chain(c)),
            Chain::new().then(chain(a)).then(chain(b).then(chain(c))),
            Chain::new().then(boxed(a)).then(boxed(b)).then(boxed(c)),
            Chain::new().then(Box::new(Chain::new().then(boxed(a)).then(boxed(b)))).then(boxed(c)),
            Chain::new().then(Chain::new()).then(chain(&members)).then(Chain::new()),
            Chain::new().then(boxed(&[])).then(boxed(&members)).then(boxed(&[])),
        ] {
            prop_assert_eq!(judge(&nested), flat.clone());
        }
        let folded = members.iter().fold(Judgement::default(), |row, next| row.and(|| next.0.clone()));
        prop_assert_eq!(flat, folded);
    }

    /// Law 10: whatever `dry_run` is made of never refuses, accepts or doubts; `softened` never answers 5yz.
    #[test]
    fn dry_runs_never_refuse_and_softened_ones_not_for_good(members in members()) {
        prop_assert_eq!(judge(&chain(&members).dry_run()), Judgement::PROCEED);
        prop_assert_eq!(judge(&chain(&members).named("x").dry_run().named("y")), Judgement::PROCEED);
        let softened = judge(&chain(&members).softened());
        prop_assert!(softened.verdict.refusal().is_none_or(Refusal::is_temporary));
        prop_assert!(softened.settled().verdict.refusal().is_none_or(Refusal::is_temporary));
    }

    /// Settling is done once: what is settled stays.
    #[test]
    fn what_is_settled_stays(judgement in judgements()) {
        let once = judgement.settled();
        prop_assert!(once.doubt.is_none());
        prop_assert_eq!(once.clone().settled(), once);
    }
}

/// Any text, with more of what hurts than chance would bring.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ -~]{0,40}",
        select(vec![
            "\r\n",
            "\n",
            "\0",
            "\u{1b}[31m",
            "{client}",
            "{",
            "}",
            "250 ok",
            "\u{fc}",
            "\u{202e}",
            "  "
        ])
        .prop_map(str::to_owned),
        any::<String>(),
        "[a-z]{200,700}",
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// A reason with evidence that a peer, or the owner of a zone, has written.
fn reasons() -> impl Strategy<Value = Reason> {
    let hit = (hostile(), proptest::collection::vec(any::<[u8; 3]>(), 1..4)).prop_map(
        |(label, codes)| {
            let codes = codes
                .into_iter()
                .map(|[a, b, c]| [127, a.min(254), b, c.max(2)].into());
            let zone = Zone::new(name("bl.example.net")).labelled(label.as_str());
            zone.interpret(&Ok(Answer::of(codes, Duration::ZERO)))
                .hit()
                .cloned()
        },
    );
    let text = || hostile().prop_map(|text| ReplyText::sanitize(&text));
    prop_oneof![
        hit.prop_filter_map("lists nobody", |hit| hit.map(Reason::ListedClient)),
        proptest::option::of(text()).prop_map(Reason::BadClient),
        proptest::option::of(text()).prop_map(Reason::BadSender),
        proptest::option::of(text()).prop_map(Reason::BadRecipient),
        Just(Reason::UnverifiedClient(Fcrdns::NoName)),
        Just(Reason::ForgedGreeting),
        Just(Reason::UnqualifiedSender),
        Just(Reason::RelayDenied),
        Just(Reason::RoutedRecipient),
        Just(Reason::PolicyTrouble),
        Just(Reason::DnsTrouble(Subject::Client, DnsError::Timeout)),
        hostile().prop_map(|key| Reason::custom(key, Subject::Client)),
    ]
}

fn refusals() -> impl Strategy<Value = Refusal> {
    let code = (400..600_u16).prop_map(|code| ReplyCode::new(code).unwrap());
    let detail = (0..1000_u16, 0..1000_u16).prop_filter_map("no detail", |(subject, detail)| {
        Detail::new(subject, detail).ok()
    });
    (
        reasons(),
        proptest::option::of(code),
        proptest::option::of(detail),
        any::<bool>(),
    )
        .prop_map(|(reason, code, detail, soft)| {
            let refusal = if soft {
                Refusal::temporary(reason)
            } else {
                Refusal::new(reason)
            };
            let refusal = match code {
                Some(code) => refusal.clone().with_code(code).unwrap_or(refusal),
                None => refusal,
            };
            match detail {
                Some(detail) => refusal.with_detail(detail),
                None => refusal,
            }
        })
}

fn sessions() -> impl Strategy<Value = Session> {
    let local = "[a-z0-9=+._-]{1,60}";
    (hostile(), local, local).prop_map(|(greeting, from, to)| {
        let mut session = Session::connect(ip("203.0.113.9"));
        session.greet(Hello::Ehlo, &greeting);
        let from = ReversePath::parse(&format!("<\"{from}\"@example.com>"));
        session.mail(from.unwrap_or(ReversePath::NULL));
        if let Ok(to) = ForwardPath::parse(&format!("<\"{to}\"@example.org>")) {
            session.rcpt(to);
        }
        session
    })
}

const STAGES: [Stage; 5] = [
    Stage::Connect,
    Stage::Greeting,
    Stage::Mail,
    Stage::Recipient,
    Stage::Data,
];
const EVERYTHING: &str =
    "{client} {name} {helo} {sender} {recipient} {zone} {text} {code} {hostname}";

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Laws 2 and 3: the form of a reply holds whatever text goes in, and the enhanced class is the code's first digit.
    #[test]
    fn a_reply_keeps_its_form(refusal in refusals(), session in sessions(), stage in select(STAGES.to_vec()), own in any::<bool>()) {
        for security in [Security::Friendly, Security::Secure] {
            let plain = Wording::new(security, name("mx.example.org"));
            let wording = match security {
                Security::Friendly if own => plain.with_text(refusal.event(), EVERYTHING).unwrap(),
                _ => plain,
            };
            let reply = wording.refuse(&refusal.clone().at(stage), stage, &session).to_string();
            prop_assert!(reply.ends_with("\r\n"), "{reply:?}");
            let lines: Vec<&str> = reply.trim_end_matches("\r\n").split("\r\n").collect();
            let code = &reply[..3];
            for (at, line) in lines.iter().enumerate() {
                let last = at + 1 == lines.len();
                prop_assert!(line.len() + 2 <= 512);
                prop_assert!(line.bytes().all(|octet| (b' '..=b'~').contains(&octet)), "{line:?}");
                prop_assert_eq!(&line[..4], format!("{code}{}", if last { ' ' } else { '-' }));
                if stage > Stage::Greeting {
                    prop_assert_eq!(&line[4..6], format!("{}.", &code[..1]));
                }
            }
            prop_assert!(matches!(code.as_bytes()[0], b'4' | b'5'));
            prop_assert_eq!(code.starts_with('4'), refusal.is_temporary());
        }
    }

    /// Law 9: a secure reply depends on event and class only, not on evidence, nor on a rule's code and text.
    #[test]
    fn secure_replies_tell_event_and_class_only(
        refusal in refusals(),
        session in sessions(),
        stage in select(STAGES.to_vec()),
    ) {
        let wording = Wording::new(Security::Secure, name("mx.example.org"));
        let reply = wording.refuse(&refusal.clone().at(stage), stage, &session);
        let bare = match refusal.event() {
            Event::ListedClient => return Ok(()), // its hits differ among themselves; see below
            Event::BadClient => Reason::BadClient(None),
            Event::BadSender => Reason::BadSender(None),
            Event::BadRecipient => Reason::BadRecipient(None),
            Event::Custom => Reason::custom("", Subject::Client),
            _ => refusal.reason().clone(),
        };
        let bare = if refusal.is_temporary() { Refusal::temporary(bare) } else { Refusal::permanent(bare) };
        let nobody = Session::connect(ip("192.0.2.7"));
        prop_assert_eq!(reply, wording.refuse(&bare.at(stage), stage, &nobody));
    }

    /// Law 9 for whole dialogues: whatever a list found, and whatever it says of it, the secure replies are those of
    /// any other check of clients.
    #[test]
    fn secure_replies_to_peers_are_all_alike(refusal in refusals(), session in sessions(), stage in select(STAGES.to_vec())) {
        let peer = matches!(refusal.reason().subject(), Subject::Client | Subject::Greeting | Subject::Sender);
        prop_assume!(peer || stage < Stage::Recipient);
        let wording = Wording::new(Security::Secure, name("mx.example.org"));
        let reply = wording.refuse(&refusal.clone().at(stage), stage, &session);
        let any = Reason::BadClient(None);
        let any = if refusal.is_temporary() { Refusal::temporary(any) } else { Refusal::permanent(any) };
        prop_assert_eq!(reply, wording.refuse(&any.at(stage), stage, &session));
    }
}

#[test]
fn the_worlds_show_something() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = std::collections::BTreeMap::new();
    let (mut accepted, mut softened, mut lifted) = (0, 0, 0);
    for _ in 0..1000 {
        let world = worlds().new_tree(&mut runner).unwrap().current();
        let healthy = world.healthy().outcomes();
        for (troubled, healthy) in world.outcomes().iter().zip(&healthy) {
            accepted += usize::from(!healthy.is_refusal());
            softened += usize::from(
                is_for_good(healthy) && troubled.is_refusal() && !is_for_good(troubled),
            );
            lifted += usize::from(healthy.is_refusal() && !troubled.is_refusal());
            *seen.entry(event(healthy)).or_insert(0) += 1;
        }
    }
    println!("{accepted} accepted, {softened} softened, {lifted} lifted by trouble; {seen:?}");
    assert!(accepted > 50 && softened > 10 && lifted > 0);
    for event in [
        Event::BadClient,
        Event::UnverifiedClient,
        Event::ListedClient,
        Event::MalformedGreeting,
        Event::ForgedGreeting,
        Event::UnresolvableGreeting,
        Event::BadSender,
        Event::UnqualifiedSender,
        Event::UnresolvableSender,
        Event::NullMxSender,
        Event::RelayDenied,
        Event::RoutedRecipient,
        Event::BadRecipient,
    ] {
        assert!(seen.contains_key(&Some(event)), "never seen: {event}");
    }
}
