//! What the perimeter holds, and who is inside.

use mailward::relay::{Known, Login, Perimeter, Side};

use crate::connections::{Connection, RECIPIENTS, connections};
use crate::perimeter;
use crate::util::{client, confirmed, fcrdns, ip, mailbox, name, network, pattern, recipient};

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
