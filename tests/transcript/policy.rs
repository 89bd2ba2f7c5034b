//! The directives of a transcript's policy: a language for tests alone.

use std::mem;
use std::time::Duration;

use mailward::client::Client;
use mailward::guard::{Commands, Guard, Postmaster, Service, Shared};
use mailward::name::Name;
use mailward::policies::{
    Blocklist, ClientTable, Greeting, GreetingFault, OnTrouble, RecipientTable, Require,
    SenderDomain, SenderTable, Treatment, VerifiedClient,
};
use mailward::policy::{
    Chain, Decision, Exemption, Exemptions, Policy, PolicyExt, RefuseAt, policy_fn,
};
use mailward::rbl::Zone;
use mailward::relay::Perimeter;
use mailward::reply::ReplyCode;
use mailward::table::{Action, HostTable, MailboxTable};
use mailward::verdict::{Event, Judgement, Reason, Refusal, Stage, Subject};
use mailward::wording::{Security, TableTexts, Wording};

use crate::util::{client, ip, name};

type Boxed = Box<dyn Policy>;

/// All directives, as far as they have come.
pub(crate) struct Policies {
    perimeter: Perimeter,
    client: Client,
    security: Security,
    table_texts: TableTexts,
    texts: Vec<(Event, String)>,
    refuse_at: RefuseAt,
    postmaster: Postmaster,
    commands: Commands,
    deadline: Duration,
    row: Vec<Item>,
}

/// A line of the row, with the rules below it.
struct Item {
    directive: String,
    rules: Vec<String>,
}

impl Default for Policies {
    fn default() -> Self {
        Self {
            perimeter: Perimeter::new(name("mx.example.org"))
                .domain("example.org".parse().unwrap()),
            client: client("203.0.113.9"),
            security: Security::default(),
            table_texts: TableTexts::default(),
            texts: vec![],
            refuse_at: RefuseAt::default(),
            postmaster: Postmaster::default(),
            commands: Commands::default(),
            deadline: Duration::from_secs(5),
            row: vec![],
        }
    }
}

impl Policies {
    pub(crate) const fn security(&self) -> Security {
        self.security
    }

    pub(crate) const fn refuse_at(&self) -> RefuseAt {
        self.refuse_at
    }

    pub(crate) const fn client(&self) -> Client {
        self.client
    }

    pub(crate) const fn perimeter(&self) -> &Perimeter {
        &self.perimeter
    }

    /// Takes one directive.
    pub(crate) fn take(&mut self, directive: &str) -> Result<(), String> {
        if let Some(rule) = directive.strip_prefix("  ") {
            let table = self
                .row
                .last_mut()
                .filter(|item| item.directive.contains("-table"));
            table
                .ok_or("a rule without its table")?
                .rules
                .push(rule.to_owned());
            return Ok(());
        }
        let (word, rest) = directive.split_once(' ').unwrap_or((directive, ""));
        let perimeter = self.perimeter.clone();
        match word {
            "client" => self.client = client(rest),
            "proxied" => {
                let (peer, proxy) = rest
                    .split_once(" by ")
                    .ok_or("expected: proxied ADDRESS by PROXY")?;
                self.client = Client::proxied(ip(peer), ip(proxy));
            }
            "network" => self.perimeter = perimeter.network(parse(rest)?),
            "name" => self.perimeter = perimeter.name(parse(rest)?),
            "domain" => self.perimeter = perimeter.domain(parse(rest)?),
            "relay-to" => self.perimeter = perimeter.relay_to(parse(rest)?),
            "literal" => self.perimeter = perimeter.literal(parse(rest)?),
            "proxy" => self.perimeter = perimeter.proxy(parse(rest)?),
            "security" => self.security = choose(word, rest, &SECURITY)?,
            "refuse-at" => self.refuse_at = choose(word, rest, &ORDER)?,
            "text-in-secure" => self.table_texts = choose(word, rest, &TABLE_TEXTS)?,
            "postmaster" => self.postmaster = choose(word, rest, &POSTMASTER)?,
            "vrfy" => self.commands.vrfy = choose(word, rest, &SERVICE)?,
            "expn" => self.commands.expn = choose(word, rest, &SERVICE)?,
            "etrn" => self.commands.etrn = choose(word, rest, &SERVICE)?,
            "deadline" => self.deadline = seconds(rest)?,
            "text" => {
                let (event, text) = rest.split_once(' ').ok_or("expected: text EVENT WORDS")?;
                self.texts.push((parse(event)?, text.to_owned()));
            }
            "check" | "chain" | "end" => {
                self.row.push(Item {
                    directive: directive.to_owned(),
                    rules: vec![],
                });
                if word == "check" {
                    self.check(self.row.last().unwrap())?;
                }
                if self.depth()? == Some(0) && word == "end" {
                    return Err("end without its chain".to_owned());
                }
            }
            _ => return Err(format!("unknown directive {word}")),
        }
        Ok(())
    }

    /// How many chains are open; `Some(0)` also when more are closed than were opened.
    fn depth(&self) -> Result<Option<usize>, String> {
        let mut depth: usize = 0;
        for item in &self.row {
            match item.directive.split(' ').next() {
                Some("chain") => depth += 1,
                Some("end") if depth == 0 => return Ok(Some(0)),
                Some("end") => depth -= 1,
                _ => {}
            }
        }
        Ok((depth > 0).then_some(depth))
    }

    /// Everything that can be told without a run is told.
    pub(crate) fn finish(self) -> Result<Self, String> {
        if self.depth()?.is_some() {
            return Err("a chain without its end".to_owned());
        }
        self.wording()?;
        for item in self
            .row
            .iter()
            .filter(|item| item.directive.starts_with("check"))
        {
            self.check(item)?;
        }
        Ok(self)
    }

    pub(crate) fn guard(mut self, shared: Shared) -> Guard {
        let wording = self.wording().unwrap();
        let row = mem::take(&mut self.row);
        let mut builder = Guard::builder(self.perimeter().clone(), shared)
            .wording(wording)
            .refuse_at(self.refuse_at)
            .postmaster(self.postmaster)
            .commands(self.commands.clone())
            .deadline(self.deadline);
        let mut items = row.into_iter();
        while let Some(item) = items.next() {
            builder = match item.directive.strip_prefix("chain") {
                Some(words) => {
                    builder.check(modified(Box::new(self.chain(&mut items)), words).unwrap())
                }
                None => builder.check(self.check(&item).unwrap()),
            };
        }
        builder.build()
    }

    fn chain(&self, items: &mut impl Iterator<Item = Item>) -> Chain {
        let mut chain = Chain::new();
        while let Some(item) = items.next() {
            chain = match item
                .directive
                .split_once(' ')
                .unwrap_or((&item.directive, ""))
            {
                ("end", _) => break,
                ("chain", words) => {
                    chain.then(modified(Box::new(self.chain(&mut *items)), words).unwrap())
                }
                _ => chain.then(self.check(&item).unwrap()),
            };
        }
        chain
    }

    fn wording(&self) -> Result<Wording, String> {
        let wording = Wording::new(self.security, self.perimeter.hostname().clone())
            .with_table_texts(self.table_texts);
        self.texts
            .iter()
            .try_fold(wording, |wording, (event, text)| {
                wording.with_text(*event, text).map_err(print)
            })
    }

    fn check(&self, item: &Item) -> Result<Boxed, String> {
        let words = item.directive.strip_prefix("check ").ok_or("check what?")?;
        let (kind, words) = words.split_once(' ').unwrap_or((words, ""));
        let mut words = Words {
            rest: words
                .split(' ')
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect(),
        };
        let policy = self.kind(kind, &mut words, &item.rules)?;
        modified(policy, &words.rest.join(" "))
    }

    fn kind(&self, kind: &str, words: &mut Words, rules: &[String]) -> Result<Boxed, String> {
        let trouble = match (words.value("on-trouble"), kind) {
            (Some(word), _) => choose("on-trouble", &word, &TROUBLE)?,
            (None, "sender-domain") => OnTrouble::Defer,
            (None, _) => OnTrouble::Proceed,
        };
        Ok(match kind {
            "blocklist" => {
                let list = Blocklist::new([zone(words)?]);
                boxed(list.on_trouble(trouble))
            }
            "verified-client" => {
                let require = words
                    .value("require")
                    .map(|word| choose("require", &word, &REQUIRE))
                    .transpose()?;
                let check = VerifiedClient::new().require(require.unwrap_or_default());
                boxed(check.on_trouble(trouble))
            }
            "greeting" => {
                let mut faults = vec![];
                while let Some(fault) = words
                    .rest
                    .first()
                    .and_then(|word| word.parse::<GreetingFault>().ok())
                {
                    faults.push(fault);
                    words.rest.remove(0);
                }
                let check = Greeting::new(&self.perimeter).refusing(faults);
                boxed(check.on_trouble(trouble))
            }
            "sender-domain" => {
                let check = SenderDomain::new();
                let unresolvable = words
                    .value("unresolvable")
                    .map(|word| choose("unresolvable", &word, &TREATMENT));
                let check =
                    check.unresolvable(unresolvable.transpose()?.unwrap_or(Treatment::Defer));
                boxed(check.on_trouble(trouble))
            }
            "client-table" => {
                let mut table = HostTable::builder();
                for (pattern, action) in rules.iter().map(|rule| rule.split_once(' ').unwrap()) {
                    table = table
                        .rule(parse(pattern)?, parse::<Action>(action)?)
                        .map_err(print)?;
                }
                let check = ClientTable::new(table.build());
                boxed(check.on_trouble(trouble))
            }
            "sender-table" | "recipient-table" => {
                let senders = kind == "sender-table";
                let mut table = if senders {
                    MailboxTable::for_senders()
                } else {
                    MailboxTable::for_recipients()
                };
                for (pattern, action) in rules.iter().map(|rule| rule.split_once(' ').unwrap()) {
                    table = table
                        .rule(parse(pattern)?, parse::<Action>(action)?)
                        .map_err(print)?;
                }
                if senders {
                    boxed(SenderTable::new(table.build()))
                } else {
                    boxed(RecipientTable::new(table.build()))
                }
            }
            "custom" => custom(words)?,
            "panics" => boxed(policy_fn(|_| -> Judgement {
                std::panic::panic_any("as the transcript wants it")
            })),
            "never-answers" => boxed(Never),
            _ => return Err(format!("unknown check {kind}")),
        })
    }
}

/// A policy that refuses everybody for a reason of its own.
fn custom(words: &mut Words) -> Result<Boxed, String> {
    let reason = words.next()?;
    let closing = words.flag("closing");
    Ok(boxed(policy_fn(move |_| {
        let refusal = Refusal::new(Reason::custom(reason.clone(), Subject::Client));
        if closing { refusal.closing() } else { refusal }
    })))
}

struct Never;

impl Policy for Never {
    fn check<'a>(&'a self, _: &'a mailward::policy::Inquiry<'a>) -> Decision<'a> {
        Decision::later(std::future::pending())
    }
}

fn boxed(policy: impl Policy + 'static) -> Boxed {
    Box::new(policy)
}

fn zone(words: &mut Words) -> Result<Zone, String> {
    let zone = Zone::new(Name::parse(&words.next()?).map_err(print)?);
    let zone = match words.value("label") {
        Some(label) => zone.labelled(label),
        None => zone,
    };
    Ok(if words.flag("text") {
        zone.with_text()
    } else {
        zone
    })
}

/// The words that any check takes, each of which makes another policy of it, from left to right.
fn modified(policy: Boxed, words: &str) -> Result<Boxed, String> {
    words
        .split(' ')
        .filter(|word| !word.is_empty())
        .try_fold(policy, |policy, word| {
            let (key, value) = word.split_once('=').unwrap_or((word, ""));
            Ok(match key {
                "named" => boxed(policy.named(value)),
                "at" => boxed(policy.at(choose(key, value, &STAGE)?)),
                "dry-run" => boxed(policy.dry_run()),
                "softened" => boxed(policy.softened()),
                "answering" => boxed(
                    policy
                        .answering(parse::<ReplyCode>(value)?)
                        .map_err(print)?,
                ),
                "unless" => boxed(policy.unless(Exemptions::from(choose(key, value, &EXEMPT)?))),
                _ => return Err(format!("unknown word {key}")),
            })
        })
}

struct Words {
    rest: Vec<String>,
}

impl Words {
    fn next(&mut self) -> Result<String, String> {
        if self.rest.is_empty() {
            Err("a word is missing".to_owned())
        } else {
            Ok(self.rest.remove(0))
        }
    }

    fn flag(&mut self, flag: &str) -> bool {
        let found = self.rest.iter().position(|word| word == flag);
        found.map(|at| self.rest.remove(at)).is_some()
    }

    fn value(&mut self, key: &str) -> Option<String> {
        let prefix = format!("{key}=");
        let at = self
            .rest
            .iter()
            .position(|word| word.starts_with(&prefix))?;
        Some(self.rest.remove(at)[prefix.len()..].to_owned())
    }
}

fn choose<T: Clone>(key: &str, word: &str, words: &[(&str, T)]) -> Result<T, String> {
    let found = words
        .iter()
        .find(|(known, _)| *known == word)
        .map(|(_, value)| value.clone());
    found.ok_or_else(|| format!("{key}: {word}"))
}

fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(print)
}

fn print(error: impl std::fmt::Display) -> String {
    error.to_string()
}

pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text
        .strip_suffix('s')
        .ok_or_else(|| format!("no seconds: {text}"))?;
    parse(seconds).map(Duration::from_secs)
}

const SECURITY: [(&str, Security); 2] = [
    ("friendly", Security::Friendly),
    ("secure", Security::Secure),
];
const ORDER: [(&str, RefuseAt); 2] = [
    ("recipient", RefuseAt::Recipient),
    ("earliest", RefuseAt::Earliest),
];
const TABLE_TEXTS: [(&str, TableTexts); 2] = [
    ("true", TableTexts::Always),
    ("false", TableTexts::FriendlyOnly),
];
const POSTMASTER: [(&str, Postmaster); 2] = [
    ("exempt", Postmaster::Exempt),
    ("judged", Postmaster::Judged),
];
const REQUIRE: [(&str, Require); 2] = [
    ("forward-confirmed", Require::ForwardConfirmed),
    ("reverse-name", Require::ReverseName),
];
const SERVICE: [(&str, Service); 3] = [
    ("off", Service::Off),
    ("noncommittal", Service::Noncommittal),
    ("on", Service::On),
];
const TREATMENT: [(&str, Treatment); 3] = [
    ("accept", Treatment::Accept),
    ("defer", Treatment::Defer),
    ("refuse", Treatment::Refuse),
];
const TROUBLE: [(&str, OnTrouble); 3] = [
    ("proceed", OnTrouble::Proceed),
    ("defer-if-permit", OnTrouble::DeferIfPermit),
    ("defer", OnTrouble::Defer),
];
const STAGE: [(&str, Stage); 5] = [
    ("connect", Stage::Connect),
    ("greeting", Stage::Greeting),
    ("mail", Stage::Mail),
    ("recipient", Stage::Recipient),
    ("data", Stage::Data),
];
const EXEMPT: [(&str, Exemption); 3] = [
    ("internal", Exemption::Internal),
    ("authenticated", Exemption::Authenticated),
    ("postmaster", Exemption::Postmaster),
];
