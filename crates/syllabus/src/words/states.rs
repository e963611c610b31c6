//! Words that say whether something is due, and words that say that it is not what it seems.

use crate::dates::token::Token;
use crate::words::among;

/// What is said of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It is due, or takes place.
    Due,
    /// It is handed out, talked of, or given back.
    NotDue,
}

/// The state that begins at a token, and how many tokens it takes.
pub(crate) fn state(tokens: &[Token]) -> Option<(State, usize)> {
    let word = |at: usize| tokens.get(at).map_or("", Token::word);
    let due = |length| Some((State::Due, length));
    let not_due = |length| Some((State::NotDue, length));
    match (word(0), word(1)) {
        ("due", "to") => None,
        ("turn" | "turned" | "hand" | "handed" | "hands", "in")
        | ("a" | "date", "rendre" | "remettre" | "limite") => due(2),
        ("hand", _) if tokens.get(1).is_some_and(|sign| sign.is('-')) && word(2) == "in" => due(3),
        ("handed" | "goes" | "go" | "going", "out" | "live" | "over")
        | ("work" | "working", "on")
        | ("en", "ligne") => not_due(2),
        (
            "due" | "deadline" | "submit" | "submitted" | "submission" | "submissions" | "abgabe"
            | "abzugeben" | "abgabetermin" | "abgabefrist" | "abgabeschluss" | "einsendeschluss"
            | "einreichung" | "einzureichen" | "fallig" | "faellig" | "rendu" | "remise" | "rendre"
            | "remettre" | "echeance" | "depot" | "deadlines",
            _,
        ) => due(1),
        (
            "assigned" | "posted" | "released" | "release" | "distributed" | "available" | "returned"
            | "graded" | "solutions" | "solution" | "regrade" | "regrades" | "ausgabe" | "ausgegeben"
            | "veroffentlicht" | "besprechung" | "distribue" | "distribution" | "publie" | "publication"
            | "corrige" | "correction" | "introduced" | "introduce" | "introduction" | "discuss"
            | "discussion" | "discussed" | "begins" | "begin" | "start" | "starts" | "opens" | "assign"
            | "review" | "reviews" | "revision" | "preparation" | "prep" | "sample" | "practice" | "overview"
            | "debrief" | "vorbesprechung" | "ruckgabe" | "einsicht" | "anmeldung" | "vorbereitung"
            | "fragestunde" | "wiederholung" | "work" | "handout" | "announced" | "announcement" | "feedback"
            | "kickoff" | "lancement" | "meets" | "meet" | "go" | "over",
            _,
        ) => not_due(1),
        ("out", next) if next != "of" => not_due(1),
        (word, _) if word.len() > 8 && word.ends_with("abgabe") => due(1),
        _ => None,
    }
}

/// Whether a clause is of what nobody has to study for: holidays, office hours, dates of the administration.
pub(crate) fn is_vetoed(words: &[&str]) -> bool {
    let has = |known: &str| words.iter().any(|word| among(known, word));
    let follows =
        |one: &str, other: &str| words.windows(2).any(|pair| among(one, pair[0]) && among(other, pair[1]));
    follows(
        "no",
        "class classes lecture quiz exam homework midterm final lab assignment assignments recitation section \
    hw",
    ) || follows("last", "day updated modified revised update year years")
        || follows("office", "hour hours")
        || follows("add drop", "drop add deadline date period")
        || follows("pas aucun", "de cours")
        || follows("kein keine", "vorlesung ubung klausur abgabe")
        || follows("grades grade", "due posted are submitted")
        || follows(
            "old previous past mock practice sample former",
            "exam exams midterm midterms final finals quiz quizzes test tests",
        )
        || follows("exam midterm quiz final test", "review prep preparation solutions solution reviews")
        || has(VETOES)
}

const VETOES: &str = "abandon abandonner withdraw withdrawal withdrawals registration register updated copyright tuition \
    refund commencement entfallt inscription inscriptions anmeldefrist klausuranmeldung \
    prufungsanmeldung klausureinsicht sprechstunde sprechstunden anmeldung abmeldung permanence \
    cancelled canceled annule conge modified revised ruckmeldung isbn published stand census \
    probeklausur klausurvorbereitung klausurbesprechung einsicht incompletes";

/// Whether a text tells of a day off, or of something to read.
pub(crate) fn is_day_off_or_reading(words: &[&str]) -> bool {
    const WORDS: &str = "holiday holidays recess thanksgiving feiertag ferien vacances ferie relache break read reading \
    readings chapter chapters ch pp pages watch lecture lesen kapitel lire chapitre none tba tbd tbc \
    nothing keine aucun grades labor slides";
    words.iter().any(|word| among(WORDS, word))
}

/// Whether a clause tells that a date has taken the place of another.
pub(crate) fn is_moved(words: &[&str]) -> bool {
    const MOVED: &str = "moved postponed rescheduled extended changed pushed shifted delayed verschoben verlangert reporte \
    reportee deplace deplacee prolonge instead corrected neuer statt verlegt erst";
    let new = words.windows(2).any(|pair| {
        ["new", "updated", "revised", "nouvelle"].contains(&pair[0])
            && ["date", "deadline", "due", "time"].contains(&pair[1])
    });
    new || words.iter().any(|word| among(MOVED, word))
}

/// Whether a clause says itself that it is not settled.
pub(crate) fn is_tentative(words: &[&str]) -> bool {
    words
        .iter()
        .any(|word| among("tentative tentatively tbc voraussichtlich provisoire approximately approx", word))
}
