//! What an item is called.

use super::Clause;
use crate::dates::week::leading_weekday;
use crate::notes::Notes;
use crate::words::among;
use crate::words::calendar::{Sure, weekday};
use crate::words::items::Item;
use crate::words::states;

impl Clause<'_> {
    /// The name of an item: the clause without date, time and what it is worth, where that is short.
    pub(super) fn title(&self, item: Option<&Item>, count: usize) -> String {
        let rest = self.rest();
        let words = rest.split_whitespace().count();
        match item {
            Some(item)
                if count != 1 || words > 8 || words == 0 || self.notes.words(self.at.clone()).len() > 11 =>
            {
                self.text_of(&item.tokens)
            }
            _ => rest,
        }
    }

    pub(super) fn rest(&self) -> String {
        let mut kept = String::new();
        let mut at = self.at.start;
        let lead = leading_weekday(&self.notes.tokens[self.at.clone()], &self.notes.taken[self.at.clone()]);
        if let Some((_, end)) = lead {
            at += end;
        }
        if let Some(week) = self.notes.week.as_ref().filter(|week| week.tokens.start == at) {
            at = week.tokens.end;
        }
        let mut end = None;
        while at < self.at.end {
            let token = &self.notes.tokens[at];
            let goes = self.notes.taken[at] || self.goes(at);
            if !goes {
                if token.apart || end.is_some_and(|end| end != token.at.start) {
                    kept.push(' ');
                }
                kept.push_str(&self.line.text[token.at.clone()]);
                end = Some(token.at.end);
            }
            at += 1;
        }
        tidy(&kept)
    }

    /// Whether a token says when or what it is worth, and not what it is.
    pub(super) fn goes(&self, at: usize) -> bool {
        let token = &self.notes.tokens[at];
        let next_taken = at + 1 < self.at.end && self.notes.taken[at + 1];
        let next_due = |at: usize| matches!(self.word(at), "due" | "deadline" | "abgabe");
        let points = |at: usize| {
            self.notes
                .tokens
                .get(at)
                .is_some_and(|unit| unit.is('%') || among("points pts percent punkte", unit.word()))
        };
        let undated = self.dates().next().is_none();
        let week = self.notes.week.as_ref().filter(|week| undated && week.tokens.start > self.at.start);
        let of_week = week.is_some_and(|week| {
            week.tokens.contains(&at)
                || (at < week.tokens.start
                    && (weekday(token.word()).is_some_and(|(_, sure)| sure == Sure::Always)
                        || (matches!(token.word(), "of" | "in") && at + 1 == week.tokens.start)))
        });
        of_week
            || among("due fallig abzugeben abgabe rendre remettre deadline echeance", token.word())
            || (next_taken
                && (among("by on at before am bis le um from to den the until avant au is", token.word())
                    || token.is('@')))
            || (self.dates().count() > 1
                && among("out posted assigned released available opens closes", token.word()))
            || (self.notes.dates.len() > 1 || self.at.len() > 3) && states::is_moved(&[token.word()])
            || (token.word() == "is" && next_due(at + 1))
            || (token.word() == "a" && matches!(self.word(at + 1), "rendre" | "remettre"))
            || (token.number(4).is_some() && points(at + 1))
            || (points(at) && at > 0 && self.notes.tokens[at - 1].number(4).is_some())
    }
}

/// The words of an item as they compare: `HW #2` and `Homework 2` are one.
pub(super) fn key(notes: &Notes, item: &Item) -> String {
    let mut words: Vec<String> = Vec::new();
    for token in &notes.tokens[item.tokens.clone()] {
        let word = match token.word() {
            "" => match token.number(4) {
                Some(number) => number.to_string(),
                None => continue,
            },
            "hw" | "homeworks" | "hwk" | "hmwk" => "homework".to_owned(),
            "pset" | "psets" | "ps" => "problem set".to_owned(),
            "exams" | "examination" | "exam" => "exam".to_owned(),
            "mid" | "term" | "in" | "class" | "no" | "number" | "take" | "home" => continue,
            word => word.to_owned(),
        };
        words.push(word);
    }
    // “Midterms” are several, and none of them is “the midterm”.
    if item.plural {
        words.push("several".to_owned());
    }
    // The exam in “midterm exam” adds nothing.
    if words.len() > 1 && words.iter().any(|word| word == "midterm" || word == "final") {
        words.retain(|word| word != "exam");
    }
    words.join(" ")
}

/// A name without blanks and signs around it.
pub(super) fn tidy(text: &str) -> String {
    let joined: Vec<&str> = text.split_whitespace().collect();
    let mut text = joined.join(" ");
    for place in [
        " — [",
        " - [",
        " to canvas",
        " on canvas",
        " via ",
        " to gradescope",
        " on gradescope",
        " on moodle",
        " to moodle",
        "{.",
        " will be ",
        " will take place",
        " takes place",
        " must be ",
        " findet ",
        " aura lieu",
    ] {
        if let Some(at) = text.to_ascii_lowercase().find(place).filter(|at| *at > 0) {
            text.truncate(at);
        }
    }
    for place in [
        " at the beginning of",
        " at the start of",
        " before class",
        " no later",
        " at beginning of",
        " in class",
        " in-class",
        " (in class",
        " during class",
    ] {
        let lower = text.to_ascii_lowercase();
        let ends = |at: &usize| {
            place.contains(" of")
                || place.contains("later")
                || lower[at + place.len()..].trim_matches([')', '.', ',', ' ']).is_empty()
        };
        if let Some(at) = lower.find(place).filter(ends) {
            text.truncate(at);
        }
    }
    text = text.replace("**", "");
    text = without_empty_brackets(&text);
    text = text.replace(": (", " (").replace(": ,", ",");
    while text.contains(", ,") || text.contains(",,") {
        text = text.replace(", ,", ",").replace(",,", ",");
    }
    let connects = [
        " submit",
        " spätestens",
        " bis",
        " and",
        " or",
        " und",
        " et",
        " by",
        " on",
        " at",
        " is",
        " am",
        " the",
        " to",
        " from",
        " le",
        " les",
        " den",
        " du",
        " -",
        " –",
        " &",
    ];
    while let Some(end) =
        connects.iter().find(|word| text.trim_end_matches([',', ' ', ':', '.']).ends_with(*word))
    {
        let kept = text.trim_end_matches([',', ' ', ':', '.']).len() - end.len();
        text.truncate(kept);
    }
    let signs = |letter: char| letter.is_whitespace() || ",;:-–—.|/@*•=>~\"“”".contains(letter);
    let mut text = text.trim_matches(signs).to_owned();
    for (open, close) in [('(', ')'), ('[', ']')] {
        if text.matches(open).count() != text.matches(close).count() {
            text = text.trim_matches([open, close]).trim_matches(signs).to_owned();
        }
    }
    text.trim_matches(signs).to_owned()
}

/// A text without brackets that have no word in them.
pub(super) fn without_empty_brackets(text: &str) -> String {
    const SMALL: &str = "to by on at until is and from bis le am";
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find(['(', '[']) {
        let close = if rest[open..].starts_with('(') { ')' } else { ']' };
        let Some(length) = rest[open..].find(close) else { break };
        let inner = &rest[open + 1..open + length];
        let mut words = inner.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
        kept.push_str(&rest[..open]);
        if words.any(|word| !among(SMALL, word)) {
            kept.push_str(&rest[open..=open + length]);
        }
        rest = &rest[open + length + 1..];
    }
    kept.push_str(rest);
    kept.trim().to_owned()
}
