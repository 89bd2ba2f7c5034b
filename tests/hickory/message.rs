//! DNS messages, written octet by octet so that they may say anything, also what no library would.

use std::net::{Ipv4Addr, Ipv6Addr};

pub(crate) const A: u16 = 1;
pub(crate) const NS: u16 = 2;
pub(crate) const CNAME: u16 = 5;
pub(crate) const SOA: u16 = 6;
pub(crate) const PTR: u16 = 12;
pub(crate) const MX: u16 = 15;
pub(crate) const TXT: u16 = 16;
pub(crate) const AAAA: u16 = 28;

pub(crate) const FORMERR: u8 = 1;
pub(crate) const SERVFAIL: u8 = 2;
pub(crate) const NXDOMAIN: u8 = 3;
pub(crate) const NOTIMP: u8 = 4;
pub(crate) const REFUSED: u8 = 5;

/// What a client asked: the first question of its message.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    id: u16,
    /// Folded to lower case, without the final dot.
    pub(crate) name: String,
    /// The name in the very case in which it came.
    pub(crate) spelt: String,
    pub(crate) kind: u16,
    pub(crate) over_tcp: bool,
    section: Vec<u8>,
}

impl Question {
    pub(crate) fn read(packet: &[u8], over_tcp: bool) -> Self {
        let mut labels: Vec<String> = Vec::new();
        let mut at = 12;
        while packet[at] != 0 {
            let end = at + 1 + usize::from(packet[at]);
            labels.push(String::from_utf8_lossy(&packet[at + 1..end]).into_owned());
            at = end;
        }
        Self {
            id: u16::from_be_bytes([packet[0], packet[1]]),
            name: labels.join(".").to_ascii_lowercase(),
            spelt: labels.join("."),
            kind: u16::from_be_bytes([packet[at + 1], packet[at + 2]]),
            over_tcp,
            section: packet[12..at + 5].to_vec(),
        }
    }

    /// The same question in lower case.
    pub(crate) fn folded(&self) -> Self {
        Self {
            section: self.section.to_ascii_lowercase(),
            ..self.clone()
        }
    }

    /// The same question with another id and perhaps another name, as a forger would repeat it.
    pub(crate) fn forged(&self, name: Option<&str>) -> Self {
        let mut section = self.section.clone();
        if let Some(name) = name {
            section = octets_of_name(name);
            section.extend([self.kind.to_be_bytes(), [0, 1]].concat());
        }
        Self {
            id: match name {
                Some(_) => self.id,
                None => self.id.wrapping_add(1),
            },
            section,
            ..self.clone()
        }
    }
}

/// A record: its owner, type, TTL and data.
pub(crate) struct Record {
    owner: Vec<u8>,
    kind: u16,
    ttl: u32,
    data: Vec<u8>,
}

/// An answer to a question.
#[derive(Default)]
pub(crate) struct Reply {
    pub(crate) code: u8,
    pub(crate) truncated: bool,
    pub(crate) answers: Vec<Record>,
    pub(crate) authority: Vec<Record>,
}

impl Reply {
    pub(crate) fn to(&self, question: &Question) -> Vec<u8> {
        let count = |records: &[Record]| u16::try_from(records.len()).unwrap().to_be_bytes();
        let mut packet = question.id.to_be_bytes().to_vec();
        packet.extend([0x81 | (u8::from(self.truncated) << 1), 0x80 | self.code]);
        packet.extend([0, 1]);
        packet.extend(count(&self.answers));
        packet.extend(count(&self.authority));
        packet.extend([0, 0]);
        packet.extend(&question.section);
        for record in self.answers.iter().chain(&self.authority) {
            packet.extend(&record.owner);
            packet.extend(record.kind.to_be_bytes());
            packet.extend([0, 1]);
            packet.extend(record.ttl.to_be_bytes());
            packet.extend(u16::try_from(record.data.len()).unwrap().to_be_bytes());
            packet.extend(&record.data);
        }
        packet
    }
}

/// An answer of these records.
pub(crate) fn answer(answers: impl IntoIterator<Item = Record>) -> Reply {
    Reply {
        answers: answers.into_iter().collect(),
        ..Reply::default()
    }
}

/// An answer of nothing but a code.
pub(crate) fn code(code: u8) -> Reply {
    Reply {
        code,
        ..Reply::default()
    }
}

/// No data or no such name, as an authoritative server says it.
pub(crate) fn absence(code: u8, ttl: u32, minimum: u32) -> Reply {
    let mut data = [octets_of_name("ns.example"), octets_of_name("root.example")].concat();
    data.extend(
        [1, 3600, 600, 86400, minimum]
            .map(u32::to_be_bytes)
            .concat(),
    );
    Reply {
        code,
        authority: vec![record("example", SOA, ttl, data)],
        ..Reply::default()
    }
}

pub(crate) fn a(owner: &str, ttl: u32, address: &str) -> Record {
    let address: Ipv4Addr = address.parse().unwrap();
    record(owner, A, ttl, address.octets().to_vec())
}

pub(crate) fn aaaa(owner: &str, ttl: u32, address: &str) -> Record {
    let address: Ipv6Addr = address.parse().unwrap();
    record(owner, AAAA, ttl, address.octets().to_vec())
}

pub(crate) fn cname(owner: &str, ttl: u32, target: &str) -> Record {
    record(owner, CNAME, ttl, octets_of_name(target))
}

pub(crate) fn ns(owner: &str, server: &str) -> Record {
    record(owner, NS, 60, octets_of_name(server))
}

pub(crate) fn ptr(owner: &str, labels: &[&[u8]]) -> Record {
    record(owner, PTR, 60, octets_of(labels))
}

pub(crate) fn mx(owner: &str, preference: u16, labels: &[&[u8]]) -> Record {
    let data = [preference.to_be_bytes().to_vec(), octets_of(labels)].concat();
    record(owner, MX, 60, data)
}

pub(crate) fn txt(owner: &str, strings: &[&[u8]]) -> Record {
    let counted = |string: &&[u8]| [&[u8::try_from(string.len()).unwrap()], *string].concat();
    record(owner, TXT, 60, strings.iter().flat_map(counted).collect())
}

pub(crate) fn record(owner: &str, kind: u16, ttl: u32, data: Vec<u8>) -> Record {
    Record {
        owner: octets_of_name(owner),
        kind,
        ttl,
        data,
    }
}

fn octets_of_name(name: &str) -> Vec<u8> {
    let labels: Vec<_> = name.split('.').map(str::as_bytes).collect();
    octets_of(&labels)
}

fn octets_of(labels: &[&[u8]]) -> Vec<u8> {
    let mut octets = Vec::new();
    for label in labels {
        octets.push(u8::try_from(label.len()).unwrap());
        octets.extend(*label);
    }
    octets.push(0);
    octets
}
