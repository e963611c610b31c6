//! What columns of tables are called.

use crate::dates::token::{Token, tokens};
use crate::words::calendar::{Sure, weekday};
use crate::words::{among, items};
use time::Weekday;

/// What is in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// The date of the row.
    Date,
    /// The weekday of the row's date.
    Day,
    /// The number of the week.
    Week,
    /// When something is due, or what is due on the row's date.
    Due,
    /// When something is handed out, or what is.
    Out,
    /// When something begins, and when it ends.
    Start,
    End,
    /// The time.
    Time,
    /// What it is worth.
    Worth,
    /// What is to be read, or was looked at: nothing is due here unless it says so.
    Other,
    /// Homework and the like, of which it is not said whether it is due.
    Work,
    /// Exams, which take place on the row's date.
    Exams,
    /// What it is called.
    Title,
    /// A day of the week.
    Weekday(Weekday),
    /// Anything.
    Unknown,
}

/// What a column with this heading has.
pub(crate) fn column(heading: &str) -> Column {
    let tokens = tokens(heading);
    let words: Vec<&str> = tokens.iter().map(Token::word).filter(|word| !word.is_empty()).collect();
    let has = |known: &str| words.iter().any(|word| among(known, word));
    if words.is_empty() {
        return Column::Unknown;
    }
    if has("start begin begins beginn debut opens open from") && words.len() <= 3 {
        return Column::Start;
    }
    if (has("end ends ende fin closes close until")) && words.len() <= 3 {
        return Column::End;
    }
    if has(DUE) && !has("reading readings") {
        return Column::Due;
    }
    if has(OUT) {
        return Column::Out;
    }
    let mut days = words.iter().filter_map(|word| {
        weekday(word).filter(|(_, sure)| *sure == Sure::Always || (words.len() == 1 && word.len() > 1))
    });
    if let (Some((weekday, _)), None) = (days.next(), days.next())
        && words.len() <= 3
    {
        return Column::Weekday(weekday);
    }
    if words.len() == 1 && ["m", "t", "w", "r", "f"].contains(&words[0]) && tokens.len() == 1 {
        return weekday(words[0]).map_or(Column::Unknown, |(weekday, _)| Column::Weekday(weekday));
    }
    match () {
        () if has("date dates datum termin when quand wann tag") => Column::Date,
        () if has("weekday wochentag") => Column::Day,
        () if has("day jour") => Column::Day,
        () if has("week wk woche kw semaine sem weeks") => Column::Week,
        () if has("time uhrzeit zeit heure horaire hour") => Column::Time,
        () if has(
            "weight points percent percentage worth value punkte gewicht ponderation pourcentage pts marks grade",
        ) =>
        {
            Column::Worth
        }
        () if has(
            "reading readings read topic topics lecture lectures slides notes chapter chapters thema themen \
    inhalt sujet contenu lecture(s) material materials solution solutions losung text textbook room raum \
    location salle links resources video videos",
        ) =>
        {
            Column::Other
        }
        () if has(
            "exam exams quiz quizzes test tests klausur klausuren prufung evaluation evaluations examens examen",
        ) =>
        {
            Column::Exams
        }
        () if has(
            "item name title titre activity event assessment assessments deliverable milestone component was task \
    leistung activite",
        ) =>
        {
            Column::Title
        }
        () if has(
            "homework homeworks hw assignment assignments project projects lab labs problem paper papers blatt \
    ubungsblatt ubung ubungen hausaufgabe hausaufgaben devoir devoirs travaux tp projekt hausubung work \
    writing",
        ) =>
        {
            Column::Work
        }
        () if words.iter().any(|word| items::is_head(word)) => Column::Work,
        () => Column::Unknown,
    }
}

const DUE: &str = "due deadline deadlines abgabe abgabetermin abgabedatum abgabefrist frist fallig rendu remise \
    echeance remettre rendre submission limite submit";

const OUT: &str = "out assigned posted released release ausgabe ausgabedatum handout available distributed issued \
    distribution publication given";
