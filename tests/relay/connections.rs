//! Every kind of connection with every form of recipient.

use mailward::client::Client;
use mailward::fcrdns::VerifiedName;
use mailward::relay::{Destination, Known, Login, Side, permits};

use crate::perimeter;
use crate::util::{client, confirmed, ip, recipient};

/// One kind of connection, and what is to be made of it when nobody has logged in.
pub(crate) struct Connection {
    pub(crate) what: &'static str,
    pub(crate) client: Client,
    pub(crate) names: Vec<VerifiedName>,
    pub(crate) known: Known,
    pub(crate) side: Side,
}

pub(crate) fn connections() -> Vec<Connection> {
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
pub(crate) const RECIPIENTS: [(&str, Destination); 19] = [
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
