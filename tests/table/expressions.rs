//! Expressions and wildcards.

use mailward::table::{Action, Expression, HostPattern, HostTable, MailboxTable, Wildcard};
use proptest::prelude::*;

use crate::util::mailbox;

#[test]
fn flags_toggle() {
    for (expression, text, found) in [
        ("/ANN/", "ann@example.org", true),
        ("/ANN/i", "ann@example.org", false),
        ("/ANN/ii", "ann@example.org", true),
        ("/a nn/x", "ann@example.org", true),
        ("/a nn/", "ann@example.org", false),
        ("/a nn # it is/Ax", "ann@example.org", true),
        ("/nn/A", "ann@example.org", false),
        ("/^n/m", "a\nn", true),
        ("/^n/", "a\nn", false),
        ("/a.n/", "a\nn", true),
        ("/a.n/s", "a\nn", false),
        ("/nn.*/UEX", "ann@example.org", true),
        (r"/a\/b/", "a/b@example.org", true),
        // Brackets as in POSIX: a bracket, and signs that would be operators, stand for themselves.
        ("/^[[]$/", "[", true),
        ("/^[]a]+$/", "a]", true),
        ("/^[^]a]$/", "]", false),
        ("/^[[:digit:][]+$/", "1[", true),
        ("/^[a&&b]+$/", "a&b", true),
        ("/^[+--]$/", ",", true),
        ("/^[a b]$/x", " ", true),
        (r"/^[\]]$/", "]", true),
    ] {
        let read = Expression::parse(expression).unwrap();
        assert_eq!(read.is_match(text), found, "{expression} {text}");
        assert_eq!(Expression::parse(&read.to_string()), Ok(read));
    }
}

#[test]
fn what_no_engine_in_linear_time_has_is_named() {
    for (source, construct) in [
        (r"(a)\1", "a back-reference"),
        (r"(?<n>a)\k<n>", "a back-reference"),
        ("(?P=n)", "a back-reference"),
        ("a(?=b)", "look-ahead"),
        ("a(?!b)", "look-ahead"),
        ("(?<=b)a", "look-behind"),
        ("(?<!b)a", "look-behind"),
        ("(?>a)", "an atomic group"),
        ("(?(1)a)", "a conditional group"),
        ("(?|a)", "a branch reset"),
        ("(?#a)", "a comment group"),
        ("(?R)", "recursion"),
        ("(?&n)", "recursion"),
        ("(?P>n)", "recursion"),
        ("(*ACCEPT)a", "a verb"),
        ("a*+", "a possessive repetition"),
        ("a{2}+", "a possessive repetition"),
        ("[[.a.]]", "a collating element"),
    ] {
        let error = Expression::parse(&format!("/{source}/")).unwrap_err();
        let fault = format!(": {construct}, which an engine in linear time does not have");
        assert!(error.to_string().ends_with(&fault), "{error}");
    }
    for source in [r"\(?=", "[(?=]", "a+?", r"a\++", "[+]+", r"\\1"] {
        assert!(
            Expression::parse(&format!("/{source}/")).is_ok(),
            "{source}"
        );
    }
}

#[test]
fn what_is_no_expression_says_why() {
    for (text, message) in [
        ("", "\"\": an expression stands between slashes"),
        ("a", "a: an expression stands between slashes"),
        ("/a", "/a: the slash behind the expression is missing"),
        ("/a/q", "/a/q: unknown flag q"),
        ("/a/i/", "/a/i/: unknown flag /"),
        ("/(/", "/(/: unclosed group"),
        (
            "/a\nb/",
            "\"/a\\nb/\": a control character stands in an expression only as an escape",
        ),
    ] {
        assert_eq!(Expression::parse(text).unwrap_err().to_string(), message);
    }
    let deep = format!("/{}a{}/", "(".repeat(200), ")".repeat(200));
    assert!(
        Expression::parse(&deep)
            .unwrap_err()
            .to_string()
            .contains("nest")
    );
}

#[test]
fn the_expressions_of_a_table_have_a_bound_together() {
    let big = Expression::parse("/a{3000}/").unwrap();
    let mut builder = HostTable::builder();
    let mut added = 0_u32;
    let error = loop {
        let ip = std::net::Ipv4Addr::from(added);
        let pattern = HostPattern::Address(std::net::IpAddr::from(ip).into());
        match builder.insert(pattern, Action::Excludes(big.clone())) {
            Ok(()) => added += 1,
            Err(error) => break error.to_string(),
        }
    };
    assert_eq!(added, 512);
    assert_eq!(
        error,
        "0.0.2.0 EXCLUDES /a{3000}/: the expressions of the table take more than 268435456 octets when compiled"
    );
}

#[test]
fn conditions_are_expressions_or_networks() {
    let mut hosts = HostTable::builder();
    let error = hosts.insert_if(
        &["mx:a.example".parse().unwrap()],
        "10".parse().unwrap(),
        Action::Accept,
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        "10.0.0.0/8 OK: only an expression or a network can be a condition: mx:a.example"
    );
    let mut senders = MailboxTable::for_senders();
    let expression = "/a/".parse().unwrap();
    let error = senders.insert_if(&[expression], "<>".parse().unwrap(), Action::Accept);
    assert_eq!(
        error.unwrap_err().to_string(),
        "<> OK: the null reverse-path has a rule of its own only outside conditions"
    );
}

#[test]
fn wildcards_cover_whole_addresses() {
    for (pattern, address, found) in [
        ("*", "ann@example.org", true),
        ("ann@example.org", "ANN@example.org", true),
        ("a%n@*", "ann@example.org", true),
        ("a%n@*", "an@example.org", false),
        ("*@*.example.org", "ann@example.org", false),
        ("*@*.example.org", "ann@a.b.example.org", true),
        ("*ann*@*org", "joann+x@example.org", true),
        ("ann@*", "\"ann@x\"@example.org", false),
        ("\"john%doe\"@*", "\"john doe\"@example.org", true),
        ("ΑΣ@*", "ας@example.org", false),
        ("ΑΣ@*", "ασ@example.org", true),
    ] {
        let read = Wildcard::parse(pattern).unwrap();
        assert_eq!(
            read.is_match(&mailbox(address)),
            found,
            "{pattern} {address}"
        );
    }
    for (text, message) in [
        ("", "\"\": a wildcard is missing"),
        (
            "a b",
            "\"a b\": a wildcard holds no blank; % stands for one",
        ),
    ] {
        assert_eq!(Wildcard::parse(text).unwrap_err().to_string(), message);
    }
    let long = Wildcard::parse(&"a".repeat(321)).unwrap_err().to_string();
    assert!(
        long.ends_with(": a wildcard has at most 320 octets"),
        "{long}"
    );
}

/// As plain as it can be written, and slow.
fn covers(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => {
            covers(rest, text) || (!text.is_empty() && covers(pattern, &text[1..]))
        }
        ([b'%', rest @ ..], [_, behind @ ..]) => covers(rest, behind),
        ([wanted, rest @ ..], [found, behind @ ..]) => wanted == found && covers(rest, behind),
        _ => false,
    }
}

proptest! {
    #[test]
    fn wildcards_match_as_they_are_defined(pattern in "[ab*%]{1,8}", local in "[ab]{1,8}") {
        let pattern = format!("{pattern}@c.d");
        let address = format!("{local}@c.d");
        let read = Wildcard::parse(&pattern).unwrap();
        prop_assert_eq!(read.is_match(&mailbox(&address)), covers(pattern.as_bytes(), address.as_bytes()));
    }

    #[test]
    fn any_expression_is_read_or_told_of(source in "[\\[\\]()\\\\^$.*+?{}|a0:&~ -]{0,20}") {
        if let Ok(read) = Expression::parse(&format!("/{source}/")) {
            let _ = read.is_match("a0@example.org");
            prop_assert_eq!(Expression::parse(&read.to_string()), Ok(read));
        }
    }
}
