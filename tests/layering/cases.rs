//! Sources that must be objected to, and sources that must not.

/// Lines of the form `module | source | what is found`; `/n` ends a line of the source.
pub(crate) fn cases(text: &'static str) -> Vec<(&'static str, String, &'static str)> {
    let lines = text.lines().filter(|line| !line.is_empty());
    let cases = lines.map(
        |line| match line.split(" | ").collect::<Vec<_>>().as_slice() {
            [module, source] => (module.trim(), source.replace("/n", "\n"), ""),
            [module, source, expected] => (module.trim(), source.replace("/n", "\n"), *expected),
            _ => panic!("not a case: {line}"),
        },
    );
    cases.collect()
}

pub(crate) const MODULES: &str =
    "name client address reply wire wire::smtp wire::smtp::verb wire::smtp::argument wire::proxy wire::milter step clock dns dns::memory fcrdns
    rbl rbl::zone rbl::health helo relay verdict policy policies policies::relay guard";

pub(crate) const BREACHES: &str = r#"
step | use crate::policy::Policy; | src/step.rs:1: crate::policy::Policy: step (storey 1) may not use policy (storey 6)
step | /nuse super::policy; | src/step.rs:2: super::policy: step (storey 1) may not use policy (storey 6)
step | use crate::{name::Name,/n policy::{self as p, Chain}}; | src/step.rs:2: crate::policy::Chain: step
step | use crate::{name::Name,/n policy::{self as p, Chain}}; | src/step.rs:2: crate::policy::self: step
step | fn f() { let _ = crate::policy::Chain::new(); } | crate::policy::Chain::new: step
step | fn f(_: Vec<crate::policy::Chain>) {} | crate::policy::Chain: step
step | impl From<u8> for super::policy::Chain {} | super::policy::Chain: step
step | fn f() { <u8 as crate::policy::Policy>::check(); } | crate::policy::Policy::check: step
step | mod inner { use super::super::policy; } | super::super::policy: step
step | fn f() {/n matches!(x, Some(crate::policy::Chain)) } | src/step.rs:2: crate::policy::Chain: step
step | macro_rules! m { () => { $crate::policy::chain() } } | crate::policy::chain: step
step | macro_rules! m { () => { use crate::{name::Name, policy::Chain}; } } | crate::policy::Chain: step
step | #[error("{}", crate::policy::text())] struct E; | crate::policy::text: step
step | use crate::policy as p; fn f() { p::chain(); } | src/step.rs:1: p::chain: step
step | fn f() { p::chain(); } use crate::policy as p; | src/step.rs:1: p::chain: step
step | use crate::Policy; | crate::Policy: step may not use the crate root
step | use crate as root; fn f() { root::policy::chain(); } | root::policy::chain: step
step | use super::*; | super::*: step may not use the crate root
step | extern crate self as mailward; | crate: step may not use the crate root
step | use crate::dns::Dns; | step (storey 1) may not use dns (storey 1)
name | use crate::client::ClientIp; | name (storey 0) may not use client (storey 0)
wire::smtp | use super::proxy::X; | src/wire/smtp/mod.rs:1: super::proxy::X: wire::smtp
helo | use crate::relay::Side; | helo (storey 3) may not use relay (storey 3)
rbl::zone | use super::health::X; | src/rbl/zone.rs:1: super::health::X: rbl::zone
rbl::zone | use super::super::verdict; | rbl::zone (storey 2) may not use verdict (storey 3)
fcrdns | use crate::rbl; fn f() { rbl::zone::ask(); } | src/fcrdns.rs:1: rbl::zone::ask: fcrdns
fcrdns | use crate::rbl::*; fn f() { zone::ask(); } | src/fcrdns.rs:1: zone::ask: fcrdns
dns | use crate::guard::*; | src/dns/mod.rs:1: crate::guard::*: dns
wire::smtp::verb | use super::argument::X; | wire::smtp::verb (storey 0) may not use wire::smtp::argument (storey 0)
wire::milter | use super::smtp; | wire::milter (no storey) may not use wire::smtp (storey 0)
stranger | use crate::name::Name; | stranger (no storey) may not use name (storey 0)
"#;

pub(crate) const LEGAL: &str = r#"
 | pub mod policy; pub use policy::Chain; pub use crate::guard::Guard;
step | use std::task::Poll; use crate::name::Name; use self::inner::X; mod inner {}
step | fn f(&self) { self.poll(); Self::new(); core::policy::x(); policy(); }
step | /// See [`crate::policy::Policy`]./npub(in crate::policy) fn f() {}
dns | use crate::{clock::Clock, step::Step}; mod memory; pub use memory::MemoryDns;
dns::memory | use super::Dns; use crate::dns::Answer; use crate::clock;
wire::smtp::verb | use super::{super::X, Y}; use crate::{wire::smtp, name::Name};
wire::smtp | use crate::{address::Mailbox, client::ClientIp, name::Name, reply::ReplyCode};
policy | mod tests { use super::*; } use crate::wire; fn f() { wire::smtp::parse(); }
guard | fn f() { vec![crate::name::Name, super::policies::relay::X]; }
"#;
