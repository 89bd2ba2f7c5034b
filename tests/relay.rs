//! Relay control: nobody outside sends through us to somebody outside.

mod util;

use mailward::address::ForwardPath;
use mailward::client::Client;
use mailward::dns::DnsError;
use mailward::fcrdns::VerifiedName;
use mailward::relay::{Backup, Destination, Known, Login, Perimeter, Side, permits};
use util::{client, confirmed, dns, fcrdns, ip, mailbox, name, network, pattern, recipient};

#[test]
fn the_rule_is_four_rows() {
    assert!(permits(Side::Internal, Side::Internal));
    assert!(permits(Side::Internal, Side::External));
    assert!(permits(Side::External, Side::Internal));
    assert!(!permits(Side::External, Side::External));
    assert_eq!(Side::default(), Side::External);
    assert_eq!(Login::default(), Login::Anonymous);
}

/// One kind of connection, and what is to be made of it when nobody has logged in.
struct Connection {
    what: &'static str,
    client: Client,
    names: Vec<VerifiedName>,
    known: Known,
    side: Side,
}

fn connections() -> Vec<Connection> {
    use Known::{DependsOnName, External as Out, Internal as In};
    let stranger = || confirmed("203.0.113.9", &["mail.third.example"]);
    let ours = || confirmed("203.0.113.9", &["host.inside.example"]);
    let row = |what, client, names, known, side| Connection {
        what,
        client,
        names,
        known,
        side,
    };
    let direct = |text| client(text);
    let proxied = |text, proxy| Client::proxied(ip(text), ip(proxy));
    let unnamed = |proxy| Client::unnamed(ip(proxy));
    let (external, internal) = (Side::External, Side::Internal);
    vec![
        row(
            "direct, stranger",
            direct("203.0.113.9"),
            vec![],
            DependsOnName,
            external,
        ),
        row(
            "direct, stranger's name",
            direct("203.0.113.9"),
            stranger(),
            DependsOnName,
            external,
        ),
        row(
            "direct, our name",
            direct("203.0.113.9"),
            ours(),
            DependsOnName,
            internal,
        ),
        row("direct, network", direct("192.0.2.7"), vec![], In, internal),
        row(
            "direct, network, stranger's name",
            direct("192.0.2.7"),
            stranger(),
            In,
            internal,
        ),
        row(
            "direct, mapped network",
            direct("::ffff:192.0.2.7"),
            vec![],
            In,
            internal,
        ),
        row(
            "direct, compatible form is another address",
            direct("::192.0.2.7"),
            vec![],
            DependsOnName,
            external,
        ),
        row(
            "direct, IPv6 network",
            direct("2001:db8:1::7"),
            vec![],
            In,
            internal,
        ),
        row(
            "direct, loopback in a network",
            direct("127.0.0.1"),
            vec![],
            In,
            internal,
        ),
        row(
            "direct, IPv6 loopback, not listed",
            direct("::1"),
            vec![],
            DependsOnName,
            external,
        ),
        row(
            "direct, the proxy",
            direct("192.0.2.10"),
            vec![],
            Out,
            external,
        ),
        row(
            "direct, the proxy, our name",
            direct("192.0.2.10"),
            ours(),
            Out,
            external,
        ),
        row(
            "proxied, stranger",
            proxied("203.0.113.9", "192.0.2.10"),
            vec![],
            DependsOnName,
            external,
        ),
        row(
            "proxied, our name",
            proxied("203.0.113.9", "192.0.2.10"),
            ours(),
            DependsOnName,
            internal,
        ),
        row(
            "proxied, network",
            proxied("192.0.2.7", "192.0.2.10"),
            vec![],
            In,
            internal,
        ),
        row(
            "proxied, mapped proxy",
            proxied("192.0.2.7", "::ffff:192.0.2.10"),
            vec![],
            In,
            internal,
        ),
        row(
            "proxied, loopback",
            proxied("127.0.0.1", "192.0.2.10"),
            vec![],
            Out,
            external,
        ),
        row(
            "proxied, loopback, our name",
            proxied("127.0.0.1", "192.0.2.10"),
            ours(),
            Out,
            external,
        ),
        row(
            "proxied, mapped loopback",
            proxied("::ffff:127.8.8.8", "192.0.2.10"),
            vec![],
            Out,
            external,
        ),
        row(
            "proxied, IPv6 loopback",
            proxied("::1", "192.0.2.10"),
            ours(),
            Out,
            external,
        ),
        row(
            "proxied, unspecified",
            proxied("0.0.0.0", "192.0.2.10"),
            ours(),
            Out,
            external,
        ),
        row(
            "proxied, unspecified IPv6",
            proxied("::", "192.0.2.10"),
            ours(),
            Out,
            external,
        ),
        row(
            "proxied, our own address",
            proxied("192.0.2.25", "192.0.2.10"),
            ours(),
            Out,
            external,
        ),
        row(
            "proxied, the proxy itself",
            proxied("192.0.2.10", "192.0.2.10"),
            ours(),
            Out,
            external,
        ),
        row(
            "proxied, another proxy",
            proxied("192.0.2.11", "192.0.2.10"),
            ours(),
            Out,
            external,
        ),
        row(
            "proxied by nobody we know",
            proxied("192.0.2.7", "203.0.113.1"),
            ours(),
            Out,
            external,
        ),
        row(
            "proxied by a host of our network",
            proxied("192.0.2.7", "192.0.2.8"),
            ours(),
            Out,
            external,
        ),
        row(
            "proxied, unnamed",
            unnamed("192.0.2.10"),
            vec![],
            Out,
            external,
        ),
        row(
            "proxied, unnamed, our name",
            unnamed("192.0.2.10"),
            ours(),
            Out,
            external,
        ),
        row(
            "proxied by nobody we know, unnamed",
            unnamed("192.0.2.7"),
            ours(),
            Out,
            external,
        ),
    ]
}

/// Every form of recipient, and where it goes.
const RECIPIENTS: [(&str, Destination); 19] = [
    ("Postmaster", Destination::Local),
    ("postmaster@example.org", Destination::Local),
    ("postmaster@third.example", Destination::Elsewhere),
    ("bob@example.org", Destination::Local),
    ("bob@EXAMPLE.org", Destination::Local),
    ("bob@mx.example.org", Destination::Local),
    ("bob@sub.example.net", Destination::Local),
    ("bob@example.net", Destination::Elsewhere),
    ("bob@badexample.org", Destination::Elsewhere),
    ("bob@sub.example.org", Destination::Elsewhere),
    ("bob@[192.0.2.25]", Destination::Local),
    ("bob@[IPv6:::ffff:192.0.2.25]", Destination::Local),
    ("bob@[192.0.2.7]", Destination::Elsewhere),
    ("bob@[x25:192.0.2.25]", Destination::Elsewhere),
    ("bob@partner.example", Destination::RelayTo),
    ("bob@third.example", Destination::Elsewhere),
    ("bob%third.example@example.org", Destination::Routed),
    ("\"bob@third.example\"@partner.example", Destination::Routed),
    ("@example.org:bob@third.example", Destination::Elsewhere),
];

fn perimeter() -> Perimeter {
    Perimeter::new(name("mx.example.org"))
        .network(network("127.0.0.0/8"))
        .network(network("192.0.2.0/24"))
        .network(network("2001:db8:1::/48"))
        .name(pattern("*.inside.example"))
        .domain(pattern("example.org"))
        .domain(pattern("*.example.net"))
        .relay_to(pattern("partner.example"))
        .literal(ip("192.0.2.25"))
        .proxy(network("192.0.2.10"))
        .proxy(network("192.0.2.11"))
}

#[test]
fn every_connection_has_its_side() {
    let perimeter = perimeter();
    for Connection {
        what,
        client,
        names,
        known,
        side,
    } in connections()
    {
        assert_eq!(
            perimeter.known_side(&client, Login::Anonymous),
            known,
            "{what}"
        );
        assert_eq!(
            perimeter.connection(&client, Login::Anonymous, &names),
            side,
            "{what}"
        );
        assert_eq!(
            perimeter.known_side(&client, Login::Authenticated),
            Known::Internal,
            "{what}"
        );
        assert_eq!(
            perimeter.connection(&client, Login::Authenticated, &names),
            Side::Internal,
            "{what}"
        );
    }
}

#[test]
fn every_recipient_has_its_destination() {
    for (text, destination) in RECIPIENTS {
        assert_eq!(
            perimeter().destination(&recipient(text)),
            destination,
            "{text}"
        );
    }
}

#[test]
fn every_connection_with_every_recipient() {
    let perimeter = perimeter();
    for Connection {
        what,
        client,
        names,
        side,
        ..
    } in connections()
    {
        for (text, destination) in RECIPIENTS {
            for login in [Login::Anonymous, Login::Authenticated] {
                let inside = side == Side::Internal || login == Login::Authenticated;
                let ours = matches!(destination, Destination::Local | Destination::RelayTo);
                let connection = perimeter.connection(&client, login, &names);
                let recipient = perimeter.destination(&recipient(text)).side();
                assert_eq!(
                    permits(connection, recipient),
                    inside || ours,
                    "{what}, {login:?}: {text}"
                );
            }
        }
    }
}

#[test]
fn an_empty_perimeter_relays_nothing() {
    let empty = Perimeter::new(name("mx.example.org"));
    for Connection {
        what,
        client,
        names,
        ..
    } in connections()
    {
        assert_eq!(
            empty.known_side(&client, Login::Anonymous),
            Known::External,
            "{what}"
        );
        assert_eq!(
            empty.connection(&client, Login::Anonymous, &names),
            Side::External,
            "{what}"
        );
    }
    for (text, _) in RECIPIENTS {
        let local = text == "Postmaster" || text == "bob@mx.example.org";
        assert_eq!(
            empty.destination(&recipient(text)).side() == Side::Internal,
            local,
            "{text}"
        );
    }
}

#[test]
fn only_a_confirmed_name_makes_internal() {
    let forged = fcrdns(
        "203.0.113.9",
        "9.113.0.203.in-addr.arpa. PTR host.inside.example.",
    );
    assert_eq!(
        perimeter().connection(&client("203.0.113.9"), Login::Anonymous, forged.names()),
        Side::External
    );

    let trouble = fcrdns(
        "203.0.113.9",
        "9.113.0.203.in-addr.arpa. PTR host.inside.example.\nhost.inside.example. A !servfail",
    );
    assert!(trouble.trouble().is_some());
    assert_eq!(
        perimeter().connection(&client("203.0.113.9"), Login::Anonymous, trouble.names()),
        Side::External
    );
}

#[test]
fn any_confirmed_name_makes_internal_at_the_border_of_a_label() {
    let side = |names: &[&str]| {
        perimeter().connection(
            &client("203.0.113.9"),
            Login::Anonymous,
            &confirmed("203.0.113.9", names),
        )
    };
    assert_eq!(
        side(&["mail.third.example", "host.inside.example"]),
        Side::Internal
    );
    assert_eq!(side(&["a.b.inside.example"]), Side::Internal);
    assert_eq!(side(&["inside.example"]), Side::External);
    assert_eq!(side(&["badinside.example"]), Side::External);
    assert_eq!(side(&["inside.example.third.example"]), Side::External);
}

#[test]
fn the_order_of_the_builder_does_not_matter() {
    let turned = Perimeter::new(name("mx.example.org"))
        .proxy(network("192.0.2.11"))
        .proxy(network("192.0.2.10"))
        .literal(ip("192.0.2.25"))
        .relay_to(pattern("partner.example"))
        .domain(pattern("*.example.net"))
        .domain(pattern("example.org"))
        .domain(pattern("example.org"))
        .name(pattern("*.inside.example"))
        .network(network("2001:db8:1::/48"))
        .network(network("192.0.2.0/24"))
        .network(network("127.0.0.0/8"));
    for Connection {
        what,
        client,
        known,
        ..
    } in connections()
    {
        assert_eq!(
            turned.known_side(&client, Login::Anonymous),
            known,
            "{what}"
        );
    }
    for (text, destination) in RECIPIENTS {
        assert_eq!(turned.destination(&recipient(text)), destination, "{text}");
    }
}

#[test]
fn the_perimeter_says_what_it_holds() {
    let perimeter = perimeter().backup_mx(network("198.51.100.0/24"));
    let texts = |patterns: std::slice::Iter<'_, mailward::name::NamePattern>| {
        patterns.map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(perimeter.hostname().as_str(), "mx.example.org");
    assert_eq!(perimeter.networks().len(), 3);
    assert_eq!(texts(perimeter.names()), ["*.inside.example"]);
    assert_eq!(texts(perimeter.domains()), ["example.org", "*.example.net"]);
    assert_eq!(texts(perimeter.relay_domains()), ["partner.example"]);
    assert_eq!(perimeter.literals(), [ip("192.0.2.25")]);
    assert_eq!(
        perimeter.proxies(),
        [network("192.0.2.10"), network("192.0.2.11")]
    );
    assert_eq!(perimeter.backup_networks(), [network("198.51.100.0/24")]);
    assert!(perimeter.is_proxy(ip("::ffff:192.0.2.10")));
    assert!(!perimeter.is_proxy(ip("192.0.2.12")));
    assert!(perimeter.is_local(mailbox("x@[192.0.2.25]").domain()));
}

/// The classic tests for open relays, rows 12 to 66 of the union of the published lists: third.example is foreign,
/// example.org ours, mx.example.org our host, 192.0.2.25 our address, partner.example a domain we relay to.
const RELAY_TESTS: &[&str] = &[
    "<victim%third.example@[192.0.2.25]>",
    "<victim%third.example@mx.example.org>",
    "<victim%third.example@example.org>",
    "<victim%third.example@partner.example>",
    "<victim%third.example>",
    "<victim%third.example@>",
    "<\"victim@third.example\">",
    "<\"victim%third.example\">",
    "<\"victim@third.example\"@[192.0.2.25]>",
    "<\"victim@third.example\"@mx.example.org>",
    "<\"victim@third.example\"@example.org>",
    "<\"victim%third.example\"@example.org>",
    "<victim@third.example@[192.0.2.25]>",
    "<victim@third.example@mx.example.org>",
    "<victim@third.example@example.org>",
    "<victim@third.example@partner.example>",
    "<victim@example.org@third.example>",
    "<@[192.0.2.25]:victim@third.example>",
    "<@mx.example.org:victim@third.example>",
    "<@example.org:victim@third.example>",
    "<@partner.example:victim@third.example>",
    "<@example.org,@other.example:victim@third.example>",
    "<@third.example:victim%third.example@example.org>",
    "<third.example!victim>",
    "<third.example!victim@[192.0.2.25]>",
    "<third.example!victim@mx.example.org>",
    "<third.example!victim@example.org>",
    "<example.org!third.example!victim>",
    "<\"third.example!victim\"@example.org>",
    "<third.example!victim@partner.example>",
    "<victim%other.example%third.example@example.org>",
    "<@example.org:third.example!victim>",
    "<third.example!victim%other.example@example.org>",
    "<IMCEASMTP-victim+40third+2Eexample@example.org>",
    "<imceasmtp-victim+40third+2eexample@example.org>",
    "<\"IMCEA victim@third.example\"@example.org>",
    "<\"a@example.org, victim@third.example\"@example.org>",
    "<\"victim@third.example,\"@example.org>",
    "<a@example.org>,<victim@third.example>",
    "<victim%40third.example@example.org>",
    "<\"victim\\@third.example\"@example.org>",
    "<victim\\@third.example@example.org>",
    "<\"victim@third.example\"@partner.example>",
    "<victim@third.example(example.org)>",
    "<victim(@example.org)@third.example>",
    "<\"\"victim@third.example\"\"@example.org>",
    "<@:victim@third.example>",
    "<:victim@third.example@example.org>",
    "<victim:third.example@example.org>",
    "<third.example::victim@example.org>",
    "<\"third.example::victim\"@example.org>",
    "<victim@[203.0.113.25]>",
    "<victim@localhost>",
    "<victim@[127.0.0.1]>",
    "<victim@[0.0.0.0]>",
    "<victim@third.example>",
];

#[test]
fn no_classic_relay_test_gets_through() {
    let perimeter = perimeter();
    for path in RELAY_TESTS {
        let Ok(path) = ForwardPath::parse(path) else {
            continue;
        };
        let side = perimeter.destination(path.recipient()).side();
        assert!(!permits(Side::External, side), "{path}");
    }
}

#[test]
fn look_alikes_are_ours() {
    for text in [
        "list-bounces+ann=example.com@example.org",
        "SRS0=HHH=TT=third.example=ann@example.org",
        "prvs=1234abcd=ann@example.org",
        "ann+third.example@example.org",
        "\"john doe\"@example.org",
        "o'brien@example.org",
    ] {
        assert_eq!(
            perimeter().destination(&recipient(text)),
            Destination::Local,
            "{text}"
        );
    }
}

const FRIENDS: &str = "
    friend.example.         MX 10 mail.friend.example.
    friend.example.         MX 20 mx.example.org.
    mail.friend.example.    A  198.51.100.25
    mail.friend.example.    AAAA 2001:db8:f::25
    half.example.           MX 10 mail.half.example.
    half.example.           MX 20 mx.example.org.
    mail.half.example.      A  198.51.100.26
    mail.half.example.      A  203.0.113.9
    two.example.            MX 5  mail.friend.example.
    two.example.            MX 10 mail.stranger.example.
    two.example.            MX 20 mx.example.org.
    stranger.example.       MX 10 mail.stranger.example.
    stranger.example.       MX 20 mx.example.org.
    mail.stranger.example.  A  203.0.113.9
    outside6.example.       MX 10 mail.outside6.example.
    outside6.example.       MX 20 mx.example.org.
    mail.outside6.example.  A  198.51.100.27
    mail.outside6.example.  AAAA 2001:db8:bad::1
    best.example.           MX 10 mx.example.org.
    best.example.           MX 20 mail.friend.example.
    equal.example.          MX 10 mx.example.org.
    equal.example.          MX 10 mail.friend.example.
    notus.example.          MX 10 mail.friend.example.
    silent.example.         MX 0 .
    plain.example.          A  198.51.100.25
    gone.example.           MX 10 mail.gone.example.
    gone.example.           MX 20 mx.example.org.
    trouble.example.        MX !servfail
    unsure.example.         MX 10 mail.unsure.example.
    unsure.example.         MX 20 mx.example.org.
    mail.unsure.example.    A  198.51.100.28
    mail.unsure.example.    AAAA !timeout
    worse.example.          MX 10 mail.worse.example.
    worse.example.          MX 20 mx.example.org.
    mail.worse.example.     A  203.0.113.9
    mail.worse.example.     AAAA !timeout
";

fn backup(domain: &str) -> Backup {
    let perimeter = perimeter()
        .backup_mx(network("198.51.100.0/24"))
        .backup_mx(network("2001:db8:f::/48"));
    perimeter.backup_for(&name(domain), &dns(FRIENDS)).wait()
}

#[test]
fn a_backup_exchanger_needs_better_ones_that_the_operator_named() {
    assert_eq!(backup("friend.example"), Backup::Yes);
    for domain in [
        "half.example",
        "two.example",
        "stranger.example",
        "outside6.example",
        "best.example",
        "equal.example",
        "notus.example",
        "silent.example",
        "plain.example",
        "gone.example",
        "nowhere.example",
        "worse.example",
    ] {
        assert_eq!(backup(domain), Backup::No, "{domain}");
    }
}

#[test]
fn trouble_makes_nobody_a_backup_exchanger() {
    assert_eq!(
        backup("trouble.example"),
        Backup::Trouble(DnsError::ServerFailure)
    );
    assert_eq!(backup("unsure.example"), Backup::Trouble(DnsError::Timeout));
    assert_eq!(Backup::Trouble(DnsError::Timeout).side(), Side::External);
    assert_eq!(
        (Backup::Yes.side(), Backup::No.side()),
        (Side::Internal, Side::External)
    );
}

#[test]
fn ten_better_exchangers_are_looked_up_and_no_more() {
    let zone = |count: usize| {
        let mut zone = String::from("many.example. MX 900 mx.example.org.\n");
        for at in 0..count {
            zone += &format!(
                "many.example. MX {at} m{at}.example.\nm{at}.example. A 198.51.100.{at}\n"
            );
        }
        dns(&zone)
    };
    let perimeter = perimeter().backup_mx(network("198.51.100.0/24"));
    assert_eq!(
        perimeter
            .backup_for(&name("many.example"), &zone(10))
            .wait(),
        Backup::Yes
    );
    let eleven = zone(11);
    assert_eq!(
        perimeter.backup_for(&name("many.example"), &eleven).wait(),
        Backup::No
    );
    assert_eq!(eleven.query_count(), 1);
}

#[test]
fn only_what_lies_elsewhere_is_a_candidate() {
    let without = perimeter();
    let with = perimeter().backup_mx(network("198.51.100.0/24"));
    for (text, destination) in RECIPIENTS {
        let recipient = recipient(text);
        assert_eq!(without.backup_candidate(&recipient), None, "{text}");
        let name = recipient.domain().and_then(|domain| domain.name());
        let expected = name.filter(|_| destination == Destination::Elsewhere);
        assert_eq!(with.backup_candidate(&recipient), expected, "{text}");
    }
}

#[test]
fn without_backup_networks_no_question_is_asked() {
    let dns = dns(FRIENDS);
    assert_eq!(
        perimeter().backup_for(&name("friend.example"), &dns).wait(),
        Backup::No
    );
    assert_eq!(dns.query_count(), 0);
}
