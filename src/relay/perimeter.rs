//! Who is inside.

use std::slice;

use super::{Destination, Known, Login, Side, within};
use crate::address::{Domain, Literal, Recipient};
use crate::client::{Client, ClientIp, Network, Via};
use crate::fcrdns::VerifiedName;
use crate::name::{Name, NamePattern, NameSet};

/// The border of our own site: whose mail we send, and for whom we take mail.
///
/// A new perimeter takes mail for its own host name and relays nothing. The same names in any order give the same
/// answers.
///
/// ```
/// use mailward::address::Recipient;
/// use mailward::name::Name;
/// use mailward::relay::{Destination, Perimeter};
///
/// let perimeter = Perimeter::new(Name::parse("mx.example.org")?)
///     .domain("example.org".parse()?)
///     .domain("*.example.org".parse()?)
///     .relay_to("partner.example".parse()?)
///     .literal("192.0.2.25".parse()?);
/// let at = |mailbox: &str| Ok::<_, Box<dyn std::error::Error>>(Recipient::Mailbox(mailbox.parse()?));
/// assert_eq!(perimeter.destination(&at("bob@sub.example.org")?), Destination::Local);
/// assert_eq!(perimeter.destination(&at("bob@[192.0.2.25]")?), Destination::Local);
/// assert_eq!(perimeter.destination(&at("bob@partner.example")?), Destination::RelayTo);
/// assert_eq!(perimeter.destination(&at("bob@badexample.org")?), Destination::Elsewhere);
/// assert_eq!(perimeter.destination(&at("bob%third.example@example.org")?), Destination::Routed);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Perimeter {
    hostname: Name,
    networks: Vec<Network>,
    names: NameSet,
    domains: NameSet,
    relay_to: NameSet,
    literals: Vec<ClientIp>,
    proxies: Vec<Network>,
    backup_networks: Vec<Network>,
}

impl Perimeter {
    /// The perimeter of a single host, which delivers for its own name and trusts nobody.
    #[must_use]
    pub fn new(hostname: Name) -> Self {
        Self {
            hostname,
            networks: Vec::new(),
            names: NameSet::new(),
            domains: NameSet::new(),
            relay_to: NameSet::new(),
            literals: Vec::new(),
            proxies: Vec::new(),
            backup_networks: Vec::new(),
        }
    }

    /// Clients of this network are internal.
    #[must_use]
    pub fn network(mut self, network: Network) -> Self {
        self.networks.push(network);
        self
    }

    /// Clients of this name are internal, when the name is forward-confirmed.
    #[must_use]
    pub fn name(mut self, name: NamePattern) -> Self {
        self.names.insert(name);
        self
    }

    /// We deliver for this domain.
    #[must_use]
    pub fn domain(mut self, domain: NamePattern) -> Self {
        self.domains.insert(domain);
        self
    }

    /// We take mail for this domain from anyone and send it on.
    #[must_use]
    pub fn relay_to(mut self, domain: NamePattern) -> Self {
        self.relay_to.insert(domain);
        self
    }

    /// Clients of every name are internal, when any name of theirs is forward-confirmed: who asks for that has a wall of
    /// another kind round the server.
    #[must_use]
    pub fn any_name(mut self) -> Self {
        self.names.insert_everything();
        self
    }

    /// We deliver for every domain, as a sink for tests does.
    #[must_use]
    pub fn any_domain(mut self) -> Self {
        self.domains.insert_everything();
        self
    }

    /// We send mail on to every domain, whoever it comes from: an open relay.
    #[must_use]
    pub fn relay_anywhere(mut self) -> Self {
        self.relay_to.insert_everything();
        self
    }

    /// An address of our own: `user@[192.0.2.25]` is local.
    #[must_use]
    pub fn literal(mut self, ip: ClientIp) -> Self {
        self.literals.push(ip);
        self
    }

    /// Proxies of this network speak the PROXY protocol for their clients.
    #[must_use]
    pub fn proxy(mut self, network: Network) -> Self {
        self.proxies.push(network);
        self
    }

    /// We are a backup exchanger for domains whose better exchangers all lie in networks given here; see
    /// [`backup_for`](Self::backup_for).
    #[must_use]
    pub fn backup_mx(mut self, network: Network) -> Self {
        self.backup_networks.push(network);
        self
    }

    /// Our host name.
    #[must_use]
    pub const fn hostname(&self) -> &Name {
        &self.hostname
    }

    /// The networks of internal clients, as given.
    #[must_use]
    pub fn networks(&self) -> &[Network] {
        &self.networks
    }

    /// The names of internal clients, in the order given.
    pub fn names(&self) -> slice::Iter<'_, NamePattern> {
        self.names.patterns()
    }

    /// The domains we deliver for, in the order given; [`hostname`](Self::hostname) is one of them without standing
    /// here.
    pub fn domains(&self) -> slice::Iter<'_, NamePattern> {
        self.domains.patterns()
    }

    /// The domains we take mail for and send it on, in the order given.
    pub fn relay_domains(&self) -> slice::Iter<'_, NamePattern> {
        self.relay_to.patterns()
    }

    /// Our own addresses, as given.
    #[must_use]
    pub fn literals(&self) -> &[ClientIp] {
        &self.literals
    }

    /// The networks of proxies, as given.
    #[must_use]
    pub fn proxies(&self) -> &[Network] {
        &self.proxies
    }

    /// The networks in which the better exchangers must lie, as given.
    #[must_use]
    pub fn backup_networks(&self) -> &[Network] {
        &self.backup_networks
    }

    /// Whether a peer with this address must speak the PROXY protocol.
    #[must_use]
    pub fn is_proxy(&self, peer: ClientIp) -> bool {
        within(&self.proxies, peer)
    }

    /// The side of a connection, as far as it can be told without its name: what to ask before a DNS walk.
    ///
    /// A login makes the connection internal whatever its address is. Else the address must be one to go by:
    ///
    /// - a listed proxy that came directly has declared no client, and one that declared `UNKNOWN` or `LOCAL` neither;
    /// - an address that was declared by a peer which is no listed proxy is that peer's own text;
    /// - a declared address that is loopback, unspecified, one of our own, or a listed proxy's cannot be a client's,
    ///   so somewhere a proxy stands behind another one, or is misled.
    ///
    /// All of these are external, and so is everybody whom neither a network nor a name lets in.
    ///
    /// ```
    /// use mailward::client::Client;
    /// use mailward::name::Name;
    /// use mailward::relay::{Known, Login, Perimeter};
    ///
    /// let perimeter = Perimeter::new(Name::parse("mx.example.org")?).network("192.0.2.0/24".parse()?);
    /// let inside = Client::direct("192.0.2.7".parse::<std::net::IpAddr>()?);
    /// let proxied = Client::proxied("192.0.2.7".parse()?, "192.0.2.10".parse()?);
    /// assert_eq!(perimeter.known_side(&inside, Login::Anonymous), Known::Internal);
    /// assert_eq!(perimeter.known_side(&proxied, Login::Anonymous), Known::External); // not a listed proxy
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn known_side(&self, client: &Client, login: Login) -> Known {
        if login == Login::Authenticated {
            Known::Internal
        } else if !self.goes_by_address(client) {
            Known::External
        } else if within(&self.networks, client.ip()) {
            Known::Internal
        } else if self.names.is_empty() {
            Known::External
        } else {
            Known::DependsOnName
        }
    }

    /// The side of a connection whose verified names are these; any one of them suffices.
    ///
    /// The names are the *client's*, as [`fcrdns::verify`](crate::fcrdns::verify) gave them for
    /// [`client.ip()`](Client::ip). Give none while they are in trouble: the connection is then external.
    #[must_use]
    pub fn connection(&self, client: &Client, login: Login, names: &[VerifiedName]) -> Side {
        match self.known_side(client, login) {
            Known::DependsOnName
                if names
                    .iter()
                    .any(|verified| self.names.contains(verified.name())) =>
            {
                Side::Internal
            }
            known => known.side(),
        }
    }

    /// Where mail to this recipient would go. No DNS is asked.
    ///
    /// `Postmaster` without a domain is local (RFC 5321 section 4.5.1). An address literal is local when it is one of
    /// our own [`literals`](Self::literals). A source route has been dropped before: the last mailbox decides.
    #[must_use]
    pub fn destination(&self, recipient: &Recipient) -> Destination {
        let Some(domain) = recipient.domain() else {
            return Destination::Local;
        };
        if recipient.is_routed() {
            Destination::Routed
        } else if self.is_local(domain) {
            Destination::Local
        } else if matches!(domain, Domain::Name(name) if self.relay_to.contains(name)) {
            Destination::RelayTo
        } else {
            Destination::Elsewhere
        }
    }

    /// Whether we deliver for this domain: our host name, one of the domains, or one of our own addresses.
    #[must_use]
    pub fn is_local(&self, domain: &Domain) -> bool {
        match domain {
            Domain::Name(name) => *name == self.hostname || self.domains.contains(name),
            Domain::Literal(Literal::Ip(ip)) => self.literals.contains(ip),
            Domain::Literal(_) => false,
        }
    }

    /// Whether the address is the client's own, on good authority.
    pub(crate) fn goes_by_address(&self, client: &Client) -> bool {
        let ip = client.ip();
        match client.via() {
            Via::Direct => !self.is_proxy(ip),
            Via::Proxy(proxy) => self.is_proxy(proxy) && !self.is_proxy(ip) && !self.is_own(ip),
            Via::ProxyUnknown => false,
        }
    }

    fn is_own(&self, ip: ClientIp) -> bool {
        ip.is_loopback() || ip.as_ip().is_unspecified() || self.literals.contains(&ip)
    }
}
