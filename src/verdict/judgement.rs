//! A verdict with its doubt, and how judgements compose.

use super::{Refusal, Rule, Verdict};

/// What one check, or a row of them, came to.
///
/// Judgements compose as a monoid with [`Judgement::default`] as its identity: the first decisive verdict wins, and
/// the first doubt of each kind. So a row of rows behaves as one row.
///
/// ```
/// use mailward::dns::DnsError;
/// use mailward::verdict::{Judgement, Reason, Refusal, Subject, Verdict};
///
/// // A list that did not answer might have refused; nobody else objects: the client shall come again.
/// let trouble = Refusal::dns_trouble(Subject::Client, DnsError::Timeout);
/// let judgement = Judgement::might_refuse(trouble).and(|| Judgement::from(Verdict::Accept));
/// assert_eq!(judgement.settled().verdict.refusal().unwrap().code().as_u16(), 451);
///
/// // Somebody refuses for good: that stands.
/// let trouble = Refusal::dns_trouble(Subject::Client, DnsError::Timeout);
/// let judgement = Judgement::might_refuse(trouble).and(|| Refusal::new(Reason::BadRecipient(None)).into());
/// assert_eq!(judgement.settled().verdict.refusal().unwrap().code().as_u16(), 550);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a judgement that nobody acts on lets everything through"]
#[expect(
    clippy::exhaustive_structs,
    reason = "complete: what, by whom, and with what doubt"
)]
pub struct Judgement {
    /// What was decided.
    pub verdict: Verdict,
    /// The rule that decided; `None` where nobody did, or it has no name.
    pub rule: Option<Rule>,
    /// What might have been decided.
    pub doubt: Doubt,
}

/// What checks might have said, had they found out. The first of each kind.
///
/// ```
/// use mailward::dns::DnsError;
/// use mailward::verdict::{Doubt, Judgement, Refusal, Subject};
///
/// assert!(Doubt::default().is_none());
/// let trouble = Refusal::dns_trouble(Subject::Client, DnsError::Timeout);
/// let doubt = Judgement::might_accept(trouble).doubt; // an allow list did not answer
/// assert!(doubt.accept.is_some() && doubt.refuse.is_none());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "complete: a check refuses, accepts, or does neither"
)]
pub struct Doubt {
    /// Somebody might have refused. If nobody refuses for good this becomes the answer; a later accept does not
    /// clear it.
    pub refuse: Option<Box<Doubted>>,
    /// Somebody might have accepted. A later 5yz of the same row becomes this 4yz.
    pub accept: Option<Box<Doubted>>,
}

/// One doubt: the temporary refusal it turns into, and whose it is.
///
/// ```
/// use mailward::verdict::{Judgement, Reason, Refusal, Rule};
///
/// let judgement = Judgement::might_refuse(Refusal::new(Reason::BadSender(None))).named(&Rule::from("senders"));
/// let doubted = judgement.doubt.refuse.unwrap();
/// assert_eq!(doubted.refusal.to_string(), "450 4.7.1 bad-sender"); // only for now
/// assert_eq!(doubted.rule.unwrap().as_str(), "senders");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "complete: what and by whom")]
pub struct Doubted {
    /// What the peer hears if the doubt decides; always temporary.
    pub refusal: Refusal,
    /// The rule that could not find out.
    pub rule: Option<Rule>,
}

impl Judgement {
    /// No objection, no doubt.
    pub const PROCEED: Self = Self {
        verdict: Verdict::Proceed,
        rule: None,
        doubt: Doubt {
            refuse: None,
            accept: None,
        },
    };

    /// True for what is just [`Judgement::PROCEED`]: nothing that anybody after it need know, and nothing to drop.
    #[must_use]
    #[inline]
    pub const fn is_clear(&self) -> bool {
        let Self {
            verdict,
            rule,
            doubt: Doubt { refuse, accept },
        } = self;
        matches!(verdict, Verdict::Proceed)
            && rule.is_none()
            && refuse.is_none()
            && accept.is_none()
    }

    /// No objection, but there might have been one.
    pub fn might_refuse(instead: Refusal) -> Self {
        let doubted = Box::new(Doubted {
            refusal: instead.softened(),
            rule: None,
        });
        Self {
            doubt: Doubt {
                refuse: Some(doubted),
                accept: None,
            },
            ..Self::PROCEED
        }
    }

    /// No objection, and there might have been an accept.
    pub fn might_accept(instead: Refusal) -> Self {
        let doubted = Box::new(Doubted {
            refusal: instead.softened(),
            rule: None,
        });
        Self {
            doubt: Doubt {
                refuse: None,
                accept: Some(doubted),
            },
            ..Self::PROCEED
        }
    }

    /// This judgement and, unless it is decisive, the next one.
    pub fn and(self, next: impl FnOnce() -> Self) -> Self {
        if self.verdict.is_decisive() {
            return self;
        }
        next().after(self.doubt)
    }

    /// This judgement, made after somebody raised `earlier` doubt.
    pub fn after(mut self, earlier: Doubt) -> Self {
        self.doubt = Doubt {
            refuse: earlier.refuse.or(self.doubt.refuse),
            accept: earlier.accept.or(self.doubt.accept),
        };
        self
    }

    /// The same judgement under a rule's name, where it has none yet.
    pub fn named(mut self, rule: &Rule) -> Self {
        if self.verdict.is_decisive() {
            self.rule.get_or_insert_with(|| rule.clone());
        }
        for doubted in [&mut self.doubt.refuse, &mut self.doubt.accept]
            .into_iter()
            .flatten()
        {
            doubted.rule.get_or_insert_with(|| rule.clone());
        }
        self
    }

    /// The end of a row: doubt that remains decides.
    ///
    /// A 5yz after somebody might have accepted becomes that doubt's 4yz; whatever is no refusal, after somebody
    /// might have refused, becomes that one's 4yz. A 4yz stands.
    pub fn settled(self) -> Self {
        let deciding = match &self.verdict {
            Verdict::Refuse(refusal) if refusal.is_temporary() => None,
            Verdict::Refuse(_) => self.doubt.accept,
            Verdict::Proceed | Verdict::Accept => self.doubt.refuse,
        };
        match deciding {
            Some(doubted) => Self {
                verdict: doubted.refusal.into(),
                rule: doubted.rule,
                doubt: Doubt::default(),
            },
            None => Self {
                doubt: Doubt::default(),
                ..self
            },
        }
    }
}

impl Doubt {
    /// True when nobody is in doubt.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.refuse.is_none() && self.accept.is_none()
    }
}

impl Default for Judgement {
    fn default() -> Self {
        Self::PROCEED
    }
}

impl From<Verdict> for Judgement {
    fn from(verdict: Verdict) -> Self {
        Self {
            verdict,
            ..Self::PROCEED
        }
    }
}

impl From<Refusal> for Judgement {
    fn from(refusal: Refusal) -> Self {
        Verdict::from(refusal).into()
    }
}
