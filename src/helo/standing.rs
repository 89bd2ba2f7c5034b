//! Whether a claimed name exists, and whether it is the client's.

use std::{fmt, net::IpAddr};

use super::is_among;
use crate::client::{ClientIp, Family};
use crate::dns::{Dns, DnsError, Exchange, Lookup, Mx};
use crate::fcrdns::VerifiedName;
use crate::name::Name;
use crate::step::Step;

/// How the name in a greeting stands to DNS and to the client.
///
/// ```
/// use mailward::dns::{DnsError, MemoryDns};
/// use mailward::helo::{self, Standing};
/// use mailward::name::Name;
///
/// let dns = MemoryDns::parse("mail.example. A !servfail")?;
/// let standing = helo::resolve(&Name::parse("mail.example")?, "203.0.113.9".parse()?, &[], &dns).wait();
/// assert_eq!(standing, Standing::Trouble(DnsError::ServerFailure));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: the client's, another's, nobody's, or not known now"
)]
pub enum Standing {
    /// The name has the client's address, or is one of its verified names.
    Confirmed,
    /// The name exists, and the client's address is not among those of its family. Mail must not be refused for that
    /// alone (RFC 5321 section 4.1.4).
    Mismatch,
    /// DNS did not say.
    Trouble(DnsError),
    /// The name has no address and no mail exchanger.
    Unresolvable,
}

/// For traces: `confirmed`, `mismatch`, `unresolvable`, or the trouble.
impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Confirmed => f.write_str("confirmed"),
            Self::Mismatch => f.write_str("mismatch"),
            Self::Trouble(error) => error.fmt(f),
            Self::Unresolvable => f.write_str("unresolvable"),
        }
    }
}

/// Asks whether the claimed name exists and is the client's.
///
/// A name that is already verified needs no question; one that has the client's address needs one (A for an IPv4
/// client, AAAA for an IPv6 one), any other at most three, the last two of them at once.
///
/// ```
/// use mailward::client::ClientIp;
/// use mailward::dns::MemoryDns;
/// use mailward::helo::{self, Standing};
/// use mailward::name::Name;
///
/// let dns = MemoryDns::parse("mail.example. A 203.0.113.9\nother.example. A 203.0.113.10")?;
/// let client = ClientIp::parse("203.0.113.9")?;
/// let stands = |name| Ok::<_, Box<dyn std::error::Error>>(helo::resolve(&Name::parse(name)?, client, &[], &dns).wait());
/// assert_eq!(stands("mail.example")?, Standing::Confirmed);
/// assert_eq!(stands("other.example")?, Standing::Mismatch);
/// assert_eq!(stands("nobody.example")?, Standing::Unresolvable);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn resolve<'a>(
    claim: &Name,
    client: ClientIp,
    verified: &[VerifiedName],
    dns: &'a dyn Dns,
) -> Step<'a, Standing> {
    if is_among(claim, verified) {
        return Step::ready(Standing::Confirmed);
    }
    let name = claim.clone();
    look(claim, client.family(), client, dns).and_then(move |own| match own {
        Sight::Nothing => {
            let other = look(&name, opposite(client.family()), client, dns);
            let exchangers = dns.mx(name.borrowed()).map(|found| exchangers(&found));
            Step::join_all([other, exchangers]).map(move |rest| judge(own, &rest))
        }
        _ => Step::ready(judge(own, &[])),
    })
}

/// What one lookup shows.
#[derive(Clone, Copy, Debug)]
enum Sight {
    Nothing,
    Others,
    Peer,
    Trouble(DnsError),
}

fn look<'a>(name: &Name, family: Family, client: ClientIp, dns: &'a dyn Dns) -> Step<'a, Sight> {
    match family {
        Family::V4 => dns
            .a(name.borrowed())
            .map(move |found| addresses(&found, client)),
        Family::V6 => dns
            .aaaa(name.borrowed())
            .map(move |found| addresses(&found, client)),
    }
}

fn addresses<A: Copy + Into<IpAddr>>(found: &Lookup<A>, client: ClientIp) -> Sight {
    match found {
        Err(trouble) => Sight::Trouble(*trouble),
        Ok(answer) if answer.records().is_empty() => Sight::Nothing,
        Ok(answer)
            if answer
                .records()
                .iter()
                .any(|&ip| ip.into() == client.as_ip()) =>
        {
            Sight::Peer
        }
        Ok(_) => Sight::Others,
    }
}

/// A null MX is no exchanger (RFC 7505).
fn exchangers(found: &Lookup<Mx>) -> Sight {
    match found {
        Err(trouble) => Sight::Trouble(*trouble),
        Ok(answer)
            if answer
                .records()
                .iter()
                .any(|mx| matches!(mx.exchange, Exchange::Host(_))) =>
        {
            Sight::Others
        }
        Ok(_) => Sight::Nothing,
    }
}

/// Judges the addresses of the client's family, and what else there is where those are none.
fn judge(own: Sight, rest: &[Sight]) -> Standing {
    match own {
        Sight::Peer => Standing::Confirmed,
        Sight::Others => Standing::Mismatch,
        // Whatever else exists, whether the name is the client's stays unknown.
        Sight::Trouble(trouble) => Standing::Trouble(trouble),
        Sight::Nothing => absent(rest),
    }
}

/// The name has no address of the client's family: does it exist at all?
fn absent(rest: &[Sight]) -> Standing {
    let trouble = rest.iter().find_map(|sight| match sight {
        Sight::Trouble(trouble) => Some(Standing::Trouble(*trouble)),
        _ => None,
    });
    if rest
        .iter()
        .any(|sight| matches!(sight, Sight::Others | Sight::Peer))
    {
        Standing::Mismatch
    } else {
        trouble.unwrap_or(Standing::Unresolvable)
    }
}

const fn opposite(family: Family) -> Family {
    match family {
        Family::V4 => Family::V6,
        Family::V6 => Family::V4,
    }
}
