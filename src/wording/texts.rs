//! The default texts.

use crate::fcrdns::Fcrdns;
use crate::reply::ReplyText;
use crate::verdict::{Event, Reason};

/// The friendly text of a reason, with what helps the peer's postmaster. Seven of them are those of TCP/IP Services
/// for OpenVMS.
pub(super) fn friendly(reason: &Reason) -> ReplyText {
    match reason {
        Reason::ListedClient(hit) => {
            let text = hit
                .text()
                .map(|text| format!(": {text}"))
                .unwrap_or_default();
            ReplyText::sanitize(&format!(
                "{} ({}{text})",
                plain(Event::ListedClient),
                hit.label()
            ))
        }
        Reason::UnverifiedClient(Fcrdns::Mismatch(_)) => NOT_CONFIRMED,
        Reason::BadSyntax(text) | Reason::BadSequence(text) => text.clone(),
        _ => plain(reason.event()),
    }
}

const fn plain(event: Event) -> ReplyText {
    ReplyText::from_static(match event {
        Event::BadClient => "Your IP address or subnet is in my list of bad ones.",
        Event::UnverifiedClient => "I can't backtranslate your IP address to a host name.",
        Event::ListedClient => "Your IP address is in my RBL list.",
        Event::MalformedGreeting => "Your greeting is neither a host name nor an address literal.",
        Event::MissingGreeting => "Send HELO or EHLO first.",
        Event::UnqualifiedGreeting => "Your greeting is not a fully-qualified host name.",
        Event::BareAddressGreeting => "Your greeting is an address without brackets.",
        Event::ForgedGreeting => "Your greeting claims to be somebody else.",
        Event::UnresolvableGreeting => "The host name of your greeting has no address.",
        Event::MismatchedGreeting => {
            "The host name of your greeting is not that of your IP address."
        }
        Event::BadSender => "That sender address is in my list of bad ones.",
        Event::ExcludedSender => "I take no mail of that sender address from your host.",
        Event::UnqualifiedSender => "That sender address is unqualified.",
        Event::UnresolvableSender => {
            "That sender address is unresolvable into a host name or MX domain."
        }
        Event::NullMxSender => "The domain of that sender address takes no mail.",
        Event::RelayDenied => "Both you and the recipient are unknown to me. I will not relay.",
        Event::RoutedRecipient => "That recipient address routes on to another. I will not relay.",
        Event::BadRecipient => "That recipient address takes no mail from you.",
        Event::CommandDisabled => "This command is switched off here.",
        Event::BadSyntax => "Syntax error.",
        Event::BadSequence => "Bad sequence of commands.",
        Event::DnsTrouble => "The name system does not answer. Try again later.",
        Event::PolicyTrouble => "I cannot decide on this now. Try again later.",
        _ => "Refused by local policy.",
    })
}

pub(super) const SECURE_PEER: ReplyText = ReplyText::from_static("Closing transmission channel.");
pub(super) const SECURE_RELAY: ReplyText =
    ReplyText::from_static("User not local, Relay disabled.");
pub(super) const SECURE_RECIPIENT: ReplyText = ReplyText::from_static("Recipient refused.");
pub(super) const SECURE_LATER: ReplyText = ReplyText::from_static("Try again later.");

pub(super) const SENDER_OK: ReplyText = ReplyText::from_static("Sender ok.");
pub(super) const RECIPIENT_OK: ReplyText = ReplyText::from_static("Recipient ok.");
pub(super) const START_INPUT: ReplyText = ReplyText::from_static("End data with <CR><LF>.<CR><LF>");
pub(super) const DONE: ReplyText = ReplyText::from_static("Ok.");
pub(super) const BYE: ReplyText = ReplyText::from_static("Closing transmission channel.");
pub(super) const CANNOT_VERIFY: ReplyText = ReplyText::from_static(
    "Cannot verify the user, but will take a message and try to deliver it.",
);

const NOT_CONFIRMED: ReplyText = ReplyText::from_static(
    "I can't backtranslate your IP address to a host name: your host name does not lead back to it.",
);
