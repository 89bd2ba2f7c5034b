//! Paths: senders, recipients, and how long they may be.

use mailward::{
    address::{
        Domain, ForwardPath, LocalPart, Mailbox, Recipient, ReversePath, Sender, SourceRoute,
    },
    name::Name,
};

use crate::{forward, forward_err, local, mailbox, reverse};

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
