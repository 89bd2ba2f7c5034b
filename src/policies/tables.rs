//! Host, sender and recipient tables.

use std::fmt;

use super::OnTrouble;
use crate::dns::DnsError;
use crate::fcrdns::VerifiedName;
use crate::policy::{Decision, Inquiry, Policy, Timing};
use crate::reply::ReplyText;
use crate::table::{Action, HostPattern, HostTable, MailboxTable, Rejection, Rule};
use crate::trace::{Note, Recorder};
use crate::verdict::{Judgement, Reason, Refusal, Stage, Subject, Verdict};

/// Judges clients by a host table (`auth.mta`).
///
/// Names count only when they are forward-confirmed; a table without rules for names asks no DNS. When the client's
/// names cannot be found out, a rule for its address still holds, but can refuse only for now, since a rule for a name
/// might have come first. A rule for its address accepts only if no rule for a name could say otherwise. Wherever the
/// table might have accepted, later checks of the row can refuse only for now too.
/// 554 5.7.1 where the rule names no code.
///
/// ```
/// use mailward::policies::ClientTable;
/// use mailward::table::{Action, HostTable};
///
/// let table = HostTable::builder().rule("203.0.113.0/24".parse()?, Action::parse("REJECT not from there")?)?.build();
/// let check = ClientTable::new(table);
/// # let _ = check;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ClientTable {
    table: HostTable,
    names: NameRules,
    on_trouble: OnTrouble,
}

/// How many of a table's rules for names decide, and how.
#[derive(Clone, Copy, Debug)]
struct NameRules {
    accepting: usize,
    others: usize,
}

impl NameRules {
    fn of(table: &HostTable) -> Self {
        let rules = || {
            table
                .rules()
                .iter()
                .filter(|rule| matches!(rule.pattern(), HostPattern::Name(_)))
        };
        Self {
            accepting: rules()
                .filter(|rule| matches!(rule.action(), Action::Accept))
                .count(),
            others: rules()
                .filter(|rule| !matches!(rule.action(), Action::Accept | Action::Log(_)))
                .count(),
        }
    }
}

impl ClientTable {
    /// Judges by this table; looks away from trouble.
    #[must_use]
    pub fn new(table: HostTable) -> Self {
        Self {
            names: NameRules::of(&table),
            table,
            on_trouble: OnTrouble::Proceed,
        }
    }

    /// What to do when the client's names cannot be found out, and no rule for its address refuses.
    #[must_use]
    pub const fn on_trouble(mut self, on_trouble: OnTrouble) -> Self {
        self.on_trouble = on_trouble;
        self
    }

    fn judge(&self, names: &[VerifiedName], inquiry: &Inquiry<'_>) -> Judgement {
        act(
            self.table.matches(inquiry.session.client().ip(), names),
            Reason::BadClient,
            inquiry.recorder,
        )
    }

    /// Judges by what is known of the client: a name that is in trouble might have had a rule that comes first.
    fn judge_in_trouble(
        &self,
        names: &[VerifiedName],
        error: DnsError,
        inquiry: &Inquiry<'_>,
    ) -> Judgement {
        let known = self.judge(names, inquiry);
        match known.verdict() {
            Verdict::Refuse(_) => known.map_refusal(Refusal::in_doubt),
            Verdict::Accept if self.names.others == 0 => known,
            Verdict::Accept => self.might_accept(error),
            Verdict::Proceed if self.names.accepting == 0 => {
                self.on_trouble.judge(Subject::Client, error)
            }
            Verdict::Proceed => self.might_accept(error),
        }
    }

    fn might_accept(&self, error: DnsError) -> Judgement {
        let doubt = Judgement::might_accept(Refusal::dns_trouble(Subject::Client, error));
        doubt.and(|| self.on_trouble.judge(Subject::Client, error))
    }
}

impl Policy for ClientTable {
    fn check<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        if !self.table.has_name_rules() {
            return Decision::ready(self.judge(&[], inquiry));
        }
        inquiry.client_name().map(|client| match client.trouble() {
            Some(error) => self.judge_in_trouble(client.names(), error, inquiry),
            None => self.judge(client.names(), inquiry),
        })
    }

    fn timing(&self) -> Timing {
        Timing::Facts(Stage::Connect)
    }

    fn kind(&self) -> &'static str {
        "client-table"
    }
}

/// Judges senders by a mailbox table (`auth.user`). 550 5.7.1 where the rule names no code.
///
/// ```
/// use mailward::policies::SenderTable;
/// use mailward::table::{Action, MailboxTable};
///
/// let table = MailboxTable::for_senders().rule("spam.example".parse()?, Action::parse("REJECT")?)?.build();
/// let check = SenderTable::new(table);
/// # let _ = check;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SenderTable {
    table: MailboxTable,
}

impl SenderTable {
    /// Judges by this table.
    #[must_use]
    pub const fn new(table: MailboxTable) -> Self {
        Self { table }
    }
}

impl Policy for SenderTable {
    fn check<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        let Some(sender) = inquiry.session.sender() else {
            return Decision::ready(Judgement::PROCEED);
        };
        let rules = self.table.matches_sender(sender.sender());
        Decision::ready(act(rules, Reason::BadSender, inquiry.recorder))
    }

    fn timing(&self) -> Timing {
        Timing::Facts(Stage::Mail)
    }

    fn kind(&self) -> &'static str {
        "sender-table"
    }
}

/// Judges recipients by a mailbox table. 550 5.7.1 where the rule names no code.
///
/// ```
/// use mailward::policies::RecipientTable;
/// use mailward::table::{Action, MailboxTable};
///
/// let table = MailboxTable::for_recipients().rule("old@example.org".parse()?, Action::parse("REJECT")?)?.build();
/// let check = RecipientTable::new(table);
/// # let _ = check;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct RecipientTable {
    table: MailboxTable,
}

impl RecipientTable {
    /// Judges by this table.
    #[must_use]
    pub const fn new(table: MailboxTable) -> Self {
        Self { table }
    }
}

impl Policy for RecipientTable {
    fn check<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        let Some(recipient) = inquiry.session.recipient() else {
            return Decision::ready(Judgement::PROCEED);
        };
        let rules = self.table.matches_recipient(recipient);
        Decision::ready(act(rules, Reason::BadRecipient, inquiry.recorder))
    }

    fn kind(&self) -> &'static str {
        "recipient-table"
    }
}

/// Does what the first rule that decides says, and notes those before it.
fn act<'t, P: fmt::Display + 't>(
    rules: impl Iterator<Item = &'t Rule<P>>,
    reason: impl FnOnce(Option<ReplyText>) -> Reason,
    recorder: &Recorder,
) -> Judgement {
    for rule in rules {
        let matched = || Note::Matched(rule.to_string().into());
        match rule.action() {
            Action::Log(_) => recorder.decision(matched), // the operator asked for it
            _ => recorder.evidence(matched),
        }
        match rule.action() {
            Action::Accept => return Verdict::Accept.into(),
            Action::Refuse(rejection) => {
                return refusal(rejection, reason(rejection.text().cloned())).into();
            }
            Action::Dunno => return Judgement::PROCEED,
            Action::Log(_) => {}
        }
    }
    Judgement::PROCEED
}

fn refusal(rejection: &Rejection, reason: Reason) -> Refusal {
    let plain = match rejection.is_permanent() {
        true => Refusal::permanent(reason),
        false => Refusal::temporary(reason),
    };
    let coded = match rejection.code() {
        Some(code) => plain.clone().with_code(code).unwrap_or(plain),
        None => plain,
    };
    match rejection.detail() {
        Some(detail) => coded.with_detail(detail),
        None => coded,
    }
}
