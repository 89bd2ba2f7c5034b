//! The classic open-relay list, and what only looks like it.

use mailward::address::{ForwardPath, ReversePath};

use crate::{local, mailbox};

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
