//! Relay control.

use crate::dns::DnsError;
use crate::policy::{Connection, Decision, Inquiry, Policy};
use crate::relay::{Backup, Destination, Side, permits};
use crate::trace::Note;
use crate::verdict::{Judgement, Reason, Refusal, Subject};

/// Refuses to carry mail from outside to outside (RFC 2505 item 1).
///
/// A [`Guard`](crate::guard::Guard) has it built in, outside its row. The client's name and the recipient's exchangers
/// are asked for only where they could matter; trouble there is a 451, never a permission.
///
/// ```
/// use mailward::policies::RelayControl;
/// use mailward::policy::Policy;
///
/// assert_eq!(RelayControl::new().kind(), "relay-control");
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct RelayControl(());

impl RelayControl {
    /// Relay control by the perimeter of the inquiry.
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

impl Policy for RelayControl {
    fn check<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        let Some(recipient) = inquiry.session.recipient() else {
            return Decision::ready(Judgement::PROCEED);
        };
        let destination = inquiry.perimeter.destination(recipient);
        if permits(Side::External, destination.side()) {
            return Decision::ready(Judgement::PROCEED);
        }
        inquiry.connection().and_then(move |connection| {
            let judgement = judge(connection, destination, inquiry);
            match inquiry.perimeter.backup_candidate(recipient) {
                Some(domain) if judgement.verdict().is_decisive() => {
                    let backup = inquiry.perimeter.backup_for(domain, inquiry.dns);
                    backup.map(|backup| unless_backup(backup, judgement))
                }
                _ => Decision::ready(judgement),
            }
        })
    }

    fn kind(&self) -> &'static str {
        "relay-control"
    }
}

fn judge(connection: Connection, destination: Destination, inquiry: &Inquiry<'_>) -> Judgement {
    match connection {
        Connection::Of(side) => {
            inquiry.recorder.evidence(|| Note::Relay {
                connection: side,
                destination,
            });
            match permits(side, destination.side()) {
                true => Judgement::PROCEED,
                false => Refusal::new(denial(destination)).into(),
            }
        }
        Connection::Trouble(error) => trouble(error),
    }
}

/// Mail for a domain whose better exchangers the operator named may come from anybody.
fn unless_backup(backup: Backup, otherwise: Judgement) -> Judgement {
    match backup {
        Backup::Yes => Judgement::PROCEED,
        Backup::No => otherwise,
        Backup::Trouble(error) => trouble(error),
    }
}

const fn denial(destination: Destination) -> Reason {
    match destination {
        Destination::Routed => Reason::RoutedRecipient,
        Destination::Local | Destination::RelayTo | Destination::Elsewhere => Reason::RelayDenied,
    }
}

fn trouble(error: DnsError) -> Judgement {
    Refusal::dns_trouble(Subject::Recipient, error).into()
}
