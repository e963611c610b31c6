//! Words for things to do that are part of something else.

use super::Clause;
use super::said::Said;
use crate::words::among;
use crate::words::items::Item;

impl Clause<'_> {
    /// Whether the words of an item are part of something else: `final grades`, `midterm week`.
    pub(super) fn is_something_else(&self, item: &Item) -> bool {
        const OTHER: &str = "grades grade review solutions solution break results scores feedback registration format policy key \
    recap answers topics version thoughts note notes remarks course score mark marks questions average \
    schedule instructions guidelines group code room booklet period";
        let next = self.word(item.tokens.end);
        // “Test-driven design”, “project-based learning”.
        let hyphen = self.notes.tokens.get(item.tokens.end).is_some_and(|sign| sign.is('-') && !sign.apart);
        if hyphen
            && self
                .notes
                .tokens
                .get(item.tokens.end + 1)
                .is_some_and(|word| !word.apart && !word.word().is_empty())
        {
            return true;
        }
        if among(OTHER, next) {
            return true;
        }
        let words = self.notes.words(item.tokens.clone());
        let before = item.tokens.start.checked_sub(1).map_or("", |at| self.word(at));
        let week = matches!(words.as_slice(), ["finals" | "midterm" | "midterms" | "final"])
            && next == "week"
            && self.items().len() > 1;
        // “Care plan final due”: the last version of something.
        let owner =
            item.tokens.start.checked_sub(1).filter(|_| words == ["final"]).map_or("", |at| self.word(at));
        let owned = !owner.is_empty()
            && !among("the our a and your is class home", owner)
            && self.said(&[item], 0) == Said::Due;
        if week || owned {
            return true;
        }
        self.is_bare_word(item, next, before, &words)
    }

    /// Whether the words of an item mean something else where they stand: a statistical test, the presentation of a subject.
    fn is_bare_word(&self, item: &Item, next: &str, before: &str, words: &[&str]) -> bool {
        let statistics = words.contains(&"tests") && !item.numbered && words.len() == 1;
        // “the final three weeks”, “final version”: no exam by itself.
        let bare_final = words == ["final"]
            && !next.is_empty()
            && !among(
                "on is will at in from due am and takes to for covers cumulative comprehensive week period",
                next,
            );
        let kinds = "hypothesis unit statistical t stress crash turing software significance";
        let technique =
            words.first().is_some_and(|word| among(kinds, word)) && words.contains(&"test") && !item.numbered;
        // “Practice quiz”, “review for exam 1”
        let unreal = among("practice sample mock old past previous conflict makeup alternate", before);
        let late = before == "up"
            || (before == "-"
                || self
                    .notes
                    .tokens
                    .get(item.tokens.start.wrapping_sub(1))
                    .is_some_and(|token| token.is('-')))
                && item.tokens.start > 1
                && self.word(item.tokens.start - 2) == "make";
        let presents = matches!(words, ["presentation" | "prasentation" | "expose"])
            && self.states(self.at.clone()).is_empty()
            && among("of du de des der on von la le tp skills", next);
        let introduces = matches!(words.first(), Some(&("presentation" | "prasentation"))) && words.len() > 1;
        statistics
            || presents
            || introduces
            || bare_final
            || technique
            || unreal
            || late
            || (among(kinds, before) && words.first() == Some(&"test"))
    }
}
