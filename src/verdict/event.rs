//! The kinds of refusal: their key in files, what they are about, and their usual codes.

use std::fmt;
use std::str::FromStr;

use crate::reply::{Detail, ReplyCode};

/// What a refusal is about. It says which line is spoken in secure mode.
///
/// ```
/// use mailward::verdict::{Event, Subject};
///
/// let about_the_client = Event::ALL.iter().filter(|event| event.subject() == Subject::Client);
/// assert!(about_the_client.map(|event| event.key()).any(|key| key == "listed-client"));
/// assert_eq!(Event::RelayDenied.subject(), Subject::Recipient);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: the parties of an SMTP dialogue, and the dialogue itself"
)]
pub enum Subject {
    /// The connecting host.
    Client,
    /// What it called itself.
    Greeting,
    /// The reverse-path.
    Sender,
    /// One forward-path.
    Recipient,
    /// A command's syntax, sequence or availability.
    Command,
}

/// Defines the events from rows `Variant "key" Subject permanent-code permanent-detail temporary-code temporary-detail usual-class`.
macro_rules! events {
    ($(
        $(#[$doc:meta])*
        $event:ident $key:literal $subject:ident
        $permanent:ident $permanent_detail:ident, $temporary:ident $temporary_detail:ident, $usual:ident;
    )+) => {
        /// A kind of refusal. Its key is the word for it in files, traces and counters.
        ///
        /// ```
        /// use mailward::verdict::Event;
        ///
        /// assert_eq!(Event::ListedClient.key(), "listed-client");
        /// assert_eq!("listed-client".parse(), Ok(Event::ListedClient));
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Event {
            $($(#[$doc])* $event,)+
        }

        impl Event {
            /// All events, in the order of the dialogue.
            pub const ALL: &'static [Self] = &[$(Self::$event),+];

            /// The word for it in files, traces and counters.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$event => $key,)+ }
            }

            /// What it is about.
            #[must_use]
            pub const fn subject(self) -> Subject {
                match self { $(Self::$event => Subject::$subject,)+ }
            }

            pub(super) const fn permanent(self) -> (ReplyCode, Detail) {
                match self { $(Self::$event => (ReplyCode::$permanent, Detail::$permanent_detail),)+ }
            }

            pub(super) const fn temporary(self) -> (ReplyCode, Detail) {
                match self { $(Self::$event => (ReplyCode::$temporary, Detail::$temporary_detail),)+ }
            }

            pub(super) const fn usual(self) -> Usual {
                match self { $(Self::$event => Usual::$usual,)+ }
            }
        }
    };
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Usual {
    Permanent,
    Temporary,
}

// RFC 5321 sections 3.6 and 4.2, RFC 7372 (7.25), RFC 7505 (7.27), RFC 3463 for the rest.
events! {
    /// The host table refuses the client.
    BadClient "bad-client" Client TRANSACTION_FAILED POLICY, MAILBOX_BUSY POLICY, Permanent;
    /// No reverse name, or none that leads back to the address.
    UnverifiedClient "unverified-client" Client MAILBOX_UNAVAILABLE REVERSE_DNS_FAILED, MAILBOX_BUSY REVERSE_DNS_FAILED, Permanent;
    /// A block list lists the client.
    ListedClient "listed-client" Client TRANSACTION_FAILED POLICY, MAILBOX_BUSY POLICY, Permanent;
    /// The greeting is neither a name nor an address literal.
    MalformedGreeting "malformed-greeting" Greeting ARGUMENT_SYNTAX_ERROR INVALID_ARGUMENTS, MAILBOX_BUSY SECURITY, Permanent;
    /// There was no greeting.
    MissingGreeting "missing-greeting" Greeting BAD_SEQUENCE INVALID_COMMAND, MAILBOX_BUSY SECURITY, Permanent;
    /// The greeting is a name of one label.
    UnqualifiedGreeting "unqualified-greeting" Greeting PARAMETER_NOT_IMPLEMENTED SYNTAX, MAILBOX_BUSY SECURITY, Permanent;
    /// The greeting is an address without its brackets.
    BareAddressGreeting "bare-address-greeting" Greeting MAILBOX_UNAVAILABLE POLICY, MAILBOX_BUSY POLICY, Permanent;
    /// The greeting claims to be us, or is an address literal that is not the client's.
    ForgedGreeting "forged-greeting" Greeting MAILBOX_UNAVAILABLE POLICY, MAILBOX_BUSY POLICY, Permanent;
    /// The greeting's name has no address and no mail exchanger.
    UnresolvableGreeting "unresolvable-greeting" Greeting MAILBOX_UNAVAILABLE POLICY, MAILBOX_BUSY POLICY, Temporary;
    /// The greeting's name has other addresses than the client.
    MismatchedGreeting "mismatched-greeting" Greeting MAILBOX_UNAVAILABLE POLICY, MAILBOX_BUSY SECURITY, Permanent;
    /// The sender table refuses the sender.
    BadSender "bad-sender" Sender MAILBOX_UNAVAILABLE POLICY, MAILBOX_BUSY POLICY, Permanent;
    /// The host table takes no mail of that sender from the client.
    ExcludedSender "excluded-sender" Sender MAILBOX_UNAVAILABLE POLICY, MAILBOX_BUSY POLICY, Permanent;
    /// The sender has no domain, or one of a single label.
    UnqualifiedSender "unqualified-sender" Sender MAILBOX_UNAVAILABLE SENDER_SYNTAX, MAILBOX_BUSY SENDER_SYNTAX, Permanent;
    /// The sender's domain takes no mail because it does not exist or names no host.
    UnresolvableSender "unresolvable-sender" Sender MAILBOX_UNAVAILABLE SENDER_SYSTEM, MAILBOX_BUSY SENDER_SYSTEM, Temporary;
    /// The sender's domain says that it takes no mail.
    NullMxSender "null-mx-sender" Sender MAILBOX_UNAVAILABLE NULL_MX_SENDER, MAILBOX_BUSY NULL_MX_SENDER, Permanent;
    /// An outside client asks to reach an outside recipient.
    RelayDenied "relay-denied" Recipient MAILBOX_UNAVAILABLE POLICY, LOCAL_ERROR POLICY, Permanent;
    /// An outside client gives a recipient that routes on through us.
    RoutedRecipient "routed-recipient" Recipient MAILBOX_UNAVAILABLE POLICY, LOCAL_ERROR POLICY, Permanent;
    /// The recipient table refuses the recipient.
    BadRecipient "bad-recipient" Recipient MAILBOX_UNAVAILABLE POLICY, MAILBOX_BUSY POLICY, Permanent;
    /// The command is switched off.
    CommandDisabled "command-disabled" Command COMMAND_NOT_IMPLEMENTED INVALID_COMMAND, LOCAL_ERROR INVALID_COMMAND, Permanent;
    /// The command line is malformed.
    BadSyntax "bad-syntax" Command ARGUMENT_SYNTAX_ERROR SYNTAX, LOCAL_ERROR SYNTAX, Permanent;
    /// The command does not belong here.
    BadSequence "bad-sequence" Command BAD_SEQUENCE INVALID_COMMAND, LOCAL_ERROR INVALID_COMMAND, Permanent;
    /// The name system did not answer. Always temporary.
    DnsTrouble "dns-trouble" Command LOCAL_ERROR DIRECTORY_FAILURE, LOCAL_ERROR DIRECTORY_FAILURE, Temporary;
    /// A policy broke down or was overdue. Always temporary.
    PolicyTrouble "policy-trouble" Command LOCAL_ERROR OTHER_SYSTEM, LOCAL_ERROR OTHER_SYSTEM, Temporary;
    /// A refusal of the host's own making.
    Custom "custom" Client MAILBOX_UNAVAILABLE POLICY, MAILBOX_BUSY POLICY, Permanent;
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// No event has this key.
///
/// ```
/// use mailward::verdict::Event;
///
/// assert_eq!("greylisted-client".parse::<Event>().unwrap_err().to_string(), "unknown event");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown event")]
pub struct UnknownEvent(());

impl FromStr for Event {
    type Err = UnknownEvent;

    fn from_str(key: &str) -> Result<Self, UnknownEvent> {
        Self::ALL
            .iter()
            .copied()
            .find(|event| event.key() == key)
            .ok_or(UnknownEvent(()))
    }
}
