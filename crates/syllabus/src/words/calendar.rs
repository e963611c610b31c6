//! Months, weekdays and seasons.

use time::{Month, Weekday};

use crate::context::Language;

/// The month that a word names, whole or shortened.
pub(crate) fn month(word: &str) -> Option<Month> {
    Some(match word {
        "january" | "jan" | "januar" | "janner" | "janvier" | "janv" => Month::January,
        "february" | "feb" | "febr" | "februar" | "feber" | "fevrier" | "fevr" | "fev" => Month::February,
        "march" | "mar" | "marz" | "mrz" | "maerz" | "mars" => Month::March,
        "april" | "apr" | "avril" | "avr" => Month::April,
        "may" | "mai" => Month::May,
        "june" | "jun" | "juni" | "juin" => Month::June,
        "july" | "jul" | "juli" | "juillet" | "juil" => Month::July,
        "august" | "aug" | "aout" => Month::August,
        "september" | "sep" | "sept" | "septembre" => Month::September,
        "october" | "oct" | "oktober" | "okt" | "octobre" => Month::October,
        "november" | "nov" | "novembre" => Month::November,
        "december" | "dec" | "dez" | "dezember" | "decembre" => Month::December,
        _ => return None,
    })
}

/// How sure it is that a word names a weekday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sure {
    /// Only beside a date: `do 8.10.`, `T 1/14`.
    BesideDate,
    /// Anywhere.
    Always,
}

/// The weekday that a word names.
pub(crate) fn weekday(word: &str) -> Option<(Weekday, Sure)> {
    let sure = match word {
        "monday" | "mon" | "mondays" | "montag" | "montags" | "lundi" | "lundis" => Weekday::Monday,
        "tuesday" | "tue" | "tues" | "tuesdays" | "dienstag" | "dienstags" | "mardi" | "mardis" => {
            Weekday::Tuesday
        }
        "wednesday" | "wed" | "weds" | "wednesdays" | "mittwoch" | "mittwochs" | "mercredi" | "mercredis" => {
            Weekday::Wednesday
        }
        "thursday" | "thu" | "thur" | "thurs" | "thursdays" | "donnerstag" | "donnerstags" | "jeudi"
        | "jeudis" => Weekday::Thursday,
        "friday" | "fri" | "fridays" | "freitag" | "freitags" | "vendredi" | "vendredis" => Weekday::Friday,
        "saturday" | "saturdays" | "samstag" | "samstags" | "sonnabend" | "samedi" | "samedis" => {
            Weekday::Saturday
        }
        "sunday" | "sundays" | "sonntag" | "sonntags" | "dimanche" | "dimanches" => Weekday::Sunday,
        _ => return beside_date(word).map(|weekday| (weekday, Sure::BesideDate)),
    };
    Some((sure, Sure::Always))
}

fn beside_date(word: &str) -> Option<Weekday> {
    Some(match word {
        "m" | "mo" | "lun" => Weekday::Monday,
        "t" | "tu" | "di" | "mar" => Weekday::Tuesday,
        "w" | "we" | "mi" | "mer" => Weekday::Wednesday,
        "r" | "th" | "do" | "jeu" => Weekday::Thursday,
        "f" | "fr" | "ven" => Weekday::Friday,
        "sa" | "sat" | "sam" => Weekday::Saturday,
        "so" | "su" | "sun" | "dim" => Weekday::Sunday,
        _ => return None,
    })
}

/// A part of the year that a term is named after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Season {
    Fall,
    Winter,
    Spring,
    Summer,
    /// October to March, in German.
    WinterSemester,
    /// April to September, in German.
    SummerSemester,
}

/// The season that a word names.
pub(crate) fn season(word: &str) -> Option<Season> {
    Some(match word {
        "fall" | "autumn" | "automne" | "michaelmas" => Season::Fall,
        "winter" | "hiver" => Season::Winter,
        "spring" | "printemps" => Season::Spring,
        "summer" | "ete" => Season::Summer,
        "ws" | "wise" | "wintersemester" | "herbstsemester" => Season::WinterSemester,
        "ss" | "sose" | "sommersemester" | "fruhjahrssemester" | "fruhlingssemester" => {
            Season::SummerSemester
        }
        _ => return None,
    })
}

/// The language of which a word is, among those that tell.
pub(crate) fn language(word: &str) -> Option<Language> {
    Some(match word {
        "the" | "and" | "of" | "will" | "is" | "are" | "in" | "for" | "with" | "due" => Language::English,
        "der" | "die" | "das" | "und" | "ist" | "mit" | "von" | "zur" | "uhr" | "vorlesung" | "abgabe"
        | "ubung" | "im" | "den" | "klausur" => Language::German,
        "le" | "la" | "les" | "des" | "et" | "du" | "est" | "pour" | "cours" | "au" | "seance" | "examen"
        | "semaine" => Language::French,
        _ => return None,
    })
}
