//! Words that pages are read by, in English, German and French; all in lower case and without accents.

pub(crate) mod calendar;
pub(crate) mod columns;
pub(crate) mod items;
pub(crate) mod states;

/// Whether a word is among those of a list.
pub(crate) fn among(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|known| known == word)
}
