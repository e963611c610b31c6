//! From bytes to content lines.
//!
//! Lines are folded at a number of bytes, so a fold may lie within a character: unfolding comes before decoding.

use std::borrow::Cow;

/// A content line, unfolded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// Where it begins, counted from 1.
    pub(crate) number: usize,
    bytes: Cow<'a, [u8]>,
}

impl Line<'_> {
    /// What comes before the first `:` or `;`, in upper case; empty where there is neither.
    pub(crate) fn name(&self) -> String {
        let end = self.bytes.iter().position(|byte| matches!(byte, b':' | b';')).unwrap_or(0);
        String::from_utf8_lossy(self.bytes[..end].trim_ascii()).to_ascii_uppercase()
    }

    /// Its text, and whether it is the UTF-8 that it should be.
    pub(crate) fn text(&self) -> (Cow<'_, str>, bool) {
        match std::str::from_utf8(&self.bytes) {
            Ok(text) => (Cow::Borrowed(text), true),
            Err(_) => (self.bytes.iter().copied().map(char::from).collect(), false),
        }
    }
}

/// The content lines of a file. Blank lines are left out; so are byte order marks, which stand within a file where
/// several were put into one.
pub(crate) fn unfold(file: &[u8]) -> impl Iterator<Item = Line<'_>> {
    let physical = file.split(|byte| *byte == b'\n').zip(1_usize..);
    let mut physical = physical.map(|(bytes, number)| (content(bytes), number)).peekable();
    std::iter::from_fn(move || {
        let (first, number) = physical.find(|(bytes, _)| !bytes.trim_ascii().is_empty())?;
        let mut bytes = Cow::Borrowed(first);
        while let Some((next, _)) = physical.next_if(|(bytes, _)| matches!(bytes, [b' ' | b'\t', ..])) {
            bytes.to_mut().extend_from_slice(&next[1..]);
        }
        Some(Line { number, bytes })
    })
}

/// A line ends in CR LF, in LF alone, and in CR CR LF where a program has translated it twice.
fn content(line: &[u8]) -> &[u8] {
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
    let length = line.iter().rposition(|byte| *byte != b'\r').map_or(0, |last| last + 1);
    &line[..length]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(file: &[u8]) -> Vec<(usize, String)> {
        unfold(file).map(|line| (line.number, line.text().0.into_owned())).collect()
    }

    #[test]
    fn a_line_may_end_in_lf_in_cr_lf_and_in_cr_cr_lf() {
        let expected = [(1, "A:1".to_owned()), (2, "B:2".to_owned())];
        for file in ["A:1\nB:2", "A:1\r\nB:2\r\n", "A:1\r\r\nB:2\r\r\n", "\u{feff}A:1\n\u{feff}B:2\n"] {
            assert_eq!(texts(file.as_bytes()), expected, "{file:?}");
        }
    }

    #[test]
    fn a_fold_may_lie_within_a_character() {
        let mut file = b"SUMMARY:\xC3\r\n".to_vec();
        file.extend_from_slice(b" \x9Cbung\r\n\tsblatt\r\nX:1");
        assert_eq!(texts(&file), [(1, "SUMMARY:Übungsblatt".to_owned()), (4, "X:1".to_owned())]);
    }

    #[test]
    fn only_the_first_blank_of_a_folded_line_goes() {
        assert_eq!(
            texts(b"A:one\n  two\n \n\n   three"),
            [(1, "A:one two".to_owned()), (5, "   three".to_owned())]
        );
    }

    #[test]
    fn what_is_not_utf8_is_read_as_latin1() {
        let line = unfold(b"SUMMARY:\xDCbung").next().unwrap();
        assert_eq!(line.text(), (Cow::Owned::<str>("SUMMARY:Übung".to_owned()), false));
    }

    #[test]
    fn a_name_is_in_upper_case_and_ends_at_its_parameters() {
        let name = |text: &'static str| unfold(text.as_bytes()).next().unwrap().name();
        assert_eq!([name("dtstart;TZID=X:1"), name("DTSTART:1"), name("junk")], ["DTSTART", "DTSTART", ""]);
    }
}
