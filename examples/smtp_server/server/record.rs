//! One line of the log: what was answered, and which rule decided.

use std::fmt;
use std::sync::Arc;

use mailward::client::{Client, Via};
use mailward::guard::Outcome;
use mailward::reply::{EnhancedCode, Reply, ReplyCode};
use mailward::verdict::{Refusal, Rule};

/// Who is told of each outcome.
pub(crate) type Journal = Arc<dyn Fn(&Record) + Send + Sync>;

/// One outcome: the guard's, or the server's own.
///
/// `code` and `enhanced` are what the client heard; `refusal` is what the guard meant, which a secure wording does
/// not tell. All of it is typed, so no octet of the peer reaches the log.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// Who was answered.
    pub(crate) client: Client,
    /// What it asked: a verb, `CONNECT`, or `MESSAGE` for the end of one.
    pub(crate) verb: &'static str,
    pub(crate) code: ReplyCode,
    pub(crate) enhanced: Option<EnhancedCode>,
    /// The rule that decided, if one did.
    pub(crate) rule: Option<Rule>,
    pub(crate) refusal: Option<Refusal>,
    /// Why, where it was the server itself that answered.
    pub(crate) reason: Option<&'static str>,
    /// What the message is called, once it is kept.
    pub(crate) id: Option<String>,
}

impl Record {
    /// An answer of the guard.
    pub(crate) fn of(client: Client, verb: &'static str, outcome: &Outcome) -> Self {
        Self {
            rule: outcome.rule.clone(),
            refusal: outcome.verdict.refusal().cloned(),
            ..Self::own(client, verb, &outcome.reply, None)
        }
    }

    /// An answer of the server itself.
    pub(crate) fn own(
        client: Client,
        verb: &'static str,
        reply: &Reply,
        reason: Option<&'static str>,
    ) -> Self {
        let (code, enhanced) = (reply.code(), reply.enhanced());
        Self {
            client,
            verb,
            code,
            enhanced,
            rule: None,
            refusal: None,
            reason,
            id: None,
        }
    }

    /// What the client heard: `550 5.7.1`.
    pub(crate) fn codes(&self) -> String {
        codes(self.code, self.enhanced)
    }

    /// The codes of a refusal of which the client heard others.
    fn meant(&self) -> Option<String> {
        let refusal = self.refusal.as_ref()?;
        let differs = refusal.code() != self.code
            || self
                .enhanced
                .is_some_and(|heard| Some(heard) != refusal.enhanced());
        differs.then(|| codes(refusal.code(), refusal.enhanced()))
    }

    /// Why: the key of the refusal's event, or the server's own word.
    pub(crate) fn reason(&self) -> Option<&str> {
        self.refusal
            .as_ref()
            .map(|refusal| refusal.reason().key())
            .or(self.reason)
    }
}

/// `client=203.0.113.9 port=51000 verb=RCPT reply="554 5.7.0" rule=reverse-name reason=unverified-client meant="550 5.7.25"`
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "client={}", self.client.ip())?;
        if let Some(port) = self.client.port() {
            write!(f, " port={port}")?;
        }
        if let Via::Proxy(proxy) = self.client.via() {
            write!(f, " proxy={proxy}")?;
        }
        write!(f, " verb={} reply=\"{}\"", self.verb, self.codes())?;
        if let Some(rule) = &self.rule {
            write!(f, " rule={rule}")?;
        }
        if let Some(reason) = self.reason() {
            write!(f, " reason={reason}")?;
        }
        if let Some(meant) = self.meant() {
            write!(f, " meant=\"{meant}\"")?;
        }
        if let Some(id) = &self.id {
            write!(f, " id={id}")?;
        }
        Ok(())
    }
}

fn codes(code: ReplyCode, enhanced: Option<EnhancedCode>) -> String {
    match enhanced {
        Some(enhanced) => format!("{code} {enhanced}"),
        None => code.to_string(),
    }
}
