//! Reading transcripts, and running them.

mod policy;

use std::fmt::Write as _;
use std::mem;

use mailward::clock::ManualClock;
use mailward::dns::MemoryDns;
use mailward::guard::{Dialogue, Guard, Outcome, Shared};
use mailward::policy::RefuseAt;
use mailward::verdict::Event;
use mailward::wording::Security;

use crate::support::drive;
pub(crate) use policy::Policies;

/// One file.
#[derive(Debug)]
pub(crate) struct Transcript {
    /// What stands before the first dialogue, as it came.
    preamble: String,
    pub(crate) zone: String,
    policy: Vec<(usize, String)>,
    pub(crate) dialogues: Vec<Script>,
}

/// One dialogue.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) heading: String,
    line: usize,
    more: Vec<(usize, String)>,
    pub(crate) steps: Vec<Step>,
}

/// What is said or happens, and what is to come of it: the lines with `S:` and `=`.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) line: usize,
    pub(crate) what: What,
    remarks: Vec<String>,
    pub(crate) expected: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    Connect,
    Says(String),
    Happens(String),
}

/// A refusal that was shown.
#[derive(Debug)]
pub(crate) struct Covered {
    pub(crate) event: Event,
    pub(crate) security: Security,
    pub(crate) refuse_at: RefuseAt,
}

enum Section {
    None,
    Zone,
    Policy,
    Dialogue,
}

impl Transcript {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut transcript = Self {
            preamble: String::new(),
            zone: String::new(),
            policy: vec![],
            dialogues: vec![],
        };
        let mut section = Section::None;
        for (number, line) in (1..).zip(text.lines()) {
            let at = |fault: String| format!("line {number}: {fault}");
            if let Some(heading) = line
                .strip_prefix('[')
                .and_then(|line| line.strip_suffix(']'))
            {
                section = transcript.begin(number, heading).map_err(at)?;
            } else if matches!(section, Section::Dialogue) {
                transcript
                    .dialogues
                    .last_mut()
                    .unwrap()
                    .take(number, line)
                    .map_err(at)?;
            } else if !line.trim().is_empty() && !line.starts_with('#') {
                match section {
                    Section::Zone => writeln!(transcript.zone, "{line}").unwrap(),
                    Section::Policy => transcript.policy.push((number, line.to_owned())),
                    Section::Dialogue | Section::None => {
                        return Err(at(format!("stands in no section: {line}")));
                    }
                }
            }
            if !matches!(section, Section::Dialogue) {
                writeln!(transcript.preamble, "{line}").unwrap();
            }
        }
        transcript.check()
    }

    fn begin(&mut self, line: usize, heading: &str) -> Result<Section, String> {
        let (word, more) = heading.split_once(':').unwrap_or((heading, ""));
        match word {
            "zone" => Ok(Section::Zone),
            "policy" => Ok(Section::Policy),
            "dialogue" => {
                let more = more
                    .split(';')
                    .map(str::trim)
                    .filter(|more| !more.is_empty());
                let more = more.map(|more| (line, more.to_owned())).collect();
                let connect = Step {
                    line,
                    what: What::Connect,
                    remarks: vec![],
                    expected: vec![],
                };
                self.dialogues.push(Script {
                    heading: heading.to_owned(),
                    line,
                    more,
                    steps: vec![connect],
                });
                Ok(Section::Dialogue)
            }
            _ => Err(format!("unknown section {word}")),
        }
    }

    fn check(self) -> Result<Self, String> {
        if self.dialogues.is_empty() {
            return Err("no dialogue".to_owned());
        }
        MemoryDns::parse(&self.zone).map_err(|error| error.to_string())?;
        for script in &self.dialogues {
            self.policies(script)?;
            if script
                .steps
                .iter()
                .all(|step| matches!(step.what, What::Connect) && step.expected.is_empty())
            {
                return Err(format!("line {}: empty dialogue", script.line));
            }
        }
        Ok(self)
    }

    pub(crate) fn policies(&self, script: &Script) -> Result<Policies, String> {
        let mut policies = Policies::default();
        for (line, directive) in self.policy.iter().chain(&script.more) {
            policies
                .take(directive)
                .map_err(|fault| format!("line {line}: {fault}"))?;
        }
        policies.finish()
    }

    pub(crate) fn dialogues(&self) -> usize {
        self.dialogues.len()
    }

    /// Where a dialogue goes another way than it is written.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for script in &self.dialogues {
            self.run(script, |step, outcome| {
                let found = outcome.map(lines).unwrap_or_default();
                if found != step.expected {
                    let say = |lines: &[String]| match lines {
                        [] => "nothing".to_owned(),
                        lines => lines.join(" "),
                    };
                    let (found, expected) = (say(&found), say(&step.expected));
                    faults.push(format!(
                        "line {}: {}: {found} instead of {expected}",
                        step.line,
                        step.what.text()
                    ));
                }
            });
        }
        faults
    }

    /// The file with its replies as they are.
    pub(crate) fn rewritten(&self) -> String {
        let mut text = self.preamble.clone();
        for script in &self.dialogues {
            let mut remarks = vec![];
            writeln!(text, "[{}]", script.heading).unwrap();
            self.run(script, |step, outcome| {
                for line in mem::take(&mut remarks) {
                    writeln!(text, "{line}").unwrap();
                }
                match &step.what {
                    What::Connect => {}
                    What::Says(line) => writeln!(text, "C: {line}").unwrap(),
                    What::Happens(what) => writeln!(text, "! {what}").unwrap(),
                }
                for line in outcome.map(lines).unwrap_or_default() {
                    writeln!(text, "{line}").unwrap();
                }
                remarks.clone_from(&step.remarks);
            });
            for line in remarks {
                writeln!(text, "{line}").unwrap();
            }
        }
        text
    }

    /// The refusals that are shown.
    pub(crate) fn covered(&self) -> Vec<Covered> {
        let mut covered = Vec::new();
        for script in &self.dialogues {
            let policies = self.policies(script).unwrap();
            let (security, refuse_at) = (policies.security(), policies.refuse_at());
            self.run(script, |_, outcome| {
                let refusal = outcome.and_then(|outcome| outcome.verdict.refusal());
                covered.extend(refusal.map(|refusal| Covered {
                    event: refusal.event(),
                    security,
                    refuse_at,
                }));
            });
        }
        covered
    }

    fn run(&self, script: &Script, mut look: impl FnMut(&Step, Option<&Outcome>)) {
        let clock = ManualClock::new();
        let dns = std::sync::Arc::new(
            MemoryDns::parse(&self.zone)
                .unwrap()
                .with_clock(clock.clone()),
        );
        let policies = self.policies(script).unwrap();
        let client = policies.client();
        let guard: Guard = policies.guard(Shared::new(dns.clone(), clock.clone()));
        let (mut dialogue, greeting) = drive(&clock, guard.connect(client));
        for step in &script.steps {
            let outcome = match &step.what {
                What::Connect => Some(greeting.clone()),
                What::Says(line) => Some(drive(&clock, dialogue.line(&unescaped(line)))),
                What::Happens(what) => happen(what, &mut dialogue, &dns, &clock),
            };
            look(step, outcome.as_ref());
        }
    }
}

impl Script {
    fn take(&mut self, line: usize, text: &str) -> Result<(), String> {
        let step = self.steps.last_mut().unwrap();
        if text.is_empty() || text.starts_with('#') {
            step.remarks.push(text.to_owned());
        } else if text.starts_with("S: ") || text.starts_with("= ") {
            step.expected.push(text.to_owned());
        } else {
            let what = match text.split_once(' ') {
                Some(("C:", said)) => What::Says(said.to_owned()),
                Some(("!", what)) => What::Happens(what.to_owned()),
                _ => return Err(format!("neither C:, S:, = nor !: {text}")),
            };
            self.steps.push(Step {
                line,
                what,
                remarks: vec![],
                expected: vec![],
            });
        }
        Ok(())
    }
}

impl What {
    fn text(&self) -> &str {
        match self {
            Self::Connect => "connect",
            Self::Says(text) | Self::Happens(text) => text,
        }
    }
}

/// `\x00` stands for an octet that no text file should hold.
pub(crate) fn unescaped(line: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut parts = line.split("\\x");
    octets.extend(parts.next().unwrap().bytes());
    for part in parts {
        octets.push(u8::from_str_radix(&part[..2], 16).unwrap());
        octets.extend(part[2..].bytes());
    }
    octets
}

fn happen(
    what: &str,
    dialogue: &mut Dialogue,
    dns: &MemoryDns,
    clock: &ManualClock,
) -> Option<Outcome> {
    let (word, rest) = what.split_once(' ').unwrap_or((what, ""));
    match word {
        "login" => dialogue.authenticated(rest),
        "tls" => dialogue.tls(),
        "zone" => dns.replace(rest).unwrap(),
        "wait" => clock.advance(policy::seconds(rest).unwrap()),
        "message" => return Some(dialogue.end_of_data()),
        _ => panic!("unknown event: {what}"),
    }
    None
}

/// An outcome as it is written.
fn lines(outcome: &Outcome) -> Vec<String> {
    let reply = outcome.reply.to_string();
    let mut lines: Vec<String> = reply.lines().map(|line| format!("S: {line}")).collect();
    let mut learnt = String::new();
    match outcome.verdict.refusal() {
        Some(refusal) => write!(learnt, " reason={}", refusal.reason()).unwrap(),
        None if outcome.verdict.is_decisive() => learnt.push_str(" verdict=accept"),
        None => {}
    }
    if let Some(rule) = &outcome.rule {
        write!(learnt, " rule={rule}").unwrap();
    }
    if outcome.then != mailward::verdict::Then::Continue {
        write!(learnt, " then={}", outcome.then).unwrap();
    }
    for (rule, refusal) in outcome.trace.would() {
        let rule = rule.map_or("-", |rule| rule.as_str());
        write!(
            learnt,
            " would={rule}:{}:{}",
            refusal.code(),
            refusal.reason()
        )
        .unwrap();
    }
    if !learnt.is_empty() {
        lines.push(format!("={learnt}"));
    }
    lines
}
