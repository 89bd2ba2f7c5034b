//! Checks of the greeting.

use mailward::policies::{Greeting, GreetingFault, OnTrouble};

use crate::{DOUBT, PROCEED, TROUBLE, greeter, perimeter};

#[test]
fn greetings() {
    use GreetingFault::{
        BareAddress, ClaimsToBeUs, Malformed, Mismatch, Missing, NotQualified, Unresolvable,
        WrongLiteral,
    };
    let perimeter = perimeter();
    for (fault, greeting, code) in [
        (
            Malformed,
            "mail..example.com",
            "501 5.5.4 malformed-greeting",
        ),
        (Missing, "", "503 5.5.1 missing-greeting"),
        (NotQualified, "localhost", "504 5.5.2 unqualified-greeting"),
        (
            BareAddress,
            "203.0.113.9",
            "550 5.7.1 bare-address-greeting",
        ),
        (WrongLiteral, "[203.0.113.10]", "550 5.7.1 forged-greeting"),
        (ClaimsToBeUs, "MX.example.org", "550 5.7.1 forged-greeting"),
        (ClaimsToBeUs, "example.org", "550 5.7.1 forged-greeting"),
        (ClaimsToBeUs, "[192.0.2.25]", "550 5.7.1 forged-greeting"),
        (ClaimsToBeUs, "192.0.2.25", "550 5.7.1 forged-greeting"),
        (
            Unresolvable,
            "nowhere.example",
            "450 4.7.1 unresolvable-greeting",
        ),
        (Mismatch, "other.example", "550 5.7.1 mismatched-greeting"),
    ] {
        let scene = || greeter(greeting, "other.example. A 198.51.100.1");
        assert_eq!(
            scene().says(&Greeting::new(&perimeter).refusing([fault])),
            code,
            "{greeting}"
        );
        assert_eq!(
            scene().says(&Greeting::new(&perimeter).refusing([])),
            PROCEED,
            "{greeting}"
        );
        let by_default = matches!(fault, Malformed | ClaimsToBeUs);
        assert_eq!(
            scene().says(&Greeting::new(&perimeter)) != PROCEED,
            by_default,
            "{greeting}"
        );
    }
    let every = [
        Malformed,
        Missing,
        NotQualified,
        BareAddress,
        WrongLiteral,
        ClaimsToBeUs,
        Unresolvable,
        Mismatch,
    ];
    for greeting in [
        "mail.example.com",
        "mail_1.example.com.",
        "[203.0.113.9]",
        "[IPv6:::ffff:203.0.113.9]",
    ] {
        let zone = "mail.example.com. A 203.0.113.9\nmail_1.example.com. A 203.0.113.9";
        assert_eq!(
            greeter(greeting, zone).says(&Greeting::new(&perimeter).refusing(every)),
            PROCEED,
            "{greeting}"
        );
    }
    for on_trouble in [
        OnTrouble::Proceed,
        OnTrouble::DeferIfPermit,
        OnTrouble::Defer,
    ] {
        let zone = "mail.example.com. A !servfail";
        let check = Greeting::new(&perimeter)
            .refusing([Unresolvable])
            .on_trouble(on_trouble);
        let expected = match on_trouble {
            OnTrouble::Proceed => PROCEED,
            OnTrouble::DeferIfPermit => DOUBT,
            OnTrouble::Defer => TROUBLE,
        };
        assert_eq!(greeter("mail.example.com", zone).says(&check), expected);
    }
}

#[test]
fn our_name_may_be_used_by_whom_it_belongs_to() {
    let check = || Greeting::new(&perimeter());
    let own = "9.113.0.203.in-addr.arpa. PTR mx2.example.org.\nmx2.example.org. A 203.0.113.9";
    assert_eq!(greeter("mx2.example.org", own).says(&check()), PROCEED);
    assert_eq!(
        greeter("mx3.example.org", own).says(&check()),
        "550 5.7.1 forged-greeting"
    );
    // Trouble does not let a liar through, nor refuse one of us for good.
    let trouble = "9.113.0.203.in-addr.arpa. PTR !servfail";
    assert_eq!(
        greeter("mx2.example.org", trouble).says(&check()),
        "450 4.7.1 forged-greeting"
    );
    assert_eq!(
        greeter("[192.0.2.25]", trouble).says(&check()),
        "550 5.7.1 forged-greeting"
    );
}

#[test]
fn greeting_faults_have_words() {
    for word in [
        "malformed",
        "missing",
        "not-qualified",
        "bare-address",
        "wrong-literal",
        "claims-to-be-us",
        "unresolvable",
        "mismatch",
    ] {
        assert!(word.parse::<GreetingFault>().is_ok(), "{word}");
    }
    assert_eq!(
        "Missing".parse::<GreetingFault>().unwrap_err().to_string(),
        "unknown greeting fault; expected malformed, missing, not-qualified, bare-address, wrong-literal, \
         claims-to-be-us, unresolvable or mismatch"
    );
}
