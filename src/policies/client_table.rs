//! Host tables.

use std::time::Duration;

use super::{OnTrouble, note, put_off, refusal};
use crate::dns::{Answer, DnsError, Lookup, PtrTarget};
use crate::fcrdns::Fcrdns;
use crate::policy::{Decision, Inquiry, Policy, Timing};
use crate::step::Step;
use crate::table::{self, Action, Found, HostFacts, HostPattern, HostTable, Known, Question, Rule};
use crate::verdict::{Judgement, Reason, Refusal, Stage, Subject, Verdict};

/// Judges clients by a host table (`auth.mta`), and by `EXCLUDES` and `REQUIRES` what senders they may have.
///
/// Names count only when they are forward-confirmed; a table without rules for names asks no DNS. A rule for the mail
/// exchangers of a domain asks for them when no rule before it decides. When the client's names cannot be found out, a
/// rule for its address still holds, but can refuse only for now, since a rule for a name might have come first. A rule
/// for its address accepts only if no rule for a name could say otherwise. Wherever the table might have accepted, later
/// checks of the row can refuse only for now too. The same holds for exchangers.
/// 554 5.7.1 where the rule names no code; 550 5.7.1 `excluded-sender`.
///
/// `EXCLUDES` and `REQUIRES` have no opinion of other senders, nor before the sender is known, and the next rule is
/// asked: as in Isode's `auth.mta`, they narrow what a host may send and give it no right. They never refuse the null
/// reverse-path. Where a host is refused at once, they are judged when MAIL comes.
///
/// ```
/// use mailward::policies::ClientTable;
/// use mailward::table::{Action, HostTable};
///
/// let table = HostTable::builder()
///     .rule("203.0.113.0/24".parse()?, Action::parse("REJECT not from there")?)?
///     .rule("mx:example.net".parse()?, Action::parse("EXCLUDES /^[0-9]+@/")?)?
///     .build();
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

/// What the rules for names that an index finds may say, of which none is known when the name system is in trouble.
#[derive(Clone, Debug)]
struct NameRules {
    unsure: Unsure,
    /// The numbers of those that look at the sender.
    about_senders: Vec<usize>,
}

impl NameRules {
    fn of(table: &HostTable) -> Self {
        let mut found = Self {
            unsure: Unsure::default(),
            about_senders: Vec::new(),
        };
        for (number, rule) in table.rules().iter().enumerate() {
            if !matches!(rule.pattern(), HostPattern::Name(_)) || !rule.conditions().is_empty() {
                continue;
            }
            match rule.action() {
                Action::Excludes(_) | Action::Requires(_) => found.about_senders.push(number),
                action => found.unsure.add(action),
            }
        }
        found
    }
}

/// What a rule might have said that is not known to be about the client.
#[derive(Clone, Copy, Debug, Default)]
struct Unsure {
    accepts: bool,
    other: bool,
}

impl Unsure {
    fn add(&mut self, action: &Action) {
        match action {
            Action::Accept | Action::DeferIfReject(_) => self.accepts = true,
            Action::Log(_) => {}
            _ => self.other = true,
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

    /// What to do when the client's names or exchangers cannot be found out, and no rule for its address refuses.
    #[must_use]
    pub const fn on_trouble(mut self, on_trouble: OnTrouble) -> Self {
        self.on_trouble = on_trouble;
        self
    }
}

impl Policy for ClientTable {
    fn check<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        let mut walk = Walk::new(self, inquiry);
        loop {
            let question = match walk.go_on() {
                Ok(judgement) => return Decision::ready(judgement),
                Err(question) => question,
            };
            match walk.ask(question).into_ready() {
                Ok(fact) => walk.learn(fact),
                Err(fact) => return Decision::later(walk.finish(fact)),
            }
        }
    }

    fn timing(&self) -> Timing {
        Timing::Facts(Stage::Connect)
    }

    fn kind(&self) -> &'static str {
        "client-table"
    }
}

/// How far the rules have been asked.
struct Walk<'a> {
    check: &'a ClientTable,
    inquiry: &'a Inquiry<'a>,
    facts: HostFacts<'a>,
    client: Option<&'a Fcrdns>,
    /// The next of the rules in file order; `None` before those of the index.
    next: Option<usize>,
    unsure: Unsure,
    trouble: Option<DnsError>,
}

/// What the name system says.
enum Fact<'a> {
    Exchanger(Result<bool, DnsError>),
    Names(&'a Fcrdns),
    Reverse(Lookup<PtrTarget>),
}

impl<'a> Walk<'a> {
    fn new(check: &'a ClientTable, inquiry: &'a Inquiry<'a>) -> Self {
        Self {
            check,
            inquiry,
            facts: HostFacts::of(inquiry.session.client().ip()),
            client: None,
            next: None,
            unsure: Unsure::default(),
            trouble: None,
        }
    }

    async fn finish(mut self, first: Step<'a, Fact<'a>>) -> Judgement {
        let mut fact = first;
        loop {
            self.learn(fact.await);
            match self.go_on() {
                Ok(judgement) => return judgement,
                Err(question) => fact = self.ask(question),
            }
        }
    }

    /// Asks rules until one decides or must know something.
    fn go_on(&mut self) -> Result<Judgement, Question<'a>> {
        let check = self.check;
        let mut next = match self.next {
            Some(next) => next,
            None => match self.indexed()? {
                Some(judgement) => return Ok(judgement),
                None => 0,
            },
        };
        self.next = Some(next);
        while let Some(rule) = check.table.ordered(next) {
            if self.has_a_say(rule) {
                let found = check.table.judge(rule, &self.facts)?;
                if let Some(judgement) = self.meet(rule, found) {
                    return Ok(judgement);
                }
            }
            next = next.saturating_add(1);
            self.next = Some(next);
            self.facts.exchanger = None;
        }
        Ok(self.undecided())
    }

    /// Asks the rules of the index.
    fn indexed(&mut self) -> Result<Option<Judgement>, Question<'a>> {
        let check = self.check;
        let names = match self.facts.names {
            Some(known) => known.names,
            None if check.table.begins_with_names() => return Err(Question::Names),
            None => &[],
        };
        if self
            .facts
            .names
            .is_some_and(|known| known.trouble.is_some())
        {
            self.unsure = check.names.unsure;
            let about_senders = check.names.about_senders.iter();
            let mut about_senders = about_senders.filter_map(|at| check.table.rules().get(*at));
            self.unsure.other |= about_senders.any(|rule| self.excludes(rule));
        }
        let mut found = check.table.indexed(self.facts.client, names);
        Ok(found.find_map(|rule| self.meet(rule, Found::Yes)))
    }

    /// What a rule comes to; `None` where the next one is to be asked.
    fn meet(&mut self, rule: &Rule<HostPattern>, found: Found) -> Option<Judgement> {
        if found == Found::No || !self.has_a_say(rule) {
            return None;
        }
        if found == Found::Maybe {
            self.unsure.add(rule.action());
            return None;
        }
        note(rule, self.inquiry.recorder);
        match rule.action() {
            Action::Accept if self.unsure.other => Some(self.might_accept()),
            Action::Accept => Some(Verdict::Accept.into()),
            Action::DeferIfPermit(deferral) => {
                let doubt = Judgement::might_refuse(put_off(deferral, Reason::BadClient));
                Some(doubt.and(|| self.undecided()))
            }
            Action::DeferIfReject(deferral) => {
                let doubt = Judgement::might_accept(put_off(deferral, Reason::BadClient));
                Some(doubt.and(|| self.undecided()))
            }
            Action::Dunno => Some(self.undecided()),
            Action::Excludes(_) | Action::Requires(_) => {
                Some(self.refuse(Refusal::new(Reason::ExcludedSender)))
            }
            Action::Log(_) => None,
            Action::Refuse(rejection) => Some(self.refuse(refusal(rejection, Reason::BadClient))),
        }
    }

    /// Whether a rule would say anything if it is about the client.
    fn has_a_say(&self, rule: &Rule<HostPattern>) -> bool {
        !rule.action().is_about_senders() || self.excludes(rule)
    }

    /// Whether a rule refuses the present sender.
    fn excludes(&self, rule: &Rule<HostPattern>) -> bool {
        let sender = self.inquiry.session.sender().map(|path| path.sender());
        let Some(sender) = sender.filter(|sender| !sender.is_null()) else {
            return false;
        };
        match rule.action() {
            Action::Excludes(expression) => expression.is_match(&sender.to_string()),
            Action::Requires(expression) => !expression.is_match(&sender.to_string()),
            _ => false,
        }
    }

    /// Refuses; only for now where a rule that is not known to be about the client might have come first.
    fn refuse(&self, refusal: Refusal) -> Judgement {
        match self.unsure {
            Unsure {
                accepts: false,
                other: false,
            } => refusal.into(),
            _ => refusal.in_doubt().into(),
        }
    }

    /// No rule decides that is known to be about the client.
    fn undecided(&self) -> Judgement {
        match (self.trouble, self.unsure) {
            (Some(_), Unsure { accepts: true, .. }) => self.might_accept(),
            (Some(error), Unsure { other: true, .. }) => {
                self.check.on_trouble.judge(Subject::Client, error)
            }
            _ => Judgement::PROCEED,
        }
    }

    fn might_accept(&self) -> Judgement {
        let Some(error) = self.trouble else {
            return Judgement::PROCEED;
        };
        let doubt = Judgement::might_accept(Refusal::dns_trouble(Subject::Client, error));
        doubt.and(|| self.check.on_trouble.judge(Subject::Client, error))
    }

    fn ask(&self, question: Question<'_>) -> Step<'a, Fact<'a>> {
        let inquiry = self.inquiry;
        match (question, self.client) {
            (Question::Exchanger(domain), _) => {
                table::is_exchanger(domain, self.facts.client, inquiry.dns).map(Fact::Exchanger)
            }
            (Question::Names, _) => inquiry.client_name().map(Fact::Names),
            // What the names were found among is known then.
            (Question::Reverse, Some(Fcrdns::Mismatch(targets))) => {
                let ttl = Duration::ZERO;
                let records = targets.clone();
                Step::ready(Fact::Reverse(Ok(Answer::Records { records, ttl })))
            }
            (Question::Reverse, Some(Fcrdns::NoName)) => {
                Step::ready(Fact::Reverse(Ok(Answer::of([], Duration::ZERO))))
            }
            (Question::Reverse, _) => inquiry.dns.ptr(self.facts.client).map(Fact::Reverse),
        }
    }

    fn learn(&mut self, fact: Fact<'a>) {
        match fact {
            Fact::Exchanger(Ok(true)) => self.facts.exchanger = Some(Found::Yes),
            Fact::Exchanger(Ok(false)) => self.facts.exchanger = Some(Found::No),
            Fact::Exchanger(Err(error)) => {
                self.trouble.get_or_insert(error);
                self.facts.exchanger = Some(Found::Maybe);
            }
            Fact::Names(client) => {
                self.trouble = self.trouble.or_else(|| client.trouble());
                self.client = Some(client);
                self.facts.names = Some(Known {
                    names: client.names(),
                    trouble: client.trouble(),
                });
            }
            Fact::Reverse(found) => {
                self.trouble = self.trouble.or_else(|| found.as_ref().err().copied());
                self.facts.reverse = Some(found.map(|answer| answer.records().into()));
            }
        }
    }
}
