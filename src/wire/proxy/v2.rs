//! Version 2: sixteen octets, then addresses, then optional fields.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Ends, Fault, Parsed, ProxyHeader};

/// Reads a header from octets that begin as its signature does. What cannot become a header is refused at the first
/// octet that shows it.
pub(super) fn parse(octets: &[u8]) -> Result<Parsed, Fault> {
    let after_signature = octets.get(SIGNATURE.len()..).unwrap_or_default();
    let (command, rest) = match after_signature.split_first() {
        Some((&octet, rest)) => (Command::read(octet)?, rest),
        None => return Ok(Parsed::Incomplete),
    };
    let (family, rest) = match rest.split_first() {
        Some((&octet, rest)) => (Family::read(command, octet)?, rest),
        None => return Ok(Parsed::Incomplete),
    };
    let Some((length, rest)) = rest.split_first_chunk() else {
        return Ok(Parsed::Incomplete);
    };
    let length = usize::from(u16::from_be_bytes(*length));
    if length < family.addresses() {
        return Err(Fault::TooShort);
    }
    let Some(block) = rest.get(..length) else {
        return Ok(Parsed::Incomplete);
    };
    Ok(Parsed::Complete {
        header: family.header(block).ok_or(Fault::TooShort)?,
        used: FIXED.saturating_add(length),
    })
}

/// The header without optional fields.
pub(super) fn print(header: &ProxyHeader) -> Vec<u8> {
    let mut octets = SIGNATURE.to_vec();
    match header {
        ProxyHeader::Tcp4(ends) => {
            octets.extend([PROXY, TCP4, 0, TCP4_ADDRESSES]);
            octets.extend(ends.source.octets());
            octets.extend(ends.destination.octets());
            octets.extend(ports(ends.source_port, ends.destination_port));
        }
        ProxyHeader::Tcp6(ends) => {
            octets.extend([PROXY, TCP6, 0, TCP6_ADDRESSES]);
            octets.extend(ends.source.octets());
            octets.extend(ends.destination.octets());
            octets.extend(ports(ends.source_port, ends.destination_port));
        }
        ProxyHeader::Unknown => octets.extend([PROXY, UNSPEC, 0, 0]),
    }
    octets
}

fn ports(source: u16, destination: u16) -> impl Iterator<Item = u8> {
    [source, destination].into_iter().flat_map(u16::to_be_bytes)
}

#[derive(Clone, Copy)]
enum Command {
    /// The proxy speaks for itself.
    Local,
    /// For a client.
    Proxy,
}

impl Command {
    const fn read(octet: u8) -> Result<Self, Fault> {
        match octet {
            LOCAL => Ok(Self::Local),
            PROXY => Ok(Self::Proxy),
            0x22..=0x2f => Err(Fault::Command),
            _ => Err(Fault::Version),
        }
    }
}

#[derive(Clone, Copy)]
enum Family {
    Tcp4,
    Tcp6,
    /// It has addresses, of files.
    Unix,
    /// Whatever follows is nobody's address.
    Unspecified,
}

impl Family {
    /// Of a LOCAL header the family is to be ignored, whatever it is.
    const fn read(command: Command, octet: u8) -> Result<Self, Fault> {
        match (command, octet) {
            (Command::Local, _) | (Command::Proxy, UNSPEC) => Ok(Self::Unspecified),
            (Command::Proxy, TCP4) => Ok(Self::Tcp4),
            (Command::Proxy, TCP6) => Ok(Self::Tcp6),
            (Command::Proxy, UNIX) => Ok(Self::Unix),
            (Command::Proxy, _) => Err(Fault::Family),
        }
    }

    /// How many octets its addresses and ports take.
    fn addresses(self) -> usize {
        match self {
            Self::Tcp4 => TCP4_ADDRESSES.into(),
            Self::Tcp6 => TCP6_ADDRESSES.into(),
            Self::Unix => UNIX_ADDRESSES.into(),
            Self::Unspecified => 0,
        }
    }

    /// What the block behind the fixed part says; nothing where it is too short.
    fn header(self, block: &[u8]) -> Option<ProxyHeader> {
        match self {
            Self::Tcp4 => ends::<4, Ipv4Addr>(block).map(ProxyHeader::Tcp4),
            Self::Tcp6 => ends::<16, Ipv6Addr>(block).map(ProxyHeader::Tcp6),
            Self::Unix | Self::Unspecified => Some(ProxyHeader::Unknown),
        }
    }
}

fn ends<const N: usize, A: From<[u8; N]>>(block: &[u8]) -> Option<Ends<A>> {
    let (source, block) = block.split_first_chunk::<N>()?;
    let (destination, block) = block.split_first_chunk::<N>()?;
    let (source_port, block) = block.split_first_chunk()?;
    let (destination_port, _) = block.split_first_chunk()?;
    Some(Ends {
        source: (*source).into(),
        destination: (*destination).into(),
        source_port: u16::from_be_bytes(*source_port),
        destination_port: u16::from_be_bytes(*destination_port),
    })
}

pub(super) const MAX_LEN: usize = FIXED + 0xffff;

pub(super) const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// Signature, command, family, length.
const FIXED: usize = 16;

const LOCAL: u8 = 0x20;
const PROXY: u8 = 0x21;

const UNSPEC: u8 = 0x00;
const TCP4: u8 = 0x11;
const TCP6: u8 = 0x21;
const UNIX: u8 = 0x31;

const TCP4_ADDRESSES: u8 = 12;
const TCP6_ADDRESSES: u8 = 36;
const UNIX_ADDRESSES: u8 = 216;
