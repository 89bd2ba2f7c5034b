//! Whom a policy passes over, and what a name in trouble means for that.

use mailward::address::ForwardPath;
use mailward::client::Client;
use mailward::dns::DnsError;
use mailward::policies::{ClientTable, OnTrouble};
use mailward::policy::{Chain, Connection, Exemption, Exemptions, Policy, PolicyExt};
use mailward::relay::Side;
use mailward::reply::ReplyCode;
use mailward::table::{Action, HostTable};
use mailward::verdict::{Judgement, Stage, Verdict};

use crate::util::client;
use crate::{Scene, refusal, says, stranger};

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
        assert_eq!(
            judgement.verdict().refusal().is_none(),
            passed,
            "{exempt:?}"
        );
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
    let softened = scene.judge(&policy()).verdict().refusal().unwrap().clone();
    assert_eq!(softened.to_string(), "450 4.7.1 closed");
    // Whatever the operator's code, for the client may be one of us.
    let answering = policy().answering(ReplyCode::MAILBOX_UNAVAILABLE).unwrap();
    assert_eq!(
        scene
            .judge(&answering)
            .verdict()
            .refusal()
            .unwrap()
            .code()
            .as_u16(),
        450
    );
    assert_eq!(
        scene
            .judge(&says(Verdict::Accept).unless(Exemption::Internal))
            .verdict(),
        &Verdict::Accept
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
    let scene = Scene::new(Client::unnamed(crate::util::ip("192.0.2.7")), "");
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
    };
    let code = |judgement: Judgement| {
        judgement
            .verdict()
            .refusal()
            .map(|refusal| refusal.code().as_u16())
    };
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
    assert_eq!(code(scene.judge(&coded)), Some(450));
    // One for the address accepts only if no rule for a name could say otherwise.
    let ok = table(&["*.friends.example OK", "203.0.113.0/24 OK"]);
    assert_eq!(settled(ok, refusal().into()), Verdict::Accept.into());
    for other in ["REJECT", "DUNNO"] {
        let mixed = table(&[&format!("*.foes.example {other}"), "203.0.113.0/24 OK"]);
        assert_eq!(code(settled(mixed.clone(), refusal().into())), Some(451));
        assert_eq!(settled(mixed, Judgement::PROCEED), Judgement::PROCEED);
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
            .verdict()
            .refusal()
            .is_some()
    );
    assert_eq!(
        heard(&row(Stage::Data), Stage::Recipient).verdict(),
        &Verdict::Accept
    );
    assert!(
        heard(&row(Stage::Connect), Stage::Connect)
            .verdict()
            .refusal()
            .is_some()
    );
    assert_eq!(
        heard(&row(Stage::Mail), Stage::Connect).verdict(),
        &Verdict::Proceed
    );
}
