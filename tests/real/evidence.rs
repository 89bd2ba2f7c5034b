//! Evidence over real servers: who a client is, and where mail goes.

use mailward::dns::{DnsError, HickoryDns};
use mailward::fcrdns::{self, Fcrdns};
use mailward::mailroute::{self, Absence, MailRoute};

use crate::servers::Site;
use crate::{ip, name};

/// What is known of a client, in words.
fn verified(client: &str, dns: &HickoryDns) -> String {
    match fcrdns::verify(ip(client), dns).wait() {
        Fcrdns::Confirmed { names, .. } => {
            let names: Vec<_> = names.iter().map(ToString::to_string).collect();
            format!("is {}", names.join(", "))
        }
        Fcrdns::Mismatch(names) => format!("is none of {}", names.len()),
        Fcrdns::NoName => "has no name".to_owned(),
        Fcrdns::Trouble(error) => format!("{error:?}"),
    }
}

#[test]
fn clients_are_verified() {
    let Some(site) = Site::start() else { return };
    let dns = site.dns();
    for (client, found) in [
        ("203.0.113.2", "is mail.example"),
        ("2001:db8::2", "is mail.example"),
        ("203.0.113.3", "is none of 1"),
        ("203.0.113.4", "is none of 1"),
        ("203.0.113.5", "has no name"),
        ("203.0.113.6", "is second.example"),
        ("203.0.113.7", "ServerFailure"),
        ("203.0.113.11", "is none of 200"),
        ("203.0.113.12", "is classless.example"),
        ("203.0.113.13", "ServerFailure"),
        ("203.0.113.17", "is abroad-client.example"),
        ("203.0.113.18", "is none of 1"),
        ("203.0.113.20", "is alias-client.example"),
        ("203.0.113.23", "is none of 1"),
    ] {
        assert_eq!(verified(client, &dns), found, "{client}");
    }
}

#[test]
fn mail_finds_its_way() {
    let Some(site) = Site::start() else { return };
    let dns = site.dns();
    let route = |domain: &str| mailroute::resolve(&name(domain), &dns).wait();
    let exchangers = route("shop.example");
    let shown: Vec<_> = exchangers
        .exchangers()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(shown, ["10 mx1.example", "20 mx2.example"]);
    assert_eq!(route("several.example"), MailRoute::Address);
    assert_eq!(route("www.example"), MailRoute::Address);
    assert_eq!(route("null.example"), MailRoute::NullMx);
    assert_eq!(
        route("text.example"),
        MailRoute::Nowhere(Absence::NoAddress)
    );
    assert_eq!(
        route("nowhere.example"),
        MailRoute::Nowhere(Absence::NoSuchName)
    );
    assert_eq!(
        route("loop1.example"),
        MailRoute::Trouble(DnsError::ServerFailure)
    );
    assert_eq!(
        route("host.broken.example"),
        MailRoute::Trouble(DnsError::ServerFailure)
    );
    assert_eq!(
        route("elsewhere.net"),
        MailRoute::Trouble(DnsError::Refused)
    );
}
