//! Files of sender and recipient tables.

use super::{
    Diagnostics, InvalidRule, Kinds, MailboxPattern, MailboxTable, MailboxTableBuilder, Rule,
    Subdomains, Table, WrongPattern, read,
};

impl MailboxTable {
    /// Reads a file of rules about senders (`auth.user`), as [`HostTable::read`](crate::table::HostTable::read) reads
    /// one about hosts.
    ///
    /// ```
    /// use mailward::diagnostic::Diagnostics;
    /// use mailward::table::{MailboxTable, Subdomains};
    ///
    /// let mut found = Diagnostics::new();
    /// let text = b"spam.example 550 5.7.1\n    not from there\nwildcard:*lottery*@* REJECT\n";
    /// let table = MailboxTable::read_senders("auth.user", text, Subdomains::Explicit, &mut found).unwrap();
    /// let rule = table.lookup(&"ann@spam.example".parse()?).unwrap();
    /// assert_eq!(rule.to_string(), "spam.example 550 5.7.1 not from there");
    /// assert!(found.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn read_senders(
        file: &str,
        text: &[u8],
        subdomains: Subdomains,
        found: &mut Diagnostics,
    ) -> Option<Self> {
        let mut builder = Self::for_senders().subdomains(subdomains);
        read(&mut builder, file, text, found).then(|| builder.build())
    }

    /// Reads a file of rules about recipients.
    ///
    /// ```
    /// use mailward::diagnostic::Diagnostics;
    /// use mailward::table::{MailboxTable, Subdomains};
    ///
    /// let mut found = Diagnostics::new();
    /// assert!(MailboxTable::read_recipients("recipients", b"<> OK", Subdomains::Explicit, &mut found).is_none());
    /// assert_eq!(found.to_string(), "recipients:1:4: error: <> OK: no recipient has the null path\n");
    /// ```
    #[must_use]
    pub fn read_recipients(
        file: &str,
        text: &[u8],
        subdomains: Subdomains,
        found: &mut Diagnostics,
    ) -> Option<Self> {
        let mut builder = Self::for_recipients().subdomains(subdomains);
        read(&mut builder, file, text, found).then(|| builder.build())
    }
}

impl Table for MailboxTableBuilder {
    type Pattern = MailboxPattern;

    fn pattern(text: &str) -> Result<MailboxPattern, WrongPattern> {
        MailboxPattern::parse(text).map_err(|error| {
            let kinds = error.is_unknown_kind().then_some(KINDS);
            WrongPattern::new(text, &error, error.unknown_flag(), kinds)
        })
    }

    fn is_condition(pattern: &MailboxPattern) -> bool {
        pattern.is_condition()
    }

    fn enter(&mut self, rule: Rule<MailboxPattern>) -> Result<(), InvalidRule> {
        self.enter(rule)
    }

    fn rules(&self) -> &[Rule<MailboxPattern>] {
        self.rules()
    }

    fn doubts(&self, _: &Rule<MailboxPattern>, _: &str, _: &[usize]) -> Option<String> {
        None
    }
}

const KINDS: Kinds = Kinds {
    expected: "an address, a domain, user@, wildcard:PATTERN or /expression/",
    words: &["wildcard:"],
};
