//! Table files: what is read, and what an operator is told.

use mailward::diagnostic::Diagnostics;
use mailward::table::{HostTable, MailboxTable, Subdomains};
use proptest::prelude::*;

use crate::util::{confirmed, ip, mailbox};

/// Rules and warnings of a file of hosts, or its errors.
fn hosts(text: impl AsRef<[u8]>) -> Result<(HostTable, String), String> {
    let mut found = Diagnostics::new();
    let table = HostTable::read("f", text.as_ref(), Subdomains::Explicit, &mut found);
    assert_eq!(table.is_none(), found.has_errors());
    table
        .map(|table| (table, found.to_string()))
        .ok_or_else(|| found.to_string())
}

fn senders(text: impl AsRef<[u8]>) -> Result<(MailboxTable, String), String> {
    let mut found = Diagnostics::new();
    let table = MailboxTable::read_senders("f", text.as_ref(), Subdomains::Explicit, &mut found);
    assert_eq!(table.is_none(), found.has_errors());
    table
        .map(|table| (table, found.to_string()))
        .ok_or_else(|| found.to_string())
}

#[track_caller]
fn read(text: &str) -> HostTable {
    let (table, warnings) = hosts(text).unwrap();
    assert_eq!(warnings, "", "{text}");
    table
}

fn decides(table: &HostTable, client: &str, names: &[&str]) -> String {
    let names = match names {
        [] => vec![],
        names => confirmed(client, names),
    };
    let found = table.lookup(ip(client), &names);
    found.map(ToString::to_string).unwrap_or_default()
}

#[test]
fn lines_comments_and_continuations() {
    for text in [
        "# a comment\n\n192.0.2.1\tREJECT go away\n  # another\nmail.example   OK\n",
        "\u{feff}192.0.2.1 REJECT go away\r\nmail.example OK\r\n",
        "192.0.2.1\n REJECT go\n# x\n\taway\nmail.example OK",
        "192.0.2.1\n REJECT\n# between\n\n\tgo away\nmail.example OK",
        "192.0.2.1 REJECT go away  \n   \nmail.example OK \t",
    ] {
        let printed = read(text).to_string().replace("\t", " ");
        assert_eq!(
            printed, "192.0.2.1 REJECT go away\nmail.example OK\n",
            "{text:?}"
        );
    }
    let latin = b"# caf\xe9 is a comment only\n192.0.2.1 OK";
    assert_eq!(hosts(latin).unwrap().0.to_string(), "192.0.2.1 OK\n");
    for empty in ["", "\n", "# nothing\r\n"] {
        let (table, warnings) = hosts(empty).unwrap();
        assert!(table.rules().is_empty());
        assert_eq!(warnings, "f:1:1: warning: the file holds no rule\n");
    }
}

#[test]
fn each_fault_of_a_line_has_its_place() {
    let long = format!("192.0.2.1 REJECT {}", "a".repeat(17_000));
    let cases: [(&[u8], &str); 9] = [
        (
            b" 192.0.2.1 OK",
            "f:1:1: error: a blank at its beginning makes a line continue the one before, and there is none\n",
        ),
        (
            b"192.0.2.1 OK\n192.0.2.2 REJECT caf\xe9\n",
            "f:2:21: error: octet 0xe9 is not UTF-8\n",
        ),
        (
            b"192.0.2.1 REJECT a\0b\n",
            "f:1:19: error: control character \\u{0}\n",
        ),
        (
            b"192.0.2.1 REJECT a\rb\n",
            "f:1:19: error: control character \\r\n",
        ),
        (
            long.as_bytes(),
            "f:1:1: error: the rule has more than 16384 octets\n",
        ),
        (
            "192.0.2.1\n  REJECT caf\u{e9}\n".as_bytes(),
            "f:2:13: error: reply text \"café\": unusable character '\u{e9}' at octet 3\n",
        ),
        (
            b"192.0.2.1\n\tREJCT\n   no\n",
            "f:2:2: error: REJCT: not an action; expected OK, DUNNO, REJECT, DEFER, LOG or a reply code and a text; did you mean REJECT?\n",
        ),
        (
            b"192.0.2.1\n",
            "f:1:10: error: 192.0.2.1: an action is missing; expected OK, DUNNO, REJECT, DEFER, LOG or a reply code and a text\n",
        ),
        (
            b"/\xc3\xa9/ EXCLUDES /(/\n",
            "f:1:14: error: /(/: unclosed group\n",
        ),
    ];
    for (text, told) in cases {
        assert_eq!(hosts(text).unwrap_err(), told);
    }
}

#[test]
fn each_fault_of_a_rule_is_told() {
    for (text, told) in [
        (
            "10.0.0.1/8 OK",
            "f:1:1: error: 10.0.0.1/8: host bits set; the network is 10.0.0.0/8\n",
        ),
        (
            "unverifed:*.example REJECT",
            "f:1:1: error: unverifed:*.example: no pattern begins with this word; expected an address, a network, a name, mx:NAME, unverified:NAME or /expression/; did you mean unverified:?\n",
        ),
        (
            "/spam/I REJECT",
            "f:1:1: error: /spam/I: unknown flag I; expected the flags i, m, s, x, A, E, U or X; did you mean i?\n",
        ),
        (
            "/spam REJECT",
            "f:1:1: error: \"/spam REJECT\": the slash behind the expression is missing\nf:1:13: error: \"/spam REJECT\": an action is missing; expected OK, DUNNO, REJECT, DEFER, LOG or a reply code and a text\n",
        ),
        (
            "!host.example OK",
            "f:1:1: error: !host.example: only an expression or a network can stand behind an exclamation mark\n",
        ),
        (
            "unverified:*.example OK",
            "f:1:22: error: unverified:*.example OK: a name that is not confirmed can only be refused\n",
        ),
        (
            "unverified:a.example dunno",
            "f:1:22: error: unverified:a.example DUNNO: a name that is not confirmed can only be refused\n",
        ),
        (
            "10 521 no",
            "f:1:4: error: \"521 no\": 521 is for hosts that take no mail from anybody (RFC 7504)\n",
        ),
        (
            "10 REJECT 550 no",
            "f:1:4: error: \"REJECT 550 no\": a reply code stands instead of REJECT or DEFER, not behind it\n",
        ),
        (
            "10 RELAY",
            "f:1:4: error: RELAY: a table never lets anybody relay; that is the business of [perimeter]\n",
        ),
        (
            "10 HOLD on",
            "f:1:4: error: HOLD: holding mail is the business of the mail server's queue\n",
        ),
        (
            "10 discard",
            "f:1:4: error: discard: throwing mail away unsaid is the business of the mail server; REJECT tells the sender\n",
        ),
        (
            "10 FILTER smtp:x",
            "f:1:4: error: FILTER: filtering content is the business of the mail server\n",
        ),
        (
            "10 REDIRECT a@b.example",
            "f:1:4: error: REDIRECT: sending mail elsewhere is the business of the mail server\n",
        ),
        (
            "10 PREPEND X: y",
            "f:1:4: error: PREPEND: adding header lines is the business of the mail server\n",
        ),
        (
            "10 BCC a@b.example",
            "f:1:4: error: BCC: sending copies is the business of the mail server\n",
        ),
        (
            "10 permit_mynetworks, reject",
            "f:1:4: error: permit_mynetworks,: a restriction of Postfix; who is inside is the business of [perimeter]\n",
        ),
        (
            "10 reject_unauth_destination",
            "f:1:4: error: reject_unauth_destination: a restriction of Postfix; who may relay is the business of [perimeter]\n",
        ),
        (
            "10 reject_rbl_client zen",
            "f:1:4: error: reject_rbl_client: a restriction of Postfix; that is the business of a [[check]] of its own\n",
        ),
        (
            "10 check_client_access x",
            "f:1:4: error: check_client_access: a restriction of Postfix; that is the business of a [[check]] of its own\n",
        ),
        (
            "10 warn_if_reject",
            "f:1:4: error: warn_if_reject: a restriction of Postfix; a check that does not act is the business of dry-run\n",
        ),
        (
            "/^(a)/ REJECT no $1 here",
            "f:1:18: error: a substitution of what the expression matched, which the texts of a policy do not have; expected a text that is always the same\n",
        ),
        (
            r"/^(a)\1/ REJECT",
            "f:1:1: error: \"/^(a)\\\\1/\": a back-reference, which an engine in linear time does not have\n",
        ),
        (
            "/a(?=b)/ REJECT",
            "f:1:1: error: /a(?=b)/: look-ahead, which an engine in linear time does not have\n",
        ),
        (
            "/a++/ REJECT",
            "f:1:1: error: /a++/: a possessive repetition, which an engine in linear time does not have\n",
        ),
        (
            "// REJECT",
            "f:1:1: error: //: an empty expression matches everybody\n",
        ),
        (
            "/(a{1000}){1000}/ OK",
            "f:1:1: error: /(a{1000}){1000}/: the expression takes more than 524288 octets when compiled\n",
        ),
        (
            "10 EXCLUDES /x/ y",
            "f:1:4: error: \"EXCLUDES /x/ y\": nothing stands behind the expression\n",
        ),
        (
            "10 EXCLUDES x",
            "f:1:4: error: x: an expression stands between slashes\n",
        ),
        ("if /a/\n10 OK", "f:1:1: error: if without its endif\n"),
        ("endif", "f:1:1: error: endif without its if\n"),
        (
            "if\n10 OK\nendif",
            "f:1:3: error: if without a condition; expected an expression between slashes, or in a table of hosts a network\n",
        ),
        (
            "if a.example\nendif x",
            "f:1:4: error: a.example: no condition; expected an expression between slashes, or in a table of hosts a network\nf:2:7: error: nothing stands behind endif\n",
        ),
        (
            "10 OK\n# x\n10.0.0.0/8 REJECT",
            "f:3:1: error: 10.0.0.0/8: there is a rule for this pattern in line 1 already: \"10.0.0.0/8 OK\"\n",
        ),
        (
            "/a/ OK\n/a/ii REJECT",
            "f:2:1: error: /a/ii: there is a rule for this pattern in line 1 already: \"/a/ OK\"\n",
        ),
    ] {
        assert_eq!(hosts(text).unwrap_err(), told, "{text}");
    }
    for (text, told) in [
        (
            "<> REJECT",
            "f:1:4: error: <> REJECT: the null reverse-path must not be refused\n",
        ),
        (
            "<> DEFER_IF_PERMIT",
            "f:1:4: error: <> DEFER_IF_PERMIT: the null reverse-path must not be refused\n",
        ),
        (
            "a@ EXCLUDES /x/",
            "f:1:4: error: a@ EXCLUDES /x/: senders are compared with an expression in tables of hosts only\n",
        ),
        (
            "wildcrd:a*@b REJECT",
            "f:1:1: error: wildcrd:a*@b: no pattern begins with this word; expected an address, a domain, user@, wildcard:PATTERN or /expression/; did you mean wildcard:?\n",
        ),
        (
            "wildcard: REJECT",
            "f:1:1: error: \"\": a wildcard is missing\n",
        ),
        (
            "*@example.org OK",
            "f:1:1: error: *@example.org: for all of a domain write the domain alone\n",
        ),
        (
            "if 10.0.0.0/8\nendif",
            "f:1:4: error: 10.0.0.0/8: '/' at octet 9 is not a letter, digit, hyphen or underscore\n",
        ),
    ] {
        assert_eq!(senders(text).unwrap_err(), told, "{text}");
    }
}

#[test]
fn what_may_not_be_meant_is_a_warning() {
    for (text, rules, told) in [
        (
            "10 550",
            "10.0.0.0/8 OK\n",
            "f:1:4: warning: 550: a number alone means OK; to refuse, a text stands behind it\n",
        ),
        ("10 1234567", "10.0.0.0/8 OK\n", ""),
        (
            "10 OK partner",
            "10.0.0.0/8 OK\n",
            "f:1:4: warning: OK: the text behind it is never spoken\n",
        ),
        (
            "10 450 5.7.1 x",
            "10.0.0.0/8 450 4.7.1 x\n",
            "f:1:4: warning: 450 5.7.1: the class is taken as 4: it refuses for now\n",
        ),
        (
            "10 REJECT 4.7.1 x",
            "10.0.0.0/8 REJECT 5.7.1 x\n",
            "f:1:4: warning: REJECT 4.7.1: the class is taken as 5: it refuses for good\n",
        ),
        (
            "10 OK\n10 ok",
            "10.0.0.0/8 OK\n",
            "f:2:1: warning: 10: line 1 says the same\n",
        ),
        (
            "10.0.0.0/8 REJECT\n10.1.0.0/16 OK",
            "10.0.0.0/8 REJECT\n10.1.0.0/16 OK\n",
            "f:2:1: warning: 10.1.0.0/16: decides here, as the longer prefix; cidr_table(5) would take 10.0.0.0/8, which stands before it in line 1\n",
        ),
        (
            "10.1.0.0/16 OK\n10.0.0.0/8 REJECT",
            "10.1.0.0/16 OK\n10.0.0.0/8 REJECT\n",
            "",
        ),
        (
            r"/^192\.0\.2\./ REJECT",
            "/^192\\.0\\.2\\./ REJECT\n",
            "f:1:1: warning: /^192\\.0\\.2\\./: expressions are compared with verified names, never with addresses; for those write a network\n",
        ),
        (
            "unknown REJECT",
            "unknown REJECT\n",
            "f:1:1: warning: unknown: that name alone; clients without a verified name are the business of verified-client\n",
        ),
    ] {
        let (table, warnings) = hosts(text).unwrap();
        assert_eq!(
            (table.to_string().as_str(), warnings.as_str()),
            (rules, told),
            "{text}"
        );
    }
}

#[test]
fn one_pass_tells_of_twenty_errors() {
    let text = "10 REJCT\n".repeat(30);
    let told = hosts(&text).unwrap_err();
    assert_eq!(told.lines().count(), 20);
    assert!(told.starts_with("f:1:4: error: REJCT: not an action"));
}

#[test]
fn files_of_postfix_load_as_they_are() {
    let access = read(
        "192.0.2 REJECT\n.spam.example 554 spam\nhost.example DUNNO\n1.2.3.4 1700000000\n10.1 WARN seen\n10.2 INFO seen\n10.3 defer_if_permit later\n10.4 Defer_If_Reject 4.7.1\n",
    );
    assert_eq!(
        access.to_string(),
        "192.0.2.0/24 REJECT\n*.spam.example 554 spam\nhost.example DUNNO\n1.2.3.4 OK\n10.1.0.0/16 LOG seen\n10.2.0.0/16 LOG seen\n10.3.0.0/16 DEFER_IF_PERMIT later\n10.4.0.0/16 DEFER_IF_REJECT 4.7.1\n"
    );
    let cidr = read(
        "if 10.0.0.0/8\nif !10.1.0.0/16\n10.2.0.0/16 REJECT two\nendif\n10.1.2.3 OK\nendif\n!192.0.2.0/24 DEFER\n[2001:db8::]/32 OK\n",
    );
    assert_eq!(decides(&cidr, "10.2.0.1", &[]), "10.2.0.0/16 REJECT two");
    assert_eq!(decides(&cidr, "10.1.2.3", &[]), "10.1.2.3 OK");
    assert_eq!(decides(&cidr, "192.0.2.1", &[]), "");
    assert_eq!(decides(&cidr, "203.0.113.9", &[]), "!192.0.2.0/24 DEFER");
    assert_eq!(decides(&cidr, "2001:db8::1", &[]), "2001:db8::/32 OK");
    let regexp = read(
        "if /\\.example$/\nIF !/^mail/\n/^[[-]x|dial/ REJECT that costs $$5\nENDIF\n/^mail/i OK\nendif\n!/example/ DEFER\n",
    );
    let named = |name| decides(&regexp, "203.0.113.9", &[name]);
    assert_eq!(named("dial.example"), "/^[[-]x|dial/ REJECT that costs $5");
    assert_eq!(named("maildial.example"), "/^mail/i OK");
    assert_eq!(named("dial.test"), "!/example/ DEFER");
    assert_eq!(decides(&regexp, "203.0.113.9", &[]), "!/example/ DEFER");
}

#[test]
fn rules_in_file_order_come_last_and_in_their_order() {
    let (table, _) = senders(
        "*@*.example.org DEFER\n/b/ 550 first\nwildcard:a%C@*.Example.NET 551 one\n/^\"/ 552 quoted\nexample.com OK\nif !/x/\nann@ REJECT\nendif\n",
    )
    .unwrap();
    let of = |text: &str| {
        let found = table.lookup(&mailbox(text));
        found.map(ToString::to_string).unwrap_or_default()
    };
    assert_eq!(of("bob@example.com"), "example.com OK");
    assert_eq!(of("bob@a.example.org"), "wildcard:*@*.example.org DEFER");
    assert_eq!(of("BOB@example.net"), "/b/ 550 first");
    assert_eq!(
        of("Axc@a.example.net"),
        "wildcard:a%c@*.example.net 551 one"
    );
    assert_eq!(of("ac@a.example.net"), "");
    assert_eq!(of("\"z z\"@test"), "/^\"/ 552 quoted");
    assert_eq!(of("Ann+news@test"), "ann@ REJECT");
    assert_eq!(of("ann@x.test"), "");
    assert!(table.lookup_null().is_none());
}

#[test]
fn blocks_nest_so_deep_and_no_deeper() {
    let nested = |deep: usize| {
        format!(
            "{}10 OK\n{}",
            "if /a/\n".repeat(deep),
            "endif\n".repeat(deep)
        )
    };
    assert_eq!(read(&nested(32)).rules()[0].conditions().len(), 32);
    assert_eq!(
        hosts(nested(33)).unwrap_err(),
        "f:33:4: error: blocks stand more than 32 deep in each other\n"
    );
}

const WORDS: &[&str] = &[
    "10",
    "192.0.2.0/24",
    "!10.0.0.0/8",
    "a.example",
    "*.example",
    "mx:a.example",
    "unverified:*.example",
    "/a$/",
    "!/b/i",
    "if",
    "endif",
    "ann@a.example",
    "\"a b\"@",
    "wildcard:a*@%",
    "*@*.example",
    "<>",
    "[192.0.2.1]",
    "/x@y/",
    "#",
    "OK",
    "REJECT",
    "550 5.7.1 no",
    "LOG x",
    "DEFER_IF_PERMIT",
    "EXCLUDES /a/",
    "DUNNO",
    "$$1",
    "REQUIRES /[ [&&]/x",
    "\n",
    "\n",
    "\n ",
    "\t",
    "\r\n",
    "\"/o\"@a.example",
];

proptest! {
    #[test]
    fn any_octets_are_read_or_told_of(octets in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = (hosts(&octets), senders(&octets));
    }

    /// What a table prints reads as the same rules.
    #[test]
    fn a_printed_table_reads_the_same(words in prop::collection::vec(prop::sample::select(WORDS), 0..30), plain in any::<bool>()) {
        let text = match plain {
            true => words.join(" "),
            false => words.chunks(2).map(|rule| rule.join(" ") + "\n").collect(),
        };
        if let Ok((table, _)) = hosts(&text) {
            let (again, _) = hosts(table.to_string()).unwrap();
            prop_assert_eq!(again.rules(), table.rules());
        }
        if let Ok((table, _)) = senders(&text) {
            let (again, _) = senders(table.to_string()).unwrap();
            prop_assert_eq!(again.rules(), table.rules());
        }
    }
}
