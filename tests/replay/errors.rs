//! Lines that are no session.

use serde_json::json;

use crate::{replay, run};

fn error(line: impl AsRef<[u8]>) -> String {
    let mut replay = replay("", |guard| guard);
    let (values, summary) = run(&mut replay, line);
    assert_eq!((summary.lines(), summary.malformed()), (1, 1), "{values:?}");
    assert_eq!(values[0]["line"], 1);
    assert_eq!(values[0].as_object().unwrap().len(), 2);
    values[0]["error"].as_str().unwrap().to_owned()
}

/// The error of an entry of `commands`, without its column.
fn entry_error(entry: &str) -> String {
    let line = format!(r#"{{"id":"s","client":"192.0.2.1","commands":[{entry}]}}"#);
    let error = error(line);
    let (column, sentence) = error.split_once(": ").unwrap();
    assert!(column.starts_with("column "), "{error}");
    sentence.to_owned()
}

#[test]
fn lines_that_are_no_json() {
    assert_eq!(error("\n"), "column 0: EOF while parsing a value");
    assert_eq!(error("hello"), "column 1: expected value");
    assert_eq!(
        error("{\"id\":\"s\"\n"),
        "column 9: EOF while parsing an object"
    );
    assert_eq!(
        error(r#"{"id":"s","client":"192.0.2.1","commands":[]} {}"#),
        "column 47: trailing characters"
    );
    assert_eq!(error(b"{\"id\":\"\xff\"}"), "octet 8 is not UTF-8");
    assert_eq!(
        error("[".repeat(100_000)),
        "column 0: invalid type: sequence, expected a session, as an object"
    );
    assert_eq!(
        error(r#"{"id":"\ud800","client":"192.0.2.1","commands":[]}"#),
        "column 14: unexpected end of hex escape"
    );
}

#[test]
fn fields_that_are_wrong() {
    let fields = |fields: &str| error(format!("{{{fields}}}"));
    assert_eq!(
        fields(r#""id":"s","client":"192.0.2.1""#),
        "column 31: missing field `commands`"
    );
    assert_eq!(
        fields(r#""id":"s","commands":[]"#),
        "column 24: missing field `client`"
    );
    assert_eq!(
        fields(r#""client":"192.0.2.1","commands":[]"#),
        "column 36: missing field `id`"
    );
    assert_eq!(
        fields(r#""id":"s","cleint":"192.0.2.1""#),
        "column 18: unknown field cleint; expected id, client, port or commands; did you mean client?"
    );
    assert_eq!(
        fields(r#""id":"s","id":"t""#),
        "column 19: duplicate field `id`"
    );
    assert_eq!(
        fields(r#""id":7"#),
        "column 7: invalid type: integer `7`, expected a string"
    );
    assert_eq!(
        fields(r#""id":"s","client":"192.0.2.010""#),
        "column 33: 192.0.2.010: not an IPv4 or IPv6 address"
    );
    assert_eq!(
        fields(r#""id":"s","port":65536"#),
        "column 22: invalid value: integer `65536`, expected u16"
    );
    assert_eq!(
        fields(r#""id":"s","commands":"QUIT""#),
        "column 27: invalid type: string \"QUIT\", expected a list of commands and objects"
    );
}

#[test]
fn entries_that_are_wrong() {
    for (entry, expected) in [
        (
            "7",
            "invalid type: integer `7`, expected a command line or an object",
        ),
        (
            "null",
            "invalid type: null, expected a command line or an object",
        ),
        (
            "[]",
            "invalid type: sequence, expected a command line or an object",
        ),
        ("{}", "an object says one thing, and this none"),
        (
            r#"{"tls":true,"wait":"5m"}"#,
            "an object says one thing, and this more",
        ),
        (
            r#"{"tls":true,"tls":true}"#,
            "an object says one thing, and this more",
        ),
        (
            r#"{"reprot":"accepted"}"#,
            "unknown object reprot; expected report, raw, authenticated, tls, wait, early-talker, proxy, proxy-hex or \
             zone; did you mean report?",
        ),
        (
            r#"{"report":"unknown-usr"}"#,
            "unknown report unknown-usr; expected unknown-user, auth-failed, accepted or refused; did you mean \
             unknown-user?",
        ),
        (
            r#"{"report":"early-talker"}"#,
            "unknown report early-talker; expected unknown-user, auth-failed, accepted or refused",
        ),
        (r#"{"tls":false}"#, "expected true, or no such object"),
        (
            r#"{"early-talker":false}"#,
            "expected true, or no such object",
        ),
        (
            r#"{"tls":"true"}"#,
            "invalid type: string \"true\", expected a boolean",
        ),
        (
            r#"{"authenticated":true}"#,
            "invalid type: boolean `true`, expected a string",
        ),
        (
            r#"{"raw":"454"}"#,
            "expected octets, each as two hexadecimal digits",
        ),
        (
            r#"{"raw":"4g"}"#,
            "expected octets, each as two hexadecimal digits",
        ),
        (
            r#"{"proxy-hex":"+1"}"#,
            "expected octets, each as two hexadecimal digits",
        ),
        (
            r#"{"zone":"mail.example. A 192.0.2."}"#,
            "zone: line 1, column 17: expected an IPv4 address, found 192.0.2.",
        ),
    ] {
        assert_eq!(entry_error(entry), expected, "{entry}");
    }
}

#[test]
fn times_that_are_none() {
    for time in [
        "5",
        "",
        "m",
        "-5m",
        "+5m",
        "5 m",
        "1.5h",
        "5M",
        "5min",
        "1h30m",
        "99999999999999999999s",
        "999999999999999999d",
    ] {
        let shown = mailward::diagnostic::shown(time);
        assert_eq!(
            entry_error(&format!(r#"{{"wait":"{time}"}}"#)),
            format!(
                "{shown} is no time; expected a number with its unit, such as 250ms, 5s, 5m, 1h or 35d"
            )
        );
    }
}

#[test]
fn an_error_tells_no_more_than_needed_of_the_line() {
    let long = "x".repeat(100_000);
    for line in [
        json!({ long.as_str(): 1 }).to_string(),
        json!({"id": "s", "client": long}).to_string(),
        json!({"id": "s", "commands": long}).to_string(),
        json!({"commands": [{"report": long}]}).to_string(),
        json!({"commands": [{"zone": format!("a.example. A {long}")}]}).to_string(),
    ] {
        assert!(error(&line).chars().count() < 400, "{}", &line[..50]);
    }
}

#[test]
fn a_run_goes_on_after_an_error() {
    let mut replay = replay("", |guard| guard);
    let session =
        |id: &str| json!({"id": id, "client": "203.0.113.9", "commands": ["QUIT"]}).to_string();
    let input = format!("{}\nnonsense\n\n{}", session("a"), session("b"));
    let (values, summary) = run(&mut replay, input);
    assert_eq!((summary.lines(), summary.malformed()), (4, 2));
    assert_eq!(values[0]["id"], "a");
    assert_eq!(
        values[1],
        json!({"line": 2, "error": "column 2: expected ident"})
    );
    assert_eq!(values[2]["line"], 3);
    assert_eq!(values[3]["id"], "b");
    assert_eq!(values[3]["steps"].as_array().unwrap().len(), 2);
}

/// Nothing of a malformed session happens: neither is it judged, nor does its zone come true.
#[test]
fn a_malformed_session_leaves_no_trace() {
    let mut replay = replay("", crate::named_clients);
    let input = json!({"id": "a", "client": "203.0.113.9", "commands": [{"zone": crate::NAMED}, {"wait": "x"}]});
    let (_, summary) = run(&mut replay, input.to_string());
    assert_eq!(summary.malformed(), 1);
    let steps = crate::steps(
        &mut replay,
        &json!(["MAIL FROM:<>", "RCPT TO:<b@example.org>"]),
    );
    assert_eq!(steps[2]["reason"], "unverified-client");
}
