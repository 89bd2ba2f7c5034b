//! Mailboxes and paths: the grammar, the classic open-relay list, and what only looks like it.

use mailward::{
    address::{
        Domain, ForwardPath, Literal, LocalPart, Mailbox, Recipient, ReversePath, Sender,
        SourceRoute,
    },
    client::ClientIp,
    name::Name,
};
use proptest::prelude::*;

#[track_caller]
fn mailbox(text: &str) -> Mailbox {
    Mailbox::parse(text).unwrap()
}

#[track_caller]
fn local(text: &str) -> LocalPart {
    LocalPart::parse(text).unwrap()
}

#[track_caller]
fn forward(text: &str) -> ForwardPath {
    ForwardPath::parse(text).unwrap()
}

#[track_caller]
fn forward_err(text: &str) -> String {
    ForwardPath::parse(text).unwrap_err().to_string()
}

#[track_caller]
fn reverse(text: &str) -> ReversePath {
    ReversePath::parse(text).unwrap()
}

#[track_caller]
fn literal(text: &str) -> Literal {
    Literal::parse(text).unwrap()
}

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

#[test]
fn paths_are_as_long_as_256_octets() {
    let domain = format!("{}.example", "d".repeat(60));
    // `<`, `@` and `>` are the other three.
    let longest = format!("<{}@{domain}>", "a".repeat(256 - 3 - domain.len()));
    assert_eq!(longest.len(), ForwardPath::MAX_LEN);
    assert_eq!(forward(&longest).to_string(), longest);
    assert_eq!(reverse(&longest).to_string(), longest);
    let longer = longest.replace("<a", "<aa");
    assert!(forward_err(&longer).ends_with("..: longer than 254 octets"));

    // As it stands and as it is printed, quotes and route included.
    let pairs = format!("<\"{}\"@example.org>", "\\a".repeat(130));
    assert!(forward_err(&pairs).ends_with(": longer than 256 octets"));
    let routed = longest.replace("<a", "<@r:");
    assert!(forward_err(&routed).ends_with(": longer than 256 octets"));
    assert!(LocalPart::parse(&"a".repeat(252)).is_ok());
    assert!(LocalPart::parse(&"a".repeat(253)).is_err());
    let quotes = LocalPart::new(&"\"".repeat(200)).unwrap_err().to_string();
    assert!(quotes.ends_with(": longer than 252 octets"), "{quotes}");
    let long = Mailbox::new(
        local(&"a".repeat(250)),
        Domain::parse("example.org").unwrap(),
    );
    assert!(
        long.unwrap_err()
            .to_string()
            .ends_with(": longer than 254 octets")
    );
}

#[test]
fn endless_text_is_refused_in_few_words() {
    for piece in [
        "a", "\"", "\\", "@", "a.", "@a,", "<", "[", "ü", "@a:", "\0", "<@a,",
    ] {
        for start in ["", "<", "<\"", "<a@", "<a@[", "<@"] {
            let text = format!("{start}{}", piece.repeat(50_000));
            assert!(forward_err(&text).len() < 200, "{start}{piece}");
            assert!(ReversePath::parse(&text).is_err(), "{start}{piece}");
        }
    }
}

#[test]
fn senders() {
    assert_eq!(reverse("<>"), ReversePath::NULL);
    assert!(reverse("<>").is_null());
    assert_eq!(reverse("<>").to_string(), "<>");
    assert_eq!(
        (reverse("<>").mailbox(), reverse("<>").domain()),
        (None, None)
    );

    let unqualified = reverse("<joe>");
    assert_eq!(unqualified.sender(), &Sender::Local(local("joe")));
    assert_eq!(unqualified.to_string(), "<joe>");
    assert_eq!(unqualified.sender().local().unwrap().as_str(), "joe");
    assert_eq!((unqualified.domain(), unqualified.is_null()), (None, false));
    assert_eq!(
        reverse("<Postmaster>").sender(),
        &Sender::Local(local("Postmaster"))
    );
    assert_eq!(
        reverse("<third.example!joe>").sender(),
        &Sender::Local(local("third.example!joe"))
    );

    let path = reverse("<@a.example,@b.example:ann@example.org>");
    assert_eq!(path.sender(), &Sender::from(mailbox("ann@example.org")));
    assert_eq!(
        path.source_route().unwrap().to_string(),
        "@a.example,@b.example"
    );
    assert_eq!(path.to_string(), "<@a.example,@b.example:ann@example.org>");
    assert_ne!(path, ReversePath::from(mailbox("ann@example.org")));

    for text in [
        "",
        "< >",
        "<@a.example:>",
        "<@a.example:joe>",
        "<@a.example>",
        "<ann@>",
        "ann@example.org",
    ] {
        assert!(ReversePath::parse(text).is_err(), "{text}");
    }
    assert_eq!(Sender::parse("<>").unwrap(), Sender::Null);
    assert_eq!(
        Sender::parse("").unwrap_err().to_string(),
        r#""": empty local part at octet 1"#
    );
    assert!(Sender::parse("<ann@example.org>").is_err());
    assert!(Sender::parse("jürgen").is_ok_and(|sender| !sender.is_ascii()));
}

#[test]
fn recipients() {
    for text in ["<Postmaster>", "<postmaster>", "<POSTMASTER>"] {
        assert_eq!(forward(text).recipient(), &Recipient::Postmaster);
        assert_eq!(forward(text).to_string(), "<Postmaster>");
    }
    assert!(Recipient::Postmaster.is_postmaster() && !Recipient::Postmaster.is_routed());
    assert_eq!(Recipient::Postmaster.domain(), None);
    assert!(
        forward("<postMaster@example.org>")
            .recipient()
            .is_postmaster()
    );
    assert!(
        !forward("<postmaster+x@example.org>")
            .recipient()
            .is_postmaster()
    );
    assert!(mailbox("ABUSE@example.org").is_abuse() && !mailbox("abused@example.org").is_abuse());

    let path = forward("<@a.example:bob@example.org>");
    assert_eq!(
        path.recipient(),
        &Recipient::from(mailbox("bob@example.org"))
    );
    assert_eq!(
        path.source_route().map(SourceRoute::hosts),
        Some(&[Name::parse("a.example").unwrap()][..])
    );
    assert_eq!(path.domain(), Some(&Domain::parse("example.org").unwrap()));
    assert_eq!(
        Recipient::parse("bob").unwrap_err().to_string(),
        "bob: '@' and a domain are missing at octet 4"
    );
}

#[test]
fn a_path_may_be_the_beginning_of_a_line() {
    for (text, path, rest) in [
        ("<bob@example.org>", "<bob@example.org>", ""),
        ("<bob@example.org> A=b <c>", "<bob@example.org>", " A=b <c>"),
        (r#"<"a> b"@example.org>x"#, r#"<"a> b"@example.org>"#, "x"),
        ("<bob@[x:>]>>", "<bob@[x:>]>", ">"),
    ] {
        assert_eq!(
            ForwardPath::parse_prefix(text).unwrap(),
            (forward(path), rest)
        );
        assert_eq!(
            ReversePath::parse_prefix(text).unwrap(),
            (reverse(path), rest)
        );
    }
    assert_eq!(
        ReversePath::parse_prefix("<> SIZE=1").unwrap(),
        (ReversePath::NULL, " SIZE=1")
    );
    assert!(ForwardPath::parse_prefix("<bob@example.org SIZE=1").is_err());
}

#[test]
fn local_parts() {
    assert_eq!(
        LocalPart::new(r#"a"b\c"#).unwrap().to_string(),
        r#""a\"b\\c""#
    );
    assert_eq!(
        LocalPart::new("").unwrap_err().to_string(),
        r#""": empty local part at octet 1"#
    );
    assert_eq!(
        LocalPart::new("a\nb").unwrap_err().to_string(),
        r#""a\nb": '\n' at octet 2 may not stand in quotes"#,
    );
    assert!(LocalPart::parse("ann@example.org").is_err());
    assert_eq!(local("ÄNN.Bee").folded(), "änn.bee");
    assert_eq!(local("ann").folded(), "ann");
    assert_eq!(local("ann+").without_extension(), Some("ann"));
    assert_eq!(local(r#""a b+c""#).without_extension(), Some("a b"));
}

/// What a recipient comes to before relay control looks at who is asking.
#[derive(Debug, PartialEq)]
enum Form {
    /// It is not a path.
    Syntax,
    /// Its local part names another way to go.
    Routed,
    /// Its domain is not one we take mail for.
    Foreign,
    /// It would be taken.
    Ours,
}

use Form::{Foreign, Ours, Routed, Syntax};

fn form(path: &str) -> Form {
    let Ok(path) = ForwardPath::parse(path) else {
        return Syntax;
    };
    if path.recipient().is_routed() {
        return Routed;
    }
    let ours = [
        "local.example",
        "mx.local.example",
        "relay.example",
        "[192.0.2.25]",
    ];
    match path.domain() {
        Some(domain) if !ours.contains(&domain.to_string().as_str()) => Foreign,
        _ => Ours,
    }
}

/// Third (foreign) domain, local domain, host name, address, relay domain.
fn fill(row: &str) -> String {
    row.replace("{T}", "third.example")
        .replace("{L}", "local.example")
        .replace("{H}", "mx.local.example")
        .replace("{A}", "[192.0.2.25]")
        .replace("{R}", "relay.example")
}

/// The union of the published open-relay tests: sender, recipient, what the recipient comes to.
const OPEN_RELAY: [(&str, &str, Form); 66] = [
    ("<nobody@{T}>", "<nobody@{T}>", Foreign),
    ("<probe@other.example>", "<victim@{T}>", Foreign),
    ("<probe@localhost>", "<victim@{T}>", Foreign),
    ("<probe>", "<victim@{T}>", Foreign),
    ("<>", "<victim@{T}>", Foreign),
    ("<probe@{L}>", "<victim@{T}>", Foreign),
    ("<probe@{H}>", "<victim@{T}>", Foreign),
    ("<probe@{A}>", "<victim@{T}>", Foreign),
    ("<probe@{R}>", "<victim@{T}>", Foreign),
    ("<postmaster@{L}>", "<victim@{T}>", Foreign),
    ("<victim@{T}>", "<victim@{T}>", Foreign),
    // 12: the percent hack
    ("<probe@{L}>", "<victim%{T}@{A}>", Routed),
    ("<probe@{L}>", "<victim%{T}@{H}>", Routed),
    ("<probe@{L}>", "<victim%{T}@{L}>", Routed),
    ("<probe@{L}>", "<victim%{T}@{R}>", Routed),
    ("<probe@{L}>", "<victim%{T}>", Syntax),
    ("<probe@{L}>", "<victim%{T}@>", Syntax),
    // 18: quoted
    ("<probe@{L}>", "<\"victim@{T}\">", Syntax),
    ("<probe@{L}>", "<\"victim%{T}\">", Syntax),
    ("<probe@{L}>", "<\"victim@{T}\"@{A}>", Routed),
    ("<probe@{L}>", "<\"victim@{T}\"@{H}>", Routed),
    ("<probe@{L}>", "<\"victim@{T}\"@{L}>", Routed),
    ("<probe@{L}>", "<\"victim%{T}\"@{L}>", Routed),
    // 24: twice at
    ("<probe@{L}>", "<victim@{T}@{A}>", Syntax),
    ("<probe@{L}>", "<victim@{T}@{H}>", Syntax),
    ("<probe@{L}>", "<victim@{T}@{L}>", Syntax),
    ("<probe@{L}>", "<victim@{T}@{R}>", Syntax),
    ("<probe@{L}>", "<victim@{L}@{T}>", Syntax),
    // 29: source routes
    ("<probe@{L}>", "<@{A}:victim@{T}>", Syntax),
    ("<probe@{L}>", "<@{H}:victim@{T}>", Foreign),
    ("<probe@{L}>", "<@{L}:victim@{T}>", Foreign),
    ("<probe@{L}>", "<@{R}:victim@{T}>", Foreign),
    ("<probe@{L}>", "<@{L},@other.example:victim@{T}>", Foreign),
    ("<probe@{L}>", "<@{T}:victim%{T}@{L}>", Routed),
    // 35: UUCP
    ("<probe@{L}>", "<{T}!victim>", Syntax),
    ("<probe@{L}>", "<{T}!victim@{A}>", Routed),
    ("<probe@{L}>", "<{T}!victim@{H}>", Routed),
    ("<probe@{L}>", "<{T}!victim@{L}>", Routed),
    ("<probe@{L}>", "<{L}!{T}!victim>", Syntax),
    ("<probe@{L}>", "<\"{T}!victim\"@{L}>", Routed),
    ("<probe@{L}>", "<{T}!victim@{R}>", Routed),
    // 42: mixed
    ("<probe@{L}>", "<victim%other.example%{T}@{L}>", Routed),
    ("<probe@{L}>", "<@{L}:{T}!victim>", Syntax),
    ("<probe@{L}>", "<{T}!victim%other.example@{L}>", Routed),
    // 45: encapsulated
    (
        "<probe@{L}>",
        "<IMCEASMTP-victim+40third+2Eexample@{L}>",
        Routed,
    ),
    (
        "<probe@{L}>",
        "<imceasmtp-victim+40third+2Eexample@{L}>",
        Routed,
    ),
    ("<probe@{L}>", "<\"IMCEA victim@{T}\"@{L}>", Routed),
    // 48: commas
    ("<probe@{L}>", "<\"a@{L}, victim@{T}\"@{L}>", Routed),
    ("<probe@{L}>", "<\"victim@{T},\"@{L}>", Routed),
    ("<probe@{L}>", "<a@{L}>,<victim@{T}>", Syntax),
    // 51: escaped
    ("<probe@{L}>", "<victim%40{T}@{L}>", Routed),
    ("<probe@{L}>", "<\"victim\\@{T}\"@{L}>", Routed),
    ("<probe@{L}>", "<victim\\@{T}@{L}>", Syntax),
    ("<probe@{L}>", "<\"victim@{T}\"@{R}>", Routed),
    // 55: comments, doubled quotes, empty routes
    ("<probe@{L}>", "<victim@{T}({L})>", Syntax),
    ("<probe@{L}>", "<victim(@{L})@{T}>", Syntax),
    ("<probe@{L}>", "<\"\"victim@{T}\"\"@{L}>", Syntax),
    ("<probe@{L}>", "<@:victim@{T}>", Syntax),
    ("<probe@{L}>", "<:victim@{T}@{L}>", Syntax),
    // 60: DECnet
    ("<probe@{L}>", "<victim:{T}@{L}>", Syntax),
    ("<probe@{L}>", "<{T}::victim@{L}>", Syntax),
    ("<probe@{L}>", "<\"{T}::victim\"@{L}>", Routed),
    // 63: addresses that are nobody's
    ("<probe@{L}>", "<victim@[203.0.113.77]>", Foreign),
    ("<probe@{L}>", "<victim@localhost>", Foreign),
    ("<probe@{L}>", "<victim@[127.0.0.1]>", Foreign),
    ("<probe@{L}>", "<victim@[0.0.0.0]>", Foreign),
];

#[test]
fn no_open_relay_form_is_ours() {
    for (number, (from, to, expected)) in (1..).zip(OPEN_RELAY) {
        assert!(
            ReversePath::parse(&fill(from)).is_ok(),
            "row {number}: {from}"
        );
        assert_ne!(expected, Ours);
        assert_eq!(form(&fill(to)), expected, "row {number}: {to}");
    }
}

#[test]
fn open_relay_forms_are_no_safer_in_upper_case_or_spelt_apart() {
    for (number, (_, to, expected)) in (1..).zip(OPEN_RELAY) {
        assert_eq!(
            form(&fill(to).to_uppercase()),
            expected,
            "row {number}: {to}"
        );
        let dotted = fill(to).replace("example>", "example.>");
        assert_eq!(form(&dotted), expected, "row {number}: {to}");
        assert_eq!(
            form(fill(to).trim_matches(['<', '>'])),
            Syntax,
            "row {number}: {to}"
        );
        for control in ["\0", "\r", "\n", "\t", "\u{7f}"] {
            let text = fill(to).replace("victim", &format!("vic{control}tim"));
            assert!(
                text == fill(to) || form(&text) == Syntax,
                "row {number}: {to}"
            );
        }
    }
}

#[test]
fn local_parts_that_route() {
    for text in [
        "a%b",
        "%",
        "a!b",
        "!",
        r#""a@b""#,
        r#""a,b""#,
        r#""a:b""#,
        r#""\@""#,
        r#""\%""#,
        r#""a b!c""#,
        "IMCEASMTP-a+40b",
        "imceaex-_o=x",
        "ImceaFax-x",
        r#""IMCEA x""#,
        "IMCEASMTP-",
    ] {
        assert!(local(text).is_routed(), "{text}");
        assert!(
            mailbox(&format!("{text}@local.example")).is_routed(),
            "{text}"
        );
    }
}

#[test]
fn look_alikes_are_ours() {
    for text in [
        // VERP
        "list-bounces+ann=example.com",
        "bounce-mc.us1_123456.7890-ann=third.example",
        "owner-list*ann=example.com",
        "bounces+1234567-ab12-ann=third.example",
        // SRS
        "SRS0=HHH=TT=third.example=victim",
        "srs0=hhh=tt=third.example=victim",
        "SRS0+HHH=TT=third.example=victim",
        "SRS1=GGG=second.example==HHH=TT=third.example=victim",
        "SRS1-GGG=second.example=-HHH=TT=third.example=victim",
        // BATV
        "prvs=1234567890=ann",
        "prvs=ann/1234567890",
        "btv1==1234567890==ann",
        // Extensions, quoted blanks and dots, apostrophes, hyphens, underscores and the other signs
        "ann+lists",
        "ann+third.example",
        "+",
        "ann-third.example",
        r#""john doe""#,
        r#"" ann ""#,
        r#""ann..bee""#,
        r#""ann\"bee\"""#,
        r#""a\\b""#,
        r#""(ann)""#,
        r#""a;b<c>[d]""#,
        "o'brien",
        "ann_bee",
        "_ann_",
        "-ann-",
        "ann-bee",
        "a.b.c",
        "#ann",
        "$ann",
        "ann&bee",
        "ann*",
        "ann/bee",
        "/S=ann/O=site/",
        "ann=bee",
        "who?",
        "a^b",
        "`a`",
        "{ann}",
        "a|b",
        "~ann",
        "12345",
        "third.example",
        "192.0.2.1",
        "IMCEA",
        "imce-ann",
        "ximceasmtp-ann",
        "jürgen",
        "用户",
    ] {
        for domain in [
            "local.example",
            "mx.local.example",
            "relay.example",
            "[192.0.2.25]",
        ] {
            assert_eq!(form(&format!("<{text}@{domain}>")), Ours, "{text}");
        }
        assert!(
            ReversePath::parse(&format!("<{text}@third.example>")).is_ok(),
            "{text}"
        );
    }
    // Signed return paths outgrow the 64 octets that every server must take.
    let srs = format!(
        "SRS0=HHHH=TT=a-long-name.of-a-site.third.example={}",
        "v".repeat(60)
    );
    assert_eq!(form(&format!("<{srs}@local.example>")), Ours);
    assert_eq!(form("<PostMaster>"), Ours);
}

fn domains() -> impl Strategy<Value = Domain> {
    prop_oneof![
        "[a-z]([a-z0-9-]{0,8}[a-z0-9])?(\\.[a-z]{1,8}){0,3}"
            .prop_map(|text| Domain::parse(&text).unwrap()),
        any::<u32>()
            .prop_map(|bits| Literal::from(ClientIp::from(std::net::Ipv4Addr::from(bits))).into()),
        any::<u128>()
            .prop_map(|bits| Literal::from(ClientIp::from(std::net::Ipv6Addr::from(bits))).into()),
        any::<u16>().prop_map(|bits| {
            let ip = std::net::Ipv6Addr::from(u128::from(bits) << 48);
            Literal::from(ClientIp::from(ip)).into()
        }),
        "\\[[a-z]([a-z0-9-]{0,5}[a-z0-9])?:[!-Z^-~]{1,12}\\]"
            .prop_filter("an IP address is another kind", |text| Literal::parse(text)
                .is_ok())
            .prop_map(|text| Domain::parse(&text).unwrap()),
    ]
}

fn locals() -> impl Strategy<Value = LocalPart> {
    prop_oneof![
        "[a-z0-9.!#%+=_'-]{1,20}",
        "[ -~]{1,20}",
        "[@%!:,\"\\\\ a]{1,8}",
        "\\PC{1,12}",
    ]
    .prop_map(|value| LocalPart::new(&value).unwrap())
}

fn mailboxes() -> impl Strategy<Value = Mailbox> {
    (locals(), domains()).prop_map(|(local, domain)| Mailbox::new(local, domain).unwrap())
}

proptest! {
    #[test]
    fn print_then_parse_is_identity(local in locals(), mailbox in mailboxes(), routes in prop::collection::vec("[a-z]{1,9}", 0..4)) {
        prop_assert_eq!(&LocalPart::parse(&local.to_string()).unwrap(), &local);
        prop_assert_eq!(&LocalPart::new(local.as_str()).unwrap(), &local);
        prop_assert_eq!(&Mailbox::parse(&mailbox.to_string()).unwrap(), &mailbox);
        prop_assert_eq!(&Domain::parse(&mailbox.domain().to_string()).unwrap(), mailbox.domain());

        for sender in [Sender::Null, Sender::Local(local), Sender::Mailbox(mailbox.clone())] {
            prop_assert_eq!(&Sender::parse(&sender.to_string()).unwrap(), &sender);
            let path = ReversePath::from(sender);
            prop_assert_eq!(&ReversePath::parse(&path.to_string()).unwrap(), &path);
        }
        for recipient in [Recipient::Postmaster, Recipient::Mailbox(mailbox.clone())] {
            prop_assert_eq!(&Recipient::parse(&recipient.to_string()).unwrap(), &recipient);
            let path = ForwardPath::from(recipient);
            prop_assert_eq!(&ForwardPath::parse(&path.to_string()).unwrap(), &path);
        }
        let route: Vec<_> = routes.iter().map(|host| format!("@{host}")).collect();
        let colon = if route.is_empty() { "" } else { ":" };
        let text = format!("<{}{colon}{mailbox}>", route.join(","));
        prop_assert_eq!(&forward(&text).to_string(), &text);
        prop_assert_eq!(&reverse(&text).to_string(), &text);
        let path = forward(&text);
        prop_assert_eq!(path.mailbox(), Some(&mailbox));
    }

    #[test]
    fn any_text_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), text in any::<String>()) {
        for text in [String::from_utf8_lossy(&bytes).into_owned(), text] {
            never_a_panic(&text)?;
        }
    }

    #[test]
    fn any_text_of_telling_characters_is_read_or_refused(text in "<?[a@%!:,.\"\\\\\\[\\] ()+1ü-]{0,24}>?") {
        never_a_panic(&text)?;
    }

    #[test]
    fn routed_is_told_of_the_unquoted_value(local in locals(), domain in domains()) {
        let expected = local.as_str().contains(['@', '%', '!', ':', ','])
            || (local.as_str().len() > 5 && local.as_str().to_ascii_uppercase().starts_with("IMCEA"));
        prop_assert_eq!(local.is_routed(), expected);
        // A quoted-pair before each character that may have one changes nothing.
        let pairs: String = local.as_str().chars().map(|c| if c.is_ascii() { format!("\\{c}") } else { c.into() }).collect();
        prop_assert_eq!(&LocalPart::parse(&format!("\"{pairs}\"")).unwrap(), &local);
        let mailbox = Mailbox::new(local, domain).unwrap();
        prop_assert_eq!(Recipient::from(mailbox).is_routed(), expected);
    }

    #[test]
    fn a_mapped_literal_is_the_ipv4_one(bits in any::<u32>()) {
        let ip = std::net::Ipv4Addr::from(bits);
        prop_assert_eq!(literal(&format!("[IPv6:::ffff:{ip}]")), literal(&format!("[{ip}]")));
        prop_assert_eq!(
            mailbox(&format!("ann@[IPv6:{}]", ip.to_ipv6_mapped())),
            mailbox(&format!("ann@[{ip}]"))
        );
    }
}

/// Whatever is read prints as something that is read as the same, and holds no control character.
fn never_a_panic(text: &str) -> Result<(), TestCaseError> {
    if let Ok(path) = ReversePath::parse(text) {
        prop_assert_eq!(&ReversePath::parse(&path.to_string()).unwrap(), &path);
        prop_assert!(!path.to_string().contains(char::is_control));
        prop_assert!(path.to_string().len() <= ReversePath::MAX_LEN);
    }
    if let Ok((path, rest)) = ForwardPath::parse_prefix(text) {
        prop_assert!(text.ends_with(rest));
        let own = text.strip_suffix(rest).unwrap();
        prop_assert_eq!(&ForwardPath::parse(own).unwrap(), &path);
        prop_assert_eq!(&ForwardPath::parse(&path.to_string()).unwrap(), &path);
        prop_assert_eq!(
            path.recipient(),
            &Recipient::parse(&path.recipient().to_string()).unwrap()
        );
    }
    if let Ok(mailbox) = Mailbox::parse(text) {
        prop_assert_eq!(&Mailbox::parse(&mailbox.to_string()).unwrap(), &mailbox);
    }
    if let Ok(sender) = Sender::parse(text) {
        prop_assert_eq!(&Sender::parse(&sender.to_string()).unwrap(), &sender);
    }
    if let Ok(domain) = Domain::parse(text) {
        prop_assert_eq!(&Domain::parse(&domain.to_string()).unwrap(), &domain);
    }
    if let Ok(local) = LocalPart::new(text) {
        prop_assert_eq!(&LocalPart::parse(&local.to_string()).unwrap(), &local);
    }
    let _ = Literal::parse(text);
    Ok(())
}
