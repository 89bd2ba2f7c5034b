//! Mailboxes, their domains and literals: what is read, in which spelling, and what is wrong and where.

use mailward::{
    address::{Domain, Literal},
    client::ClientIp,
    name::Name,
};

use crate::{forward, forward_err, literal, mailbox, reverse};

#[test]
fn ordinary_mailboxes_are_read() {
    for text in [
        "ann@example.org",
        "a@b",
        "ann.bee-cee_dee@mx-1.example.org",
        "!#$%&'*+-/=?^_`{|}~@example.org",
        "0@example.org",
        "ann@[192.0.2.1]",
        "ann@[IPv6:2001:db8::1]",
        "ann@[x400:c=gb]",
        r#""john doe"@example.org"#,
        r#"" "@example.org"#,
        r#""a..b"@example.org"#,
        r#"".a"@example.org"#,
        r#""a."@example.org"#,
        r#""a\"b\\c"@example.org"#,
        r#""a>b<c"@example.org"#,
        "jürgen@example.org",
    ] {
        assert_eq!(mailbox(text).to_string(), text);
        assert_eq!(
            forward(&format!("<{text}>")).mailbox(),
            Some(&mailbox(text))
        );
        assert_eq!(
            reverse(&format!("<{text}>")).mailbox(),
            Some(&mailbox(text))
        );
    }
}

#[test]
fn one_value_has_one_spelling() {
    for (text, printed) in [
        ("Ann@EXAMPLE.org", "Ann@example.org"),
        ("ann@example.org.", "ann@example.org"),
        (r#""ann"@example.org"#, "ann@example.org"),
        (r#""\a\n\n"@example.org"#, "ann@example.org"),
        (r#""a.b"@example.org"#, "a.b@example.org"),
        (r#""a\ b"@example.org"#, r#""a b"@example.org"#),
        (
            r#""victim\@third"@example.org"#,
            r#""victim@third"@example.org"#,
        ),
        ("ann@[ipv6:2001:DB8:0:0::1]", "ann@[IPv6:2001:db8::1]"),
        ("ann@[IPv6:::ffff:192.0.2.1]", "ann@[192.0.2.1]"),
    ] {
        assert_eq!(mailbox(text).to_string(), printed);
        assert_eq!(mailbox(text), mailbox(printed));
    }
    assert_ne!(mailbox("Ann@example.org"), mailbox("ann@example.org"));
}

#[cfg(feature = "idna")]
#[test]
fn u_labels_in_a_domain_become_a_labels() {
    assert_eq!(
        mailbox("ann@Bücher.example"),
        mailbox("ann@xn--bcher-kva.example")
    );
    assert!(mailbox("ann@bücher.example").is_ascii());
    assert!(!mailbox("jürgen@bücher.example").is_ascii());
}

#[test]
fn what_is_wrong_and_where() {
    for (text, fault) in [
        ("", r#""": '<' is missing at octet 1"#),
        (
            "bob@example.org",
            "bob@example.org: '<' is missing at octet 1",
        ),
        (
            " <bob@example.org>",
            r#"" <bob@example.org>": '<' is missing at octet 1"#,
        ),
        (
            "<bob@example.org",
            "<bob@example.org: '>' is missing at octet 17",
        ),
        (
            "<bob@example.org> ",
            r#""<bob@example.org> ": nothing may follow at octet 18"#,
        ),
        (
            "<bob@example.org>>",
            "<bob@example.org>>: nothing may follow at octet 18",
        ),
        (
            "<<bob@example.org>>",
            "<<bob@example.org>>: '<' at octet 2 may not stand there in a local part",
        ),
        ("<>", "<>: empty local part at octet 2"),
        ("<bob>", "<bob>: '@' and a domain are missing at octet 5"),
        (
            r#"<"postmaster">"#,
            r#""<\"postmaster\">": '@' and a domain are missing at octet 14"#,
        ),
        ("<bob@>", "<bob@>: empty domain at octet 6"),
        ("<bob@.>", "<bob@.>: empty domain at octet 6"),
        (
            "<@example.org>",
            "<@example.org>: the source route goes on with ',@' or ends with ':' at octet 14",
        ),
        (
            "<.bob@example.org>",
            "<.bob@example.org>: nothing between dots at octet 2",
        ),
        (
            "<bob.@example.org>",
            "<bob.@example.org>: nothing between dots at octet 6",
        ),
        (
            "<b..ob@example.org>",
            "<b..ob@example.org>: nothing between dots at octet 4",
        ),
        (
            "<b ob@example.org>",
            r#""<b ob@example.org>": ' ' at octet 3 may not stand there in a local part"#,
        ),
        (
            r"<b\ob@example.org>",
            r#""<b\\ob@example.org>": '\\' at octet 3 may not stand there in a local part"#,
        ),
        (
            "<bob(x)@example.org>",
            "<bob(x)@example.org>: '(' at octet 5 may not stand there in a local part",
        ),
        (
            "<(x)bob@example.org>",
            "<(x)bob@example.org>: '(' at octet 2 may not stand there in a local part",
        ),
        (
            r#"<"bob@example.org>"#,
            r#""<\"bob@example.org>": the quote at octet 2 is never closed"#,
        ),
        (
            r#"<"bob\"#,
            r#""<\"bob\\": the quote at octet 2 is never closed"#,
        ),
        (
            r#"<""@example.org>"#,
            r#""<\"\"@example.org>": empty local part at octet 2"#,
        ),
        (
            r#"<"a"b@example.org>"#,
            r#""<\"a\"b@example.org>": 'b' at octet 5 may not stand there in a local part"#,
        ),
        (
            r#"<"a"."b"@example.org>"#,
            r#""<\"a\".\"b\"@example.org>": '.' at octet 5 may not stand there in a local part"#,
        ),
        (
            "<\"a\tb\"@example.org>",
            r#""<\"a\tb\"@example.org>": '\t' at octet 4 may not stand in quotes"#,
        ),
        (
            "<\"a\\\tb\"@example.org>",
            r#""<\"a\\\tb\"@example.org>": '\t' at octet 4 may not stand in quotes"#,
        ),
        (
            "<\"a\\üb\"@example.org>",
            r#""<\"a\\üb\"@example.org>": '\u{fc}' at octet 4 may not stand in quotes"#,
        ),
        (
            "<bob\0@example.org>",
            r#""<bob\u{0}@example.org>": '\u{0}' at octet 5 may not stand there in a local part"#,
        ),
        (
            "<bob\u{85}@example.org>",
            r#""<bob\u{85}@example.org>": '\u{85}' at octet 5 may not stand there in a local part"#,
        ),
        (
            "<bob@exa mple.org>",
            r#""<bob@exa mple.org>": ' ' at octet 9 is not a letter, digit, hyphen or underscore"#,
        ),
        ("<bob@a..b>", "<bob@a..b>: empty label at octet 8"),
        (
            "<bob@a.-b>",
            "<bob@a.-b>: hyphen at the edge of a label at octet 8",
        ),
        (
            "<bob@192.0.2.1>",
            "<bob@192.0.2.1>: the last label is a number, as in an address",
        ),
        (
            "<bob@[192.0.2.1>",
            "<bob@[192.0.2.1>: the literal at octet 6 is never closed",
        ),
        (
            "<bob@[192.0.2.1].>",
            "<bob@[192.0.2.1].>: '>' is missing at octet 17",
        ),
        (
            "<bob@[192.0.2]>",
            "<bob@[192.0.2]>: the literal at octet 6 is not an IPv4 address",
        ),
        (
            "<bob@[]>",
            "<bob@[]>: the literal at octet 6 is not an IPv4 address",
        ),
        (
            "<bob@[2001:db8::1]>",
            "<bob@[2001:db8::1]>: the literal at octet 6 lacks the tag of an IPv6 address, as in [IPv6:2001:db8::1]",
        ),
        (
            "<bob@[IPv6:fe80::1%eth0]>",
            "<bob@[IPv6:fe80::1%eth0]>: the literal at octet 6 is not an IPv6 address",
        ),
        (
            "<bob@[x:]>",
            "<bob@[x:]>: the literal at octet 6 is not a tag, a colon and printable text",
        ),
        (
            "<@a.example;bob@b.example>",
            "<@a.example;bob@b.example>: ';' at octet 12 is not a letter, digit, hyphen or underscore",
        ),
        (
            "<@a.example,b.example:bob@c.example>",
            "<@a.example,b.example:bob@c.example>: the source route goes on with ',@' or ends with ':' at octet 12",
        ),
        (
            "<@a.example:bob>",
            "<@a.example:bob>: '@' and a domain are missing at octet 16",
        ),
        (
            "<@a.example:postmaster>",
            "<@a.example:postmaster>: '@' and a domain are missing at octet 23",
        ),
        (
            "<@[192.0.2.1]:bob@b.example>",
            "<@[192.0.2.1]:bob@b.example>: '[' at octet 3 is not a letter, digit, hyphen or underscore",
        ),
    ] {
        assert_eq!(forward_err(text), fault);
    }
}

#[test]
fn domains_and_literals() {
    for (text, ip) in [
        ("[192.0.2.1]", "192.0.2.1"),
        ("[IPv6:2001:db8::1]", "2001:db8::1"),
        ("[ipV6:::1]", "::1"),
        ("[IPv6:::ffff:192.0.2.1]", "192.0.2.1"),
        ("[IPv6:::192.0.2.1]", "::192.0.2.1"),
    ] {
        assert_eq!(
            literal(text).ip(),
            Some(ClientIp::parse(ip).unwrap()),
            "{text}"
        );
        assert_eq!(Domain::parse(text).unwrap(), Domain::from(literal(text)));
    }
    for text in [
        "192.0.2.1",
        "[192.0.2.1",
        "192.0.2.1]",
        "[[192.0.2.1]]",
        "[01.2.3.4]",
        "[256.1.1.1]",
        "[1.2.3]",
        "[ 192.0.2.1]",
        "[::1]",
        "[::ffff:192.0.2.1]",
        "[fe80::1]",
        "[IPv6:192.0.2.1]",
        "[IPv6:]",
        "[IPv6:::1%lo]",
        "[:x]",
        "[-:x y]",
        "[a-:x]",
        "[a_b:x]",
        "[a:]",
        "[a:b\\c]",
        "[a:b[c]",
        "[a:ü]",
        "[]",
        "[",
        "",
        "a]",
    ] {
        assert!(Literal::parse(text).is_err(), "{text}");
        assert!(Domain::parse(text).is_err(), "{text}");
    }
    let Literal::General(general) = literal("[X-Tag9:a:b,c@d%e>]") else {
        panic!("not general")
    };
    assert_eq!((general.tag(), general.content()), ("X-Tag9", "a:b,c@d%e>"));
    assert_eq!(
        literal("[X-Tag9:a:b,c@d%e>]").to_string(),
        "[X-Tag9:a:b,c@d%e>]"
    );
    assert_eq!(literal("[x:y]").ip(), None);

    let domain = Domain::parse("Example.org.").unwrap();
    assert_eq!(domain.name(), Some(&Name::parse("example.org").unwrap()));
    assert_eq!(domain.literal(), None);
}
