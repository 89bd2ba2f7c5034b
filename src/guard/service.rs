//! Commands that tell about users or start a queue, and who may use them.

use std::sync::Arc;

use crate::client::{Client, Network};
use crate::relay::Perimeter;

/// What becomes of a command that tells about users or starts a queue (RFC 2505 items 11 and 12).
///
/// ```
/// # use mailward::{Guard, Perimeter, Shared, client::ClientIp, clock::SystemClock, dns::MemoryDns, name::Name};
/// # let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// # let shared = Shared::new(MemoryDns::default(), SystemClock::new());
/// # let client: ClientIp = "203.0.113.9".parse()?;
/// use mailward::guard::{Commands, Service};
///
/// let commands = Commands {
///     vrfy: Service::Off,
///     etrn: Service::For(["203.0.113.0/24".parse()?].into()),
///     ..Commands::default()
/// };
/// let guard = Guard::builder(perimeter, shared).commands(commands).build();
/// let (mut dialogue, _) = guard.connect_blocking(client);
/// dialogue.line(b"EHLO mail.example.com");
/// assert_eq!(dialogue.line(b"VRFY ann").reply.code().as_u16(), 502);
/// assert_eq!(dialogue.line(b"ETRN example.org").reply.code().as_u16(), 250);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: RFC 5321 section 3.5.3 has three answers, RFC 2505 item 11 asks for whom"
)]
pub enum Service {
    /// Refused: 502.
    Off,
    /// 252: neither confirmed nor denied.
    Noncommittal,
    /// The host answers; the guard has no objection.
    On,
    /// On for clients of these networks. Everybody else hears what the command answers by default. A proxy's address is
    /// nobody's.
    For(Arc<[Network]>),
}

/// VRFY, EXPN and ETRN.
///
/// ```
/// use mailward::guard::{Commands, Service};
///
/// assert_eq!(Commands::default().vrfy, Service::Noncommittal);
/// assert_eq!(Commands::default().expn, Service::Off);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "complete: the three commands of RFC 2505"
)]
pub struct Commands {
    /// VRFY; noncommittal by default.
    pub vrfy: Service,
    /// EXPN; off by default.
    pub expn: Service,
    /// ETRN; off by default.
    pub etrn: Service,
}

impl Default for Commands {
    fn default() -> Self {
        Self {
            vrfy: Service::Noncommittal,
            expn: Service::Off,
            etrn: Service::Off,
        }
    }
}

/// What one client hears.
#[derive(Clone, Copy)]
pub(super) enum Answer {
    Off,
    Noncommittal,
    On,
}

impl Service {
    /// What this client hears, where strangers hear `otherwise`.
    pub(super) fn answer(
        &self,
        client: &Client,
        perimeter: &Perimeter,
        otherwise: Answer,
    ) -> Answer {
        match self {
            Self::Off => Answer::Off,
            Self::Noncommittal => Answer::Noncommittal,
            Self::On => Answer::On,
            Self::For(networks) => {
                let holds = |network: &Network| network.contains(client.ip());
                match perimeter.goes_by_address(client) && networks.iter().any(holds) {
                    true => Answer::On,
                    false => otherwise,
                }
            }
        }
    }
}
