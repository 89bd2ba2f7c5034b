//! The sections of the file but for its checks.

use toml::de::DeTable;

use super::{
    Config, Coverage, DnsSettings, Fault, Finding, Lines, PerimeterConfig, Reader, Section, Value,
    Word, findings, offset, one_of, read_checks,
};
use crate::client::{ClientIp, Network};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, shown};
use crate::guard::{Commands, Service};
use crate::name::Name;
use crate::verdict::Event;

/// What could be read of a file, and whether that is all of it as it should be.
pub(super) enum Parsed {
    Faulty(Config),
    Sound(Config),
}

pub(super) fn parse(file: &str, text: &[u8], found: &mut Diagnostics) -> Option<Parsed> {
    let text = match std::str::from_utf8(text) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let (sound, _) = text.split_at_checked(error.valid_up_to())?;
            let lines = Lines::new(file, std::str::from_utf8(sound).unwrap_or_default());
            let what = "an octet that is no UTF-8";
            found.push(
                Diagnostic::error(lines.place(sound.len()), what).expected("a text in UTF-8"),
            );
            return None;
        }
    };
    if text.len() > super::MOST_OCTETS {
        let what = format!("the file is longer than {} octets", super::MOST_OCTETS);
        found.push(Diagnostic::error(Place::new(file, 1, 1), what));
        return None;
    }
    let mut reader = Reader::default();
    let (tree, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let at = error.span().map_or(text.len(), |span| span.start);
        let found = error.span().and_then(|span| text.get(span));
        reader.fault(syntax(at, error.message(), found.unwrap_or_default()));
    }
    let config = read(Section::top(tree.get_ref()), &mut reader);
    for finding in config.iter().flat_map(findings) {
        let Finding {
            path,
            what,
            expected,
        } = finding;
        let fault = Fault::new(offset(&reader.offsets, &path), what);
        reader.fault(match expected {
            Some(expected) => fault.expected(expected),
            None => fault,
        });
    }
    let faultless = reader.is_faultless();
    let places = reader.finish(Lines::new(file, text), found);
    let config = Config { places, ..config? };
    Some(match faultless {
        true => Parsed::Sound(config),
        false => Parsed::Faulty(config),
    })
}

/// The parser's own sentence is `what, expected ..`.
fn syntax(at: usize, message: &str, found: &str) -> Fault {
    if message == "duplicate key" {
        let what = format!("duplicate key {}", shown(found));
        return Fault::new(at, what).expected("each key once");
    }
    match message.split_once(", expected ") {
        Some((what, expected)) => Fault::new(at, what).expected(expected),
        None => Fault::new(at, message),
    }
}

/// The whole file. `None` where there is no name to build on.
fn read(mut top: Section<'_>, reader: &mut Reader) -> Option<Config> {
    let hostname = match top.take("hostname", reader) {
        Some(value) => reader.parsed(&value, A_HOSTNAME, Name::parse),
        None => {
            let expected = "hostname = \"mx.example.org\" or the like at the top";
            reader.fault(Fault::new(0, "hostname is missing").expected(expected));
            None
        }
    };
    // Whatever else is wrong is told of too.
    let mut config = Config::new(hostname.or_else(|| Name::parse("missing.invalid").ok())?);
    set_word(&mut config.security, "security", &mut top, reader);
    set_word(&mut config.refuse_at, "refuse-at", &mut top, reader);
    set_switch(
        &mut config.text_in_secure,
        "text-in-secure",
        &mut top,
        reader,
    );
    set_switch(&mut config.soft, "soft", &mut top, reader);
    if let Some(section) = section("perimeter", &mut top, reader) {
        config.perimeter = perimeter(section, reader);
    }
    if let Some(section) = section("texts", &mut top, reader) {
        texts(section, &mut config, reader);
    }
    if let Some(section) = section("commands", &mut top, reader) {
        config.commands = commands(section, reader);
    }
    if let Some(section) = section("dns", &mut top, reader) {
        config.dns = dns(section, reader);
    }
    config.checks = read_checks(&mut top, reader);
    top.close(reader);
    Some(config)
}

fn section<'t>(
    key: &'static str,
    top: &mut Section<'t>,
    reader: &mut Reader,
) -> Option<Section<'t>> {
    let value = top.take(key, reader)?;
    reader.section(value, &format!("a section [{key}]"))
}

/// Sets what a key says, if it is there and sound.
pub(super) fn set_word<T: Word>(
    place: &mut T,
    key: &'static str,
    section: &mut Section<'_>,
    reader: &mut Reader,
) {
    if let Some(value) = section.take(key, reader)
        && let Some(word) = reader.word(&value)
    {
        *place = word;
    }
}

/// Sets what `true` or `false` means for a key.
pub(super) fn set_switch<T: Word>(
    place: &mut T,
    key: &'static str,
    section: &mut Section<'_>,
    reader: &mut Reader,
) {
    if let Some(value) = section.take(key, reader)
        && let Some(truth) = reader.boolean(&value)
    {
        let word = if truth { "true" } else { "false" };
        let meaning = T::WORDS.iter().find(|(known, _)| *known == word);
        *place = meaning.map_or(*place, |(_, meaning)| *meaning);
    }
}

fn perimeter(mut section: Section<'_>, reader: &mut Reader) -> PerimeterConfig {
    let mut inside = PerimeterConfig::default();
    for (key, place) in [
        ("networks", &mut inside.networks),
        ("backup-mx", &mut inside.backup_mx),
        ("proxy-protocol", &mut inside.proxy_protocol),
    ] {
        if let Some(value) = section.take(key, reader) {
            *place = reader.parsed_list(&value, A_NETWORK, Network::parse);
        }
    }
    for (key, place) in [
        ("names", &mut inside.names),
        ("domains", &mut inside.domains),
        ("relay-to", &mut inside.relay_to),
    ] {
        if let Some(value) = section.take(key, reader) {
            *place = reader.parsed_list(&value, A_PATTERN, str::parse::<Coverage>);
        }
    }
    if let Some(value) = section.take("literals", reader) {
        inside.literals = reader.parsed_list(&value, AN_ADDRESS, ClientIp::parse);
    }
    set_switch(&mut inside.everyone, "everyone", &mut section, reader);
    set_switch(
        &mut inside.postmaster_exempt,
        "postmaster-exempt",
        &mut section,
        reader,
    );
    section.close(reader);
    inside
}

fn texts(mut section: Section<'_>, config: &mut Config, reader: &mut Reader) {
    for event in Event::ALL {
        if let Some(value) = section.take(event.key(), reader)
            && let Some(text) = reader.string(&value, "a text of one line")
        {
            config.texts.insert(*event, text.to_owned());
        }
    }
    section.close(reader);
}

fn commands(mut section: Section<'_>, reader: &mut Reader) -> Commands {
    let mut commands = Commands::default();
    for (key, place) in [
        ("vrfy", &mut commands.vrfy),
        ("expn", &mut commands.expn),
        ("etrn", &mut commands.etrn),
    ] {
        if let Some(value) = section.take(key, reader)
            && let Some(service) = service(&value, reader)
        {
            *place = service;
        }
    }
    section.close(reader);
    commands
}

fn service(value: &Value<'_>, reader: &mut Reader) -> Option<Service> {
    const WORDS: [&str; 3] = ["noncommittal", "off", "on"];
    if value.is_list() {
        let networks = reader.parsed_list(value, A_NETWORK, Network::parse);
        return Some(Service::For(networks.into()));
    }
    let [noncommittal, off, on] = WORDS;
    let expected = one_of(&[noncommittal, off, on, "a list of networks"]);
    match reader.string(value, &expected)? {
        "noncommittal" => Some(Service::Noncommittal),
        "off" => Some(Service::Off),
        "on" => Some(Service::On),
        word => {
            reader.unknown_word(value, word, &WORDS, expected);
            None
        }
    }
}

fn dns(mut section: Section<'_>, reader: &mut Reader) -> DnsSettings {
    let mut dns = DnsSettings::default();
    if let Some(value) = section.take("deadline", reader)
        && let Some(deadline) = reader.duration(&value)
    {
        dns.deadline = deadline;
    }
    for (key, least, expected, place) in [
        ("in-flight", 1, "a number from 1 on", &mut dns.in_flight),
        (
            "cache",
            0,
            "a number of answers, 0 for none",
            &mut dns.cache,
        ),
    ] {
        if let Some(value) = section.take(key, reader)
            && let Some(number) = reader.number(&value, least, expected)
        {
            *place = usize::try_from(number).unwrap_or(usize::MAX);
        }
    }
    set_word(&mut dns.on_trouble, "on-trouble", &mut section, reader);
    section.close(reader);
    dns
}

const A_HOSTNAME: &str = "a host name such as \"mx.example.org\"";
const A_NETWORK: &str = "a network such as \"192.0.2.0/24\"";
const A_PATTERN: &str = "a name or a pattern such as \"*.example.org\"";
const AN_ADDRESS: &str = "an address such as \"192.0.2.25\"";
