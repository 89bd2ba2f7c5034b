//! What a list says of its listing.

use mailward::dns::MemoryDns;
use mailward::rbl::{self};

use crate::{CLIENT, asked, ip, labels, look_up, text, zone};

const LISTED: &str = "9.113.0.203.bl.example. A 127.0.0.2\n9.113.0.203.bl.example.";

fn reason(records: &str) -> Option<String> {
    let found = look_up(
        CLIENT,
        &[zone("bl.example").with_text()],
        &format!("{LISTED} {records}"),
    );
    text(&found[0]).map(String::from)
}

#[test]
fn the_reason_is_asked_only_where_wanted_and_only_on_a_hit() {
    for (zone, records, questions) in [
        (zone("bl.example"), "A 127.0.0.2", 1),
        (zone("bl.example").with_text(), "A 127.0.0.2", 2),
        (zone("bl.example").with_text(), "A 127.255.255.254", 1),
        (zone("bl.example").with_text(), "TXT x", 1),
        (zone("bl.example").with_text(), "A !timeout", 1),
    ] {
        let dns = MemoryDns::parse(&format!("9.113.0.203.bl.example. {records}")).unwrap();
        let _ = rbl::look_up(ip(CLIENT), &[zone], &[], &dns).wait();
        assert_eq!(dns.query_count(), questions, "{records}");
    }
}

#[test]
fn only_the_list_that_decides_is_asked_for_its_reason() {
    let zones = ["a.example", "b.example", "c.example"].map(|domain| zone(domain).with_text());
    let dns = MemoryDns::parse(
        "*.b.example. A 127.0.0.2\n*.b.example. TXT why\n*.c.example. A 127.0.0.2",
    )
    .unwrap();
    let found = rbl::look_up(ip(CLIENT), &zones, &[], &dns).wait();
    assert_eq!(text(&found[1]), Some("why"));
    assert_eq!(asked(&dns)[2..], ["TXT 9.113.0.203.b.example"]);
}

#[test]
fn a_reason_that_is_known_or_known_to_be_none_is_not_asked_again() {
    let zones = [zone("bl.example").with_text()];
    for record in ["", "*.bl.example. TXT why"] {
        let dns = MemoryDns::parse(&format!("*.bl.example. A 127.0.0.2\n{record}")).unwrap();
        let first = rbl::look_up(ip(CLIENT), &zones, &[], &dns).wait();
        let again =
            rbl::look_up_known(|_| Some(first[0].clone()), ip(CLIENT), &zones, &[], &dns).wait();
        assert_eq!(again, first);
        assert_eq!(dns.query_count(), 2);
    }
}

#[test]
fn trouble_with_the_reason_leaves_the_listing() {
    let zones = [zone("bl.example").with_text()];
    let dns = MemoryDns::parse("*.bl.example. A 127.0.0.2\n*.bl.example. TXT !timeout").unwrap();
    let first = rbl::look_up(ip(CLIENT), &zones, &[], &dns).wait();
    assert_eq!(
        (labels(&first), text(&first[0])),
        (vec!["bl.example"], None)
    );
    dns.replace("*.bl.example. TXT why").unwrap();
    let again =
        rbl::look_up_known(|_| Some(first[0].clone()), ip(CLIENT), &zones, &[], &dns).wait();
    assert_eq!(text(&again[0]), Some("why"), "it is asked again");
}

#[test]
fn strings_are_joined_and_records_told_in_one_order() {
    assert_eq!(
        reason("TXT \"see \" \"https://bl.example/\"").unwrap(),
        "see https://bl.example/"
    );
    assert_eq!(reason("TXT b\n TXT a\n TXT b").unwrap(), "a / b");
    assert_eq!(reason("TXT a\n TXT b").unwrap(), "a / b");
    assert_eq!(reason("TXT \"\""), None);
    assert_eq!(reason("TXT \" \""), None);
}

#[test]
fn a_strangers_text_cannot_break_a_line_nor_fill_one() {
    let told = reason(r#"TXT "listed\013\010250 ok\000\027[31m \255\195\188""#).unwrap();
    assert!(
        told.bytes().all(|octet| (0x20..=0x7e).contains(&octet)),
        "{told:?}"
    );
    assert!(told.starts_with("listed?250 ok?[31m"), "{told:?}");
    let long = reason(&format!(
        "TXT {}",
        format!("{} ", "x".repeat(200)).repeat(300)
    ))
    .unwrap();
    assert!(long.len() <= 400, "{}", long.len());
    let wide = reason(&format!(
        "TXT {}",
        format!("{} ", "ü".repeat(100)).repeat(10)
    ))
    .unwrap();
    assert!(wide.is_ascii() && wide.len() <= 400, "{wide}");
}
