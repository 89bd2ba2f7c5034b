//! The lines that a server puts before a message: who it came from, and how (RFC 5321 section 4.4).

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use mailward::address::{Literal, Recipient, Sender};
use mailward::fcrdns::Fcrdns;
use mailward::helo::Claim;
use mailward::name::Name;
use mailward::session::{Greeting, Hello, Session};

/// `Return-Path` and `Received` of one message. `Display` prints them, each line ended by LF.
///
/// The client's address comes from the connection (or from a listed proxy), its name from forward-confirmed DNS, and
/// only what it called itself from the client. When that is the confirmed name too, it is printed once. No text of the
/// client goes in as it came: a greeting that is no name or literal stands in a comment, with all but letters, digits,
/// dots and hyphens replaced.
pub(crate) struct Received<'a> {
    pub(crate) session: &'a Session,
    pub(crate) client_name: &'a Fcrdns,
    pub(crate) hostname: &'a Name,
    pub(crate) id: &'a str,
    pub(crate) recipients: &'a [Recipient],
    pub(crate) at: SystemTime,
}

impl fmt::Display for Received<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.session.sender().map(|path| path.sender()) {
            Some(sender) if *sender != Sender::Null => writeln!(f, "Return-Path: <{sender}>")?,
            _ => writeln!(f, "Return-Path: <>")?,
        }
        write!(f, "Received: from ")?;
        self.origin(f)?;
        write!(
            f,
            "\n\tby {} with {} id {}",
            self.hostname,
            self.protocol(),
            self.id
        )?;
        // With several recipients this would show one who the others are (RFC 5321 section 7.2).
        if let [only] = self.recipients {
            write!(f, "\n\tfor <{only}>")?;
        }
        writeln!(f, ";\n\t{}", Date(self.at))
    }
}

impl Received<'_> {
    fn origin(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let literal = Literal::Ip(self.session.client().ip());
        let confirmed = self.client_name.name().map(|verified| verified.name());
        let text = self
            .session
            .greeting()
            .map(Greeting::text)
            .unwrap_or_default();
        match (self.session.greeting().map(Greeting::claim), confirmed) {
            (Some(Claim::Name(claimed)), Some(name)) if claimed != name => {
                write!(f, "{claimed} ({name} {literal})")
            }
            (Some(Claim::Name(claimed)), _) => write!(f, "{claimed} ({literal})"),
            (Some(Claim::Literal(claimed)), Some(name)) => {
                write!(f, "{claimed} ({name} {literal})")
            }
            (Some(Claim::Literal(claimed)), None) => write!(f, "{claimed} ({literal})"),
            (_, Some(name)) => write!(f, "{name} ({literal}) (greeted as {})", Tame(text)),
            (_, None) => write!(f, "{literal} ({literal}) (greeted as {})", Tame(text)),
        }
    }

    /// The words of RFC 3848. TLS would add an `S`.
    fn protocol(&self) -> &'static str {
        match (
            self.session.greeting().map(Greeting::hello),
            self.session.user(),
        ) {
            (Some(Hello::Ehlo), Some(_)) => "ESMTPA",
            (Some(Hello::Ehlo), None) => "ESMTP",
            (Some(Hello::Helo) | None, _) => "SMTP",
        }
    }
}

/// A peer's text that can do no harm in a comment.
struct Tame<'a>(&'a str);

impl fmt::Display for Tame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("nobody");
        }
        let tame =
            |octet: char| octet.is_ascii_alphanumeric() || matches!(octet, '.' | '-' | '_' | ':');
        let shown = self
            .0
            .chars()
            .take(MOST_SHOWN)
            .map(|octet| if tame(octet) { octet } else { '?' });
        f.write_str(&shown.collect::<String>())
    }
}

/// A date as RFC 5322 section 3.3 has it, in universal time.
struct Date(SystemTime);

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self
            .0
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        let (days, second) = (seconds / DAY, seconds % DAY);
        let weekday = WEEKDAYS[usize::try_from((days + 4) % 7).unwrap_or_default()];
        // Years here begin in March, so that the odd day comes last, and count from the year 0.
        let days = days + 719_468;
        let (era, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let year = era * 400 + year + u64::from(month >= 10);
        let month = MONTHS[usize::try_from((month + 2) % 12).unwrap_or_default()];
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(
            f,
            "{weekday}, {day} {month} {year} {hour:02}:{minute:02}:{second:02} +0000"
        )
    }
}

const DAY: u64 = 24 * 60 * 60;
const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The most characters of a malformed greeting that are shown.
const MOST_SHOWN: usize = 64;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use mailward::address::ReversePath;
    use mailward::client::{Client, ClientIp};
    use mailward::dns::MemoryDns;
    use mailward::fcrdns;

    use super::*;

    fn printed(client: &str, verb: Hello, greeting: &str, recipients: &[&str]) -> String {
        let dns = MemoryDns::parse(
            "9.113.0.203.in-addr.arpa PTR mail.example\nmail.example A 203.0.113.9",
        )
        .unwrap();
        let ip = ClientIp::parse(client).unwrap();
        let mut session = Session::connect(Client::direct(ip));
        session.greet(verb, greeting);
        session.mail(ReversePath::parse("<@relay.example:ann@mail.example>").unwrap());
        let recipients: Vec<_> = recipients.iter().map(|to| to.parse().unwrap()).collect();
        let received = Received {
            session: &session,
            client_name: &fcrdns::verify(ip, &dns).wait(),
            hostname: &Name::parse("mx.example.org").unwrap(),
            id: "17.M2P3Q4",
            recipients: &recipients,
            at: UNIX_EPOCH + Duration::from_secs(951_827_696),
        };
        received.to_string()
    }

    #[test]
    fn a_name_that_is_confirmed_stands_once() {
        let wanted = "Return-Path: <ann@mail.example>\n\
                      Received: from mail.example ([203.0.113.9])\n\
                      \tby mx.example.org with ESMTP id 17.M2P3Q4\n\
                      \tfor <bob@example.org>;\n\
                      \tTue, 29 Feb 2000 12:34:56 +0000\n";
        assert_eq!(
            printed(
                "203.0.113.9",
                Hello::Ehlo,
                "MAIL.example",
                &["bob@example.org"]
            ),
            wanted
        );
    }

    #[test]
    fn names_that_differ_both_stand() {
        let origin = |client, greeting| {
            let printed = printed(
                client,
                Hello::Helo,
                greeting,
                &["a@example.org", "b@example.org"],
            );
            assert!(printed.contains(" with SMTP id 17.M2P3Q4;\n"), "{printed}");
            printed.lines().nth(1).unwrap().to_owned()
        };
        assert_eq!(
            origin("203.0.113.9", "x.example"),
            "Received: from x.example (mail.example [203.0.113.9])"
        );
        assert_eq!(
            origin("2001:db8::1", "x.example"),
            "Received: from x.example ([IPv6:2001:db8::1])"
        );
        assert_eq!(
            origin("203.0.113.9", "[192.0.2.1]"),
            "Received: from [192.0.2.1] (mail.example [203.0.113.9])"
        );
        let hostile = "x) for <eve@example>; (\u{e9}";
        let wanted =
            "Received: from [203.0.113.8] ([203.0.113.8]) (greeted as x??for??eve?example?????)";
        assert_eq!(origin("203.0.113.8", hostile), wanted);
    }
}
