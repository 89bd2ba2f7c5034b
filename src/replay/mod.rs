//! Recorded or invented sessions, judged by the guard that judges live ones, without a network: what would this policy
//! have done last night?
//!
//! [`Replay::run`] reads JSON lines, a session a line, and writes an outcome a line. It works in constant memory, as
//! one process can judge a year.
//!
//! # In
//!
//! ```json
//! {"id":"s1","client":"203.0.113.9","port":34567,"commands":["EHLO mail.example.com",{"wait":"5m"},"QUIT"]}
//! ```
//!
//! `id` (which is also the `{id}` of texts), `client` and `commands` must be there, `port` may. A string is a command
//! line as the client sent it. What is no command is an object of one key:
//!
//! | object | what happens |
//! | --- | --- |
//! | `{"raw":"4548..."}` | a command line as hexadecimal octets, for what JSON cannot spell |
//! | `{"authenticated":"ann"}`, `{"tls":true}` | the client has logged in; TLS stands |
//! | `{"report":"unknown-user"}` | the host reports this, or `auth-failed`, `accepted`, `refused` |
//! | `{"early-talker":true}` | the host reports that the client spoke too early |
//! | `{"wait":"5m"}` | time passes: a number with `ms`, `s`, `m`, `h` or `d` |
//! | `{"zone":"mail.example. A 192.0.2.7"}` | these records replace those of the same names and types |
//! | `{"proxy":"PROXY TCP4 .."}`, `{"proxy-hex":"0d0a.."}` | a PROXY header, as a line without its end or as octets |
//!
//! A listed proxy speaks first: `connect` is judged after its header, before which only time and zone may change. One
//! that sends none, or nonsense, hears 421. From anyone else, or a second time, a header is what it is to a server, a
//! bad command.
//!
//! After a 354 comes the message, which is no command and stands nowhere: `"."` is its end, with a step of its own.
//! Any other command tells that the end has been left out, and `{"report":"refused"}` that the host refused the
//! message; both end the transaction without a step. AUTH and STARTTLS as strings are answered as
//! [`Dialogue::command`](crate::guard::Dialogue::command) does it; what came of them is told by the objects.
//!
//! # Out
//!
//! ```json
//! {"id":"s1","steps":[{"command":"connect","verdict":"proceed","code":220,"reply":"220 mx.example.org ESMTP","reason":null,"rule":null,"then":"continue","queries":0}]}
//! ```
//!
//! A step for the connection, then one for each command that was judged. `enhanced` is absent where the reply has no
//! enhanced code. `queries` counts the questions that the step put to the name system. `would` is the first dry-run
//! refusal, with the code the client would have heard. `command` shows octets that are not printable ASCII as `\xNN`
//! where it came as `raw` or `proxy-hex`. After a step whose `then` is `close` there is no step: a closed connection
//! hears nothing. Time and zone changes that follow still count, for the sessions that come.
//!
//! A line that cannot be read, in whole, is not judged: `{"line":2,"error":".."}` stands in its place, and the run goes
//! on. So every line of input has one line of output.
//!
//! # Time
//!
//! In [`World::simulated`], time passes only where somebody waits: a scripted delay, a deadline, `{"wait":..}`. It
//! costs none, and goes on from one line to the next, as do changes of the zone. In [`World::real`], questions take
//! what they take, and the waits come on top.
//!
//! ```
//! use mailward::dns::MemoryDns;
//! use mailward::name::Name;
//! use mailward::replay::{Replay, World};
//! use mailward::{Guard, Perimeter};
//!
//! let home = Perimeter::new(Name::parse("mx.example.org")?);
//! let mut replay = Replay::over(World::simulated(MemoryDns::empty()), |shared| Guard::builder(home, shared).build());
//! let session = r#"{"id":"s1","client":"203.0.113.9","commands":["QUIT"]}"#;
//! let mut outcomes = Vec::new();
//! replay.run(session.as_bytes(), &mut outcomes)?;
//! assert!(String::from_utf8(outcomes)?.contains(r#""reply":"221 2.0.0 Closing transmission channel.""#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod lines;
mod object;
mod play;
mod script;
mod told;
mod value;
mod world;

pub use world::World;

// For the files of this folder, which know each other only through this one.
use lines::{Line, Lines};
use object::Reader;
use play::play;
use script::{Header, Item, Script};
use told::{Step, Told};
use value::{Hex, Text, Time, True, unknown};

use std::io::{self, BufWriter, Read, Write};

use crate::guard::{Guard, Shared};

/// Judges sessions that are told to it, all by one guard in one world.
///
/// ```
/// use mailward::dns::MemoryDns;
/// use mailward::name::Name;
/// use mailward::policies::VerifiedClient;
/// use mailward::replay::{Replay, World};
/// use mailward::{Guard, Perimeter};
///
/// let home = Perimeter::new(Name::parse("mx.example.org")?);
/// let mut replay = Replay::over(World::simulated(MemoryDns::empty()), |shared| {
///     Guard::builder(home, shared).check(VerifiedClient::new()).build()
/// });
/// let session = r#"{"id":"s1","client":"203.0.113.9","commands":
///     ["MAIL FROM:<>", "RCPT TO:<bob@mx.example.org>"]}"#.replace('\n', "");
/// let mut outcomes = Vec::new();
/// let summary = replay.run(session.as_bytes(), &mut outcomes)?;
/// assert_eq!((summary.lines(), summary.malformed()), (1, 0));
/// assert!(String::from_utf8(outcomes)?.contains(r#""reason":"unverified-client","rule":"verified-client-1""#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Replay {
    guard: Guard,
    world: World,
}

/// How a run went.
///
/// ```
/// # use mailward::{Guard, Perimeter, dns::MemoryDns, name::Name, replay::{Replay, World}};
/// # let home = Perimeter::new(Name::parse("mx.example.org")?);
/// # let world = World::simulated(MemoryDns::empty());
/// let mut replay = Replay::over(world, |shared| Guard::builder(home, shared).build());
/// let mut outcomes = Vec::new();
/// let summary = replay.run(b"no session\n".as_slice(), &mut outcomes)?;
/// assert_eq!(summary.malformed(), 1);
/// assert_eq!(outcomes, b"{\"line\":1,\"error\":\"column 2: expected ident\"}\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    lines: u64,
    malformed: u64,
}

impl Summary {
    /// How many lines were read, and answered.
    #[must_use]
    pub const fn lines(&self) -> u64 {
        self.lines
    }

    /// How many of them were no session.
    #[must_use]
    pub const fn malformed(&self) -> u64 {
        self.malformed
    }
}

impl Replay {
    /// The longest line that is read, in octets without its end.
    pub const MAX_LINE: usize = 1 << 20;

    /// The most commands and objects of one session.
    pub const MAX_COMMANDS: usize = 10_000;

    /// A replay in this world, by the guard that is built on what the world shares: its name system and its clock.
    pub fn over(world: World, guard: impl FnOnce(Shared) -> Guard) -> Self {
        Self {
            guard: guard(world.shared()),
            world,
        }
    }

    /// As [`Replay::over`], for a guard that may fail to build.
    ///
    /// # Errors
    /// The closure's.
    ///
    /// ```
    /// # use mailward::{Guard, Perimeter, dns::MemoryDns, replay::{Replay, World}};
    /// use mailward::name::{InvalidName, Name};
    ///
    /// let replay = Replay::try_over(World::simulated(MemoryDns::empty()), |shared| {
    ///     let home = Perimeter::new(Name::parse("not a name")?);
    ///     Ok::<_, InvalidName>(Guard::builder(home, shared).build())
    /// });
    /// assert!(replay.is_err());
    /// ```
    pub fn try_over<E>(
        world: World,
        guard: impl FnOnce(Shared) -> Result<Guard, E>,
    ) -> Result<Self, E> {
        Ok(Self {
            guard: guard(world.shared())?,
            world,
        })
    }

    /// Judges every session of the input. What is written reaches the output whenever the input has no more at hand.
    ///
    /// # Errors
    /// When the input cannot be read or the output not be written. A malformed line is none: it is answered, and
    /// counted.
    pub fn run(&mut self, input: impl Read, output: impl Write) -> io::Result<Summary> {
        let mut lines = Lines::new(input);
        let mut output = BufWriter::with_capacity(BUFFER, output);
        let mut summary = Summary::default();
        loop {
            if lines.must_wait() {
                output.flush()?;
            }
            let Some(line) = lines.read()? else { break };
            summary.lines = summary.lines.saturating_add(1);
            match self.script(&line) {
                Ok(script) => play(&self.guard, &self.world, &script, &mut output)?,
                Err(error) => {
                    summary.malformed = summary.malformed.saturating_add(1);
                    told::malformed(&mut output, summary.lines, &error)?;
                }
            }
        }
        output.flush()?;
        Ok(summary)
    }

    /// The session of a line that can be judged to its end.
    fn script<'l>(&self, line: &Line<'l>) -> Result<Script<'l>, String> {
        let octets = match line {
            Line::Whole(octets) => octets,
            Line::TooLong => return Err(format!("longer than {} octets", Self::MAX_LINE)),
        };
        let text = str::from_utf8(octets).map_err(|error| {
            let at = error.valid_up_to().saturating_add(1);
            format!("octet {at} is not UTF-8")
        })?;
        let script = Script::read(text)?;
        self.world.admits(script.zone_octets())?;
        Ok(script)
    }
}

const BUFFER: usize = 1 << 16;
