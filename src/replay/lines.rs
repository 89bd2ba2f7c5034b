//! Lines of bounded length, whatever the input.

use std::io::{self, BufRead, BufReader, Read};

use super::{BUFFER, Replay};

/// Reads line by line into one buffer.
#[derive(Debug)]
pub(super) struct Lines<R> {
    input: BufReader<R>,
    line: Vec<u8>,
}

/// One line, without its end.
#[derive(Debug)]
pub(super) enum Line<'b> {
    Whole(&'b [u8]),
    /// It was passed over without being kept.
    TooLong,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input: BufReader::with_capacity(BUFFER, input),
            line: Vec::new(),
        }
    }

    /// Whether the next read may take its time.
    pub(super) fn must_wait(&self) -> bool {
        self.input.buffer().is_empty()
    }

    /// The next line; nothing at the end of the input. The last one need not have an end.
    pub(super) fn read(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let most = u64::try_from(Replay::MAX_LINE)
            .unwrap_or(u64::MAX)
            .saturating_add(1);
        let mut bounded = self.input.by_ref().take(most);
        bounded.read_until(b'\n', &mut self.line)?;
        if let Some(line) = self.line.strip_suffix(b"\n") {
            return Ok(Some(Line::Whole(line)));
        }
        if self.line.len() > Replay::MAX_LINE {
            self.input.skip_until(b'\n')?;
            return Ok(Some(Line::TooLong));
        }
        Ok(match &*self.line {
            [] => None,
            line => Some(Line::Whole(line)),
        })
    }
}
