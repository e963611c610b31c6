//! How wide a text is, estimated: no font is at hand, and which one will be used is not known.
//!
//! The estimate is that of a wide font, so that a text that fits by it fits in nearly any.

/// A size of text, in pixels, and its weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Font {
    pub(super) size: f64,
    pub(super) is_bold: bool,
}

impl Font {
    pub(super) const fn regular(size: f64) -> Self {
        Self { size, is_bold: false }
    }

    pub(super) const fn bold(size: f64) -> Self {
        Self { size, is_bold: true }
    }

    /// The width of `text` in pixels.
    pub(super) fn width(self, text: &str) -> f64 {
        let weight = if self.is_bold { 1.08 } else { 1.0 };
        text.chars().map(em).sum::<f64>() * self.size * weight
    }

    /// `text`, or as much of it as fits `width` with an ellipsis; empty where that is less than two characters.
    pub(super) fn clip(self, text: &str, width: f64) -> String {
        if self.width(text) <= width {
            return text.to_owned();
        }
        let fits = |end: &usize| self.width(text[..*end].trim_end()) + self.width("…") <= width;
        let end = breaks(text).take_while(fits).last().unwrap_or(0);
        let kept = text[..end].trim_end();
        if kept.chars().nth(1).is_none() { String::new() } else { format!("{kept}…") }
    }

    /// `text` in at most so many lines, broken at spaces; the last one is clipped.
    pub(super) fn wrap(self, text: &str, width: f64, lines: usize) -> Vec<String> {
        let mut wrapped = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() && wrapped.len() + 1 < lines && self.width(rest) > width {
            let ends = rest.char_indices().filter(|(_, c)| *c == ' ').map(|(at, _)| at);
            let Some(end) = ends.take_while(|end| self.width(&rest[..*end]) <= width).last() else { break };
            wrapped.push(rest[..end].to_owned());
            rest = rest[end..].trim_start();
        }
        let last = self.clip(rest, width);
        wrapped.extend((!last.is_empty()).then_some(last));
        wrapped
    }
}

/// Whether `text` is read from right to left: its first letter that has a direction is.
pub(super) fn is_right_to_left(text: &str) -> bool {
    text.chars().find(|c| c.is_alphabetic()).is_some_and(|c| {
        matches!(c, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}'
            | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
    })
}

/// `text`, its end kept where readers expect it: a mark holds an ellipsis at the left of what is read from there.
pub(super) fn closed(text: &str) -> String {
    if is_right_to_left(text) { format!("{text}\u{200F}") } else { text.to_owned() }
}

/// The places after which `text` may be cut without tearing a character as people see it.
fn breaks(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.char_indices()
        .scan((' ', 0_u32), |(last, flags), (at, c)| {
            let is_second_flag_letter = is_flag_letter(c) && *flags % 2 == 1;
            *flags = if is_flag_letter(c) { *flags + 1 } else { 0 };
            let clings = is_attached(c) || *last == ZERO_WIDTH_JOINER || is_second_flag_letter;
            *last = c;
            Some((!clings && at > 0).then_some(at))
        })
        .flatten()
}

const ZERO_WIDTH_JOINER: char = '\u{200D}';

const fn is_flag_letter(c: char) -> bool {
    matches!(c, '\u{1F1E6}'..='\u{1F1FF}')
}

/// Marks, joiners, and what chooses between forms or shades of what stands before.
const fn is_attached(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5C7}' | '\u{610}'..='\u{61A}'
        | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{93A}'..='\u{93C}' | '\u{93E}'..='\u{94F}' | '\u{E31}'
        | '\u{E34}'..='\u{E3A}' | '\u{E47}'..='\u{E4E}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{200B}'..='\u{200F}' | '\u{20D0}'..='\u{20FF}' | '\u{3099}' | '\u{309A}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{FE20}'..='\u{FE2F}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0020}'..='\u{E007F}' | '\u{E0100}'..='\u{E01EF}')
}

/// The width of a character in shares of the font's size.
const fn em(c: char) -> f64 {
    match c {
        c if is_attached(c) => 0.0,
        'i' | 'j' | 'l' | '\'' | '|' => 0.29,
        ' ' | '.' | ',' | ':' | ';' | '!' | 'f' | 'I' | 't' | '(' | ')' | '[' | ']' | '/' | '\\' => 0.38,
        'r' | '-' | '"' | '“' | '”' | '‘' | '’' | '`' => 0.48,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '—' | '…' => 1.0,
        'C' | 'D' | 'G' | 'H' | 'N' | 'O' | 'Q' | 'U' | '&' | '+' | '=' | '<' | '>' | '~' => 0.82,
        'A'..='Z' => 0.7,
        '\u{20}'..='\u{7E}' => 0.63,
        // Letters of alphabets; capitals of others than Latin are not told apart.
        '\u{A0}'..='\u{10FF}' | '\u{1E00}'..='\u{2BFF}' => 0.75,
        // Ideographs, syllables, and pictures.
        '\u{1F000}'..='\u{1FAFF}' => 1.4,
        // Dashes of two and three, and a whole sentence in one character.
        '\u{2E3A}' | '\u{2E3B}' => 3.2,
        '\u{FDFD}' => 12.0,
        _ => 1.05,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FONT: Font = Font::regular(10.0);

    #[test]
    fn what_fits_is_left_alone_and_what_does_not_gets_an_ellipsis() {
        assert_eq!(FONT.clip("Algebra", 100.0), "Algebra");
        assert_eq!(FONT.clip("Linear algebra", 50.0), "Linear…");
        assert_eq!(FONT.clip("Algebra", 18.0), "");
    }

    #[test]
    fn a_clipped_text_fits_whatever_the_width() {
        let text = "שיעור 📚 Größe 日本語 ﷽ WWW";
        for width in (0..300).map(f64::from) {
            assert!(FONT.width(&FONT.clip(text, width)) <= width);
            assert!(FONT.wrap(text, width, 3).iter().all(|line| FONT.width(line) <= width));
        }
    }

    #[test]
    fn a_picture_of_several_characters_is_cut_off_as_one() {
        for text in ["👩‍👩‍👧‍👦", "🇩🇪", "👍🏽", "e\u{301}", "✈️"] {
            let twice = format!("{text}{text}");
            let wide = FONT.width(text) + FONT.width("a…") + 0.1;
            assert_eq!(FONT.clip(&format!("a{twice}{twice}"), wide), format!("a{text}…"));
            assert_eq!(FONT.clip(&format!("ab{twice}"), wide), "ab…");
        }
    }

    #[test]
    fn lines_break_at_spaces() {
        assert_eq!(FONT.wrap("read the chapter on rings", 80.0, 3), ["read the", "chapter on", "rings"]);
        assert_eq!(FONT.wrap("read the chapter on rings", 70.0, 2), ["read the", "chapter on…"]);
        assert_eq!(FONT.wrap("", 80.0, 2), Vec::<String>::new());
    }

    #[test]
    fn the_first_letter_tells_the_direction() {
        assert!(is_right_to_left("12 שיעור Algebra"));
        assert!(is_right_to_left("محاضرة"));
        assert!(!is_right_to_left("Algebra שיעור"));
        assert!(!is_right_to_left("🎉 12"));
    }
}
