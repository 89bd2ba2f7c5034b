//! Mailboxes and paths: the grammar, the classic open-relay list, and what only looks like it.

mod laws;
mod mailboxes;
mod open_relay;
mod paths;

use mailward::address::{ForwardPath, Literal, LocalPart, Mailbox, ReversePath};

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
