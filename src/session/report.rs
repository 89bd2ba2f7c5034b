//! What only the host learns of a connection.

/// What a host saw for itself, and tells the policies.
///
/// ```
/// use mailward::client::ClientIp;
/// use mailward::session::{Report, Session};
///
/// let mut session = Session::connect("203.0.113.9".parse::<ClientIp>()?);
/// session.report(Report::UnknownUser);
/// session.reset(); // a transaction may end, what was seen stays
/// session.report(Report::UnknownUser);
/// assert_eq!(session.reported(Report::UnknownUser), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Report {
    /// A message was taken, after its last octet.
    Accepted,
    /// The client failed to prove who it is (RFC 4954 section 6).
    AuthFailed,
    /// The client spoke before it was its turn: before the greeting, or without PIPELINING before a reply.
    EarlyTalker,
    /// A message was refused, after its last octet.
    Refused,
    /// A recipient that no check objected to is nobody here.
    UnknownUser,
}

/// How often each was told.
#[derive(Debug, Default)]
pub(super) struct Reports {
    accepted: u32,
    auth_failed: u32,
    early_talker: u32,
    refused: u32,
    unknown_user: u32,
}

impl Reports {
    pub(super) const fn add(&mut self, report: Report) {
        let count = match report {
            Report::Accepted => &mut self.accepted,
            Report::AuthFailed => &mut self.auth_failed,
            Report::EarlyTalker => &mut self.early_talker,
            Report::Refused => &mut self.refused,
            Report::UnknownUser => &mut self.unknown_user,
        };
        *count = count.saturating_add(1);
    }

    pub(super) const fn count(&self, report: Report) -> u32 {
        match report {
            Report::Accepted => self.accepted,
            Report::AuthFailed => self.auth_failed,
            Report::EarlyTalker => self.early_talker,
            Report::Refused => self.refused,
            Report::UnknownUser => self.unknown_user,
        }
    }
}
