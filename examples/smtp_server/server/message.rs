//! The octets of a message on the wire: where they end, and what they mean (RFC 5321 section 4.5.2).

/// Takes the dots out of a message and finds its end, as the octets come.
///
/// A message ends at CR LF dot CR LF and nowhere else. Servers that end it at LF dot LF as well, or pass such octets
/// on to one that does, let a client smuggle a second message behind the first (CVE-2023-51764 and its kin). So a CR
/// or LF that stands alone ends nothing here, and the message it stands in is not taken.
///
/// What comes out has lines that end in LF, as files have them.
#[derive(Debug)]
pub(crate) struct Unstuffer {
    state: State,
    size: u64,
    limit: u64,
    bare: bool,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// It came as it should.
    Whole,
    /// A CR or an LF stood alone in it.
    BareLineEnd,
    /// It is longer than allowed.
    TooBig,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    LineStart,
    /// A dot stands at the start of the line.
    Dot,
    /// And a CR behind it.
    DotCr,
    Text,
    Cr,
    End,
}

impl Unstuffer {
    /// For a message of at most `limit` octets, each line end counted as two.
    pub(crate) const fn new(limit: u64) -> Self {
        Self {
            state: State::LineStart,
            size: 0,
            limit,
            bare: false,
        }
    }

    /// Reads on, puts what belongs into the message behind `message`, and gives the number of octets read. Fewer
    /// than there are: the message has ended, and the rest are commands.
    pub(crate) fn read(&mut self, octets: &[u8], message: &mut Vec<u8>) -> usize {
        for (at, octet) in octets.iter().enumerate() {
            if self.has_ended() {
                return at;
            }
            self.step(*octet, message);
        }
        octets.len()
    }

    /// Whether the end has come.
    pub(crate) fn has_ended(&self) -> bool {
        self.state == State::End
    }

    /// What is to be said of the octets so far. When it is not [`Content::Whole`], nothing more is put out.
    pub(crate) const fn content(&self) -> Content {
        match self {
            Self { bare: true, .. } => Content::BareLineEnd,
            Self { size, limit, .. } if *size > *limit => Content::TooBig,
            _ => Content::Whole,
        }
    }

    /// Whether so much has come beyond the limit that it is no use to wait for the end.
    pub(crate) const fn is_flood(&self) -> bool {
        self.size > self.limit.saturating_mul(2).saturating_add(FLOOD)
    }

    fn step(&mut self, octet: u8, message: &mut Vec<u8>) {
        self.state = match (self.state, octet) {
            (State::LineStart, b'.') => State::Dot,
            (State::Dot, b'\r') => State::DotCr,
            (State::DotCr, b'\n') => State::End,
            (State::Cr, b'\n') => {
                self.put(b"\n", 2, message);
                State::LineStart
            }
            (State::DotCr | State::Cr, _) => {
                self.bare = true;
                self.text(octet, message)
            }
            (State::LineStart | State::Dot | State::Text | State::End, _) => {
                self.text(octet, message)
            }
        };
    }

    fn text(&mut self, octet: u8, message: &mut Vec<u8>) -> State {
        match octet {
            b'\r' => return State::Cr,
            b'\n' => self.bare = true,
            _ => self.put(&[octet], 1, message),
        }
        State::Text
    }

    fn put(&mut self, octets: &[u8], size: u64, message: &mut Vec<u8>) {
        self.size = self.size.saturating_add(size);
        if self.content() == Content::Whole {
            message.extend_from_slice(octets);
        }
    }
}

/// What a peer may send beyond twice the limit before it is cut off, in octets.
const FLOOD: u64 = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the octets in pieces of each size, and says what became of them.
    #[track_caller]
    fn read(octets: &[u8]) -> (Content, Vec<u8>, usize) {
        let in_pieces = |piece: usize| {
            let mut unstuffer = Unstuffer::new(20);
            let (mut message, mut used) = (Vec::new(), 0);
            for chunk in octets.chunks(piece) {
                used += unstuffer.read(chunk, &mut message);
            }
            assert_eq!(
                unstuffer.has_ended(),
                used < octets.len() || octets.ends_with(b"\r\n.\r\n")
            );
            (unstuffer.content(), message, used)
        };
        let whole = in_pieces(octets.len());
        (1..octets.len())
            .for_each(|piece| assert_eq!(in_pieces(piece), whole, "in pieces of {piece}"));
        whole
    }

    #[test]
    fn dots_are_taken_out_and_the_end_is_found() {
        let message = b"a\r\n..b\r\n.c\r\n...\r\n\r\n.\r\nQUIT\r\n";
        assert_eq!(
            read(message),
            (
                Content::Whole,
                b"a\n.b\nc\n..\n\n".to_vec(),
                message.len() - 6
            )
        );
        assert_eq!(read(b".\r\nQUIT\r\n"), (Content::Whole, Vec::new(), 3));
    }

    #[test]
    fn a_bare_line_end_ends_nothing_and_spoils_the_message() {
        for smuggled in [
            "\n.\n",
            "\n.\r\n",
            "\r\n.\n",
            "\r.\r",
            "\r\n.\r",
            "\r.\r\n",
            "\n.\r",
            "\r\r\n.\n",
        ] {
            let octets = format!("a{smuggled}b\r\n.\r\n");
            let (content, _, used) = read(octets.as_bytes());
            assert_eq!(
                (content, used),
                (Content::BareLineEnd, octets.len()),
                "{smuggled:?}"
            );
        }
    }

    #[test]
    fn the_limit_counts_line_ends_as_two() {
        assert_eq!(read(b"123456789\r\n1234567\r\n.\r\n").0, Content::Whole);
        let (content, message, _) = read(b"123456789\r\n12345678\r\n.\r\n");
        assert_eq!((content, message.len()), (Content::TooBig, 18));
    }
}
