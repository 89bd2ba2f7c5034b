//! A line of output.

use std::fmt::{Display, Write as _};
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use crate::guard::Outcome;
use crate::reply::{EnhancedCode, Reply, ReplyCode};
use crate::verdict::{Refusal, Rule, Then, Verdict};

/// Writes the outcome of one session, step by step.
pub(super) struct Told<'w, W> {
    output: &'w mut W,
    reply: String,
    separator: &'static str,
}

/// What a step was about.
pub(super) struct Step<'s> {
    pub(super) command: &'s str,
    pub(super) outcome: &'s Outcome,
    pub(super) queries: u64,
    /// The code that the first dry-run refusal would have been spoken with.
    pub(super) would: Option<ReplyCode>,
}

impl<'w, W: Write> Told<'w, W> {
    pub(super) fn begin(output: &'w mut W, id: &str) -> io::Result<Self> {
        output.write_all(b"{\"id\":")?;
        serde_json::to_writer(&mut *output, id)?;
        output.write_all(b",\"steps\":")?;
        Ok(Self {
            output,
            reply: String::new(),
            separator: "[",
        })
    }

    pub(super) fn step(&mut self, step: &Step<'_>) -> io::Result<()> {
        let outcome = step.outcome;
        self.write_reply(&outcome.reply);
        let refusal = outcome.verdict.refusal();
        self.output.write_all(self.separator.as_bytes())?;
        self.separator = ",";
        let would = step.would.zip(outcome.trace.would().next());
        serde_json::to_writer(
            &mut *self.output,
            &StepLine {
                command: step.command,
                verdict: verdict(&outcome.verdict),
                code: outcome.reply.code().as_u16(),
                enhanced: outcome.reply.enhanced(),
                reply: &self.reply,
                reason: refusal.map(|refusal| refusal.reason().key()),
                rule: outcome.rule.as_ref().map(Rule::as_str),
                then: then(outcome.then),
                queries: step.queries,
                would: would.map(|(code, (rule, refusal))| Would::new(code, rule, refusal)),
            },
        )?;
        Ok(())
    }

    /// Without its last line end; several lines are apart by a line feed alone.
    fn write_reply(&mut self, reply: &Reply) {
        self.reply.clear();
        // Writing to a String cannot fail.
        let _ = write!(self.reply, "{reply}");
        self.reply
            .truncate(self.reply.trim_end_matches(['\r', '\n']).len());
        self.reply.retain(|character| character != '\r');
    }

    pub(super) fn end(self) -> io::Result<()> {
        self.output.write_all(b"]}\n")
    }
}

/// Answers a line that is no session.
pub(super) fn malformed(output: &mut impl Write, line: u64, error: &str) -> io::Result<()> {
    serde_json::to_writer(&mut *output, &Malformed { line, error })?;
    output.write_all(b"\n")
}

#[derive(Serialize)]
struct StepLine<'s> {
    command: &'s str,
    verdict: &'static str,
    code: u16,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "printed")]
    enhanced: Option<EnhancedCode>,
    reply: &'s str,
    reason: Option<&'s str>,
    rule: Option<&'s str>,
    then: &'static str,
    queries: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    would: Option<Would<'s>>,
}

#[derive(Serialize)]
struct Would<'s> {
    verdict: &'static str,
    code: u16,
    reason: &'s str,
    rule: Option<&'s str>,
}

#[derive(Serialize)]
struct Malformed<'e> {
    line: u64,
    error: &'e str,
}

impl<'s> Would<'s> {
    fn new(code: ReplyCode, rule: Option<&'s Rule>, refusal: &'s Refusal) -> Self {
        Self {
            verdict: REFUSE,
            code: code.as_u16(),
            reason: refusal.reason().key(),
            rule: rule.map(Rule::as_str),
        }
    }
}

fn printed<S: Serializer>(value: &Option<impl Display>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}

const fn verdict(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Proceed => "proceed",
        Verdict::Accept => "accept",
        Verdict::Refuse(_) => REFUSE,
    }
}

const fn then(then: Then) -> &'static str {
    match then {
        Then::Continue => "continue",
        Then::AwaitQuit => "await-quit",
        Then::Close => "close",
    }
}

const REFUSE: &str = "refuse";
