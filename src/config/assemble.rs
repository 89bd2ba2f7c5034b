//! Plain values to a guard.

use super::{
    Answer, Check, CheckConfig, Config, Effect, Files, Finding, Ground, TableFile, findings,
};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::guard::{Guard, GuardBuilder, Shared};
use crate::policies::{
    Blocklist, ClientTable, Greeting, OnTrouble, RecipientTable, SenderDomain, SenderTable,
    VerifiedClient,
};
use crate::policy::{Exemption, Exemptions, Policy, PolicyExt};
use crate::relay::Perimeter;
use crate::table::{HostTable, MailboxTable, Subdomains};
use crate::wording::Wording;

pub(super) fn build(
    config: &Config,
    files: &dyn Files,
    shared: Shared,
    found: &mut Diagnostics,
) -> Option<Guard> {
    let mut assembly = Assembly {
        config,
        files,
        perimeter: config.perimeter.perimeter(config.hostname.clone()),
        found,
        sound: true,
    };
    for finding in findings(config) {
        assembly.error(finding);
    }
    let mut builder = assembly.begin(shared);
    for (at, check) in config.checks.iter().enumerate() {
        if let Some(policy) = assembly.check(at, check) {
            builder = builder.check(policy);
        }
    }
    assembly.sound.then(|| builder.build())
}

/// Reads the tables of a file that has faults of its own, which have been told of, so that one pass tells of theirs too.
pub(super) fn try_tables(
    config: &Config,
    files: &dyn Files,
    shared: Shared,
    found: &mut Diagnostics,
) {
    let mut told = Diagnostics::new();
    build(config, files, shared, &mut told);
    let known: Vec<Diagnostic> = found.iter().cloned().collect();
    found.extend(told.into_iter().filter(|told| !known.contains(told)));
}

struct Assembly<'c, 'f> {
    config: &'c Config,
    files: &'c dyn Files,
    perimeter: Perimeter,
    found: &'f mut Diagnostics,
    sound: bool,
}

impl Assembly<'_, '_> {
    fn error(&mut self, finding: Finding) {
        let Finding {
            path,
            what,
            expected,
        } = finding;
        let error = Diagnostic::error(self.config.place(&path), what);
        self.found.push(match expected {
            Some(expected) => error.expected(expected),
            None => error,
        });
        self.sound = false;
    }

    fn begin(&self, shared: Shared) -> GuardBuilder {
        let config = self.config;
        let wording = Wording::new(config.security, config.hostname.clone());
        let wording = wording.with_table_texts(config.text_in_secure);
        // A text that cannot be spoken has been told of.
        let wording = config.texts.iter().fold(wording, |wording, (event, text)| {
            wording.clone().with_text(*event, text).unwrap_or(wording)
        });
        Guard::builder(self.perimeter.clone(), shared)
            .wording(wording)
            .refuse_at(config.refuse_at)
            .firmness(config.soft)
            .postmaster(config.perimeter.postmaster_exempt)
            .commands(config.commands.clone())
            .deadline(config.dns.deadline)
    }

    /// A check with all that it was told. `None` when its table does not load.
    fn check(&mut self, at: usize, check: &CheckConfig) -> Option<Box<dyn Policy>> {
        let policy = self.policy(at, check)?;
        let policy: Box<dyn Policy> = match check.answer {
            Answer::Usual => policy,
            Answer::Class(class) => Box::new(policy.in_class(class)),
            Answer::Code(code) => Box::new(policy.answering(code).ok()?), // told of
        };
        let policy = match check.at {
            Some(stage) => Box::new(policy.at(stage)),
            None => policy,
        };
        let policy = match check.effect {
            Effect::Act => policy,
            Effect::DryRun => Box::new(policy.dry_run()),
        };
        Some(match &check.name {
            Some(name) => Box::new(policy.named(name.clone())),
            None => policy,
        })
    }

    fn policy(&mut self, at: usize, check: &CheckConfig) -> Option<Box<dyn Policy>> {
        let exempt = exemptions(check.exempt());
        let asked = check.check.on_trouble();
        let on_trouble = asked.unwrap_or(self.config.dns.on_trouble);
        Some(match &check.check {
            Check::Blocklist { zones, .. } => {
                let list = Blocklist::new(zones.iter().map(super::ZoneConfig::zone));
                Box::new(list.on_trouble(on_trouble).exempting(exempt))
            }
            Check::ClientTable { table, .. } => {
                let table = self.table(at, table, HostTable::read)?;
                Box::new(
                    ClientTable::new(table)
                        .on_trouble(on_trouble)
                        .unless(exempt),
                )
            }
            Check::Greeting { refuse, .. } => {
                let greeting = Greeting::new(&self.perimeter).refusing(refuse.iter().copied());
                Box::new(greeting.on_trouble(on_trouble).exempting(exempt))
            }
            Check::RecipientTable { table } => {
                let table = self.table(at, table, MailboxTable::read_recipients)?;
                Box::new(RecipientTable::new(table).unless(exempt))
            }
            Check::SenderDomain {
                unqualified,
                unresolvable,
                null_mx,
                ..
            } => {
                let domain = SenderDomain::new()
                    .unqualified(*unqualified)
                    .unresolvable(*unresolvable)
                    .null_mx(*null_mx)
                    .on_trouble(asked.unwrap_or(OnTrouble::Defer));
                Box::new(domain.exempting(exempt))
            }
            Check::SenderTable { table } => {
                let table = self.table(at, table, MailboxTable::read_senders)?;
                Box::new(SenderTable::new(table).unless(exempt))
            }
            Check::VerifiedClient { require, .. } => {
                let client = VerifiedClient::new().require(*require);
                Box::new(client.on_trouble(on_trouble).exempting(exempt))
            }
        })
    }

    fn table<T>(
        &mut self,
        at: usize,
        table: &TableFile,
        read: impl FnOnce(&str, &[u8], Subdomains, &mut Diagnostics) -> Option<T>,
    ) -> Option<T> {
        let shown = self.files.shown(&table.file);
        let read = match self.files.read(&table.file) {
            Ok(text) => read(&shown, &text, table.subdomains, self.found),
            Err(error) => {
                let place = self.config.place(&format!("check[{at}].file"));
                let what = super::unreadable(&shown, &error);
                let expected = "a table, relative to the policy file";
                self.found
                    .push(Diagnostic::error(place, what).expected(expected));
                None
            }
        };
        self.sound &= read.is_some();
        read
    }
}

fn exemptions(grounds: &[Ground]) -> Exemptions {
    let exemption = |ground: &Ground| match ground {
        Ground::Authenticated => Exemption::Authenticated,
        Ground::Internal => Exemption::Internal,
        Ground::Postmaster => Exemption::Postmaster,
    };
    grounds.iter().map(exemption).collect()
}
