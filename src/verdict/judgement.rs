//! A verdict with its doubt, and how judgements compose.

use std::fmt;

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
/// assert_eq!(judgement.settled().verdict().refusal().unwrap().code().as_u16(), 451);
///
/// // Somebody refuses for good: that stands.
/// let trouble = Refusal::dns_trouble(Subject::Client, DnsError::Timeout);
/// let judgement = Judgement::might_refuse(trouble).and(|| Refusal::new(Reason::BadRecipient(None)).into());
/// assert_eq!(judgement.settled().verdict().refusal().unwrap().code().as_u16(), 550);
/// ```
#[derive(Clone, PartialEq)]
#[must_use = "a judgement that nobody acts on lets everything through"]
pub struct Judgement(Option<Box<Parts>>); // one word, empty for most, so that a row hands on next to nothing

#[derive(Clone, Debug, PartialEq)]
struct Parts {
    verdict: Verdict,
    rule: Option<Rule>,
    doubt: Doubt,
}

/// What checks might have said, had they found out. The first of each kind.
///
/// ```
/// use mailward::dns::DnsError;
/// use mailward::verdict::{Doubt, Judgement, Refusal, Subject};
///
/// assert!(Doubt::default().is_none());
/// let trouble = Refusal::dns_trouble(Subject::Client, DnsError::Timeout);
/// let judgement = Judgement::might_accept(trouble); // an allow list did not answer
/// let doubt = judgement.doubt();
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
/// let doubted = judgement.doubt().refuse.as_ref().unwrap();
/// assert_eq!(doubted.refusal.to_string(), "450 4.7.1 bad-sender"); // only for now
/// assert_eq!(doubted.rule.as_ref().unwrap().as_str(), "senders");
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
    pub const PROCEED: Self = Self(None);

    /// True for what is just [`Judgement::PROCEED`]: nothing that anybody after it need know.
    #[must_use]
    #[inline]
    pub const fn is_clear(&self) -> bool {
        self.0.is_none()
    }

    /// No objection, but there might have been one.
    pub fn might_refuse(instead: Refusal) -> Self {
        Self::PROCEED.after(Doubt {
            refuse: Some(Box::new(Doubted::of(instead))),
            accept: None,
        })
    }

    /// No objection, and there might have been an accept.
    pub fn might_accept(instead: Refusal) -> Self {
        Self::PROCEED.after(Doubt {
            refuse: None,
            accept: Some(Box::new(Doubted::of(instead))),
        })
    }

    /// What was decided.
    pub fn verdict(&self) -> &Verdict {
        self.0
            .as_ref()
            .map_or(&CLEAR.verdict, |parts| &parts.verdict)
    }

    /// The rule that decided; `None` where nobody did, or it has no name.
    #[must_use]
    pub fn rule(&self) -> Option<&Rule> {
        self.0.as_ref()?.rule.as_ref()
    }

    /// What might have been decided.
    #[must_use]
    pub fn doubt(&self) -> &Doubt {
        self.0.as_ref().map_or(&CLEAR.doubt, |parts| &parts.doubt)
    }

    /// The judgement taken apart: what was decided, by whom, and what might have been.
    pub fn into_parts(self) -> (Verdict, Option<Rule>, Doubt) {
        let Parts {
            verdict,
            rule,
            doubt,
        } = self.0.map_or(NOTHING, |parts| *parts);
        (verdict, rule, doubt)
    }

    /// This judgement and, unless it is decisive, the next one.
    pub fn and(self, next: impl FnOnce() -> Self) -> Self {
        if self.verdict().is_decisive() {
            return self;
        }
        next().after(self.into_parts().2)
    }

    /// This judgement, made after somebody raised `earlier` doubt.
    #[inline]
    pub fn after(self, earlier: Doubt) -> Self {
        match earlier.is_none() {
            true => self,
            false => self.in_doubt_since(earlier),
        }
    }

    #[cold]
    fn in_doubt_since(self, earlier: Doubt) -> Self {
        let (verdict, rule, own) = self.into_parts();
        let doubt = Doubt {
            refuse: earlier.refuse.or(own.refuse),
            accept: earlier.accept.or(own.accept),
        };
        Self::of(verdict, rule, doubt)
    }

    /// The same judgement under a rule's name, where it has none yet.
    pub fn named(mut self, rule: &Rule) -> Self {
        if let Some(parts) = self.0.as_deref_mut() {
            if parts.verdict.is_decisive() {
                parts.rule.get_or_insert_with(|| rule.clone());
            }
            let Doubt { refuse, accept } = &mut parts.doubt;
            for doubted in [refuse, accept].into_iter().flatten() {
                doubted.rule.get_or_insert_with(|| rule.clone());
            }
        }
        self
    }

    /// The end of a row: doubt that remains decides.
    ///
    /// A 5yz after somebody might have accepted becomes that doubt's 4yz; whatever is no refusal, after somebody
    /// might have refused, becomes that one's 4yz. A 4yz stands.
    pub fn settled(self) -> Self {
        let (verdict, rule, doubt) = self.into_parts();
        let deciding = match &verdict {
            Verdict::Refuse(refusal) if refusal.is_temporary() => None,
            Verdict::Refuse(_) => doubt.accept,
            Verdict::Proceed | Verdict::Accept => doubt.refuse,
        };
        match deciding {
            Some(doubted) => Self::of(doubted.refusal.into(), doubted.rule, Doubt::default()),
            None => Self::of(verdict, rule, Doubt::default()),
        }
    }

    /// The same judgement without its doubt.
    pub fn undoubted(self) -> Self {
        let (verdict, rule, _) = self.into_parts();
        Self::of(verdict, rule, Doubt::default())
    }

    /// The same judgement with its refusal, if it is one, changed.
    ///
    /// ```
    /// use mailward::verdict::{Judgement, Reason, Refusal};
    ///
    /// let judgement = Judgement::from(Refusal::new(Reason::RelayDenied)).map_refusal(Refusal::softened);
    /// assert!(judgement.verdict().refusal().unwrap().is_temporary());
    /// ```
    pub fn map_refusal(self, change: impl FnOnce(Refusal) -> Refusal) -> Self {
        match self.into_parts() {
            (Verdict::Refuse(refusal), rule, doubt) => {
                Self::of(change(refusal).into(), rule, doubt)
            }
            (verdict, rule, doubt) => Self::of(verdict, rule, doubt),
        }
    }

    fn decided(verdict: Verdict) -> Self {
        Self(Some(Box::new(Parts { verdict, ..NOTHING })))
    }

    /// What says nothing is empty, so that equal judgements are the same.
    fn of(verdict: Verdict, rule: Option<Rule>, doubt: Doubt) -> Self {
        let parts = Parts {
            verdict,
            rule,
            doubt,
        };
        Self((parts != CLEAR).then(|| Box::new(parts)))
    }
}

impl Doubted {
    fn of(instead: Refusal) -> Self {
        Self {
            refusal: instead.softened(),
            rule: None,
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

impl fmt::Debug for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_deref().unwrap_or(&CLEAR).fmt(f)
    }
}

impl From<Verdict> for Judgement {
    #[inline]
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Proceed => Self::PROCEED,
            decisive => Self::decided(decisive),
        }
    }
}

impl From<Refusal> for Judgement {
    fn from(refusal: Refusal) -> Self {
        Verdict::from(refusal).into()
    }
}

static CLEAR: Parts = NOTHING;

const NOTHING: Parts = Parts {
    verdict: Verdict::Proceed,
    rule: None,
    doubt: Doubt {
        refuse: None,
        accept: None,
    },
};
