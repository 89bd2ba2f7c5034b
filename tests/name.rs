//! Names: what is read, what is refused and in which words, and what lies below what.

use std::collections::HashSet;

use mailward::name::{Name, NamePattern, NameRef, NameSet};
use proptest::prelude::*;

#[track_caller]
fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

#[track_caller]
fn name_err(text: &str) -> String {
    Name::parse(text).unwrap_err().to_string()
}

#[track_caller]
fn labels_err(labels: &[&[u8]]) -> String {
    Name::from_labels(labels.iter().copied())
        .unwrap_err()
        .to_string()
}

#[track_caller]
fn pattern(text: &str) -> NamePattern {
    text.parse().unwrap()
}

#[test]
fn case_and_one_final_dot_mean_nothing() {
    for text in [
        "mx1.example.org",
        "MX1.Example.ORG",
        "mx1.example.org.",
        "MX1.EXAMPLE.ORG.",
    ] {
        assert_eq!(name(text), name("mx1.example.org"), "{text}");
        assert_eq!(name(text).to_string(), "mx1.example.org", "{text}");
    }
}

#[test]
fn ordinary_and_odd_names_are_read() {
    for text in [
        "a",
        "localhost",
        "3com.example",
        "_dmarc.example.org",
        "host_1.example",
        "a-b--c.example",
        "1.2.3.example",
        "1.2.3.4a",
        "xn--bcher-kva.example",
        "xn--0.example",
    ] {
        assert_eq!(name(text).as_str(), text);
    }
}

#[test]
fn limits_are_63_and_253() {
    let label = "a".repeat(63);
    assert_eq!(name(&label).as_str().len(), 63);
    assert_eq!(
        name_err(&format!("x.{label}a")),
        format!("x.{label}a: the label at octet 3 is longer than 63 octets"),
    );

    let longest = format!("{label}.{label}.{label}.{}", "b".repeat(61));
    assert_eq!(longest.len(), 253);
    assert_eq!(name(&longest).as_str(), longest);
    assert_eq!(name(&format!("{longest}.")).as_str(), longest);
    let error = name_err(&format!("{longest}b"));
    assert!(
        error.ends_with("..: the name is longer than 253 octets"),
        "{error}"
    );
    assert!(error.len() < 140, "{error}");
}

#[test]
fn faults_are_told_in_whole_sentences() {
    for (text, fault) in [
        ("", r#""": the name is empty"#),
        (".", ".: the name is empty"),
        ("..", "..: empty label at octet 1"),
        (".example", ".example: empty label at octet 1"),
        ("a..b", "a..b: empty label at octet 3"),
        ("a.b..", "a.b..: empty label at octet 5"),
        (
            "-a.example",
            "-a.example: hyphen at the edge of a label at octet 1",
        ),
        (
            "a.b-.example",
            "a.b-.example: hyphen at the edge of a label at octet 4",
        ),
        ("-", "-: hyphen at the edge of a label at octet 1"),
        (
            "203.0.113.9",
            "203.0.113.9: the last label is a number, as in an address",
        ),
        ("10", "10: the last label is a number, as in an address"),
        (
            "mail.example.7.",
            "mail.example.7.: the last label is a number, as in an address",
        ),
        (
            "*",
            "*: '*' at octet 1 is not a letter, digit, hyphen or underscore",
        ),
        (
            "exa mple.org",
            r#""exa mple.org": ' ' at octet 4 is not a letter, digit, hyphen or underscore"#,
        ),
        (
            "a.b\r\nc",
            r#""a.b\r\nc": '\r' at octet 4 is not a letter, digit, hyphen or underscore"#,
        ),
        (
            "a\0.b",
            r#""a\u{0}.b": '\x00' at octet 2 is not a letter, digit, hyphen or underscore"#,
        ),
        (
            "[192.0.2.1]",
            "[192.0.2.1]: '[' at octet 1 is not a letter, digit, hyphen or underscore",
        ),
        (
            "::1",
            "::1: ':' at octet 1 is not a letter, digit, hyphen or underscore",
        ),
    ] {
        assert_eq!(name_err(text), fault);
    }
}

#[cfg(feature = "idna")]
#[test]
fn u_labels_become_a_labels() {
    assert_eq!(name("Bücher.Example").as_str(), "xn--bcher-kva.example");
    assert_eq!(name("bücher.example."), name("XN--BCHER-KVA.example"));
    // Ideographic and full-width stops are borders between labels (RFC 3490 section 3.1).
    assert_eq!(
        name("mx\u{3002}example\u{ff0e}org").as_str(),
        "mx.example.org"
    );
    assert_eq!(
        name_err("１２７.0.0.１"),
        r#""１２７.0.0.１": the last label is a number, as in an address"#,
    );
    assert_eq!(
        name_err("a\u{ad}\u{3002}b\u{200d}"),
        "\"a\\u{ad}\\u{3002}b\\u{200d}\": not a valid internationalized name"
    );
    assert!(Name::parse("a\u{ff20}b.example").is_err());
    assert!(Name::parse(&"ü".repeat(64)).is_err());
    assert!(name_err(&"ü.".repeat(100_000)).ends_with("the name is longer than 253 octets"));
}

#[cfg(not(feature = "idna"))]
#[test]
fn u_labels_are_an_error() {
    assert_eq!(
        name_err("bücher.example"),
        r#""bücher.example": not ASCII, and the feature `idna` is off"#,
    );
}

#[test]
fn labels_from_dns_are_never_a_look_alike() {
    let good = Name::from_labels([&b"Pc"[..], b"LOCAL", b"example"]).unwrap();
    assert_eq!(good, name("pc.local.example"));

    for (labels, fault) in [
        (&[][..], r#""": the name is empty"#),
        (
            &[&b"pc.local"[..], b"example"][..],
            r#""pc\.local": '.' at octet 3 is not a letter, digit, hyphen or underscore"#,
        ),
        (
            &[b"pc", b"lo.cal"],
            r#""pc.lo\.cal": '.' at octet 6 is not a letter, digit, hyphen or underscore"#,
        ),
        (
            &[b"a\0b", b"example"],
            r#""a\x00b": '\x00' at octet 2 is not a letter, digit, hyphen or underscore"#,
        ),
        (
            &[b"a\r\nb", b"example"],
            r#""a\r\nb": '\r' at octet 2 is not a letter, digit, hyphen or underscore"#,
        ),
        (
            &[b"a b", b"example"],
            r#""a b": ' ' at octet 2 is not a letter, digit, hyphen or underscore"#,
        ),
        (
            &[b"a", b"\xc3\xbc", b"example"],
            r#""a.\xc3\xbc": '\xc3' at octet 3 is not a letter, digit, hyphen or underscore"#,
        ),
        (&[b"a", b"", b"example"], r#""a.": empty label at octet 3"#),
        (&[b"9"], "9: the last label is a number, as in an address"),
    ] {
        assert_eq!(labels_err(labels), fault);
    }
    assert_eq!(
        labels_err(&[&b"203"[..], b"0", b"113", b"9"]),
        name_err("203.0.113.9")
    );

    let label = [b'a'; 63];
    assert!(Name::from_labels([&label[..]; 4]).is_err());
    assert!(labels_err(&[&[b'x'; 100_000]]).len() < 150);
}

#[test]
fn endless_labels_are_given_up_early() {
    let error = Name::from_labels(std::iter::repeat(&b"a"[..]))
        .unwrap_err()
        .to_string();
    assert!(
        error.ends_with("the name is longer than 253 octets"),
        "{error}"
    );
}

#[test]
fn suffixes_are_told_at_label_borders() {
    let site = name("example.org");
    for below in ["mx1.example.org", "a.b.c.example.org"] {
        assert!(
            name(below).is_within(&site) && name(below).is_below(&site),
            "{below}"
        );
    }
    assert!(site.is_within(&site) && !site.is_below(&site));
    for other in [
        "badexample.org",
        "org",
        "example.org.evil.example",
        "example.com",
        "xample.org",
    ] {
        assert!(
            !name(other).is_within(&site) && !name(other).is_below(&site),
            "{other}"
        );
    }
    assert!(name("a.b").is_qualified() && !name("localhost").is_qualified());
}

#[test]
fn a_borrowed_name_is_asked_for_like_the_name() {
    let known = HashSet::from([name("example.org")]);
    let lent = NameRef::from(known.iter().next().unwrap());
    assert!(known.contains("example.org"));
    assert!(known.contains(lent.as_str()));
    assert_eq!(lent.to_string(), "example.org");
    assert_eq!(
        format!("{lent:>13}|{:<13}|", lent.to_name()),
        "  example.org|example.org  |"
    );
}

#[test]
fn patterns_say_one_name_or_those_below() {
    assert_eq!(
        pattern("Example.org"),
        NamePattern::Exact(name("example.org"))
    );
    assert_eq!(
        pattern("*.Example.org."),
        NamePattern::Below(name("example.org"))
    );
    assert_eq!(pattern(".example.org"), pattern("*.example.org"));
    assert_eq!(pattern(".example.org").to_string(), "*.example.org");
    assert_eq!(pattern("*.example.org").name(), &name("example.org"));

    assert!(pattern("example.org").matches(&name("example.org")));
    assert!(!pattern("example.org").matches(&name("mx.example.org")));
    assert!(pattern("*.example.org").matches(&name("a.mx.example.org")));
    assert!(!pattern("*.example.org").matches(&name("example.org")));
    assert!(!pattern("*.example.org").matches(&name("badexample.org")));
}

#[test]
fn no_pattern_means_everything() {
    for (text, fault) in [
        ("", r#""": the name is empty"#),
        (".", ".: the name is empty"),
        ("*", "*: a pattern needs a name, as in *.example.org"),
        ("*.", "*.: the name is empty"),
        (
            "*.*",
            "*.*: '*' at octet 1 is not a letter, digit, hyphen or underscore",
        ),
        ("..example", "..example: empty label at octet 1"),
        (
            "mx*.example",
            "mx*.example: '*' at octet 3 is not a letter, digit, hyphen or underscore",
        ),
        (
            "*.192",
            "*.192: the last label is a number, as in an address",
        ),
    ] {
        assert_eq!(NamePattern::parse(text).unwrap_err().to_string(), fault);
    }
}

#[test]
fn a_set_keeps_each_pattern_once_in_order() {
    let patterns = [
        "*.b.example",
        "a.example",
        ".B.example",
        "A.example.",
        "b.example",
    ];
    let set: NameSet = patterns
        .map(|text| NamePattern::parse(text).unwrap())
        .into_iter()
        .collect();
    let kept: Vec<String> = set.patterns().map(ToString::to_string).collect();
    assert_eq!(kept, ["*.b.example", "a.example", "b.example"]);
    assert!(!set.is_empty());
    assert!(NameSet::new().is_empty() && !NameSet::new().contains(&name("example")));
}

proptest! {
    /// A set covers what one of its patterns covers.
    #[test]
    fn a_set_is_the_sum_of_its_patterns(
        patterns in prop::collection::vec("(\\*\\.)?[ab](\\.[ab]){0,2}", 0..6),
        asked in "[ab](\\.[ab]){0,3}",
    ) {
        let patterns = patterns.iter().map(|text| NamePattern::parse(text).unwrap());
        let patterns: Vec<_> = patterns.collect();
        let set: NameSet = patterns.iter().cloned().collect();
        let asked = name(&asked);
        let covered = patterns.iter().any(|pattern| pattern.matches(&asked));
        prop_assert_eq!(set.contains(&asked), covered);
    }
}

fn names() -> impl Strategy<Value = Name> {
    let label = "[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,6}[a-zA-Z0-9_])?";
    let labels = prop::collection::vec(label, 0..6);
    (labels, "[a-zA-Z_][a-zA-Z0-9]{0,3}").prop_map(|(mut labels, last)| {
        labels.push(last);
        name(&labels.join("."))
    })
}

proptest! {
    #[test]
    fn print_then_parse_is_identity(name in names()) {
        let printed = name.to_string();
        prop_assert_eq!(&Name::parse(&printed).unwrap(), &name);
        prop_assert_eq!(&Name::from_labels(name.labels().map(str::as_bytes)).unwrap(), &name);
        prop_assert_eq!(&name.borrowed().to_name(), &name);
        for pattern in [NamePattern::Exact(name.clone()), NamePattern::Below(name)] {
            prop_assert_eq!(&pattern.to_string().parse::<NamePattern>().unwrap(), &pattern);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        if let Ok(name) = Name::parse(&text) {
            prop_assert!(name.as_str().len() <= 253);
            prop_assert!(name.labels().all(|label| (1..=63).contains(&label.len())));
            prop_assert_eq!(&Name::parse(name.as_str()).unwrap(), &name);
        }
        let _ = NamePattern::parse(&text);
    }

    #[test]
    fn text_of_name_characters_is_read_or_refused(text in "[a-zA-Z0-9._*-]{0,80}") {
        let folded = text.to_ascii_lowercase();
        match Name::parse(&text) {
            Ok(name) => prop_assert_eq!(folded.trim_end_matches('.'), name.as_str()),
            Err(error) => prop_assert!(error.to_string().len() < 180),
        }
    }

    #[test]
    fn any_labels_are_read_or_refused(labels in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..70), 0..8)) {
        match Name::from_labels(labels.iter().map(Vec::as_slice)) {
            // Nothing was taken apart or put together: as many labels come out as went in.
            Ok(name) => {
                prop_assert_eq!(name.labels().count(), labels.len());
                prop_assert_eq!(Name::parse(name.as_str()).unwrap(), name);
            }
            Err(error) => prop_assert!(error.to_string().chars().all(|c| c == ' ' || c.is_ascii_graphic())),
        }
    }

    #[test]
    fn suffix_tests_go_by_labels(child in names(), parent in names()) {
        let labels: Vec<_> = child.labels().collect();
        let suffixes: Vec<_> = child.suffixes().map(NameRef::to_name).collect();
        prop_assert_eq!(suffixes.len(), labels.len());
        for (skipped, suffix) in suffixes.iter().enumerate() {
            prop_assert_eq!(suffix.as_str(), labels[skipped..].join("."));
            prop_assert_eq!(&Name::parse(suffix.as_str()).unwrap(), suffix);
            prop_assert!(child.is_within(suffix));
            prop_assert_eq!(child.is_below(suffix), skipped > 0);
        }
        let by_labels = child.labels().rev().take(parent.labels().count()).eq(parent.labels().rev());
        prop_assert_eq!(child.is_within(&parent), by_labels);
        prop_assert_eq!(child.is_below(&parent), by_labels && child != parent);
        let text = format!("{child}.{parent}");
        prop_assume!(text.len() <= 253);
        prop_assert!(Name::parse(&text).unwrap().is_below(&parent));
        let text = format!("x{parent}");
        if let Ok(glued) = Name::parse(&text) {
            prop_assert!(!glued.is_within(&parent));
        }
    }
}

proptest! {
    /// A name that needs no change is read in a shorter way, which takes no other names.
    #[test]
    fn names_in_lower_case_are_read_alike(text in "[a-c0-2_.!-]{0,12}|([a-c0-2-]{60,66}\\.){1,4}[a-b]{0,10}") {
        let plain = Name::parse(&text).ok();
        prop_assert_eq!(&Name::parse(&text.to_ascii_uppercase()).ok(), &plain);
        if !text.ends_with('.') {
            prop_assert_eq!(&Name::parse(&format!("{text}.")).ok(), &plain);
        }
    }
}
