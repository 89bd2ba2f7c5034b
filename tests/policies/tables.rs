//! Tables as policies.

use mailward::policies::{ClientTable, RecipientTable, SenderTable};
use mailward::policy::Policy;
use mailward::table::{HostTable, MailboxTable};

use crate::util::client;
use crate::{PROCEED, action, scene, sender, stranger};

#[test]
fn what_the_actions_of_tables_come_to() {
    for (text, said) in [
        ("OK", "accept"),
        ("DUNNO", PROCEED),
        ("LOG seen", PROCEED),
        ("REJECT", "554 5.7.1 bad-client"),
        ("REJECT 5.7.9 go away", "554 5.7.9 bad-client"),
        ("DEFER", "450 4.7.1 bad-client"),
        ("421 busy", "421 4.7.1 bad-client"),
        ("571 5.7.2 no", "571 5.7.2 bad-client"),
        ("450 5.7.2 repaired", "450 4.7.2 bad-client"),
    ] {
        let table = HostTable::builder()
            .rule("203.0.113.9".parse().unwrap(), action(text))
            .unwrap()
            .build();
        let scene = stranger("");
        assert_eq!(scene.says(&ClientTable::new(table)), said, "{text}");
        assert_eq!(
            scene.dns.query_count(),
            0,
            "a table without names asks nobody"
        );
    }
}

#[test]
fn sender_and_recipient_tables() {
    let senders = || {
        MailboxTable::for_senders()
            .rule("spam.example".parse().unwrap(), action("REJECT no"))
            .unwrap()
    };
    let senders = senders()
        .rule("<>".parse().unwrap(), action("LOG a notice"))
        .unwrap();
    let senders = SenderTable::new(
        senders
            .rule("joe@".parse().unwrap(), action("DEFER"))
            .unwrap()
            .build(),
    );
    for (from, said) in [
        ("<ann@spam.example>", "550 5.7.1 bad-sender"),
        ("<ann@a.spam.example>", PROCEED),
        ("<joe>", "450 4.7.1 bad-sender"),
        ("<JOE+x@example.com>", "450 4.7.1 bad-sender"),
        ("<>", PROCEED),
    ] {
        assert_eq!(sender(from, "").says(&senders), said, "{from}");
    }
    let recipients = MailboxTable::for_recipients()
        .rule("old@example.org".parse().unwrap(), action("REJECT"))
        .unwrap()
        .rule("postmaster@".parse().unwrap(), action("OK"))
        .unwrap();
    let recipients = RecipientTable::new(recipients.build());
    for (to, said) in [
        ("<old@example.org>", "550 5.7.1 bad-recipient"),
        ("<Old+lists@example.org>", "550 5.7.1 bad-recipient"),
        (
            "<@relay.example:old@example.org>",
            "550 5.7.1 bad-recipient",
        ),
        ("<bob@example.org>", PROCEED),
        ("<Postmaster>", "accept"),
    ] {
        let scene = scene(client("203.0.113.9"), "x.example", "<>", to, "");
        assert_eq!(scene.says(&recipients), said, "{to}");
    }
}

#[test]
fn what_is_to_be_logged_is_noted_at_the_level_of_decisions() {
    let log = || action("LOG watch them");
    let hosts = HostTable::builder()
        .rule("203.0.113.9".parse().unwrap(), log())
        .unwrap()
        .rule("203.0.113.0/24".parse().unwrap(), action("REJECT"))
        .unwrap();
    let senders = MailboxTable::for_senders()
        .rule("ann@example.com".parse().unwrap(), log())
        .unwrap()
        .rule("example.com".parse().unwrap(), action("REJECT"))
        .unwrap();
    let recipients = MailboxTable::for_recipients()
        .rule("bob@example.org".parse().unwrap(), log())
        .unwrap()
        .rule("example.org".parse().unwrap(), action("REJECT"))
        .unwrap();
    let policies: [(Box<dyn Policy>, &str); 3] = [
        (
            Box::new(ClientTable::new(hosts.build())),
            "matched 203.0.113.9 LOG watch them\n",
        ),
        (
            Box::new(SenderTable::new(senders.build())),
            "matched ann@example.com LOG watch them\n",
        ),
        (
            Box::new(RecipientTable::new(recipients.build())),
            "matched bob@example.org LOG watch them\n",
        ),
    ];
    for (policy, noted) in policies {
        let scene = stranger("");
        // Noted, and it goes on to the rule that decides.
        assert!(scene.judge(&*policy).verdict().refusal().is_some());
        assert_eq!(scene.recorder.into_trace().to_string(), noted);
    }
}

#[test]
fn host_tables_believe_confirmed_names_only() {
    let table = HostTable::builder()
        .rule("*.example.com".parse().unwrap(), action("OK"))
        .unwrap()
        .build();
    let table = ClientTable::new(table);
    let good = "9.113.0.203.in-addr.arpa. PTR mail.example.com.\nmail.example.com. A 203.0.113.9";
    let liar = "9.113.0.203.in-addr.arpa. PTR mail.example.com.";
    assert_eq!(stranger(good).says(&table), "accept");
    assert_eq!(stranger(liar).says(&table), PROCEED);
    let trouble = "9.113.0.203.in-addr.arpa. PTR !timeout";
    assert_eq!(
        stranger(trouble).says(&table),
        "proceed; might accept 451 4.4.3 dns-trouble"
    );
}
