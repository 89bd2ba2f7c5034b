//! The word somebody probably meant: what error messages suggest.

/// The known word nearest to `found`, when it is near: case folded, at most a third of the letters wrong.
pub(crate) fn nearest<'w>(
    found: &str,
    known: impl IntoIterator<Item = &'w str>,
) -> Option<&'w str> {
    if found.len() > LONGEST {
        return None;
    }
    let found = found.to_ascii_lowercase();
    let rated = known
        .into_iter()
        .map(|word| (distance(&found, &word.to_ascii_lowercase()), word));
    let (wrong, word) = rated.min_by_key(|&(wrong, _)| wrong)?;
    let letters = word.len().max(found.len());
    (wrong.saturating_mul(3) <= letters).then_some(word)
}

/// How many letters must be put in, left out or changed to make one word of the other (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (1..=to.chars().count()).collect();
    for (above, letter) in from.chars().enumerate() {
        let mut diagonal = above;
        let mut left = above.saturating_add(1);
        for (cell, other) in row.iter_mut().zip(to.chars()) {
            let changed = diagonal.saturating_add(usize::from(letter != other));
            diagonal = *cell;
            left = changed
                .min(diagonal.saturating_add(1))
                .min(left.saturating_add(1));
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_else(|| from.chars().count())
}

/// Nobody mistypes a longer word than this; the work is the product of both lengths.
const LONGEST: usize = 64;
