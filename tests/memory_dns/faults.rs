//! What is refused in a zone file, where, and in which words.

use mailward::dns::MemoryDns;

use crate::zone_err;

#[test]
fn a_fault_is_told_with_its_place_and_the_word_that_was_meant() {
    for (text, told) in [
        (
            "a. IN AAA 192.0.2.1",
            "line 1, column 7: unknown record type AAA; did you mean AAAA?",
        ),
        (
            "\n\na.  CNAM b.",
            "line 3, column 5: unknown record type CNAM; did you mean CNAME?",
        ),
        (
            "a. SRV 0 0 25 b.",
            "line 1, column 4: unknown record type SRV",
        ),
        (
            "a. CH A 192.0.2.1",
            "line 1, column 4: expected the class IN, found CH",
        ),
        (
            "a. IN IN A 192.0.2.1",
            "line 1, column 7: expected a record type, found IN",
        ),
        (
            "a. A 192.0.2",
            "line 1, column 6: expected an IPv4 address, found 192.0.2",
        ),
        (
            "a. A 192.0.2.01",
            "line 1, column 6: expected an IPv4 address, found 192.0.2.01",
        ),
        (
            "a. A ::1",
            "line 1, column 6: expected an IPv4 address, found ::1",
        ),
        (
            "a. AAAA 192.0.2.1",
            "line 1, column 9: expected an IPv6 address, found 192.0.2.1",
        ),
        (
            "a. A 192.0.2.1 192.0.2.2",
            "line 1, column 16: expected the end of the entry, found 192.0.2.2",
        ),
        (
            "a. A",
            "line 1, column 5: expected an IPv4 address, found the end of the entry",
        ),
        (
            "a.",
            "line 1, column 3: expected a record type, found the end of the entry",
        ),
        (
            "a. 60 IN",
            "line 1, column 9: expected a record type, found the end of the entry",
        ),
        (
            "a. MX mx.",
            "line 1, column 7: expected a preference from 0 to 65535, found mx.",
        ),
        (
            "a. MX 65536 mx.",
            "line 1, column 7: expected a preference from 0 to 65535, found 65536",
        ),
        (
            "a. MX 0",
            "line 1, column 8: expected a name, found the end of the entry",
        ),
        (
            " A 192.0.2.1",
            "line 1, column 2: no name stands before this record",
        ),
        (
            "a. A 192.0.2.1\n  b. A 192.0.2.2",
            "line 2, column 3: expected a record type, for this line begins with a blank and so goes on with the \
             name before",
        ),
        (
            "$ORIGN a.",
            "line 1, column 1: unknown directive $ORIGN; did you mean $ORIGIN?",
        ),
        (
            "$ORIGIN",
            "line 1, column 8: expected a name, found the end of the entry",
        ),
        (
            "$TTL soon",
            "line 1, column 6: expected a time to live below 2^31 seconds, found soon",
        ),
        (
            "$TTL 2147483648",
            "line 1, column 6: expected a time to live below 2^31 seconds, found 2147483648",
        ),
        (
            "$INCLUDE x",
            "line 1, column 1: a zone in memory knows no $INCLUDE and no $GENERATE",
        ),
        (
            "a..b. A 192.0.2.1",
            "line 1, column 1: expected a name without empty labels, found a..b.",
        ),
        (
            "\"\" A 192.0.2.1",
            "line 1, column 1: expected a name without empty labels, found \"\"",
        ),
        (
            "ü. A 192.0.2.1",
            "line 1, column 1: expected a name in visible ASCII, other octets as \\DDD, found \"ü.\"",
        ),
        (
            "a. TXT \"open",
            "line 1, column 8: this quotation is not closed on its line",
        ),
        (
            "a. TXT \"open\nb\"",
            "line 1, column 8: this quotation is not closed on its line",
        ),
        (
            "a. A ( 192.0.2.1",
            "line 1, column 6: this parenthesis is never closed",
        ),
        (
            "a. A ( ( 192.0.2.1 ) )",
            "line 1, column 8: a parenthesis inside a parenthesis",
        ),
        (
            "a. A 192.0.2.1 )",
            "line 1, column 16: this parenthesis was never opened",
        ),
        (
            "a. TXT \\256",
            "line 1, column 8: a backslash needs a character or three digits up to 255 behind it",
        ),
        (
            "a. TXT \\1",
            "line 1, column 8: a backslash needs a character or three digits up to 255 behind it",
        ),
        (
            "a. CNAME b.\na. CNAME c.",
            "line 2, column 1: a second CNAME for the same name",
        ),
        (
            "a. A !servfial",
            "line 1, column 6: unknown script word !servfial; did you mean !servfail?",
        ),
        (
            "a. A !SERVFAIL",
            "line 1, column 6: unknown script word !SERVFAIL; did you mean !servfail?",
        ),
        (
            "a. A !delay=soon",
            "line 1, column 6: expected a delay such as !delay=250ms, found !delay=soon",
        ),
        (
            "a. A !delay=5",
            "line 1, column 6: expected a delay such as !delay=250ms, found !delay=5",
        ),
        (
            "a. A !servfail 192.0.2.1",
            "line 1, column 16: expected the end of the entry, found 192.0.2.1",
        ),
        (
            "a. ANY 192.0.2.1",
            "line 1, column 8: expected a word such as !servfail, for ANY, found 192.0.2.1",
        ),
        (
            "a. ANY",
            "line 1, column 7: expected a word such as !servfail, for ANY, found the end of the entry",
        ),
        (
            "a. SOA ns. me. x 1 1 1 1",
            "line 1, column 16: expected a serial number, found x",
        ),
    ] {
        assert_eq!(zone_err(text), told, "{text:?}");
    }
}

#[test]
fn names_and_strings_have_their_limits() {
    let label = "a".repeat(63);
    assert!(MemoryDns::parse(&format!("{label}. A 192.0.2.1")).is_ok());
    assert!(zone_err(&format!("{label}a. A 192.0.2.1")).contains("labels of at most 63 octets"));
    let long = format!("{label}.{label}.{label}.{}", "a".repeat(61));
    assert_eq!(long.len(), 253);
    assert!(MemoryDns::parse(&format!("{long}. A 192.0.2.1")).is_ok());
    assert!(zone_err(&format!("{long}a. A 192.0.2.1")).contains("at most 253 octets"));
    assert!(MemoryDns::parse(&format!("a. TXT {}", "x".repeat(255))).is_ok());
    assert!(zone_err(&format!("a. TXT {}", "x".repeat(256))).contains("longer than 255 octets"));
    let many = format!("a. TXT {}", "xxxxxxxx ".repeat(65_535 / 8 + 1));
    assert!(zone_err(&many).contains("longer than 65535 octets"));
}

#[test]
fn the_place_is_counted_in_characters() {
    let error = MemoryDns::parse("a. TXT \"ü\" ; ü\nb. TXT \"üü\" \\1").unwrap_err();
    assert_eq!((error.line(), error.column()), (2, 13));
}

#[test]
fn what_a_stranger_wrote_is_escaped_and_cut() {
    let error = zone_err(&format!("a. A \u{1b}[31m{}", "x".repeat(10_000)));
    assert!(!error.contains('\u{1b}') && error.len() < 300, "{error}");
}

#[test]
fn a_loader_tells_of_a_zone_file_as_of_any_other() {
    for (zone, told) in [
        (
            "mail.example. AAA 192.0.2.7",
            "demo.zone:1:15: error: unknown record type AAA; did you mean AAAA?",
        ),
        (
            "mail.example. A 192.0.2.",
            "demo.zone:1:17: error: 192.0.2.; expected an IPv4 address",
        ),
        (
            "mail.example. A",
            "demo.zone:1:16: error: the entry ends here; expected an IPv4 address",
        ),
    ] {
        let error = MemoryDns::parse(zone).unwrap_err();
        assert_eq!(error.in_file("demo.zone").to_string(), told);
    }
}
