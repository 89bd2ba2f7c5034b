//! The text of a file that says what a configuration says. What is the default is left out.

use std::time::Duration;

use super::{
    Answer, Check, CheckConfig, Config, DnsSettings, PerimeterConfig, TableFile, Word, ZoneConfig,
    ZoneText,
};
use crate::guard::{Commands, Service};
use crate::policies::{GreetingFault, OnTrouble, Require, Treatment};
use crate::rbl::Families;

pub(super) fn print(config: &Config) -> String {
    let plain = Config::new(config.hostname.clone());
    let mut out = Printer::default();
    out.string("hostname", config.hostname.as_str());
    out.word("security", config.security, plain.security);
    out.word("refuse-at", config.refuse_at, plain.refuse_at);
    out.switch(
        "text-in-secure",
        config.text_in_secure,
        plain.text_in_secure,
    );
    out.switch("soft", config.soft, plain.soft);
    perimeter(&config.perimeter, &mut out);
    out.section("[texts]");
    for (event, text) in &config.texts {
        out.string(event.key(), text);
    }
    commands(&config.commands, &mut out);
    dns(&config.dns, &mut out);
    for one in &config.checks {
        check(one, &mut out);
    }
    out.text
}

#[derive(Default)]
struct Printer {
    text: String,
    header: Option<&'static str>,
}

impl Printer {
    /// A section begins, which is printed once something stands in it.
    const fn section(&mut self, header: &'static str) {
        self.header = Some(header);
    }

    fn line(&mut self, key: &str, value: &str) {
        if let Some(header) = self.header.take() {
            self.text.push('\n');
            self.text.push_str(header);
            self.text.push('\n');
        }
        self.text.push_str(&format!("{key} = {value}\n"));
    }

    fn string(&mut self, key: &str, value: &str) {
        self.line(key, &quoted(value));
    }

    fn word<T: Word>(&mut self, key: &str, value: T, usual: T) {
        if value != usual {
            self.string(key, value.word());
        }
    }

    fn switch<T: Word>(&mut self, key: &str, value: T, usual: T) {
        if value != usual {
            self.line(key, value.word());
        }
    }

    fn list<T: ToString>(&mut self, key: &str, values: &[T]) {
        if !values.is_empty() {
            self.full_list(key, values.iter().map(ToString::to_string));
        }
    }

    fn full_list(&mut self, key: &str, values: impl IntoIterator<Item = String>) {
        let values: Vec<_> = values.into_iter().map(|value| quoted(&value)).collect();
        self.line(key, &format!("[{}]", values.join(", ")));
    }
}

fn perimeter(inside: &PerimeterConfig, out: &mut Printer) {
    let plain = PerimeterConfig::default();
    out.section("[perimeter]");
    out.list("networks", &inside.networks);
    out.list("names", &inside.names);
    out.list("domains", &inside.domains);
    out.list("relay-to", &inside.relay_to);
    out.list("backup-mx", &inside.backup_mx);
    out.list("literals", &inside.literals);
    out.list("proxy-protocol", &inside.proxy_protocol);
    out.switch("everyone", inside.everyone, plain.everyone);
    out.switch(
        "postmaster-exempt",
        inside.postmaster_exempt,
        plain.postmaster_exempt,
    );
}

fn commands(commands: &Commands, out: &mut Printer) {
    let plain = Commands::default();
    out.section("[commands]");
    for (key, service, usual) in [
        ("vrfy", &commands.vrfy, &plain.vrfy),
        ("expn", &commands.expn, &plain.expn),
        ("etrn", &commands.etrn, &plain.etrn),
    ] {
        match service {
            service if service == usual => {}
            Service::Off => out.string(key, "off"),
            Service::Noncommittal => out.string(key, "noncommittal"),
            Service::On => out.string(key, "on"),
            Service::For(networks) => out.full_list(key, networks.iter().map(ToString::to_string)),
        }
    }
}

fn dns(dns: &DnsSettings, out: &mut Printer) {
    let plain = DnsSettings::default();
    out.section("[dns]");
    if dns.deadline != plain.deadline {
        out.string("deadline", &duration(dns.deadline));
    }
    for (key, number, usual) in [
        ("in-flight", dns.in_flight, plain.in_flight),
        ("cache", dns.cache, plain.cache),
    ] {
        if number != usual {
            out.line(key, &number.to_string());
        }
    }
    out.word("on-trouble", dns.on_trouble, plain.on_trouble);
}

fn check(check: &CheckConfig, out: &mut Printer) {
    let plain = CheckConfig::new(check.check.clone());
    out.section("[[check]]");
    out.string("kind", check.check.kind());
    if let Some(name) = &check.name {
        out.string("name", name);
    }
    match check.answer {
        Answer::Usual => {}
        Answer::Class(class) => out.string("class", class.word()),
        Answer::Code(code) => out.line("code", &code.to_string()),
    }
    out.switch("dry-run", check.effect, plain.effect);
    if let Some(stage) = check.at {
        out.string("at", stage.word());
    }
    if let Some(grounds) = &check.unless {
        out.full_list("unless", grounds.iter().map(|one| one.word().to_owned()));
    }
    if let Some(on_trouble) = check.check.on_trouble() {
        let on_trouble: OnTrouble = on_trouble;
        out.string("on-trouble", on_trouble.word());
    }
    particulars(&check.check, out);
}

fn particulars(check: &Check, out: &mut Printer) {
    match check {
        Check::Blocklist { zones, .. } => zones.iter().for_each(|one| zone(one, out)),
        Check::ClientTable { table: file, .. }
        | Check::RecipientTable { table: file }
        | Check::SenderTable { table: file } => table(file, out),
        Check::Greeting { refuse, .. } => {
            let words = refuse.iter().map(|fault: &GreetingFault| fault.word());
            out.full_list("refuse", words.map(str::to_owned));
        }
        Check::SenderDomain {
            unqualified,
            unresolvable,
            null_mx,
            ..
        } => {
            out.word("unqualified", *unqualified, Treatment::Refuse);
            out.word("unresolvable", *unresolvable, Treatment::Defer);
            out.word("null-mx", *null_mx, Treatment::Refuse);
        }
        Check::VerifiedClient { require, .. } => {
            out.word("require", *require, Require::default());
        }
    }
}

fn table(table: &TableFile, out: &mut Printer) {
    let plain = TableFile::new("");
    out.string("file", &table.file);
    out.word("subdomains", table.subdomains, plain.subdomains);
}

fn zone(zone: &ZoneConfig, out: &mut Printer) {
    out.section("[[check.zone]]");
    out.string("zone", zone.zone.as_str());
    if let Some(label) = &zone.label {
        out.string("label", label);
    }
    match &zone.text {
        ZoneText::None => {}
        ZoneText::Dns => out.string("text", "dns"),
        ZoneText::Fixed(text) => out.string("text", text.as_str()),
    }
    out.word("family", zone.family, Families::default());
}

/// A basic string: backslash, quotation mark and control characters are escaped.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            _ if letter.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(letter))),
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// In the largest unit that says it exactly; what is less than a millisecond is dropped.
fn duration(time: Duration) -> String {
    let millis = time.as_millis();
    let units = [
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1_000),
    ];
    let exact = units.into_iter().find_map(|(unit, length)| {
        let whole = millis.checked_div(length)?;
        (millis > 0 && whole.checked_mul(length)? == millis).then(|| format!("{whole}{unit}"))
    });
    exact.unwrap_or_else(|| format!("{millis}ms"))
}
