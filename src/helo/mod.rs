//! What a client says its name is, and whether that holds.
//!
//! The argument of EHLO is a domain name or an address literal (RFC 5321 section 4.1.1.1). It is the client's own
//! word, so it never grants anything. It is worth reading all the same: many who greet with our own name, or with no
//! name at all, are not mail servers.
//!
//! - [`read`] tells by the text alone what was claimed;
//! - [`Ourselves`] tells whether the claim takes our own identity;
//! - [`Claim::literal`] compares an address literal with the client's address;
//! - [`resolve`] asks DNS whether a claimed name exists and belongs to the client.
//!
//! RFC 5321 section 4.1.4 forbids refusing mail because the name and the address do not match. So a mismatch is
//! something to note; refusing on it is for an operator to choose who knows better.
//!
//! ```
//! use mailward::client::ClientIp;
//! use mailward::helo::{self, Claim, LiteralMatch};
//!
//! let client = ClientIp::parse("203.0.113.9")?;
//! assert_eq!(helo::read("[203.0.113.9]").literal(client), LiteralMatch::Peer);
//! assert_eq!(helo::read("203.0.113.9"), Claim::BareAddress(client));
//! assert_eq!(helo::read("mail example"), Claim::Malformed);
//! assert!(!helo::read("localhost").is_qualified());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod ourselves;
mod standing;

pub use ourselves::{Identity, Ourselves};
pub use standing::{Standing, resolve};

use std::net::IpAddr;

use crate::address::Literal;
use crate::client::ClientIp;
use crate::fcrdns::VerifiedName;
use crate::name::Name;

/// What a greeting claims, by its text alone.
///
/// ```
/// use mailward::helo::{self, Claim};
///
/// let Claim::Name(name) = helo::read("Mail.Example.") else { panic!("not a name") };
/// assert_eq!(name.as_str(), "mail.example");
/// assert_eq!(helo::read("256.1.1.1"), Claim::Malformed);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: a name, a literal, a literal without brackets, or neither"
)]
pub enum Claim {
    /// An address without the brackets that make it a literal.
    BareAddress(ClientIp),
    /// An address literal (RFC 5321 section 4.1.3).
    Literal(Literal),
    /// Neither a name nor an address, or nothing at all: 501 5.5.4.
    Malformed,
    /// A domain name, qualified or not.
    Name(Name),
}

/// How an address literal compares with the address of the client.
///
/// ```
/// use mailward::helo::{self, LiteralMatch};
///
/// let client = "203.0.113.9".parse()?;
/// assert_eq!(helo::read("[IPv6:::ffff:203.0.113.9]").literal(client), LiteralMatch::Peer);
/// assert_eq!(helo::read("[192.168.1.2]").literal(client), LiteralMatch::Other); // behind address translation?
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: equal, different, or nothing to compare"
)]
pub enum LiteralMatch {
    /// The claim is no literal.
    NotALiteral,
    /// Another address, or a literal of a kind that means no IP address.
    Other,
    /// The client's own address.
    Peer,
}

/// Reads the argument of HELO or EHLO.
///
/// Blanks after it are dropped (RFC 5321 section 4.1.1). Tolerated beyond the grammar: an underscore in a name, one
/// final dot, and after a literal and a blank any further text, which RFC 2821 section 4.1.1.1 allowed for. Characters
/// outside ASCII are malformed, since a client cannot know yet whether we take them (RFC 6531 section 3.7.1).
///
/// HELO and EHLO are read alike, although only EHLO may bring a literal: old clients do it, and it harms nobody.
///
/// ```
/// use mailward::helo::{self, Claim};
///
/// assert!(matches!(helo::read("mail_out.example. "), Claim::Name(_)));
/// assert!(matches!(helo::read("[203.0.113.9] relay of Example Inc."), Claim::Literal(_)));
/// assert_eq!(helo::read("mail.example and more"), Claim::Malformed);
/// assert_eq!(helo::read(""), Claim::Malformed);
/// ```
#[must_use]
pub fn read(argument: &str) -> Claim {
    let argument = argument.trim_end_matches([' ', '\t']);
    if !argument.bytes().all(|octet| matches!(octet, b' '..=b'~')) {
        return Claim::Malformed;
    }
    if argument.starts_with('[') {
        let literal = argument
            .split(' ')
            .next()
            .and_then(|literal| literal.parse().ok());
        return literal.map_or(Claim::Malformed, Claim::Literal);
    }
    // Most greetings are names, and no name is an address. The plain readers quote no text in their errors.
    let address = || argument.parse::<IpAddr>().ok();
    match Name::read(argument) {
        Ok(name) => Claim::Name(name),
        Err(_) => address().map_or(Claim::Malformed, |ip| Claim::BareAddress(ip.into())),
    }
}

impl Claim {
    /// The name, when it is one.
    #[must_use]
    pub const fn name(&self) -> Option<&Name> {
        match self {
            Self::Name(name) => Some(name),
            Self::BareAddress(_) | Self::Literal(_) | Self::Malformed => None,
        }
    }

    /// Whether a name has at least two labels, as the full name of a host has (RFC 5321 section 2.3.5). False for
    /// `localhost`; true for whatever is no name, since that is another fault.
    #[must_use]
    pub fn is_qualified(&self) -> bool {
        self.name().is_none_or(Name::is_qualified)
    }

    /// Compares a literal with the client's address, both in their canonical form: `[IPv6:::ffff:192.0.2.1]` is
    /// `192.0.2.1`.
    #[must_use]
    pub fn literal(&self, client: ClientIp) -> LiteralMatch {
        match self {
            Self::Literal(Literal::Ip(ip)) if *ip == client => LiteralMatch::Peer,
            Self::Literal(_) => LiteralMatch::Other,
            Self::BareAddress(_) | Self::Malformed | Self::Name(_) => LiteralMatch::NotALiteral,
        }
    }
}

fn is_among(name: &Name, verified: &[VerifiedName]) -> bool {
    verified.iter().any(|verified| verified.name() == name)
}
