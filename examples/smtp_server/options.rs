//! The command line.

use std::fmt::Display;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use mailward::client::Network;
use mailward::name::{Name, NamePattern};
use mailward::policy::RefuseAt;
use mailward::table::MailboxPattern;
use mailward::wording::Security;

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Request {
    Demo(Options),
    Help,
    Serve(Options),
}

/// How to serve.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) listen: SocketAddr,
    pub(crate) hostname: Name,
    pub(crate) domains: Vec<NamePattern>,
    pub(crate) networks: Vec<Network>,
    pub(crate) proxies: Vec<Network>,
    pub(crate) users: Option<PathBuf>,
    pub(crate) maildir: PathBuf,
    pub(crate) zone: Option<PathBuf>,
    pub(crate) blocklists: Vec<Name>,
    pub(crate) bad_senders: Vec<MailboxPattern>,
    pub(crate) security: Security,
    pub(crate) refuse_at: RefuseAt,
}

impl Request {
    /// Reads the arguments, without the program's own name. Both `--name value` and `--name=value` will do.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut options = Options::new();
        let (mut demo, mut serving) = (false, None);
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let (name, attached) = match argument.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (argument, None),
            };
            match (name.as_str(), attached) {
                ("--help" | "-h", None) => return Ok(Self::Help),
                ("--demo", None) => demo = true,
                ("--demo" | "--help", Some(_)) => return Err(format!("{name}: takes no value")),
                (_, attached) => {
                    let value = || {
                        attached
                            .or_else(|| arguments.next())
                            .ok_or_else(|| "a value must follow".to_owned())
                    };
                    options
                        .set(&name, value)
                        .map_err(|error| format!("{name}: {error}"))?;
                    if !matches!(name.as_str(), "--security" | "--refuse-at") {
                        serving = Some(name);
                    }
                }
            }
        }
        match (demo, serving) {
            (true, Some(name)) => Err(format!(
                "{name}: --demo brings its own; it takes --security and --refuse-at"
            )),
            (true, None) => Ok(Self::Demo(options)),
            (false, _) => Ok(Self::Serve(options)),
        }
    }
}

impl Options {
    /// A server that takes mail for its own host name alone.
    pub(crate) fn new() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 2525)),
            hostname: Name::parse("mx.example.org").expect("is a name"),
            domains: Vec::new(),
            networks: Vec::new(),
            proxies: Vec::new(),
            users: None,
            maildir: PathBuf::from("maildir"),
            zone: None,
            blocklists: Vec::new(),
            bad_senders: Vec::new(),
            security: Security::default(),
            refuse_at: RefuseAt::default(),
        }
    }

    fn set(
        &mut self,
        name: &str,
        value: impl FnOnce() -> Result<String, String>,
    ) -> Result<(), String> {
        match name {
            "--listen" => self.listen = listen(&value()?)?,
            "--hostname" => self.hostname = read(&value()?)?,
            "--domain" => self.domains.push(read(&value()?)?),
            "--network" => self.networks.push(read(&value()?)?),
            "--proxy" => self.proxies.push(read(&value()?)?),
            "--users" => self.users = Some(value()?.into()),
            "--maildir" => self.maildir = value()?.into(),
            "--zone" => self.zone = Some(value()?.into()),
            "--blocklist" => self.blocklists.push(read(&value()?)?),
            "--bad-sender" => self.bad_senders.push(read(&value()?)?),
            "--security" => self.security = security(&value()?)?,
            "--refuse-at" => self.refuse_at = refuse_at(&value()?)?,
            _ => return Err(unknown(name)),
        }
        Ok(())
    }
}

fn read<T: FromStr<Err: Display>>(value: &str) -> Result<T, String> {
    value.parse().map_err(|error: T::Err| error.to_string())
}

fn listen(value: &str) -> Result<SocketAddr, String> {
    value.parse().map_err(|_| {
        format!("{value:?} is not an address and port, such as 127.0.0.1:2525 or [::1]:2525")
    })
}

fn security(value: &str) -> Result<Security, String> {
    match value {
        "friendly" => Ok(Security::Friendly),
        "secure" => Ok(Security::Secure),
        _ => Err(format!("{value:?} is neither friendly nor secure")),
    }
}

fn refuse_at(value: &str) -> Result<RefuseAt, String> {
    match value {
        "recipient" => Ok(RefuseAt::Recipient),
        "earliest" => Ok(RefuseAt::Earliest),
        _ => Err(format!("{value:?} is neither recipient nor earliest")),
    }
}

/// Suggests the option that begins most alike.
fn unknown(name: &str) -> String {
    let alike = |known: &str| {
        known
            .bytes()
            .zip(name.bytes())
            .take_while(|(known, given)| known == given)
            .count()
    };
    let first_word = |line: &'static str| line.strip_prefix("  ")?.split(' ').next();
    let known = HELP
        .lines()
        .filter_map(first_word)
        .filter(|word| word.starts_with("--"));
    match known
        .max_by_key(|known| alike(known))
        .filter(|known| alike(known) >= "--".len() + 2)
    {
        Some(known) => format!("no such option; {known} is one"),
        None => "no such option".to_owned(),
    }
}

pub(crate) const HELP: &str = "\
A real SMTP server, judged at each verb by a guard of the mailward crate.

usage: smtp_server [options]
       smtp_server --demo [--security MODE] [--refuse-at STAGE]

  --demo              play twelve clients against the server, show what became of
                      each, exit 0 only if that is what should have become of it
  --listen ADDR:PORT  where to serve (127.0.0.1:2525)
  --hostname NAME     who we are (mx.example.org)
  --domain PATTERN    a domain we take mail for: example.org, *.example.org
  --network NET       clients there may relay: 192.0.2.0/24
  --proxy NET         peers there must send a PROXY header, version 1, first
  --users FILE        lines of user:password for AUTH PLAIN; it is offered only where
                      the peer of the TCP connection is on loopback
  --maildir DIR       where accepted mail goes (maildir)
  --zone FILE         a master file that stands for the name system; without it the
                      checks that ask DNS are left out
  --blocklist NAME    a DNS list of clients to refuse
  --bad-sender PAT    senders to refuse: ann@example.net, example.net, user@
  --security MODE     reply texts: secure (default) or friendly
  --refuse-at STAGE   when to refuse: recipient (default) or earliest
  --help              this

--domain, --network, --proxy, --blocklist and --bad-sender may be given several times.
Each outcome is logged as one line on standard error.
";

#[cfg(test)]
mod tests {
    use super::*;

    fn error(arguments: &[&str]) -> String {
        Request::parse(arguments.iter().map(|argument| (*argument).to_owned())).unwrap_err()
    }

    #[test]
    fn errors_say_what_is_wrong() {
        assert_eq!(
            error(&["--netwrok", "x"]),
            "--netwrok: no such option; --network is one"
        );
        assert_eq!(error(&["serve"]), "serve: no such option");
        assert_eq!(error(&["--zone"]), "--zone: a value must follow");
        assert_eq!(
            error(&["--network=192.168.1.0/23"]),
            "--network: 192.168.1.0/23: host bits set; the network is 192.168.0.0/23"
        );
        assert_eq!(
            error(&["--security", "safe"]),
            "--security: \"safe\" is neither friendly nor secure"
        );
        assert_eq!(
            error(&["--demo", "--zone", "x"]),
            "--zone: --demo brings its own; it takes --security and --refuse-at"
        );
    }
}
