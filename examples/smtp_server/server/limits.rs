//! What one peer, and all peers together, may use.

use std::time::Duration;

/// Bounds against peers that are greedy, slow or broken. The defaults suit a small site.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Connections at a time.
    pub(crate) connections: usize,
    /// Command lines between two messages.
    pub(crate) commands: usize,
    /// Command lines on one connection that are malformed or out of place.
    pub(crate) bad_commands: usize,
    /// Failed logins on one connection.
    pub(crate) failed_logins: usize,
    /// Accepted recipients of one message: at least 100 (RFC 5321 section 4.5.3.1.8).
    pub(crate) recipients: usize,
    /// Octets of one message, line ends counted as two.
    pub(crate) message: u64,
    /// The time in which a peer must do something: 5 minutes (RFC 5321 section 4.5.3.2.7).
    pub(crate) idle: Duration,
    /// The time in which a proxy must say for whom it speaks.
    pub(crate) proxy: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 100,
            commands: 1000,
            bad_commands: 20,
            failed_logins: 5,
            recipients: 100,
            message: 10 * 1024 * 1024,
            idle: Duration::from_secs(300),
            proxy: Duration::from_secs(5),
        }
    }
}
