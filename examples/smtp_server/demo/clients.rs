//! The twelve clients: what each says, and what must become of it.

/// One client. It says EHLO, AUTH where it has a login, MAIL, RCPT and a message, as far as it gets.
pub(super) struct DemoClient {
    pub(super) title: &'static str,
    /// Its address, as the PROXY header gives it.
    pub(super) ip: &'static str,
    pub(super) greeting: &'static str,
    /// The response of AUTH PLAIN.
    pub(super) login: Option<&'static str>,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) rule: Option<&'static str>,
    pub(super) reason: Option<&'static str>,
    /// The verb that decided and the codes the client heard, in each mode.
    pub(super) verdict: Modes,
}

/// What must happen, by texts and time of refusal.
#[derive(Clone, Copy)]
pub(super) struct Modes {
    pub(super) friendly_recipient: &'static str,
    pub(super) friendly_earliest: &'static str,
    pub(super) secure_recipient: &'static str,
    pub(super) secure_earliest: &'static str,
}

impl DemoClient {
    pub(super) fn is_delivered(&self) -> bool {
        self.rule.is_none()
    }
}

/// An honest client, whom nothing happens to.
const CLEAN: DemoClient = DemoClient {
    title: "clean host",
    ip: "198.18.0.1",
    greeting: "mail.clean.example",
    login: None,
    from: "<ann@clean.example>",
    to: "<bob@example.org>",
    rule: None,
    reason: None,
    verdict: always("MESSAGE 250 2.0.0"),
};

pub(super) const CLIENTS: [DemoClient; 12] = [
    CLEAN,
    DemoClient {
        title: "no reverse name",
        ip: "203.0.113.2",
        rule: Some("reverse-name"),
        reason: Some("unverified-client"),
        verdict: at_connect("RCPT 550 5.7.25"),
        ..CLEAN
    },
    DemoClient {
        title: "forged reverse name",
        ip: "203.0.113.3",
        rule: Some("reverse-name"),
        reason: Some("unverified-client"),
        verdict: at_connect("RCPT 550 5.7.25"),
        ..CLEAN
    },
    DemoClient {
        title: "listed client",
        ip: "203.0.113.4",
        greeting: "mail.listed.example",
        rule: Some("block-lists"),
        reason: Some("listed-client"),
        verdict: at_connect("RCPT 554 5.7.1"),
        ..CLEAN
    },
    DemoClient {
        title: "listed by an error code only",
        ip: "198.18.0.5",
        greeting: "mail.quota.example",
        ..CLEAN
    },
    DemoClient {
        title: "forged HELO",
        ip: "203.0.113.6",
        greeting: "mx.example.org",
        rule: Some("greeting"),
        reason: Some("forged-greeting"),
        verdict: Modes {
            friendly_recipient: "RCPT 550 5.7.1",
            friendly_earliest: "EHLO 550",
            secure_recipient: "RCPT 554 5.7.0",
            secure_earliest: "EHLO 554",
        },
        ..CLEAN
    },
    DemoClient {
        title: "bad sender",
        ip: "203.0.113.7",
        greeting: "mail.bulk.example",
        from: "<offers@bulk.example>",
        rule: Some("bad-senders"),
        reason: Some("bad-sender"),
        verdict: Modes {
            friendly_recipient: "RCPT 550 5.7.1",
            friendly_earliest: "MAIL 550 5.7.1",
            secure_recipient: "RCPT 554 5.7.0",
            secure_earliest: "MAIL 554 5.7.0",
        },
        ..CLEAN
    },
    DemoClient {
        title: "unresolvable sender",
        ip: "198.18.0.8",
        greeting: "mail.vague.example",
        from: "<joe@nowhere.example>",
        rule: Some("sender-domain"),
        reason: Some("unresolvable-sender"),
        verdict: Modes {
            friendly_recipient: "RCPT 450 4.1.8",
            friendly_earliest: "MAIL 450 4.1.8",
            secure_recipient: "RCPT 450 4.7.0",
            secure_earliest: "MAIL 450 4.7.0",
        },
        ..CLEAN
    },
    DemoClient {
        title: "relay attempt",
        ip: "203.0.113.9",
        greeting: "mail.relay.example",
        to: "<victim@third.example>",
        rule: Some("relay-control"),
        reason: Some("relay-denied"),
        verdict: always("RCPT 550 5.7.1"),
        ..CLEAN
    },
    DemoClient {
        title: "routed recipient",
        ip: "203.0.113.10",
        greeting: "mail.detour.example",
        to: "<victim%third.example@example.org>",
        rule: Some("relay-control"),
        reason: Some("routed-recipient"),
        verdict: always("RCPT 550 5.7.1"),
        ..CLEAN
    },
    DemoClient {
        title: "internal client relaying",
        ip: "198.18.9.11",
        greeting: "desk",
        from: "<eve@example.org>",
        to: "<pat@third.example>",
        ..CLEAN
    },
    DemoClient {
        title: "authenticated client relaying",
        ip: "203.0.113.12",
        greeting: "[203.0.113.12]",
        login: Some("AGV2ZQBhcHBsZQ=="), // NUL eve NUL apple
        from: "<eve@example.org>",
        to: "<pat@third.example>",
        ..CLEAN
    },
];

const fn always(verdict: &'static str) -> Modes {
    Modes {
        friendly_recipient: verdict,
        friendly_earliest: verdict,
        secure_recipient: verdict,
        secure_earliest: verdict,
    }
}

/// Refused for what the client is: early on without an enhanced code, which no greeting has.
const fn at_connect(friendly_recipient: &'static str) -> Modes {
    Modes {
        friendly_recipient,
        friendly_earliest: "CONNECT 554",
        secure_recipient: "RCPT 554 5.7.0",
        secure_earliest: "CONNECT 554",
    }
}
