//! What a peer sends, a line at a time, no line longer than allowed.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

/// Reads lines through a buffer, so that a peer may send many commands at once (RFC 2920).
///
/// A line ends at LF. Whether a CR stood before it is for the reader of the line to judge: a bare LF makes a bad
/// command, and never two good ones.
pub(crate) struct LineReader<R> {
    source: BufReader<R>,
    line: Vec<u8>,
    skipping: bool,
}

/// What [`LineReader::line`] found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// A line with its line end.
    Whole(&'a [u8]),
    /// The beginning of a line that is too long; what remains of it is dropped by the next call.
    TooLong,
    /// What remained of such a line would not end.
    Endless,
    /// The peer has closed the connection. What stood after the last line end is lost.
    End,
}

impl<R: AsyncRead + Unpin> LineReader<R> {
    pub(crate) fn new(source: R) -> Self {
        Self {
            source: BufReader::new(source),
            line: Vec::new(),
            skipping: false,
        }
    }

    /// Whether the next line must be waited for, so that replies should go out now.
    pub(crate) fn is_dry(&self) -> bool {
        let ends = self
            .source
            .buffer()
            .iter()
            .filter(|octet| **octet == b'\n')
            .count();
        ends <= usize::from(self.skipping)
    }

    /// The next line, of at most `limit` octets with its line end.
    pub(crate) async fn line(&mut self, limit: usize) -> io::Result<Line<'_>> {
        self.line.clear();
        let mut skipped = 0;
        loop {
            let chunk = self.source.fill_buf().await?;
            if chunk.is_empty() {
                return Ok(Line::End);
            }
            let end = chunk.iter().position(|octet| *octet == b'\n');
            let used = end.map_or(chunk.len(), |end| end + 1);
            if self.skipping {
                skipped += used;
                self.skipping = end.is_none();
                self.source.consume(used);
                if skipped > MAX_SKIP {
                    return Ok(Line::Endless);
                }
            } else if self.line.len() + used > limit {
                self.skipping = true;
                return Ok(Line::TooLong);
            } else {
                self.line.extend_from_slice(&chunk[..used]);
                self.source.consume(used);
                if end.is_some() {
                    return Ok(Line::Whole(&self.line));
                }
            }
        }
    }

    /// What has come, whatever it is; empty when the peer has closed the connection.
    pub(crate) async fn octets(&mut self) -> io::Result<&[u8]> {
        self.source.fill_buf().await
    }

    /// Says how much of [`octets`](Self::octets) is done with.
    pub(crate) fn consume(&mut self, octets: usize) {
        self.source.consume(octets);
    }
}

/// The most octets to drop while looking for the end of a line that is too long.
const MAX_SKIP: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_end_at_lf_and_at_no_other_place() {
        let mut reader = LineReader::new(&b"NOOP\r\nA\rB\nrest"[..]);
        assert_eq!(reader.line(100).await.unwrap(), Line::Whole(b"NOOP\r\n"));
        assert!(!reader.is_dry());
        assert_eq!(reader.line(100).await.unwrap(), Line::Whole(b"A\rB\n"));
        assert!(reader.is_dry());
        assert_eq!(reader.line(100).await.unwrap(), Line::End);
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_dropped_whole() {
        let mut reader = LineReader::new(&b"12345678\r\nNOOP\r\n"[..]);
        assert_eq!(reader.line(9).await.unwrap(), Line::TooLong);
        assert!(!reader.is_dry());
        assert_eq!(reader.line(9).await.unwrap(), Line::Whole(b"NOOP\r\n"));
    }

    #[tokio::test]
    async fn a_line_that_does_not_end_is_given_up() {
        let octets = vec![b'x'; 1024 * 1024];
        let mut reader = LineReader::new(&octets[..]);
        assert_eq!(reader.line(512).await.unwrap(), Line::TooLong);
        assert_eq!(reader.line(512).await.unwrap(), Line::Endless);
    }
}
