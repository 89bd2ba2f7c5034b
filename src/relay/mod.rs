//! Who may send where: relay control.
//!
//! A server takes a message for one of three reasons: the recipient is its own, or of a domain it promised to pass
//! mail on to; or the client is one of its own; everything else makes it an open relay (RFC 2505 section 2.1,
//! RFC 5321 section 7.9). So there are two sides of one border, the [`Perimeter`]. The connection lies on one of
//! them, each recipient on one of them, and [`permits`] is the whole rule: from outside to outside is refused.
//!
//! What makes a connection internal: its address lies in a network of the perimeter; its user has logged in; or one
//! of its *forward-confirmed* names ([`VerifiedName`](crate::fcrdns::VerifiedName)) is one of ours. Nothing else
//! ever does: not the greeting, not the sender, not a bare reverse name, not any list. A proxy is never internal
//! by its own address, nor by an address that it could only have declared by mistake.
//!
//! What makes a recipient internal is its domain, and that there is no second destination hidden in its local part
//! (`victim%third.example@example.org`): such a recipient is [`Destination::Routed`], whatever its domain.
//!
//! Names cost a DNS walk, so ask [`Perimeter::known_side`] first. When it says [`Known::DependsOnName`] and the name
//! cannot be found out just now, the connection is external for now, and what is refused because of that must be
//! refused with 4yz: trouble never opens a relay, and never closes the door for good.
//!
//! ```
//! use mailward::address::ForwardPath;
//! use mailward::client::Client;
//! use mailward::name::Name;
//! use mailward::relay::{Login, Perimeter, permits};
//!
//! let perimeter = Perimeter::new(Name::parse("mx.example.org")?)
//!     .network("192.0.2.0/24".parse()?)
//!     .domain("example.org".parse()?);
//! let inside = perimeter.connection(&Client::direct("192.0.2.7".parse::<std::net::IpAddr>()?), Login::Anonymous, &[]);
//! let outside = perimeter.connection(&Client::direct("203.0.113.9".parse::<std::net::IpAddr>()?), Login::Anonymous, &[]);
//! let ours = perimeter.destination(ForwardPath::parse("<bob@example.org>")?.recipient()).side();
//! let theirs = perimeter.destination(ForwardPath::parse("<bob@third.example>")?.recipient()).side();
//! assert!(permits(inside, theirs) && permits(outside, ours));
//! assert!(!permits(outside, theirs));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod backup;
mod perimeter;

pub use backup::Backup;
pub use perimeter::Perimeter;

use std::fmt;

use crate::client::{ClientIp, Network};

/// A side of the perimeter.
///
/// The default is the one that grants nothing.
///
/// ```
/// use mailward::relay::Side;
///
/// assert_eq!(Side::default(), Side::External);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "complete: a border has two sides")]
pub enum Side {
    /// Outside: everybody who is not known to be inside.
    #[default]
    External,
    /// Inside: our own clients, and the recipients we have promised to take mail for.
    Internal,
}

/// The whole rule of relay control: refused is what comes from outside and goes outside.
///
/// | connection | recipient | |
/// | --- | --- | --- |
/// | internal | internal | permitted |
/// | internal | external | permitted: our own users send out |
/// | external | internal | permitted: mail comes in |
/// | external | external | refused: relaying |
///
/// ```
/// use mailward::relay::{Side, permits};
///
/// assert!(!permits(Side::External, Side::External));
/// ```
#[must_use]
pub const fn permits(connection: Side, recipient: Side) -> bool {
    matches!(
        (connection, recipient),
        (Side::Internal, _) | (_, Side::Internal)
    )
}

/// Whether somebody has proved to be one of our users on this connection.
///
/// A value of this type is the host's word. A login that a proxy or an XCLIENT peer merely reports is
/// [`Anonymous`](Self::Anonymous) unless the operator said otherwise.
///
/// ```
/// use mailward::client::{Client, ClientIp};
/// use mailward::name::Name;
/// use mailward::relay::{Login, Perimeter, Side};
///
/// let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// let client = Client::from(ClientIp::parse("203.0.113.9")?);
/// assert_eq!(perimeter.connection(&client, Login::Anonymous, &[]), Side::External);
/// assert_eq!(perimeter.connection(&client, Login::Authenticated, &[]), Side::Internal);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: it was proved or it was not"
)]
pub enum Login {
    /// Nobody has.
    #[default]
    Anonymous,
    /// By AUTH (RFC 4954), or by a client certificate that the host maps to a user.
    Authenticated,
}

/// The side of a connection, as far as it can be told without asking DNS.
///
/// ```
/// use mailward::client::{Client, ClientIp};
/// use mailward::name::Name;
/// use mailward::relay::{Known, Login, Perimeter};
///
/// let client = Client::from(ClientIp::parse("203.0.113.9")?);
/// let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// assert_eq!(perimeter.known_side(&client, Login::Anonymous), Known::External); // no DNS needed
/// let perimeter = perimeter.name("*.example.org".parse()?);
/// assert_eq!(perimeter.known_side(&client, Login::Anonymous), Known::DependsOnName);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: one side, the other, or only a name can tell"
)]
pub enum Known {
    /// External unless one of the client's verified names is one of the perimeter's.
    DependsOnName,
    /// External, whatever the client's names are.
    External,
    /// Internal, whatever the client's names are.
    Internal,
}

impl Known {
    /// The side as it stands without names; external where only they could tell.
    ///
    /// ```
    /// use mailward::relay::{Known, Side};
    ///
    /// assert_eq!(Known::DependsOnName.side(), Side::External);
    /// ```
    #[must_use]
    pub const fn side(self) -> Side {
        match self {
            Self::Internal => Side::Internal,
            Self::DependsOnName | Self::External => Side::External,
        }
    }
}

/// Where mail to a recipient would go.
///
/// ```
/// use mailward::address::Recipient;
/// use mailward::name::Name;
/// use mailward::relay::{Destination, Perimeter};
///
/// let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// assert_eq!(perimeter.destination(&Recipient::Postmaster), Destination::Local);
/// assert_eq!(perimeter.destination(&Recipient::parse("bob@third.example")?), Destination::Elsewhere);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: here, on by promise, hidden, or anywhere else"
)]
pub enum Destination {
    /// Somewhere we have promised nothing about.
    Elsewhere,
    /// Here: we deliver for the domain, or it is one of our own addresses, or bare `Postmaster`.
    Local,
    /// On to a domain for which we take mail from anyone.
    RelayTo,
    /// The local part names a second destination, as in `victim%third.example@example.org`; whoever delivers might
    /// follow it, so the domain says nothing.
    Routed,
}

impl Destination {
    /// The side of the perimeter on which the recipient lies.
    ///
    /// ```
    /// use mailward::relay::{Destination, Side};
    ///
    /// assert_eq!(Destination::RelayTo.side(), Side::Internal);
    /// assert_eq!(Destination::Routed.side(), Side::External);
    /// ```
    #[must_use]
    pub const fn side(self) -> Side {
        match self {
            Self::Local | Self::RelayTo => Side::Internal,
            Self::Elsewhere | Self::Routed => Side::External,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::External => "external",
            Self::Internal => "internal",
        })
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Elsewhere => "elsewhere",
            Self::Local => "local",
            Self::RelayTo => "relay-to",
            Self::Routed => "routed",
        })
    }
}

fn within(networks: &[Network], ip: ClientIp) -> bool {
    networks.iter().any(|network| network.contains(ip))
}
