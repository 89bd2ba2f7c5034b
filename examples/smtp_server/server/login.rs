//! AUTH PLAIN, one step at a time (RFC 4954 section 4).

use mailward::reply::{Detail, Reply, ReplyCode};
use mailward::session::Hello;
use mailward::wire::smtp::{InitialResponse, Mechanism, Verb};

use super::auth::Denied;
use super::connection::{Connection, MAX_LINE_LEN};
use super::line::Line;
use super::patience::End;
use super::verbs::reply;

impl Connection {
    /// AUTH sends passwords in the clear, so until there is TLS it is offered on loopback only. What counts is the
    /// peer of the TCP connection: where a proxy on this host speaks for somebody, what lies before it is the
    /// proxy's to protect.
    pub(super) fn offers_auth(&self) -> bool {
        self.peer.is_loopback() && !self.server.users.is_empty()
    }

    /// AUTH PLAIN (RFC 4954).
    pub(super) async fn auth(
        &mut self,
        mechanism: &Mechanism,
        initial: Option<InitialResponse>,
    ) -> Result<(), End> {
        let session = self.dialogue.session();
        let extended = session
            .greeting()
            .is_some_and(|greeting| greeting.hello() == Hello::Ehlo);
        if !extended || session.user().is_some() || session.sender().is_some() {
            return self.say_own(AUTH, &AUTH_NOT_NOW, "auth-not-now");
        }
        if mechanism.as_str() != "PLAIN" {
            return self.say_own(AUTH, &BAD_MECHANISM, "auth-mechanism");
        }
        let response = match initial {
            Some(initial) => initial.as_str().to_owned(),
            None => self.challenge().await?,
        };
        if response == "*" {
            return self.say_own(AUTH, &AUTH_CANCELLED, "auth-cancelled");
        }
        match self.server.users.log_in(&response) {
            Ok(user) => {
                self.dialogue.authenticated(&user);
                self.say_own(AUTH, &AUTHENTICATED, "authenticated")
            }
            Err(denied) => self.deny(denied),
        }
    }

    /// PLAIN has nothing to challenge with: the text is empty, which no other reply's may be.
    async fn challenge(&mut self) -> Result<String, End> {
        self.say_octets(b"334 \r\n");
        if self.input.is_dry() {
            self.flush().await?;
        }
        match self
            .patience
            .between_commands(self.input.line(MAX_LINE_LEN))
            .await?
        {
            Line::Whole(line) => Ok(String::from_utf8_lossy(
                line.strip_suffix(b"\r\n").unwrap_or(line),
            )
            .into_owned()),
            Line::TooLong | Line::Endless => Ok(String::new()),
            Line::End => Err(End::Gone),
        }
    }

    fn deny(&mut self, denied: Denied) -> Result<(), End> {
        self.failed_logins += 1;
        if self.failed_logins >= self.server.limits.failed_logins {
            return Err(End::farewell(
                Detail::SECURITY,
                "Too many failed logins.",
                "too-many-failed-logins",
            ));
        }
        match denied {
            Denied::Malformed => self.say_own(AUTH, &AUTH_MALFORMED, "auth-malformed"),
            Denied::Wrong => self.say_own(AUTH, &AUTH_FAILED, "auth-failed"),
        }
    }
}

const AUTHENTICATED: Reply = reply(ReplyCode::AUTHENTICATED, Detail::SECURITY, "Welcome.");
const AUTH_FAILED: Reply = reply(
    ReplyCode::AUTHENTICATION_FAILED,
    Detail::CREDENTIALS_INVALID,
    "User or password is wrong.",
);
const AUTH_MALFORMED: Reply = reply(
    ReplyCode::ARGUMENT_SYNTAX_ERROR,
    Detail::SYNTAX,
    "That response is not base64.",
);
const AUTH_CANCELLED: Reply = reply(
    ReplyCode::ARGUMENT_SYNTAX_ERROR,
    Detail::OTHER,
    "Login cancelled.",
);
const AUTH_NOT_NOW: Reply = reply(
    ReplyCode::BAD_SEQUENCE,
    Detail::INVALID_COMMAND,
    "AUTH does not belong here.",
);
const BAD_MECHANISM: Reply = reply(
    ReplyCode::PARAMETER_NOT_IMPLEMENTED,
    Detail::INVALID_ARGUMENTS,
    "Only PLAIN is offered here.",
);
const AUTH: &str = Verb::Auth.as_str();
