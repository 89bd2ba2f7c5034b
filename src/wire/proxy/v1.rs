//! Version 1: a line of text.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::{FromStr, Split};

use super::{Ends, Fault, Parsed, ProxyHeader};

/// Reads a header from octets that begin with its signature.
pub(super) fn parse(octets: &[u8]) -> Result<Parsed, Fault> {
    let window = octets.get(..ProxyHeader::MAX_LEN).unwrap_or(octets);
    let Some(end) = line_end(window)? else {
        return match window.len() {
            ProxyHeader::MAX_LEN => Err(Fault::TooLong),
            _ => Ok(Parsed::Incomplete),
        };
    };
    let line = window.get(SIGNATURE.len()..end).unwrap_or_default();
    Ok(Parsed::Complete {
        header: fields(line)?,
        used: end.saturating_add(CRLF.len()),
    })
}

/// What stands between `PROXY ` and CRLF.
fn fields(line: &[u8]) -> Result<ProxyHeader, Fault> {
    if line == b"UNKNOWN" || line.starts_with(b"UNKNOWN ") {
        return Ok(ProxyHeader::Unknown);
    }
    let line = str::from_utf8(line).map_err(|_| Fault::NotText)?;
    let mut fields = line.split(' ');
    match fields.next() {
        Some("TCP4") => ends::<Ipv4Addr>(fields).map(ProxyHeader::Tcp4),
        Some("TCP6") => ends::<Ipv6Addr>(fields).map(ProxyHeader::Tcp6),
        _ => Err(Fault::Protocol),
    }
}

fn ends<A: FromStr>(mut fields: Split<'_, char>) -> Result<Ends<A>, Fault> {
    let source = address(fields.next()).ok_or(Fault::Source)?;
    let destination = address(fields.next()).ok_or(Fault::Destination)?;
    let source_port = port(fields.next()).ok_or(Fault::SourcePort)?;
    let destination_port = port(fields.next()).ok_or(Fault::DestinationPort)?;
    if fields.next().is_some() {
        return Err(Fault::Excess);
    }
    Ok(Ends {
        source,
        destination,
        source_port,
        destination_port,
    })
}

/// Where the CRLF stands, if it has come.
fn line_end(window: &[u8]) -> Result<Option<usize>, Fault> {
    let Some(at) = window.iter().position(|octet| CRLF.contains(octet)) else {
        return Ok(None);
    };
    match window.get(at..).unwrap_or_default() {
        [b'\r', b'\n', ..] => Ok(Some(at)),
        [b'\r'] => Ok(None),
        _ => Err(Fault::LineEnd),
    }
}

/// The standard library's strict parsers: no leading zeros, no zone.
fn address<A: FromStr>(field: Option<&str>) -> Option<A> {
    field?.parse().ok()
}

fn port(field: Option<&str>) -> Option<u16> {
    let field = field?;
    let digits = field.bytes().all(|octet| octet.is_ascii_digit());
    let zero_led = field.len() > 1 && field.starts_with('0');
    if digits && !zero_led {
        field.parse().ok()
    } else {
        None
    }
}

pub(super) const SIGNATURE: &[u8] = b"PROXY ";
const CRLF: &[u8] = b"\r\n";
