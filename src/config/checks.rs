//! The checks of the file.

use super::{
    Answer, Check, CheckConfig, Effect, Fault, Reader, Section, TableFile, Value, Word, ZoneConfig,
    ZoneText, set_switch, set_word,
};
use crate::diagnostic::shown;
use crate::name::Name;
use crate::policies::{GreetingFault, OnTrouble, Require, Treatment};
use crate::policy::RefusalClass;
use crate::reply::{ReplyCode, ReplyText};

/// All `[[check]]`. In place of one whose kind nobody knows stands another, so that the others keep their places: the
/// file does not load.
pub(super) fn read_checks(top: &mut Section<'_>, reader: &mut Reader) -> Vec<CheckConfig> {
    let Some(value) = top.take("check", reader) else {
        return Vec::new();
    };
    let sections = reader.sections(&value, "a section [[check]]");
    let mut checks = Vec::new();
    for section in sections {
        let read = check(section, reader);
        checks.push(read.unwrap_or_else(|| stand_in(checks.len())));
    }
    checks
}

fn stand_in(at: usize) -> CheckConfig {
    CheckConfig {
        name: Some(format!(" {at}")), // which nobody can have chosen
        ..CheckConfig::new(Check::Greeting {
            refuse: Vec::new(),
            on_trouble: None,
        })
    }
}

fn check(mut section: Section<'_>, reader: &mut Reader) -> Option<CheckConfig> {
    let Some(value) = section.take("kind", reader) else {
        let kinds = super::one_of(&KINDS);
        reader.fault(Fault::new(section.at(), "kind is missing").expected(kinds));
        return None;
    };
    let kind = reader.string(&value, &super::one_of(&KINDS))?;
    if !KINDS.contains(&kind) {
        reader.unknown_word(&value, kind, &KINDS, super::one_of(&KINDS));
        return None; // nobody knows its keys
    }
    let name = section.take("name", reader);
    let name = name.and_then(|value| label(&value, reader));
    let answer = answer(&mut section, reader);
    let mut effect = Effect::default();
    set_switch(&mut effect, "dry-run", &mut section, reader);
    let at = optional(&mut section, "at", reader);
    let unless = section.take("unless", reader);
    let unless = unless.map(|value| reader.words(&value));
    let check = particulars(kind, &mut section, reader);
    section.close(reader);
    Some(CheckConfig {
        name,
        answer,
        effect,
        at,
        unless,
        ..CheckConfig::new(check)
    })
}

/// What is particular to a kind.
fn particulars(kind: &str, section: &mut Section<'_>, reader: &mut Reader) -> Check {
    match kind {
        "blocklist" => Check::Blocklist {
            zones: zones(section, reader),
            on_trouble: on_trouble(section, reader),
        },
        "client-table" => {
            let on_trouble = on_trouble(section, reader);
            let table = table(section, reader);
            Check::ClientTable { table, on_trouble }
        }
        "greeting" => greeting(section, reader),
        "sender-domain" => sender_domain(section, reader),
        "verified-client" => {
            let mut require = Require::default();
            set_word(&mut require, "require", section, reader);
            let on_trouble = on_trouble(section, reader);
            Check::VerifiedClient {
                require,
                on_trouble,
            }
        }
        _ => {
            let why = format!("has no meaning for a {kind}, which asks nobody");
            section.forbid("on-trouble", &why, reader);
            let table = table(section, reader);
            match kind {
                "sender-table" => Check::SenderTable { table },
                _ => Check::RecipientTable { table },
            }
        }
    }
}

fn greeting(section: &mut Section<'_>, reader: &mut Reader) -> Check {
    let refuse = section.take("refuse", reader);
    let refuse = refuse.map(|value| reader.words(&value));
    Check::Greeting {
        refuse: refuse
            .unwrap_or_else(|| vec![GreetingFault::Malformed, GreetingFault::ClaimsToBeUs]),
        on_trouble: on_trouble(section, reader),
    }
}

fn sender_domain(section: &mut Section<'_>, reader: &mut Reader) -> Check {
    let (mut unqualified, mut unresolvable) = (Treatment::Refuse, Treatment::Defer);
    let mut null_mx = Treatment::Refuse;
    set_word(&mut unqualified, "unqualified", section, reader);
    set_word(&mut unresolvable, "unresolvable", section, reader);
    set_word(&mut null_mx, "null-mx", section, reader);
    Check::SenderDomain {
        unqualified,
        unresolvable,
        null_mx,
        on_trouble: on_trouble(section, reader),
    }
}

fn on_trouble(section: &mut Section<'_>, reader: &mut Reader) -> Option<OnTrouble> {
    optional(section, "on-trouble", reader)
}

fn optional<T: Word>(
    section: &mut Section<'_>,
    key: &'static str,
    reader: &mut Reader,
) -> Option<T> {
    let value = section.take(key, reader)?;
    reader.word(&value)
}

/// A table without its file keeps its place; the file does not load.
fn table(section: &mut Section<'_>, reader: &mut Reader) -> TableFile {
    let mut table = TableFile::new("");
    set_word(&mut table.subdomains, "subdomains", section, reader);
    match section.take("file", reader) {
        Some(value) => match reader.string(&value, A_FILE) {
            Some("") => reader.fault(Fault::new(value.at(), "file is empty").expected(A_FILE)),
            file => table.file = file.unwrap_or_default().to_owned(),
        },
        None => reader.fault(Fault::new(section.at(), "file is missing").expected(A_FILE)),
    }
    table
}

fn answer(section: &mut Section<'_>, reader: &mut Reader) -> Answer {
    let class = section.take("class", reader);
    let code = section.take("code", reader);
    match (class, code) {
        (None, None) => Answer::Usual,
        (Some(class), None) => {
            let class: Option<RefusalClass> = reader.word(&class);
            class.map_or(Answer::Usual, Answer::Class)
        }
        (None, Some(code)) => {
            let number = reader.number(&code, 0, A_CODE);
            let read = number.and_then(|number| u16::try_from(number).ok());
            match read.and_then(|number| ReplyCode::new(number).ok()) {
                Some(code) => Answer::Code(code), // whether it refuses is examined with all else
                None => {
                    if let Some(number) = number {
                        let what = format!("code is {number}");
                        reader.fault(Fault::new(code.at(), what).expected(A_CODE));
                    }
                    Answer::Usual
                }
            }
        }
        (Some(class), Some(code)) => {
            let what = "class and code stand together";
            let at = class.at().max(code.at());
            reader.fault(Fault::new(at, what).expected("one of them"));
            Answer::Usual
        }
    }
}

fn zones(section: &mut Section<'_>, reader: &mut Reader) -> Vec<ZoneConfig> {
    let value = section.take("zone", reader);
    let sections = value
        .as_ref()
        .map(|value| reader.sections(value, "a section [[check.zone]]"));
    let none = value.as_ref().is_none_or(Value::is_empty_list);
    if none {
        let at = value.map_or_else(|| section.at(), |value| value.at());
        let fault = Fault::new(at, "a blocklist without a zone");
        reader.fault(fault.expected("[[check.zone]] with zone = \"zen.example.net\" or the like"));
    }
    sections
        .unwrap_or_default()
        .into_iter()
        .filter_map(|section| zone(section, reader))
        .collect()
}

fn zone(mut section: Section<'_>, reader: &mut Reader) -> Option<ZoneConfig> {
    let domain = match section.take("zone", reader) {
        Some(value) => {
            // The zone's name may hold a key: no error repeats it.
            let parse = |text: &str| Name::parse(text).map_err(|_| "the zone is no domain name");
            reader.parsed(&value, A_ZONE, parse)
        }
        None => {
            reader.fault(Fault::new(section.at(), "zone is missing").expected(A_ZONE));
            None
        }
    };
    let name = section.take("label", reader);
    let name = name.and_then(|value| label(&value, reader));
    let text = section.take("text", reader);
    let text = text.and_then(|value| zone_text(&value, reader));
    let mut family = crate::rbl::Families::default();
    set_word(&mut family, "family", &mut section, reader);
    section.close(reader);
    Some(ZoneConfig {
        label: name,
        text: text.unwrap_or_default(),
        family,
        ..ZoneConfig::new(domain?)
    })
}

fn zone_text(value: &Value<'_>, reader: &mut Reader) -> Option<ZoneText> {
    let expected = "\"dns\" or a text of one line";
    match reader.string(value, expected)? {
        "dns" => Some(ZoneText::Dns),
        text if text.contains(['{', '}']) => {
            let what = "a brace in the text of a zone";
            let expected = "a text without placeholders, which belong into [texts]";
            reader.fault(Fault::new(value.at(), what).expected(expected));
            None
        }
        _ => reader
            .parsed(value, expected, ReplyText::parse)
            .map(ZoneText::Fixed),
    }
}

/// A word for traces and counters.
fn label(value: &Value<'_>, reader: &mut Reader) -> Option<String> {
    let text = reader.string(value, A_LABEL)?;
    let sound = (1..=LONGEST_LABEL).contains(&text.len())
        && text.bytes().all(|octet| octet.is_ascii_graphic());
    if !sound {
        let what = format!("{} is {}", value.called, shown(text));
        reader.fault(Fault::new(value.at(), what).expected(A_LABEL));
    }
    sound.then(|| text.to_owned())
}

const KINDS: [&str; 7] = [
    "client-table",
    "verified-client",
    "blocklist",
    "greeting",
    "sender-table",
    "sender-domain",
    "recipient-table",
];
const A_CODE: &str = "400 to 599 but 521";
const A_FILE: &str = "file = \"auth.mta\" or the like, relative to the policy file";
const A_LABEL: &str = "a word of at most 64 visible ASCII characters";
const A_ZONE: &str = "zone = \"zen.example.net\" or the like";
const LONGEST_LABEL: usize = 64;
