//! hickory's records, as ours.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use hickory_resolver::lookup::Lookup as Message;
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{self, RData};

use crate::name::Name;

use super::{Answer, DnsError, Exchange, Found, Lookup, Mx, PtrTarget, RecordType, Txt};

/// What a record of one type holds.
pub(super) trait Data: Sized {
    const TYPE: RecordType;

    /// `None` when the record is of another type.
    fn read(data: &RData) -> Option<Self>;
}

impl Data for Ipv4Addr {
    const TYPE: RecordType = RecordType::A;

    fn read(data: &RData) -> Option<Self> {
        match data {
            RData::A(address) => Some(address.0),
            _ => None,
        }
    }
}

impl Data for Ipv6Addr {
    const TYPE: RecordType = RecordType::Aaaa;

    fn read(data: &RData) -> Option<Self> {
        match data {
            RData::AAAA(address) => Some(address.0),
            _ => None,
        }
    }
}

impl Data for Mx {
    const TYPE: RecordType = RecordType::Mx;

    fn read(data: &RData) -> Option<Self> {
        let RData::MX(mx) = data else { return None };
        let exchange = if mx.exchange.is_root() {
            Exchange::Root
        } else {
            Name::from_labels(mx.exchange.iter()).map_or(Exchange::Unusable, Exchange::Host)
        };
        Some(Self {
            preference: mx.preference,
            exchange,
        })
    }
}

impl Data for PtrTarget {
    const TYPE: RecordType = RecordType::Ptr;

    fn read(data: &RData) -> Option<Self> {
        match data {
            RData::PTR(target) => Some(Self::from_labels(&target.0)),
            _ => None,
        }
    }
}

impl Data for Txt {
    const TYPE: RecordType = RecordType::Txt;

    fn read(data: &RData) -> Option<Self> {
        match data {
            RData::TXT(text) => Some(Self::new(text.txt_data.concat())),
            _ => None,
        }
    }
}

impl Found {
    /// The answer, of the records that belong to the question.
    pub(super) fn read<T: Data>(self) -> Lookup<T> {
        match self {
            Self::Records(name, message) => {
                Chain::of(&name, &message).ok_or(DnsError::ServerFailure)
            }
            Self::NoData(ttl) => Ok(Answer::NoData { ttl }),
            Self::NoSuchName(ttl) => Ok(Answer::NoSuchName { ttl }),
        }
    }
}

/// The way from a name over its aliases to records.
pub(super) struct Chain;

impl Chain {
    /// The records at the end of the way; `None` when the message holds none, or says that it failed.
    fn of<T: Data>(name: &rr::Name, message: &Message) -> Option<Answer<T>> {
        if message.message().response_code != ResponseCode::NoError {
            return None;
        }
        let mut owner = name;
        let mut ttl = u32::MAX;
        for _ in 0..=MOST_ALIASES {
            let own = || {
                message
                    .answers()
                    .iter()
                    .filter(|record| record.name == *owner)
            };
            let found = own().filter_map(|record| Some((T::read(&record.data)?, record.ttl)));
            let (records, ttls): (Vec<T>, Vec<u32>) = found.unzip();
            if let Some(least) = ttls.into_iter().min() {
                return Some(Answer::of(
                    records,
                    Duration::from_secs(ttl.min(least).into()),
                ));
            }
            let (target, alias) = own().find_map(|record| Some((target(&record.data)?, record)))?;
            ttl = ttl.min(alias.ttl);
            owner = target;
        }
        None
    }

    /// The name that this one is an alias of.
    pub(super) fn alias<'m>(message: &'m Message, name: &rr::Name) -> Option<&'m rr::Name> {
        message
            .answers()
            .iter()
            .filter(|record| record.name == *name)
            .find_map(|record| target(&record.data))
    }
}

fn target(data: &RData) -> Option<&rr::Name> {
    match data {
        RData::CNAME(target) => Some(&target.0),
        _ => None,
    }
}

/// What other resolvers follow at most; it bounds the time that a message of nothing but aliases can take.
const MOST_ALIASES: usize = 16;
