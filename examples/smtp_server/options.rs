//! The command line.

use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
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
    pub(crate) policy: Option<PathBuf>,
    pub(crate) names: Option<Names>,
    pub(crate) blocklists: Vec<Name>,
    pub(crate) bad_senders: Vec<MailboxPattern>,
    pub(crate) security: Security,
    pub(crate) refuse_at: RefuseAt,
}

/// Who knows the names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    /// This name server.
    Server(SocketAddr),
    /// The name servers that the system is configured with.
    System,
    /// A master file.
    Zone(PathBuf),
}

impl Request {
    /// Reads the arguments, without the program's own name. Both `--name value` and `--name=value` will do.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut options = Options::new();
        let (mut demo, mut serving, mut replaced) = (false, None, None);
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
                    if IN_THE_FILE.contains(&name.as_str()) {
                        replaced = Some(name.clone());
                    }
                    if !matches!(name.as_str(), "--security" | "--refuse-at") {
                        serving = Some(name);
                    }
                }
            }
        }
        if let (Some(_), Some(name)) = (&options.policy, replaced) {
            return Err(format!("{name}: with --policy this stands in the file"));
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
            policy: None,
            names: None,
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
            "--policy" => self.policy = Some(value()?.into()),
            "--dns" | "--zone" if self.names.is_some() => {
                return Err("the name system was named before".to_owned());
            }
            "--dns" => self.names = Some(names(value()?)?),
            "--zone" => self.names = Some(Names::Zone(value()?.into())),
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

fn names(value: String) -> Result<Names, String> {
    match (value.as_str(), value.parse(), value.parse::<IpAddr>()) {
        ("system", ..) => Ok(Names::System),
        (_, Ok(server), _) => Ok(Names::Server(server)),
        (_, _, Ok(ip)) => Err(format!(
            "{value} has no port; {} has",
            SocketAddr::new(ip, 53)
        )),
        _ => Ok(Names::Zone(value.into())),
    }
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
    let first_word = |line: &'static str| {
        let option = line.strip_prefix("  ").or_else(|| line.strip_prefix("* "));
        option?.split(' ').next()
    };
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

/// What a policy file says of itself.
const IN_THE_FILE: [&str; 8] = [
    "--bad-sender",
    "--blocklist",
    "--domain",
    "--hostname",
    "--network",
    "--proxy",
    "--refuse-at",
    "--security",
];

pub(crate) const HELP: &str = "\
A real SMTP server, judged at each verb by a guard of the mailward crate.

usage: smtp_server [options]
       smtp_server --policy FILE [--dns WHO] [--listen ..] [--users ..] [--maildir ..]
       smtp_server --demo [--security MODE] [--refuse-at STAGE]

  --demo              play twelve clients against the server, show what became of
                      each, exit 0 only if that is what should have become of it
  --policy FILE       what is allowed, as policy.toml, in place of the options below
                      that are marked *
  --listen ADDR:PORT  where to serve (127.0.0.1:2525)
* --hostname NAME     who we are (mx.example.org)
* --domain PATTERN    a domain we take mail for: example.org, *.example.org
* --network NET       clients there may relay: 192.0.2.0/24
* --proxy NET         peers there must send a PROXY header first
  --users FILE        lines of user:password for AUTH PLAIN; it is offered only where
                      the peer of the TCP connection is on loopback
  --maildir DIR       where accepted mail goes (maildir)
  --dns WHO           who knows the names: system (the name servers of this machine; so
                      it is with --policy), IP:PORT (that name server), or a master
                      file; without it the checks that ask DNS are left out
  --zone FILE         as --dns FILE
* --blocklist NAME    a DNS list of clients to refuse
* --bad-sender PAT    senders to refuse: ann@example.net, example.net, user@
* --security MODE     reply texts: secure (default) or friendly
* --refuse-at STAGE   when to refuse: recipient (default) or earliest
  --help              this

--domain, --network, --proxy, --blocklist and --bad-sender may be given several times.
Each outcome is logged as one line on standard error. With --policy, SIGHUP has the file
and its tables read again: connections that come after are judged by what they say then,
those that are open as before, and a file with errors changes nothing.
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
        assert_eq!(
            error(&["--secruity=secure"]),
            "--secruity: no such option; --security is one"
        );
        assert_eq!(
            error(&["--dns", "system", "--zone", "x"]),
            "--zone: the name system was named before"
        );
        assert_eq!(
            error(&["--dns=::1"]),
            "--dns: ::1 has no port; [::1]:53 has"
        );
    }

    #[test]
    fn what_stands_in_a_policy_file_is_no_option_beside_it() {
        for name in IN_THE_FILE {
            let value = match name {
                "--network" | "--proxy" => "192.0.2.0/24",
                "--refuse-at" => "earliest",
                "--security" => "secure",
                _ => "example.org",
            };
            for arguments in [
                [name, value, "--policy", "x"],
                ["--policy", "x", name, value],
            ] {
                assert_eq!(
                    error(&arguments),
                    format!("{name}: with --policy this stands in the file")
                );
            }
            assert!(HELP.contains(&format!("\n* {name} ")), "{name}");
        }
    }

    #[test]
    fn names_are_known_by_servers_or_by_a_file() {
        let names = |value: &str| names(value.to_owned()).unwrap();
        assert_eq!(names("system"), Names::System);
        assert_eq!(
            names("[::1]:5353"),
            Names::Server("[::1]:5353".parse().unwrap())
        );
        assert_eq!(names("demo.zone"), Names::Zone("demo.zone".into()));
    }
}
