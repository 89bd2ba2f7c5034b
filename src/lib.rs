#![doc = include_str!("../README.md")]
//!
//! # Where to find what
//!
//! A module imports only from storeys below its own, so each can be used without those above it.
//!
//! | storey | modules | what they hold |
//! | --- | --- | --- |
//! | 11 | `replay` (feature) | recorded sessions in, outcomes out |
//! | 9 | `config`, `lint` (feature `config`) | a policy file to a guard, and what it may not have meant |
//! | 8 | [`guard`] | the front door: one call for each SMTP command, async or blocking |
//! | 7 | [`policies`] | the checks that come with the crate |
//! | 6 | [`policy`], [`wording`] | the trait of a check, chains and combinators; the texts of replies |
//! | 5 | [`session`] | the facts of one connection, and the evidence gathered on them |
//! | 4 | [`trace`] | what was asked and found, and which rule decided |
//! | 3 | [`helo`], [`relay`], [`table`], [`verdict`] | rules without a question: plain values in, one enum out |
//! | 2 | [`fcrdns`], [`rbl`], [`mailroute`] | evidence from the name system |
//! | 1 | [`step`], [`clock`], [`dns`] | answers that are ready or on their way; the doors to the world |
//! | 0 | [`diagnostic`], [`name`](mod@name), [`client`], [`address`], [`reply`], [`wire`] | the vocabulary, and pure text |
//!
//! At the root stands what two people write again and again: who hosts a guard ([`Guard`], [`Shared`], [`Perimeter`],
//! [`Dialogue`], [`Outcome`], [`Security`]), and who writes a check ([`Policy`], [`PolicyExt`], [`Inquiry`],
//! [`Decision`], [`Judgement`], [`Verdict`], [`Refusal`], [`Reason`], [`Stage`]). All else is named with its module.

#![forbid(unsafe_code)]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::todo,
    clippy::unimplemented,
    clippy::unreachable,
    clippy::unwrap_used
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod excerpt;
mod nearest;

pub mod address;
pub mod client;
pub mod clock;
#[cfg(feature = "config")]
#[cfg_attr(docsrs, doc(cfg(feature = "config")))]
pub mod config;
pub mod diagnostic;
pub mod dns;
pub mod fcrdns;
pub mod guard;
pub mod helo;
#[cfg(feature = "config")]
#[cfg_attr(docsrs, doc(cfg(feature = "config")))]
pub mod lint;
pub mod mailroute;
pub mod name;
pub mod policies;
pub mod policy;
pub mod rbl;
pub mod relay;
#[cfg(feature = "replay")]
#[cfg_attr(docsrs, doc(cfg(feature = "replay")))]
pub mod replay;
pub mod reply;
pub mod session;
pub mod step;
pub mod table;
pub mod trace;
pub mod verdict;
pub mod wire;
pub mod wording;

/// The skeleton of a policy in CONTRIBUTING.md compiles.
#[cfg(doctest)]
#[doc = include_str!("../CONTRIBUTING.md")]
struct Contributing;

#[doc(inline)]
pub use guard::{Dialogue, Guard, Outcome, Shared};
#[doc(inline)]
pub use policy::{Decision, Inquiry, Policy, PolicyExt};
#[doc(inline)]
pub use relay::Perimeter;
#[doc(inline)]
pub use verdict::{Judgement, Reason, Refusal, Stage, Verdict};
#[doc(inline)]
pub use wording::Security;
