//! What each key for the whole file does.

use std::time::Duration;

use mailward::config::Config;
use mailward::guard::{Commands, Firmness};
use mailward::policies::OnTrouble;
use mailward::policy::RefuseAt;
use mailward::wording::{Security, TableTexts};

use crate::util::{client, name};
use crate::{EXAMPLE, after, built, code, guard, parsed, recipient, reply, tables};

#[test]
fn defaults() {
    assert_eq!(
        parsed("hostname = 'mx.example.org'"),
        Config::new(name("mx.example.org"))
    );
    let plain = Config::new(name("mx.example.org"));
    assert_eq!(
        (plain.security, plain.refuse_at),
        (Security::Secure, RefuseAt::Recipient)
    );
    assert_eq!(
        (plain.soft, plain.text_in_secure),
        (Firmness::Firm, TableTexts::FriendlyOnly)
    );
    assert_eq!(plain.commands, Commands::default());
    assert_eq!(plain.dns().on_trouble, OnTrouble::Proceed);
}

#[test]
fn the_example_of_the_contract_loads() {
    let config = parsed(EXAMPLE);
    let names = [
        "our-blocklist",
        "verified-client-1",
        "blocklist-1",
        "greeting-1",
        "sender-table-1",
        "sender-domain-1",
        "recipient-table-1",
    ];
    assert_eq!(config.rule_names(), names);
    let zone = "9.2.51.198.zen.example.net. A 127.0.0.2";
    let zone = zone.replace("9.2.51.198", "8.100.51.198");
    let guard = built(
        &config,
        &tables(),
        &format!("{zone}\nexample.com. MX 10 mail.example.com."),
    );
    let outcome = recipient(&guard, "bob@example.org");
    assert_eq!(
        (code(&outcome), outcome.rule.unwrap().as_str()),
        (554, "our-blocklist")
    );
    let lines = ["EHLO mail.example.com", "MAIL FROM:<ann@example.com>"];
    let outcome = after(&guard, client("198.51.100.8"), &lines).line(b"RCPT TO:<bob@example.org>");
    assert_eq!(
        outcome.reply.to_string(),
        "554 5.7.1 Listed; see https://example.org/unlist?ip=198.51.100.8\r\n"
    );
}

#[test]
fn security_and_texts() {
    let check = "[[check]]\nkind = 'client-table'\nfile = 'auth.mta'\n";
    assert_eq!(
        reply(&guard(check, "")),
        "554 5.7.0 Closing transmission channel.\r\n"
    );
    let friendly = format!("security = 'friendly'\n{check}");
    assert_eq!(
        reply(&guard(&friendly, "")),
        "554 5.7.1 Your IP address or subnet is in my list of bad ones.\r\n"
    );
    let own = format!("security = 'friendly'\ntexts.bad-client = 'Not you, {{client}}.'\n{check}");
    assert_eq!(
        reply(&guard(&own, "")),
        "554 5.7.1 Not you, 203.0.113.9.\r\n"
    );
    let own = format!("texts.bad-client = 'Not you.'\n{check}");
    assert_eq!(reply(&guard(&own, "")), "554 5.7.0 Not you.\r\n");
}

#[test]
fn text_in_secure() {
    let check = "[[check]]\nkind = 'sender-table'\nfile = 'auth.user'\n";
    let hears = |text: &str| {
        let guard = guard(&format!("{text}{check}"), "");
        let lines = ["EHLO mail.example.com", "MAIL FROM:<ann@spam.example>"];
        let mut dialogue = after(&guard, client("203.0.113.9"), &lines);
        dialogue
            .line(b"RCPT TO:<bob@example.org>")
            .reply
            .to_string()
    };
    assert_eq!(hears(""), "554 5.7.0 Closing transmission channel.\r\n");
    assert_eq!(hears("text-in-secure = true\n"), "554 5.7.0 No spam.\r\n");
}

#[test]
fn refuse_at() {
    let text = "refuse-at = 'earliest'\n[[check]]\nkind = 'client-table'\nfile = 'auth.mta'\n";
    let (_, greeting) = guard(text, "").connect_blocking(client("203.0.113.9"));
    assert_eq!(code(&greeting), 554);
}

#[test]
fn soft_makes_every_refusal_one_for_now() {
    let text = "soft = true\n[[check]]\nkind = 'client-table'\nfile = 'auth.mta'\n[[check]]\nkind = 'recipient-table'\nfile = 'recipients'\ncode = 550\n";
    let soft = guard(text, "");
    assert_eq!(reply(&soft), "450 4.7.0 Try again later.\r\n");
    assert_eq!(
        recipient(&soft, "bob@third.example").reply.to_string(),
        "451 4.7.1 User not local, Relay disabled.\r\n"
    );
    let mut dialogue = after(&soft, client("203.0.113.8"), &["EHLO mail.example.com"]);
    assert_eq!(
        dialogue
            .line(b"RCPT TO:<bob@example.org>")
            .reply
            .to_string(),
        "451 4.5.1 Send MAIL first.\r\n"
    );
    assert_eq!(code(&dialogue.line(b"NONSENSE")), 451);
    assert_eq!(code(&dialogue.line(b"EXPN staff")), 451);
    assert!(!dialogue.line(b"MAIL FROM:<>").is_refusal());
    assert_eq!(code(&dialogue.line(b"RCPT TO:<old@example.org>")), 450);
    let early = guard(&format!("refuse-at = 'earliest'\n{text}"), "");
    let (_, greeting) = early.connect_blocking(client("203.0.113.9"));
    assert_eq!(greeting.reply.to_string(), "450 Try again later.\r\n");
}

#[test]
fn postmaster() {
    let check = "[[check]]\nkind = 'client-table'\nfile = 'auth.mta'\n";
    assert_eq!(
        code(&recipient(&guard(check, ""), "postmaster@example.org")),
        250
    );
    let judged = format!("perimeter.postmaster-exempt = false\n{check}");
    assert_eq!(
        code(&recipient(&guard(&judged, ""), "postmaster@example.org")),
        554
    );
}

#[test]
fn commands() {
    let codes = |text: &str, from: &str| {
        let mut dialogue = after(&guard(text, ""), client(from), &["EHLO mail.example.com"]);
        ["VRFY bob", "EXPN staff", "ETRN example.org"]
            .map(|line| code(&dialogue.line(line.as_bytes())))
    };
    let stranger = "203.0.113.9";
    assert_eq!(codes("", stranger), [252, 502, 502]);
    assert_eq!(
        codes(
            "commands = { vrfy = 'off', expn = 'noncommittal', etrn = 'on' }",
            stranger
        ),
        [502, 252, 250]
    );
    let some =
        "[commands]\nvrfy = ['192.0.2.0/24']\nexpn = ['192.0.2.0/24']\netrn = ['192.0.2.7']\n";
    assert_eq!(codes(some, "192.0.2.7"), [250, 250, 250]);
    assert_eq!(codes(some, "192.0.2.8"), [250, 250, 502]);
    assert_eq!(codes(some, stranger), [252, 502, 502]);
    // A proxy's own address is nobody's.
    let proxied = format!("perimeter.proxy-protocol = ['192.0.2.7']\n{some}");
    assert_eq!(codes(&proxied, "192.0.2.7"), [252, 502, 502]);
    assert_eq!(codes("commands.vrfy = []", stranger), [252, 502, 502]);
}

#[test]
fn dns() {
    let config = parsed(
        "hostname = 'mx.example.org'\n[dns]\ndeadline = '250ms'\nin-flight = 1_000\ncache = 0\non-trouble = 'defer'",
    );
    assert_eq!(config.dns.deadline, Duration::from_millis(250));
    assert_eq!((config.dns().in_flight, config.dns().cache), (1_000, 0));
    for (text, seconds) in [("5s", 5), ("2m", 120), ("1h", 3_600), ("35d", 3_024_000)] {
        let config = parsed(&format!(
            "hostname = 'mx.example.org'\ndns.deadline = '{text}'"
        ));
        assert_eq!(config.dns.deadline, Duration::from_secs(seconds));
    }
}

#[test]
fn trouble_is_met_as_the_file_says() {
    let zone = "*.in-addr.arpa. PTR !servfail\n*.bl.example. A !servfail\nmail.example.com. A !servfail\nmail.example.com. AAAA !servfail\nmail.example.com. MX !servfail\nexample.com. MX !servfail";
    let files = tables().with("names", "*.example.net OK\n");
    let answer = |text: &str| {
        let config = parsed(&format!(
            "hostname = 'mx.example.org'\nperimeter.domains = ['example.org']\n{text}"
        ));
        code(&recipient(&built(&config, &files, zone), "bob@example.org"))
    };
    for check in [
        "kind = 'verified-client'\n",
        "kind = 'blocklist'\nzone = [{ zone = 'bl.example' }]\n",
        "kind = 'greeting'\nrefuse = ['unresolvable']\n",
        "kind = 'client-table'\nfile = 'names'\n",
    ] {
        assert_eq!(answer(&format!("[[check]]\n{check}")), 250, "{check}");
        assert_eq!(
            answer(&format!(
                "dns.on-trouble = 'defer-if-permit'\n[[check]]\n{check}"
            )),
            450,
            "{check}"
        );
        assert_eq!(
            answer(&format!("dns.on-trouble = 'defer'\n[[check]]\n{check}")),
            450,
            "{check}"
        );
        assert_eq!(
            answer(&format!(
                "dns.on-trouble = 'defer'\n[[check]]\n{check}on-trouble = 'proceed'\n"
            )),
            250,
            "{check}"
        );
    }
    // Senders are deferred whatever the section says, but not if the check says otherwise.
    assert_eq!(
        answer("dns.on-trouble = 'proceed'\n[[check]]\nkind = 'sender-domain'\n"),
        450
    );
    assert_eq!(
        answer("[[check]]\nkind = 'sender-domain'\non-trouble = 'proceed'\n"),
        250
    );
}
