//! Sender and recipient tables, and what the actions of all tables come to.

use std::fmt;

use crate::policy::{Decision, Inquiry, Policy, Timing};
use crate::reply::ReplyText;
use crate::table::{Action, Deferral, MailboxTable, Rejection, Rule};
use crate::trace::{Note, Recorder};
use crate::verdict::{Judgement, Reason, Refusal, Stage, Verdict};

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
        note(rule, recorder);
        match rule.action() {
            Action::Accept => return Verdict::Accept.into(),
            Action::DeferIfPermit(deferral) => {
                return Judgement::might_refuse(put_off(deferral, reason));
            }
            Action::DeferIfReject(deferral) => {
                return Judgement::might_accept(put_off(deferral, reason));
            }
            Action::Refuse(rejection) => return refusal(rejection, reason).into(),
            // What is about the senders of hosts is in no table of mailboxes.
            Action::Log(_) | Action::Excludes(_) | Action::Requires(_) => {}
            Action::Dunno => return Judgement::PROCEED,
        }
    }
    Judgement::PROCEED
}

/// Notes a rule that was found.
pub(super) fn note<P: fmt::Display>(rule: &Rule<P>, recorder: &Recorder) {
    let matched = || Note::Matched(rule.to_string().into());
    match rule.action() {
        Action::Log(_) => recorder.decision(matched), // the operator asked for it
        _ => recorder.evidence(matched),
    }
}

/// What a rule that refuses comes to.
pub(super) fn refusal(
    rejection: &Rejection,
    reason: impl FnOnce(Option<ReplyText>) -> Reason,
) -> Refusal {
    let reason = reason(rejection.text().cloned());
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

/// What the doubt of a rule comes to, if it decides.
pub(super) fn put_off(
    deferral: &Deferral,
    reason: impl FnOnce(Option<ReplyText>) -> Reason,
) -> Refusal {
    let refusal = Refusal::temporary(reason(deferral.text().cloned()));
    match deferral.detail() {
        Some(detail) => refusal.with_detail(detail),
        None => refusal,
    }
}
