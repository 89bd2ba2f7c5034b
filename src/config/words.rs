//! The words of the file for values that are one of a few.

use super::{Effect, Everyone, Ground};
use crate::guard::{Firmness, Postmaster};
use crate::policies::{GreetingFault, OnTrouble, Require, Treatment};
use crate::policy::{RefusalClass, RefuseAt};
use crate::rbl::Families;
use crate::table::Subdomains;
use crate::verdict::Stage;
use crate::wording::{Security, TableTexts};

/// One of a list of words.
pub(super) trait Word: Copy + PartialEq + 'static {
    const WORDS: &'static [(&'static str, Self)];

    /// Its word.
    fn word(self) -> &'static str {
        let found = Self::WORDS.iter().find(|(_, meaning)| *meaning == self);
        found.map_or("", |(word, _)| word)
    }
}

macro_rules! words {
    ($($type:ident: $($word:literal $meaning:ident),+;)+) => {$(
        impl Word for $type {
            const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$meaning)),+];
        }
    )+};
}

words! {
    Security: "friendly" Friendly, "secure" Secure;
    RefuseAt: "recipient" Recipient, "earliest" Earliest;
    OnTrouble: "proceed" Proceed, "defer-if-permit" DeferIfPermit, "defer" Defer;
    Require: "forward-confirmed" ForwardConfirmed, "reverse-name" ReverseName;
    RefusalClass: "temporary" Temporary, "permanent" Permanent;
    Stage: "connect" Connect, "greeting" Greeting, "mail" Mail, "recipient" Recipient, "data" Data;
    Ground: "internal" Internal, "authenticated" Authenticated, "postmaster" Postmaster;
    Families: "v4" V4, "v6" V6, "both" Both;
    Treatment: "accept" Accept, "refuse" Refuse, "defer" Defer;
    Subdomains: "explicit" Explicit, "implied" Implied;
    GreetingFault:
        "malformed" Malformed, "missing" Missing, "not-qualified" NotQualified, "bare-address" BareAddress,
        "wrong-literal" WrongLiteral, "claims-to-be-us" ClaimsToBeUs, "unresolvable" Unresolvable, "mismatch" Mismatch;
    // Those that the file spells true or false.
    Effect: "false" Act, "true" DryRun;
    Everyone: "false" Forbidden, "true" Meant;
    Firmness: "false" Firm, "true" Soft;
    Postmaster: "false" Judged, "true" Exempt;
    TableTexts: "false" FriendlyOnly, "true" Always;
}
