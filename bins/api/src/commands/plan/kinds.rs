//! What an event of somebody else's calendar is to the planner, and whether it may move.

use std::str::FromStr;

use ical::Occurrence;
use planner_core::model::Kind;

/// Which events may move, and as what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flexible {
    pattern: Pattern,
    kind: Kind,
}

/// In lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    /// A text in the title.
    Title(String),
    /// A category.
    Category(String),
}

impl FromStr for Flexible {
    type Err = String;

    /// Reads `Gym=CHILL` or `category:Chores=LOW_PRIORITY`.
    fn from_str(text: &str) -> Result<Self, String> {
        let shape = || format!("{text:?} is not PATTERN=KIND such as Gym=CHILL");
        let (pattern, kind) = text.rsplit_once('=').ok_or_else(shape)?;
        let kind = named(kind).filter(|kind| kind.may_move());
        let kind = kind.ok_or_else(|| format!("{text:?} names none of FOCUS, CHILL, LOW_PRIORITY"))?;
        let pattern = pattern.trim().to_lowercase();
        let pattern = match pattern.strip_prefix("category:") {
            Some(category) => Pattern::Category(category.trim().to_owned()),
            None => Pattern::Title(pattern),
        };
        let (Pattern::Title(text) | Pattern::Category(text)) = &pattern;
        if text.is_empty() { Err(shape()) } else { Ok(Self { pattern, kind }) }
    }
}

impl Flexible {
    fn fits(&self, occurrence: &Occurrence) -> bool {
        match &self.pattern {
            Pattern::Title(text) => occurrence.title.to_lowercase().contains(text),
            Pattern::Category(name) => {
                occurrence.categories.iter().any(|other| other.to_lowercase() == *name)
            }
        }
    }
}

/// What an occurrence is: what the student says, or a category of that name, or what its words say.
///
/// Of what stays the kind is for the reader alone; it decides nothing.
pub(super) fn kind(occurrence: &Occurrence, flexible: &[Flexible]) -> Kind {
    let said = flexible.iter().find(|flexible| flexible.fits(occurrence)).map(|flexible| flexible.kind);
    let by_category = || occurrence.categories.iter().find_map(|category| named(category));
    said.or_else(by_category).or_else(|| by_words(occurrence)).unwrap_or(Kind::Other)
}

/// The kind of this name, in whatever case and with blanks for underscores.
fn named(name: &str) -> Option<Kind> {
    Kind::from_name(&name.trim().to_uppercase().replace([' ', '-'], "_"))
}

/// Whole words of titles and categories.
const WORDS: [(&str, Kind); 13] = [
    ("exam", Kind::Exam),
    ("exams", Kind::Exam),
    ("examination", Kind::Exam),
    ("midterm", Kind::Exam),
    ("lecture", Kind::Class),
    ("lectures", Kind::Class),
    ("class", Kind::Class),
    ("classes", Kind::Class),
    ("tutorial", Kind::Class),
    ("recitation", Kind::Class),
    ("lab", Kind::Class),
    ("shift", Kind::Work),
    ("shifts", Kind::Work),
];

/// What words begin or end with. German makes one word of several: Blockseminar, Übungsgruppe, Nachtschicht.
const STEMS: [(&str, Kind); 7] = [
    ("klausur", Kind::Exam),
    ("prüfung", Kind::Exam),
    ("seminar", Kind::Class),
    ("vorlesung", Kind::Class),
    ("übung", Kind::Class),
    ("praktikum", Kind::Class),
    ("schicht", Kind::Work),
];

fn by_words(occurrence: &Occurrence) -> Option<Kind> {
    let texts = std::iter::once(&occurrence.title).chain(&occurrence.categories);
    let words = texts.flat_map(|text| text.split(|c: char| !c.is_alphanumeric())).map(str::to_lowercase);
    let kind = |word: String| {
        let whole = WORDS.iter().find(|(known, _)| word == *known);
        let stem = || STEMS.iter().find(|(stem, _)| word.starts_with(stem) || word.ends_with(stem));
        whole.or_else(stem).map(|(_, kind)| *kind)
    };
    // An exam in a lecture's time is an exam.
    let kinds: Vec<Kind> = words.filter_map(kind).collect();
    kinds.iter().find(|kind| **kind == Kind::Exam).or_else(|| kinds.first()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::plan::calendar::tests::occurrence;

    fn kind_of(title: &str, categories: &[&str], flexible: &[&str]) -> Kind {
        let mut occurrence = occurrence(title);
        occurrence.categories = categories.iter().map(|category| (*category).to_owned()).collect();
        let flexible: Vec<Flexible> = flexible.iter().map(|text| text.parse().unwrap()).collect();
        kind(&occurrence, &flexible)
    }

    #[test]
    fn what_the_student_says_comes_first_then_categories_then_words() {
        assert_eq!(
            kind_of("Gym class", &["Focus"], &["choir=FOCUS", "GYM=chill", "gym=LOW_PRIORITY"]),
            Kind::Chill
        );
        assert_eq!(kind_of("Gym class", &["Blue", "low priority"], &[]), Kind::LowPriority);
        assert_eq!(kind_of("Gym class", &["Blue"], &[]), Kind::Class);
        assert_eq!(kind_of("Gym", &[], &[]), Kind::Other);
        assert_eq!(
            kind_of("Wäsche", &["Haushalt"], &["category: haushalt = Low-Priority"]),
            Kind::LowPriority
        );
        assert_eq!(kind_of("Haushalt", &[], &["category:Haushalt=CHILL"]), Kind::Other);
    }

    #[test]
    fn words_are_whole_and_german_ones_may_be_long() {
        assert_eq!(kind_of("Classical concert for example", &[], &[]), Kind::Other);
        assert_eq!(kind_of("PHY-110: Klausur", &["Prüfung"], &[]), Kind::Exam);
        assert_eq!(kind_of("Analysis II", &["Vorlesung"], &[]), Kind::Class);
        assert_eq!(kind_of("Library shift", &[], &[]), Kind::Work);
        assert_eq!(kind_of("Blockseminar", &[], &[]), Kind::Class);
        assert_eq!(kind_of("Vorlesung: Probeklausur", &[], &[]), Kind::Exam);
    }

    #[test]
    fn a_pattern_without_a_text_or_with_another_kind_is_refused() {
        for wrong in ["Gym", "=CHILL", "category:=CHILL", "Gym=CLASS", "Gym=", "Gym=CHILLY"] {
            let told = wrong.parse::<Flexible>().unwrap_err();
            assert!(told.starts_with(&format!("{wrong:?} ")), "{told}");
        }
        // What comes before the last sign is the pattern.
        assert_eq!(kind_of("a=b", &[], &["a=b=CHILL"]), Kind::Chill);
    }
}
