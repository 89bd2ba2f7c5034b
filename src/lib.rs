//! SMTP anti-spam policy primitives.
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
pub mod dns;
pub mod fcrdns;
pub mod guard;
pub mod helo;
pub mod mailroute;
pub mod name;
pub mod policies;
pub mod policy;
pub mod rbl;
pub mod relay;
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
