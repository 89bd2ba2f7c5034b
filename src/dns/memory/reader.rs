//! A master file, read from top to bottom into records.

use std::collections::HashSet;
use std::time::Duration;

use super::{
    Data, Entries, Entry, Fields, KINDS, Kind, Owner, Place, Record, Token, ZoneError, read_data,
    seconds,
};

/// Reads a whole text; the first fault ends it.
pub(super) fn read(text: &str) -> Result<Vec<Record>, ZoneError> {
    let mut reader = Reader::default();
    let mut entries = Entries::new(text);
    while let Some(entry) = entries.next_entry()? {
        reader.entry(&entry)?;
    }
    Ok(reader.records)
}

/// What the lines so far say about the next one.
#[derive(Default)]
struct Reader {
    records: Vec<Record>,
    origin: Owner,
    /// From `$TTL`.
    default_ttl: Option<Duration>,
    /// The one stated last.
    last_ttl: Option<Duration>,
    owner: Option<Box<str>>,
    /// Who has an alias: there can be only one.
    aliases: HashSet<Box<str>>,
}

impl Reader {
    fn entry(&mut self, entry: &Entry<'_>) -> Result<(), ZoneError> {
        let mut fields = Fields::new(&entry.tokens, entry.end);
        let directive = fields.next_if(|token| token.bare()?.starts_with('$').then_some(*token));
        match directive.filter(|_| !entry.indented) {
            Some(directive) => self.directive(&directive, &mut fields)?,
            None => self.record(entry, &mut Fields::new(&entry.tokens, entry.end))?,
        }
        Ok(())
    }

    fn directive(
        &mut self,
        directive: &Token<'_>,
        fields: &mut Fields<'_, '_>,
    ) -> Result<(), ZoneError> {
        match directive.text.to_ascii_uppercase().as_str() {
            "$ORIGIN" => self.origin = fields.owner("a name", &self.origin)?,
            "$TTL" => self.default_ttl = Some(fields.seconds(TTL)?),
            "$INCLUDE" | "$GENERATE" => {
                return Err(ZoneError::plain(
                    "a zone in memory knows no $INCLUDE and no $GENERATE",
                    directive.place,
                ));
            }
            _ => {
                return Err(ZoneError::unknown(
                    "directive",
                    directive,
                    ["$ORIGIN", "$TTL"],
                ));
            }
        }
        fields.finish()
    }

    fn record(&mut self, entry: &Entry<'_>, fields: &mut Fields<'_, '_>) -> Result<(), ZoneError> {
        if !entry.indented {
            self.owner = Some(fields.owner("a name", &self.origin)?.key());
        }
        let first = entry.tokens.first().map_or(entry.end, |token| token.place);
        let owner = self
            .owner
            .clone()
            .ok_or_else(|| ZoneError::plain("no name stands before this record", first))?;
        let (stated, kind) = type_and_ttl(fields).map_err(|error| {
            if entry.indented {
                error.for_indented()
            } else {
                error
            }
        })?;
        self.last_ttl = stated.or(self.last_ttl);
        let ttl = stated
            .or(self.default_ttl)
            .or(self.last_ttl)
            .unwrap_or(DEFAULT_TTL);
        let (delay, data) = read_data(kind, ttl, &self.origin, fields)?;
        fields.finish()?;
        self.check_alias(&owner, &data, first)?;
        self.records.push(Record {
            owner,
            kind,
            ttl,
            delay,
            data,
        });
        Ok(())
    }

    fn check_alias(&mut self, owner: &str, data: &Data, place: Place) -> Result<(), ZoneError> {
        if matches!(data, Data::Cname(_)) && !self.aliases.insert(owner.into()) {
            return Err(ZoneError::plain("a second CNAME for the same name", place));
        }
        Ok(())
    }
}

/// What stands between the owner and the data: TTL and class in either order, then the type.
fn type_and_ttl(fields: &mut Fields<'_, '_>) -> Result<(Option<Duration>, Kind), ZoneError> {
    let mut ttl = None;
    let mut class = None;
    loop {
        if let (None, Some(found)) = (ttl, fields.next_if(|token| seconds(token.bare()?))) {
            ttl = Some(found);
            continue;
        }
        let token = fields.next("a record type")?;
        let word = token.bare().unwrap_or_default();
        if let Some(kind) = Kind::parse(word) {
            return Ok((ttl, kind));
        }
        if ["CH", "CS", "HS"]
            .iter()
            .any(|other| other.eq_ignore_ascii_case(word))
        {
            return Err(ZoneError::expected("the class IN", token));
        }
        if !word.eq_ignore_ascii_case("IN") {
            return Err(ZoneError::unknown(
                "record type",
                token,
                KINDS.iter().map(|&(known, _)| known),
            ));
        }
        if class.is_some() {
            return Err(ZoneError::expected("a record type", token));
        }
        class = Some(());
    }
}

const TTL: &str = "a time to live below 2^31 seconds";

/// For files that state none at all.
const DEFAULT_TTL: Duration = Duration::from_secs(60 * 60);
