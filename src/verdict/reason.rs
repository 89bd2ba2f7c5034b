//! Why something was refused, with the evidence.

use std::borrow::Cow;
use std::fmt;

use super::{Event, Subject};
use crate::dns::DnsError;
use crate::fcrdns::Fcrdns;
use crate::mailroute::MailRoute;
use crate::rbl::Hit;
use crate::reply::ReplyText;

/// Why something was refused. The evidence goes to the trace, and to the peer only in friendly wording.
///
/// ```
/// use mailward::verdict::{Event, Reason, Subject};
///
/// assert_eq!(Reason::RelayDenied.event(), Event::RelayDenied);
/// assert_eq!(Reason::custom("no-mail-on-sundays", Subject::Client).key(), "no-mail-on-sundays");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// The host table refuses the client; the rule's own text, if it has one.
    BadClient(Option<ReplyText>),
    /// The client's reverse name is missing or not confirmed.
    UnverifiedClient(Fcrdns),
    /// A block list lists the client: the first one that does, in configuration order.
    ListedClient(Hit),
    /// The greeting is neither a name nor an address literal.
    MalformedGreeting,
    /// There was no greeting.
    MissingGreeting,
    /// The greeting is a name of one label.
    UnqualifiedGreeting,
    /// The greeting is an address without its brackets.
    BareAddressGreeting,
    /// The greeting claims to be us, or is an address literal that is not the client's.
    ForgedGreeting,
    /// The greeting's name has no address and no mail exchanger.
    UnresolvableGreeting,
    /// The greeting's name has other addresses than the client.
    MismatchedGreeting,
    /// The sender table refuses the sender; the rule's own text, if it has one.
    BadSender(Option<ReplyText>),
    /// The host table takes no mail of that sender from the client.
    ExcludedSender,
    /// The sender has no domain, or one of a single label.
    UnqualifiedSender,
    /// Where mail to the sender's domain would go: nowhere.
    UnresolvableSender(MailRoute),
    /// The sender's domain says that it takes no mail.
    NullMxSender,
    /// An outside client asks to reach an outside recipient.
    RelayDenied,
    /// An outside client gives a recipient that routes on through us.
    RoutedRecipient,
    /// The recipient table refuses the recipient; the rule's own text, if it has one.
    BadRecipient(Option<ReplyText>),
    /// The command is switched off.
    CommandDisabled,
    /// The command line is malformed; what a client may be told about it.
    BadSyntax(ReplyText),
    /// The command does not belong here; what a client may be told about it.
    BadSequence(ReplyText),
    /// The name system did not answer a question about this subject.
    DnsTrouble(Subject, DnsError),
    /// A policy broke down or was overdue.
    PolicyTrouble,
    /// A reason of the host's own.
    Custom(Custom),
}

/// A reason of the host's own: its word in traces and counters, what it is about, and what a friendly server says.
///
/// ```
/// use mailward::reply::ReplyText;
/// use mailward::verdict::{Custom, Reason, Refusal, Subject};
///
/// const FULL: ReplyText = ReplyText::from_static("That mailbox is full.");
/// let reason = Reason::Custom(Custom::new("mailbox-full", Subject::Recipient).saying(FULL));
/// assert_eq!(Refusal::temporary(reason).to_string(), "450 4.7.1 mailbox-full");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Custom {
    key: Cow<'static, str>,
    subject: Subject,
    text: Option<ReplyText>,
}

impl Custom {
    /// A reason with this word, about this party. The subject decides which secure line the client hears.
    pub fn new(key: impl Into<Cow<'static, str>>, subject: Subject) -> Self {
        Self {
            key: key.into(),
            subject,
            text: None,
        }
    }

    /// The same reason with a text for the client, spoken as the texts of tables are.
    #[must_use]
    pub fn saying(self, text: ReplyText) -> Self {
        Self {
            text: Some(text),
            ..self
        }
    }
}

impl Reason {
    /// A reason of the host's own; see [`Custom`].
    pub fn custom(key: impl Into<Cow<'static, str>>, subject: Subject) -> Self {
        Self::Custom(Custom::new(key, subject))
    }

    /// True when the evidence is that something could not be found out: never a reason to refuse for good.
    #[must_use]
    pub const fn is_trouble(&self) -> bool {
        matches!(
            self,
            Self::DnsTrouble(..)
                | Self::PolicyTrouble
                | Self::UnverifiedClient(Fcrdns::Trouble(_))
                | Self::UnresolvableSender(MailRoute::Trouble(_))
        )
    }

    /// The kind of refusal.
    #[must_use]
    pub const fn event(&self) -> Event {
        match self {
            Self::BadClient(_) => Event::BadClient,
            Self::UnverifiedClient(_) => Event::UnverifiedClient,
            Self::ListedClient(_) => Event::ListedClient,
            Self::MalformedGreeting => Event::MalformedGreeting,
            Self::MissingGreeting => Event::MissingGreeting,
            Self::UnqualifiedGreeting => Event::UnqualifiedGreeting,
            Self::BareAddressGreeting => Event::BareAddressGreeting,
            Self::ForgedGreeting => Event::ForgedGreeting,
            Self::UnresolvableGreeting => Event::UnresolvableGreeting,
            Self::MismatchedGreeting => Event::MismatchedGreeting,
            Self::BadSender(_) => Event::BadSender,
            Self::ExcludedSender => Event::ExcludedSender,
            Self::UnqualifiedSender => Event::UnqualifiedSender,
            Self::UnresolvableSender(_) => Event::UnresolvableSender,
            Self::NullMxSender => Event::NullMxSender,
            Self::RelayDenied => Event::RelayDenied,
            Self::RoutedRecipient => Event::RoutedRecipient,
            Self::BadRecipient(_) => Event::BadRecipient,
            Self::CommandDisabled => Event::CommandDisabled,
            Self::BadSyntax(_) => Event::BadSyntax,
            Self::BadSequence(_) => Event::BadSequence,
            Self::DnsTrouble(..) => Event::DnsTrouble,
            Self::PolicyTrouble => Event::PolicyTrouble,
            Self::Custom(_) => Event::Custom,
        }
    }

    /// What it is about: that of its event, or what the name system was asked about.
    #[must_use]
    pub const fn subject(&self) -> Subject {
        match self {
            Self::DnsTrouble(subject, _) => *subject,
            Self::Custom(custom) => custom.subject,
            _ => self.event().subject(),
        }
    }

    /// The word for it in traces and counters: its event's key, or the host's own.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Custom(custom) => &custom.key,
            _ => self.event().key(),
        }
    }

    /// The text that a table's rule or the host's own reason came with.
    #[must_use]
    pub const fn rule_text(&self) -> Option<&ReplyText> {
        match self {
            Self::BadClient(text) | Self::BadSender(text) | Self::BadRecipient(text) => {
                text.as_ref()
            }
            _ => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}
