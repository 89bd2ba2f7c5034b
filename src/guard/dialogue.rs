//! The verbs of one connection.

use super::{Answer, Attempt, Fact, Guard, Outcome, Service};
use crate::address::{ForwardPath, ReversePath};
use crate::client::Client;
use crate::fcrdns::Fcrdns;
use crate::reply::{Reply, ReplyText};
use crate::session::{Hello, Report, Session};
use crate::verdict::{Reason, Refusal, Rule, Stage, Then, Verdict};
use crate::wire::smtp::{self, Command, CommandError};

/// One connection under a guard: SMTP's verbs, each of which gives an [`Outcome`].
///
/// A verb that is dropped at an await, or refused, leaves the session as it was before. Verbs in the wrong place are
/// answered 503 without asking anybody.
///
/// ```
/// use mailward::client::ClientIp;
/// use mailward::clock::SystemClock;
/// use mailward::dns::MemoryDns;
/// use mailward::guard::{Guard, Shared};
/// use mailward::name::Name;
/// use mailward::relay::Perimeter;
/// use mailward::session::Hello;
///
/// # async fn serve() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
/// let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// let guard = Guard::builder(perimeter, Shared::new(MemoryDns::default(), SystemClock::new())).build();
///
/// let (mut dialogue, greeting) = guard.connect("203.0.113.9".parse::<ClientIp>()?).await;
/// print!("{}", greeting.reply); // 220 mx.example.org ESMTP
/// let outcome = dialogue.greet(Hello::Ehlo, "mail.example.com").await;
/// assert!(!outcome.is_refusal());
/// let outcome = dialogue.line(b"RCPT TO:<bob@mx.example.org>\r\n").await; // without MAIL
/// assert_eq!(outcome.reply.code().as_u16(), 503);
/// # Ok(())
/// # }
/// # mailward::step::Step::later(serve()).wait().unwrap();
/// ```
#[derive(Debug)]
pub struct Dialogue {
    guard: Guard,
    session: Session,
    standing: Then,
    unwelcome: Option<Unwelcome>,
}

/// How a greeting was refused. A client that goes on without another hears it again at MAIL, or a refusal at the
/// greeting could be passed over: the session has no greeting then that any check could object to.
#[derive(Debug)]
struct Unwelcome {
    refusal: Refusal,
    rule: Option<Rule>,
}

impl Dialogue {
    pub(super) async fn begin(guard: Guard, client: Client) -> (Self, Outcome) {
        let session = Session::connect(client);
        let outcome = guard.0.hear(&session, Stage::Connect).await;
        let standing = outcome.then;
        (
            Self {
                guard,
                session,
                standing,
                unwelcome: None,
            },
            outcome,
        )
    }

    /// HELO or EHLO with its argument. The reply of one that proceeds has a single line: whoever speaks ESMTP appends
    /// the extensions.
    pub async fn greet(&mut self, hello: Hello, argument: &str) -> Outcome {
        match self.out_of_place_at(Stage::Greeting) {
            Some(outcome) => outcome,
            None => {
                let outcome = self.attempt(Fact::Greeting(hello, argument)).await;
                let refusal = outcome.verdict.refusal().cloned();
                self.unwelcome = refusal.map(|refusal| Unwelcome {
                    refusal,
                    rule: outcome.rule.clone(),
                });
                outcome
            }
        }
    }

    /// TLS stands: what was said in the clear is forgotten (RFC 3207 section 4.2).
    pub fn tls(&mut self) {
        self.unwelcome = None;
        self.session.tls();
    }

    /// The client has proved to be this user (RFC 4954). A greeting that was refused is forgiven: who may send is known
    /// better now.
    pub fn authenticated(&mut self, user: &str) {
        self.unwelcome = None;
        self.session.authenticated(user);
    }

    /// What the host saw for itself: policies read it by [`Session::reported`], from the next verb to the end of the
    /// connection.
    ///
    /// ```
    /// use mailward::policy::policy_fn;
    /// use mailward::session::Report;
    /// use mailward::verdict::{Judgement, Reason, Refusal, Subject};
    ///
    /// let few_guesses = policy_fn(|inquiry| match inquiry.session.reported(Report::UnknownUser) {
    ///     0..=2 => Judgement::PROCEED,
    ///     _ => Refusal::permanent(Reason::custom("guesses-users", Subject::Client)).into(),
    /// });
    /// # use mailward::{Guard, Perimeter, Shared, client::ClientIp, clock::SystemClock, dns::MemoryDns, name::Name};
    /// # let shared = Shared::new(MemoryDns::default(), SystemClock::new());
    /// # let guard = Guard::builder(Perimeter::new(Name::parse("mx.example.org")?), shared).check(few_guesses).build();
    /// let (mut dialogue, _) = guard.connect_blocking("203.0.113.9".parse::<ClientIp>()?);
    /// let _ = dialogue.line(b"MAIL FROM:<ann@example.com>");
    /// for _ in 0..3 {
    ///     assert!(!dialogue.line(b"RCPT TO:<guess@mx.example.org>").is_refusal());
    ///     dialogue.report(Report::UnknownUser); // the host has looked, and answers 550 itself
    /// }
    /// assert!(dialogue.line(b"RCPT TO:<guess@mx.example.org>").is_refusal());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn report(&mut self, report: Report) {
        self.session.report(report);
    }

    /// MAIL with its reverse-path. After a greeting that was refused, where none stands, it is refused likewise.
    pub async fn mail(&mut self, from: ReversePath) -> Outcome {
        match self.out_of_place() {
            Some(outcome) => outcome,
            None if self.session.sender().is_some() => self.bad_sequence(NESTED_MAIL),
            None => match &self.unwelcome {
                Some(Unwelcome { refusal, rule }) if self.session.greeting().is_none() => Outcome {
                    rule: rule.clone(),
                    ..self.refuse(refusal.clone())
                },
                _ => self.attempt(Fact::Sender(from)).await,
            },
        }
    }

    /// RCPT with its forward-path.
    pub async fn rcpt(&mut self, to: ForwardPath) -> Outcome {
        match self.out_of_place() {
            Some(outcome) => outcome,
            None if self.session.sender().is_none() => self.bad_sequence(MAIL_FIRST),
            None => self.attempt(Fact::Recipient(to)).await,
        }
    }

    /// DATA. When it proceeds the message may come, for the recipients that were accepted.
    pub async fn data(&mut self) -> Outcome {
        match self.out_of_place() {
            Some(outcome) => outcome,
            None if self.session.sender().is_none() => self.bad_sequence(MAIL_FIRST),
            None if self.session.accepted_recipients() == 0 => self.bad_sequence(NO_RECIPIENTS),
            None => self.attempt(Fact::Data).await,
        }
    }

    /// The message has come, and the host has taken it: the transaction ends. A host that refuses a message answers
    /// itself, and calls [`Dialogue::reset`] to end the transaction.
    pub fn end_of_data(&mut self) -> Outcome {
        match self.out_of_place() {
            Some(outcome) => outcome,
            None if self.session.accepted_recipients() == 0 => self.bad_sequence(NO_RECIPIENTS),
            None => {
                self.session.reset();
                self.proceed(self.guard.0.wording.done())
            }
        }
    }

    /// RSET: the transaction ends.
    pub fn reset(&mut self) -> Outcome {
        if let Some(outcome) = self.out_of_place() {
            return outcome;
        }
        self.session.reset();
        self.proceed(self.guard.0.wording.done())
    }

    /// NOOP.
    pub fn noop(&self) -> Outcome {
        self.out_of_place()
            .unwrap_or_else(|| self.proceed(self.guard.0.wording.done()))
    }

    /// VRFY. An outcome that proceeds with a 250 is the host's to answer.
    pub fn vrfy(&self) -> Outcome {
        self.out_of_place()
            .unwrap_or_else(|| self.service(&self.guard.0.commands.vrfy, Answer::Noncommittal))
    }

    /// EXPN, as [`Dialogue::vrfy`].
    pub fn expn(&self) -> Outcome {
        self.out_of_place()
            .unwrap_or_else(|| self.service(&self.guard.0.commands.expn, Answer::Off))
    }

    /// ETRN, as [`Dialogue::vrfy`]; there is no noncommittal answer to it, so that is a refusal.
    pub fn etrn(&self) -> Outcome {
        let service = match &self.guard.0.commands.etrn {
            Service::Noncommittal => &Service::Off,
            service => service,
        };
        self.out_of_place()
            .unwrap_or_else(|| self.service(service, Answer::Off))
    }

    /// QUIT: the connection is closed.
    pub fn quit(&mut self) -> Outcome {
        self.standing = Then::Close;
        Outcome {
            then: Then::Close,
            ..self.proceed(self.guard.0.wording.bye())
        }
    }

    /// Any command. HELP, AUTH and STARTTLS are the host's own business: whoever offers them looks at the command
    /// first, and what comes here is answered 502.
    pub async fn command(&mut self, command: Command) -> Outcome {
        match command {
            Command::Ehlo(argument) => self.greet(Hello::Ehlo, argument.as_str()).await,
            Command::Helo(argument) => self.greet(Hello::Helo, argument.as_str()).await,
            Command::Mail { from, .. } => self.mail(from).await,
            Command::Rcpt { to, .. } => self.rcpt(to).await,
            Command::Data => self.data().await,
            Command::Rset => self.reset(),
            Command::Noop => self.noop(),
            Command::Vrfy(_) => self.vrfy(),
            Command::Expn(_) => self.expn(),
            Command::Etrn(_) => self.etrn(),
            Command::Quit => self.quit(),
            Command::Help(_) | Command::Auth { .. } | Command::StartTls => self
                .out_of_place()
                .unwrap_or_else(|| self.service(&Service::Off, Answer::Off)),
        }
    }

    /// A command line as it came, with or without its line end.
    ///
    /// ESMTP parameters that are well-formed are no objection of the guard's, since it cannot know what the host
    /// offers: a host that answers EHLO with extensions parses the line itself, asks
    /// [`Parameters::recognise`](crate::wire::smtp::Parameters::recognise) for a 555, and then calls
    /// [`Dialogue::command`].
    pub async fn line(&mut self, line: &[u8]) -> Outcome {
        match Command::parse(line) {
            Ok(command) => self.command(command).await,
            Err(error) => self.bad_syntax(&error),
        }
    }

    /// The answer to a command line that could not be read: 500, 501 or 555.
    pub fn bad_syntax(&self, error: &CommandError) -> Outcome {
        let stage = match error.verb() {
            Some(smtp::Verb::Ehlo | smtp::Verb::Helo) => Stage::Greeting,
            _ => Stage::Mail,
        };
        self.out_of_place_at(stage).unwrap_or_else(|| {
            let text = error
                .reply()
                .texts()
                .next()
                .cloned()
                .unwrap_or(ReplyText::NO_REASON);
            let refusal = Refusal::permanent(Reason::BadSyntax(text)).with_detail(error.detail());
            self.refuse_at(
                stage,
                refusal.clone().with_code(error.code()).unwrap_or(refusal),
            )
        })
    }

    /// The client's forward-confirmed names: for `Received:` (RFC 5321 section 4.4) and the log. Asked for unless they
    /// are known already; what comes later than the deadline is trouble.
    ///
    /// ```
    /// use mailward::client::ClientIp;
    /// use mailward::clock::SystemClock;
    /// use mailward::dns::MemoryDns;
    /// use mailward::guard::{Guard, Shared};
    /// use mailward::name::Name;
    /// use mailward::relay::Perimeter;
    ///
    /// # async fn serve() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// let dns = MemoryDns::parse("9.113.0.203.in-addr.arpa PTR mail.example\nmail.example A 203.0.113.9")?;
    /// let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
    /// let guard = Guard::builder(perimeter, Shared::new(dns, SystemClock::new())).build();
    /// let (dialogue, _) = guard.connect("203.0.113.9".parse::<ClientIp>()?).await;
    /// assert_eq!(dialogue.client_name().await.to_string(), "pass mail.example");
    /// # Ok(())
    /// # }
    /// # mailward::step::Step::later(serve()).wait().unwrap();
    /// ```
    pub async fn client_name(&self) -> Fcrdns {
        self.guard.0.client_name(&self.session).await
    }

    /// Whether commands are still taken. After a refused greeting, and after QUIT or a refusal that closes, all but
    /// QUIT is answered 503: a host that answers commands of its own (HELP, AUTH) looks here first.
    #[must_use]
    pub const fn standing(&self) -> Then {
        self.standing
    }

    /// The facts so far.
    #[must_use]
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// Who judges.
    #[must_use]
    pub const fn guard(&self) -> &Guard {
        &self.guard
    }

    async fn attempt(&mut self, fact: Fact<'_>) -> Outcome {
        let stage = fact.stage();
        let attempt = Attempt::new(&mut self.session, fact);
        let outcome = self.guard.0.hear(attempt.session(), stage).await;
        if !outcome.is_refusal() {
            attempt.keep();
        }
        if outcome.then != Then::Continue {
            self.standing = outcome.then;
        }
        outcome
    }

    /// The answer to whatever is said after a refused greeting, or after the end.
    fn out_of_place(&self) -> Option<Outcome> {
        self.out_of_place_at(Stage::Mail)
    }

    fn out_of_place_at(&self, stage: Stage) -> Option<Outcome> {
        let refusal = || Refusal::permanent(Reason::BadSequence(QUIT_ONLY));
        (self.standing != Then::Continue).then(|| self.refuse_at(stage, refusal()))
    }

    fn bad_sequence(&self, text: ReplyText) -> Outcome {
        self.refuse(Refusal::permanent(Reason::BadSequence(text)))
    }

    fn service(&self, service: &Service, otherwise: Answer) -> Outcome {
        let (client, perimeter) = (self.session.client(), self.guard.perimeter());
        match service.answer(client, perimeter, otherwise) {
            Answer::Off => self.refuse(Refusal::permanent(Reason::CommandDisabled)),
            Answer::Noncommittal => self.proceed(self.guard.0.wording.cannot_verify()),
            Answer::On => self.proceed(self.guard.0.wording.done()),
        }
    }

    fn refuse(&self, refusal: Refusal) -> Outcome {
        self.refuse_at(Stage::Mail, refusal)
    }

    /// Refusals of the protocol itself have no stage of policy: all that matters is whether it is a greeting that is
    /// answered, for those carry no enhanced code (RFC 2034 section 4).
    fn refuse_at(&self, stage: Stage, refusal: Refusal) -> Outcome {
        let refusal = self.guard.0.firmness.apply(refusal);
        let reply = self.guard.0.wording.refuse(&refusal, stage, &self.session);
        Outcome {
            then: self.standing,
            ..Outcome::of(refusal.into(), reply)
        }
    }

    fn proceed(&self, reply: Reply) -> Outcome {
        Outcome {
            then: self.standing,
            ..Outcome::of(Verdict::Proceed, reply)
        }
    }
}

const NESTED_MAIL: ReplyText = ReplyText::from_static("A transaction is open; end it first.");
const MAIL_FIRST: ReplyText = ReplyText::from_static("Send MAIL first.");
const NO_RECIPIENTS: ReplyText = ReplyText::from_static("No valid recipients.");
const QUIT_ONLY: ReplyText = ReplyText::from_static("Nothing but QUIT is taken here.");
