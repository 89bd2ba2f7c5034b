//! The addresses of an envelope, read strictly: mailboxes, and the paths of `MAIL` and `RCPT`.
//!
//! A [`Mailbox`] is a [`LocalPart`] and a [`Domain`] (RFC 5321 section 4.1.2); a domain is a name
//! or an address literal such as `[192.0.2.1]` (section 4.1.3). `MAIL FROM` carries a
//! [`ReversePath`], which may be null, `RCPT TO` a [`ForwardPath`], which may be the bare
//! `<Postmaster>`. Either may still come with a source route, `<@relay.example:ann@example.org>`:
//! it is kept as a fact, and plays no part in judging, since the last mailbox is where the mail
//! goes (section 4.1.1.3, appendix C).
//!
//! Reading repairs nothing. What the grammar does not allow is an error, and what it allows in two
//! spellings has one value: `"ann"@example.org` is `ann@example.org`. What is printed is the
//! canonical spelling. UTF-8 is read where RFC 6531 allows it; whether the session may use it is
//! for the host to say, and `is_ascii` tells whether it has to.
//!
//! A local part may itself name another way to go, `victim%third.example` or
//! `third.example!victim`, and some host further on may follow it. [`LocalPart::is_routed`] tells.
//!
//! RFC 5321 section 4.5.3.1 asks a server to take local parts of 64 octets at least and paths of
//! 256. The first is no limit here, since signed and variable return paths (SRS, VERP) are often
//! longer; the second is.

mod domain;
mod error;
mod local;
mod mailbox;
mod party;
mod path;
mod scan;

pub use self::{
    domain::{Domain, GeneralLiteral, Literal},
    error::{InvalidDomain, InvalidLocalPart, InvalidMailbox, InvalidPath},
    local::LocalPart,
    mailbox::Mailbox,
    party::{Recipient, Sender},
    path::{ForwardPath, ReversePath, SourceRoute},
};

// For the files of this folder, which know each other only through this one.
use self::{
    domain::read_name,
    error::{Fault, LiteralFault},
    mailbox::POSTMASTER,
    scan::{Scan, printed},
};
