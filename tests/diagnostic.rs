//! What a loader tells an operator: one line each, errors first, never more than a screen.

use mailward::diagnostic::{Diagnostic, Diagnostics, Place, Severity};

fn place(line: usize) -> Place {
    Place::new("policy.toml", line, 4)
}

#[test]
fn a_line_says_where_what_and_what_was_meant() {
    let error = Diagnostic::error(place(3), "unknown action REJCT")
        .expected("OK, DUNNO or REJECT")
        .or_meant("REJCT", ["OK", "DUNNO", "REJECT"]);
    assert_eq!(
        error.to_string(),
        "policy.toml:3:4: error: unknown action REJCT; expected OK, DUNNO or REJECT; did you mean REJECT?"
    );
    assert_eq!((error.place().line(), error.place().column()), (3, 4));
}

#[test]
fn nothing_is_suggested_when_nothing_is_near() {
    let error = Diagnostic::error(place(3), "unknown key").or_meant("perimeter", ["hostname"]);
    assert_eq!(error.to_string(), "policy.toml:3:4: error: unknown key");
}

#[test]
fn a_file_name_cannot_forge_a_line() {
    let forged = Place::new("a\nb.toml:1:1: error: c", 1, 1);
    assert_eq!(forged.to_string(), "a\\nb.toml:1:1: error: c:1:1");
}

#[test]
fn errors_come_first_and_a_screen_is_enough() {
    let mut found = Diagnostics::new();
    found.extend((0..30).map(|line| Diagnostic::warning(place(line), "odd")));
    found.extend((0..30).map(|line| Diagnostic::error(place(line), "wrong")));
    assert!(found.is_full());
    assert_eq!(found.iter().count(), Diagnostics::MOST);
    assert!(found.iter().all(|told| told.severity() == Severity::Error));
    assert_eq!(found.to_string().lines().count(), Diagnostics::MOST);
    assert_eq!(
        found.into_iter().count(),
        2 * Diagnostics::MOST,
        "warnings are kept for who asks"
    );
}

#[test]
fn warnings_alone_are_no_error() {
    let mut found = Diagnostics::new();
    assert!(found.is_empty());
    found.push(Diagnostic::warning(place(1), "odd"));
    assert!(!found.has_errors() && !found.is_empty() && !found.is_full());
}
