//! Tables: which rule decides about a host, a sender or a recipient.

#[path = "../util/mod.rs"]
mod util;

mod actions;
mod expressions;
mod files;
mod hosts;
mod mailboxes;
