//! Chains, combinators, exemptions, and when a policy is asked.

mod support;
mod util;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use mailward::address::{ForwardPath, ReversePath};
use mailward::client::Client;
use mailward::clock::ManualClock;
use mailward::dns::{DnsError, MemoryDns};
use mailward::policies::{ClientTable, OnTrouble, VerifiedClient};
use mailward::policy::{
    Chain, Connection, Decision, Exemption, Exemptions, Inquiry, Policy, PolicyExt, RefuseAt,
    Timing, policy_fn,
};
use mailward::relay::{Perimeter, Side};
use mailward::reply::ReplyCode;
use mailward::session::{Hello, Session};
use mailward::table::{Action, HostTable};
use mailward::trace::{Level, Note, Recorder, Trace};
use mailward::verdict::{Event, Judgement, Reason, Refusal, Stage, Subject, Verdict};
use util::{client, dns, name, network, pattern};

/// What a policy may see, in one place.
struct Scene {
    session: Session,
    dns: MemoryDns,
    perimeter: Perimeter,
    clock: ManualClock,
    recorder: Recorder,
}

impl Scene {
    fn new(peer: Client, zone: &str) -> Self {
        let mut session = Session::connect(peer);
        session.greet(Hello::Ehlo, "mail.example.com");
        session.mail(ReversePath::parse("<ann@example.com>").unwrap());
        session.rcpt(ForwardPath::parse("<bob@example.org>").unwrap());
        let perimeter = Perimeter::new(name("mx.example.org"))
            .network(network("192.0.2.0/24"))
            .name(pattern("*.example.org"));
        Self {
            session,
            dns: dns(zone),
            perimeter,
            clock: ManualClock::new(),
            recorder: Recorder::new(Level::Full),
        }
    }

    fn inquiry(&self, stage: Stage) -> Inquiry<'_> {
        Inquiry::new(
            &self.session,
            stage,
            &self.dns,
            &self.perimeter,
            &self.clock,
            &self.recorder,
        )
    }

    fn judge(&self, policy: &dyn Policy) -> Judgement {
        policy.check(&self.inquiry(Stage::Recipient)).wait()
    }

    /// What was recorded since the last call.
    fn trace(&mut self) -> Trace {
        let anew = Recorder::new(self.recorder.level());
        std::mem::replace(&mut self.recorder, anew).into_trace()
    }
}

fn stranger() -> Scene {
    Scene::new(client("203.0.113.9"), "")
}

fn refusal() -> Refusal {
    Refusal::new(Reason::custom("closed", Subject::Client))
}

fn trouble() -> Refusal {
    Refusal::dns_trouble(Subject::Client, DnsError::Timeout)
}

/// A policy that gives this judgement, at once or later, and counts how often it is asked.
#[derive(Clone)]
struct Says {
    judgement: Judgement,
    later: bool,
    asked: Arc<AtomicUsize>,
}

fn says(judgement: impl Into<Judgement>) -> Says {
    Says {
        judgement: judgement.into(),
        later: false,
        asked: Arc::default(),
    }
}

impl Says {
    fn later(self) -> Self {
        Self {
            later: true,
            ..self
        }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Policy for Says {
    fn check<'a>(&'a self, _: &'a Inquiry<'a>) -> Decision<'a> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match self.later {
            true => Decision::later(async { self.judgement.clone() }),
            false => Decision::ready(self.judgement.clone()),
        }
    }
}

#[test]
fn a_chain_ends_at_the_first_that_is_decisive() {
    let decisive: [Judgement; 2] = [refusal().into(), Verdict::Accept.into()];
    for decision in decisive {
        for late in [0, 1, 2, 3] {
            let members = [
                says(Judgement::PROCEED),
                says(decision.clone()),
                says(Judgement::PROCEED),
            ];
            let members = members.map(|member| if late == 3 { member.later() } else { member });
            let chain = (0..3).fold(Chain::new(), |chain, at| {
                let member = members[at].clone();
                chain.then(if at == late { member.later() } else { member })
            });
            assert_eq!(stranger().judge(&chain), decision);
            assert_eq!(
                members.map(|member| member.asked()),
                [1, 1, 0],
                "late: {late}"
            );
        }
    }
    assert_eq!(stranger().judge(&Chain::new()), Judgement::PROCEED);
    assert!(Chain::new().is_empty());
}

#[test]
fn a_chain_is_ready_as_long_as_its_members_are() {
    let scene = stranger();
    let ready = Chain::new()
        .then(says(Judgement::PROCEED))
        .then(says(refusal()));
    assert!(ready.check(&scene.inquiry(Stage::Recipient)).is_ready());
    let later = Chain::new()
        .then(says(Judgement::PROCEED))
        .then(says(refusal()).later());
    assert!(!later.check(&scene.inquiry(Stage::Recipient)).is_ready());
}

#[test]
fn doubt_goes_along() {
    for later in [false, true] {
        let member = |judgement: Judgement| {
            if later {
                says(judgement).later()
            } else {
                says(judgement)
            }
        };
        let chain = Chain::new()
            .then(member(Judgement::might_refuse(trouble())).named("first"))
            .then(member(Judgement::might_accept(trouble())).named("second"))
            .then(member(Judgement::might_refuse(trouble())).named("third"))
            .then(member(Verdict::Accept.into()).named("fourth"))
            .then(member(refusal().into()));
        let judgement = stranger().judge(&chain);
        assert_eq!(judgement.verdict, Verdict::Accept);
        assert_eq!(judgement.rule.as_ref().unwrap().as_str(), "fourth");
        let rule =
            |doubted: Option<Box<mailward::verdict::Doubted>>| doubted.unwrap().rule.unwrap();
        assert_eq!(rule(judgement.doubt.refuse).as_str(), "first");
        assert_eq!(rule(judgement.doubt.accept).as_str(), "second");
    }
}

#[test]
fn a_chain_in_a_chain_is_its_members() {
    let inner = Chain::new()
        .then(says(Judgement::PROCEED))
        .then(says(Verdict::Accept));
    let outer = Chain::new().then(inner).then(says(refusal()));
    assert_eq!(outer.len(), 2);
    assert_eq!(format!("{outer:?}"), r#"["chain", "policy"]"#);
    // One that cannot be taken apart behaves the same.
    let boxed: Box<dyn Policy> = Box::new(
        Chain::new()
            .then(says(Judgement::PROCEED))
            .then(says(Verdict::Accept)),
    );
    let outer = Chain::new().then(boxed).then(says(refusal()));
    assert_eq!(stranger().judge(&outer).verdict, Verdict::Accept);
    assert_eq!(outer.timing(), Timing::Parts);
}

#[test]
fn when_a_policy_is_due() {
    let scene = stranger();
    let all = [
        Stage::Connect,
        Stage::Greeting,
        Stage::Mail,
        Stage::Recipient,
        Stage::Data,
    ];
    let due = |order, timing: Timing| -> Vec<Stage> {
        let due = |stage: &Stage| scene.inquiry(*stage).refusing_at(order).is_due(timing);
        all.into_iter().filter(due).collect()
    };
    let rcpt = [Stage::Recipient];
    for facts in [
        Stage::Connect,
        Stage::Greeting,
        Stage::Mail,
        Stage::Recipient,
    ] {
        assert_eq!(due(RefuseAt::Recipient, Timing::Facts(facts)), rcpt);
        let from: Vec<Stage> = all
            .into_iter()
            .filter(|stage| (facts..=Stage::Recipient).contains(stage))
            .collect();
        assert_eq!(due(RefuseAt::Earliest, Timing::Facts(facts)), from);
        for order in [RefuseAt::Recipient, RefuseAt::Earliest] {
            assert_eq!(due(order, Timing::At(facts)), from);
        }
    }
    for order in [RefuseAt::Recipient, RefuseAt::Earliest] {
        for timing in [Timing::At(Stage::Data), Timing::Facts(Stage::Data)] {
            assert_eq!(due(order, timing), [Stage::Data]);
        }
        assert_eq!(due(order, Timing::Parts), all);
    }
}

#[test]
fn combinators_keep_the_timing_and_kind_of_what_is_in_them() {
    let inner = || VerifiedClient::new();
    let policies: [Box<dyn Policy>; 6] = [
        Box::new(inner().named("x")),
        Box::new(inner().unless(Exemption::Postmaster)),
        Box::new(inner().dry_run()),
        Box::new(inner().inspect(|_, _| ())),
        Box::new(inner().softened()),
        Box::new(inner().answering(ReplyCode::MAILBOX_UNAVAILABLE).unwrap()),
    ];
    for policy in policies {
        assert_eq!(
            (policy.timing(), policy.kind()),
            (Timing::Facts(Stage::Connect), "verified-client")
        );
    }
    let moved = inner().at(Stage::Mail);
    assert_eq!(
        (moved.timing(), moved.kind()),
        (Timing::At(Stage::Mail), "verified-client")
    );
}

#[test]
fn a_name_is_given_to_what_has_none() {
    let mut scene = stranger();
    let judgement = scene.judge(&says(refusal()).named("inner").named("outer"));
    assert_eq!(judgement.rule.unwrap().as_str(), "inner");
    assert_eq!(
        scene.trace().to_string(),
        "inner: refused 550 5.7.1 closed\n"
    );
    let _ = scene.judge(&says(Judgement::PROCEED).named("inner").named("outer"));
    assert_eq!(scene.trace().to_string(), "inner: clean\n");
    let _ = scene.judge(&says(Verdict::Accept).named("rule"));
    assert_eq!(scene.trace().to_string(), "rule: accepted\n");
    let _ = scene.judge(
        &says(Judgement::might_refuse(trouble()))
            .named("inner")
            .named("outer"),
    );
    assert_eq!(
        scene.trace().to_string(),
        "inner: might have refused 451 4.4.3 dns-trouble\n"
    );
    let _ = scene.judge(&says(Judgement::might_accept(trouble())).named("rule"));
    assert_eq!(
        scene.trace().to_string(),
        "rule: might have accepted 451 4.4.3 dns-trouble\n"
    );
}

#[test]
fn a_dry_run_records_and_does_not_act() {
    let mut scene = stranger();
    for (judgement, recorded) in [
        (
            Judgement::from(refusal()),
            "rule: would have refused 550 5.7.1 closed\n",
        ),
        (Verdict::Accept.into(), "rule: would have accepted\n"),
        (Judgement::PROCEED, "rule: clean\n"),
        (
            Judgement::might_refuse(trouble()),
            "rule: might have refused 451 4.4.3 dns-trouble\n",
        ),
    ] {
        for policy in [says(judgement.clone()), says(judgement.clone()).later()] {
            assert_eq!(
                scene.judge(&policy.clone().dry_run().named("rule")),
                Judgement::PROCEED
            );
            assert_eq!(scene.trace().to_string(), recorded);
            assert_eq!(
                scene.judge(&policy.named("rule").dry_run()),
                Judgement::PROCEED
            );
            assert_eq!(scene.trace().to_string(), recorded);
        }
    }
    let whole = Chain::new()
        .then(says(Judgement::PROCEED))
        .then(says(refusal()).named("rule"))
        .dry_run();
    assert_eq!(scene.judge(&whole), Judgement::PROCEED);
    let trace = scene.trace();
    let would: Vec<_> = trace
        .would()
        .map(|(rule, refusal)| (rule.unwrap().as_str(), refusal.event()))
        .collect();
    assert_eq!(would, [("rule", Event::Custom)]);
}

#[test]
fn a_dry_run_that_breaks_down_refuses_nobody() {
    let mut scene = stranger();
    let broken = policy_fn(|_| -> Judgement { std::panic::panic_any("as the test wants it") });
    assert_eq!(
        scene.judge(&broken.dry_run().named("rule")),
        Judgement::PROCEED
    );
    assert!(
        scene
            .trace()
            .entries()
            .iter()
            .any(|entry| entry.note == Note::Panicked)
    );
}

#[test]
fn a_dry_run_is_recorded_at_its_first_stage_only() {
    let mut scene = stranger();
    let policy = says(refusal()).at(Stage::Mail).dry_run().named("rule");
    for (stage, entries) in [(Stage::Mail, 1), (Stage::Recipient, 0)] {
        let inquiry = scene.inquiry(stage);
        assert_eq!(policy.check(&inquiry).wait(), Judgement::PROCEED);
        assert_eq!(scene.trace().would().count(), entries, "{stage}");
    }
}

#[test]
fn softened_and_answering_change_the_code() {
    let scene = stranger();
    let code = |policy: &dyn Policy| {
        scene
            .judge(policy)
            .verdict
            .refusal()
            .unwrap()
            .code()
            .as_u16()
    };
    let answer = |code| ReplyCode::new(code).unwrap();
    assert_eq!(code(&says(refusal()).softened()), 450);
    assert_eq!(code(&says(refusal()).later().softened()), 450);
    assert_eq!(code(&says(refusal()).answering(answer(571)).unwrap()), 571);
    assert_eq!(
        code(&says(refusal()).softened().answering(answer(571)).unwrap()),
        571
    );
    assert_eq!(
        code(&says(refusal()).answering(answer(571)).unwrap().softened()),
        450
    );
    // Trouble, and doubt because of it, stay temporary.
    assert_eq!(code(&says(trouble()).answering(answer(550)).unwrap()), 451);
    assert_eq!(
        code(&says(refusal().in_doubt()).answering(answer(550)).unwrap()),
        450
    );
    assert_eq!(code(&says(trouble()).answering(answer(421)).unwrap()), 421);
    // What is no refusal is left alone.
    for judgement in [
        Judgement::PROCEED,
        Verdict::Accept.into(),
        Judgement::might_refuse(trouble()),
    ] {
        assert_eq!(scene.judge(&says(judgement.clone()).softened()), judgement);
        assert_eq!(
            scene.judge(&says(judgement.clone()).answering(answer(550)).unwrap()),
            judgement
        );
    }
    for code in [200, 250, 354, 521] {
        let error = says(refusal()).answering(answer(code)).err().unwrap();
        let text = format!(
            "reply code {code} cannot refuse this: expected 400 to 599 but 521, and 4yz for trouble or doubt"
        );
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn inspect_sees_and_changes_nothing() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let policy = says(refusal()).inspect(move |inquiry, judgement| {
        log.lock().unwrap().push((inquiry.stage, judgement.clone()));
    });
    assert_eq!(stranger().judge(&policy), refusal().into());
    assert_eq!(
        *seen.lock().unwrap(),
        [(Stage::Recipient, refusal().into())]
    );
}

#[test]
fn whom_unless_passes_over() {
    let login = |mut scene: Scene| {
        scene.session.authenticated("ann");
        scene
    };
    let postmaster = |mut scene: Scene| {
        scene
            .session
            .rcpt(ForwardPath::parse("<PostMaster@example.org>").unwrap());
        scene
    };
    let inside = || Scene::new(client("192.0.2.7"), "");
    let zone = "9.113.0.203.in-addr.arpa. PTR host.example.org.\nhost.example.org. A 203.0.113.9";
    let by_name = || Scene::new(client("203.0.113.9"), zone);
    // A reverse name that claims to be inside is not enough.
    let liar = || {
        Scene::new(
            client("203.0.113.9"),
            "9.113.0.203.in-addr.arpa. PTR host.example.org.",
        )
    };
    let when = || Exemption::when(|session| session.user() == Some("ann"));
    for (exempt, mut scene, passed) in [
        (Exemption::Internal, stranger(), false),
        (Exemption::Internal, inside(), true),
        (Exemption::Internal, by_name(), true),
        (Exemption::Internal, liar(), false),
        (Exemption::Internal, login(stranger()), true),
        (Exemption::Authenticated, inside(), false),
        (Exemption::Authenticated, login(stranger()), true),
        (Exemption::Postmaster, stranger(), false),
        (Exemption::Postmaster, postmaster(stranger()), true),
        (when(), stranger(), false),
        (when(), login(stranger()), true),
    ] {
        let policy = says(refusal());
        let judgement = scene.judge(&policy.clone().unless(exempt.clone()));
        assert_eq!(judgement.verdict.refusal().is_none(), passed, "{exempt:?}");
        assert_eq!(policy.asked(), usize::from(!passed), "{exempt:?}");
        let skipped = scene.trace().to_string().contains("skipped: exempt");
        assert_eq!(skipped, passed, "{exempt:?}");
    }
    assert_eq!(
        stranger().judge(&says(refusal()).unless(Exemptions::none())),
        refusal().into()
    );
}

#[test]
fn an_exemption_by_name_in_trouble_softens() {
    let scene = Scene::new(
        client("203.0.113.9"),
        "9.113.0.203.in-addr.arpa. PTR !servfail",
    );
    let policy = || says(refusal()).unless(Exemptions::own_users());
    let softened = scene.judge(&policy()).verdict.refusal().unwrap().clone();
    assert_eq!(softened.to_string(), "450 4.7.1 closed");
    // Whatever the operator's code, for the client may be one of us.
    let answering = policy().answering(ReplyCode::MAILBOX_UNAVAILABLE).unwrap();
    assert_eq!(
        scene
            .judge(&answering)
            .verdict
            .refusal()
            .unwrap()
            .code()
            .as_u16(),
        450
    );
    assert_eq!(
        scene
            .judge(&says(Verdict::Accept).unless(Exemption::Internal))
            .verdict,
        Verdict::Accept
    );
    // A ground that needs no name decides before.
    let either = says(refusal()).unless([Exemption::Internal, Exemption::when(|_| true)]);
    assert_eq!(scene.judge(&either), Judgement::PROCEED);
    let inquiry = scene.inquiry(Stage::Recipient);
    assert_eq!(
        inquiry.connection().wait(),
        Connection::Trouble(DnsError::ServerFailure)
    );
}

#[test]
fn the_side_of_a_connection_asks_for_a_name_only_where_one_could_matter() {
    for (peer, side, queries) in [
        ("192.0.2.7", Side::Internal, 0),
        ("203.0.113.9", Side::External, 1),
    ] {
        let scene = Scene::new(client(peer), "");
        let connection = scene.inquiry(Stage::Connect).connection().wait();
        assert_eq!(
            (connection, scene.dns.query_count()),
            (Connection::Of(side), queries)
        );
    }
    let scene = Scene::new(Client::unnamed(util::ip("192.0.2.7")), "");
    let connection = scene.inquiry(Stage::Connect).connection().wait();
    assert_eq!(
        (connection, scene.dns.query_count()),
        (Connection::Of(Side::External), 0)
    );
}

#[test]
fn a_table_in_trouble_might_have_accepted_by_name() {
    let table = |rules: &[&str]| {
        let rules = rules.iter().map(|rule| rule.split_once(' ').unwrap());
        let table = rules.fold(HostTable::builder(), |table, (pattern, action)| {
            table
                .rule(pattern.parse().unwrap(), Action::parse(action).unwrap())
                .unwrap()
        });
        ClientTable::new(table.build())
    };
    let scene = Scene::new(
        client("203.0.113.9"),
        "9.113.0.203.in-addr.arpa. PTR !servfail",
    );
    let settled = |table: ClientTable, then: Judgement| {
        scene
            .judge(&Chain::new().then(table).then(says(then)))
            .settled()
            .verdict
    };
    let code = |verdict: Verdict| verdict.refusal().map(|refusal| refusal.code().as_u16());
    let friends = || table(&["*.friends.example OK"]);
    let foes = || table(&["*.foes.example REJECT"]);
    assert_eq!(code(settled(friends(), refusal().into())), Some(451));
    assert_eq!(code(settled(friends(), Judgement::PROCEED)), None);
    assert_eq!(code(settled(foes(), refusal().into())), Some(550));
    assert_eq!(
        code(settled(
            foes().on_trouble(OnTrouble::DeferIfPermit),
            Judgement::PROCEED
        )),
        Some(451)
    );
    assert_eq!(
        code(settled(
            foes().on_trouble(OnTrouble::Defer),
            Judgement::PROCEED
        )),
        Some(451)
    );
    // A rule for the address holds, for now.
    let both = table(&["*.friends.example OK", "203.0.113.0/24 REJECT"]);
    assert_eq!(code(settled(both.clone(), Judgement::PROCEED)), Some(450));
    let coded = Chain::new().then(both.answering(ReplyCode::MAILBOX_UNAVAILABLE).unwrap());
    assert_eq!(code(scene.judge(&coded).verdict), Some(450));
    // One for the address accepts only if no rule for a name could say otherwise.
    let ok = table(&["*.friends.example OK", "203.0.113.0/24 OK"]);
    assert_eq!(settled(ok, refusal().into()), Verdict::Accept);
    for other in ["REJECT", "DUNNO"] {
        let mixed = table(&[&format!("*.foes.example {other}"), "203.0.113.0/24 OK"]);
        assert_eq!(code(settled(mixed.clone(), refusal().into())), Some(451));
        assert_eq!(settled(mixed, Judgement::PROCEED), Verdict::Proceed);
    }
}

#[test]
fn a_chain_is_moved_with_its_members() {
    let scene = stranger();
    let row = |stage| {
        Chain::new()
            .then(
                Chain::new()
                    .then(says(refusal()))
                    .named("closing")
                    .at(stage),
            )
            .then(says(Verdict::Accept))
    };
    let heard = |chain: &Chain, stage| chain.check(&scene.inquiry(stage)).wait();
    // Its member judges a recipient by itself; moved, it refuses at DATA, or as early as the connection.
    assert!(
        heard(&row(Stage::Data), Stage::Data)
            .verdict
            .refusal()
            .is_some()
    );
    assert_eq!(
        heard(&row(Stage::Data), Stage::Recipient).verdict,
        Verdict::Accept
    );
    assert!(
        heard(&row(Stage::Connect), Stage::Connect)
            .verdict
            .refusal()
            .is_some()
    );
    assert_eq!(
        heard(&row(Stage::Mail), Stage::Connect).verdict,
        Verdict::Proceed
    );
}
