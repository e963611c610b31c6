//! Words, numbers and signs of a line.

use std::ops::Range;

/// A word, a number or a sign, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    /// The bytes of the line that it stands in.
    pub(crate) at: Range<usize>,
    /// A blank stands before it.
    pub(crate) apart: bool,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A word in lower case and without accents.
    Word(String),
    /// A number and how many digits it has.
    Number(u32, usize),
    /// Any other character; all dashes are one.
    Sign(char),
}

impl Token {
    /// The word, or nothing that is a word.
    pub(crate) fn word(&self) -> &str {
        if let Kind::Word(word) = &self.kind { word } else { "" }
    }

    /// The number, where it has at most so many digits.
    pub(crate) fn number(&self, digits: usize) -> Option<u32> {
        match self.kind {
            Kind::Number(number, count) if count <= digits => Some(number),
            _ => None,
        }
    }

    pub(crate) fn is(&self, sign: char) -> bool {
        self.kind == Kind::Sign(sign)
    }

    pub(crate) fn is_dash(&self) -> bool {
        self.is('-')
    }
}

#[cfg(test)]
thread_local! {
    /// Bytes that were gone over, for tests that count work.
    pub(crate) static READ: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// The tokens of a line.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    #[cfg(test)]
    READ.with(|read| read.set(read.get() + text.len()));
    let mut list = Vec::new();
    let mut characters = text.char_indices().peekable();
    let mut apart = true;
    while let Some((start, first)) = characters.next() {
        if first.is_whitespace() {
            apart = true;
            continue;
        }
        let mut end = start + first.len_utf8();
        let kind = if let Some(digit) = first.to_digit(10) {
            let (mut number, mut count) = (digit, 1);
            while let Some((at, digit)) =
                characters.peek().and_then(|(at, next)| Some((*at, next.to_digit(10)?)))
            {
                number = number.saturating_mul(10).saturating_add(digit);
                count += 1;
                end = at + 1;
                characters.next();
            }
            Kind::Number(number, count)
        } else if first.is_alphabetic() {
            let mut word = String::new();
            fold(first, &mut word);
            while let Some((at, next)) =
                characters.next_if(|(_, next)| next.is_alphabetic() || is_accent(*next))
            {
                fold(next, &mut word);
                end = at + next.len_utf8();
            }
            Kind::Word(word)
        } else {
            Kind::Sign(sign(first))
        };
        list.push(Token { kind, at: start..end, apart });
        apart = false;
    }
    list
}

/// Accents that are characters of their own.
const fn is_accent(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}')
}

const fn sign(character: char) -> char {
    match character {
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '~' => '-',
        '’' | '‘' | '`' | '´' => '\'',
        '／' | '⁄' => '/',
        other => other,
    }
}

/// Adds a letter in lower case and without its accent.
pub(crate) fn fold(letter: char, word: &mut String) {
    for lower in letter.to_lowercase() {
        match lower {
            'ä' | 'à' | 'â' | 'á' | 'ã' | 'å' => word.push('a'),
            'é' | 'è' | 'ê' | 'ë' => word.push('e'),
            'î' | 'ï' | 'í' | 'ì' => word.push('i'),
            'ö' | 'ô' | 'ó' | 'ò' => word.push('o'),
            'ü' | 'û' | 'ù' | 'ú' => word.push('u'),
            'ç' => word.push('c'),
            'ß' => word.push_str("ss"),
            'œ' => word.push_str("oe"),
            accent if is_accent(accent) => {}
            other => word.push(other),
        }
    }
}

/// A text in lower case and without accents.
pub(crate) fn folded(text: &str) -> String {
    let mut word = String::with_capacity(text.len());
    text.chars().for_each(|letter| fold(letter, &mut word));
    word
}
