//! What is known of a client when the rules are asked that stand in file order, and what one of them asks next.

use std::sync::Arc;

use super::{HostPattern, Rule, Subdomains, covers};
use crate::client::ClientIp;
use crate::dns::{DnsError, PtrTarget};
use crate::fcrdns::VerifiedName;
use crate::name::{Name, NamePattern};

/// Whether a rule is about a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    No,
    /// The name system did not say.
    Maybe,
    Yes,
}

/// What a rule must know before it can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question<'t> {
    /// Whether the client is a mail exchanger of this domain.
    Exchanger(&'t Name),
    /// The client's confirmed names.
    Names,
    /// All its reverse names.
    Reverse,
}

/// The client's confirmed names, and the trouble that may have kept others from being confirmed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known<'n> {
    pub(crate) names: &'n [VerifiedName],
    pub(crate) trouble: Option<DnsError>,
}

/// What is known of a client; what is not, is asked for.
#[derive(Clone, Debug)]
pub(crate) struct HostFacts<'n> {
    pub(crate) client: ClientIp,
    pub(crate) names: Option<Known<'n>>,
    /// All reverse names, or that they are in trouble.
    pub(crate) reverse: Option<Result<Arc<[PtrTarget]>, DnsError>>,
    /// Whether the client is an exchanger of the domain last asked about.
    pub(crate) exchanger: Option<Found>,
}

impl<'n> HostFacts<'n> {
    /// The address alone is known.
    pub(crate) const fn of(client: ClientIp) -> Self {
        Self {
            client,
            names: None,
            reverse: None,
            exchanger: None,
        }
    }

    /// Whether a rule is about the client; or what it asks.
    pub(super) fn judge<'t>(
        &self,
        rule: &'t Rule<HostPattern>,
        subdomains: Subdomains,
    ) -> Result<Found, Question<'t>> {
        let mut found = Found::Yes;
        let patterns = || rule.conditions().iter().chain([&rule.pattern]);
        // What the address tells asks nobody, so it comes first.
        let cheap = patterns().filter(|pattern| is_of_address(pattern));
        for pattern in cheap.chain(patterns().filter(|pattern| !is_of_address(pattern))) {
            match self.compare(pattern, subdomains)? {
                Found::No => return Ok(Found::No),
                Found::Maybe => found = Found::Maybe,
                Found::Yes => {}
            }
        }
        Ok(found)
    }

    fn compare<'t>(
        &self,
        pattern: &'t HostPattern,
        subdomains: Subdomains,
    ) -> Result<Found, Question<'t>> {
        Ok(match pattern {
            HostPattern::Address(ip) => certain(*ip == self.client),
            HostPattern::Network(network) => certain(network.contains(self.client)),
            HostPattern::NotNetwork(network) => certain(!network.contains(self.client)),
            HostPattern::Name(name) => self.any_name(|own| covers(name, own, subdomains))?,
            HostPattern::Expression(expression) => {
                self.any_name(|own| expression.is_match(own.as_str()))?
            }
            HostPattern::NotExpression(expression) => {
                match self.any_name(|own| expression.is_match(own.as_str()))? {
                    Found::No => Found::Yes,
                    Found::Maybe => Found::Maybe,
                    Found::Yes => Found::No,
                }
            }
            HostPattern::Exchangers(domain) => self.exchanger.ok_or(Question::Exchanger(domain))?,
            HostPattern::Unverified(name) => self.unverified(name, subdomains)?,
        })
    }

    fn any_name<'t>(&self, is_meant: impl Fn(&Name) -> bool) -> Result<Found, Question<'t>> {
        let known = self.names.ok_or(Question::Names)?;
        let mut names = known.names.iter().map(VerifiedName::name);
        Ok(match names.any(is_meant) {
            true => Found::Yes,
            false if known.trouble.is_some() => Found::Maybe,
            false => Found::No,
        })
    }

    fn unverified<'t>(
        &self,
        pattern: &NamePattern,
        subdomains: Subdomains,
    ) -> Result<Found, Question<'t>> {
        let known = self.names.ok_or(Question::Names)?;
        let reverse = self.reverse.as_ref().ok_or(Question::Reverse)?;
        let confirmed = |name: &Name| known.names.iter().any(|own| own.name() == name);
        Ok(match reverse {
            Err(_) => Found::Maybe,
            Ok(targets) => {
                let mut names = targets.iter().filter_map(PtrTarget::name);
                match names.any(|name| covers(pattern, name, subdomains) && !confirmed(name)) {
                    // It may be confirmed after all.
                    true if known.trouble.is_some() => Found::Maybe,
                    found => certain(found),
                }
            }
        })
    }
}

const fn is_of_address(pattern: &HostPattern) -> bool {
    matches!(
        pattern,
        HostPattern::Address(_) | HostPattern::Network(_) | HostPattern::NotNetwork(_)
    )
}

const fn certain(found: bool) -> Found {
    if found { Found::Yes } else { Found::No }
}
