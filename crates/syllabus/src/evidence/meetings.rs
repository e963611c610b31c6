//! When the class meets, and by what time things are due.

use time::{Time, Weekday};

use super::Witness;
use crate::words::among;
use crate::words::calendar::weekday;

/// When the class meets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Meeting {
    pub(crate) days: Vec<Weekday>,
    pub(crate) start: Time,
}

/// The meetings of the class, as in `MWF 10:00–10:50` or `Tuesdays and Thursdays, 2–3:15 pm`.
pub(super) fn meetings(witnesses: &[Witness]) -> Vec<Meeting> {
    let mut list: Vec<Meeting> = Vec::new();
    for witness in witnesses {
        let notes = &witness.notes;
        let words = notes.words(0..notes.tokens.len());
        let has = |known: &str| words.iter().any(|word| among(known, word));
        let says = has(
            "class classes lecture lectures meets meet meetings vorlesung cours seminar when time times schedule",
        );
        let other = has("office hours sprechstunde recitation lab discussion section permanence ta");
        let [clock] = notes.clocks.as_slice() else { continue };
        let near = clock.tokens.start.saturating_sub(8)..clock.tokens.start;
        let days = days(near.filter(|at| !notes.taken[*at]).map(|at| notes.tokens[at].word()));
        if days.is_empty() || other || words.len() > 30 || clock.end.is_none() {
            continue;
        }
        if says || days.len() > 1 {
            let meeting = Meeting { days, start: clock.start };
            if !list.contains(&meeting) {
                list.push(meeting);
            }
        }
    }
    list
}

/// The weekdays that words name, also in one as `MWF` and `TuTh`.
fn days<'a>(words: impl Iterator<Item = &'a str>) -> Vec<Weekday> {
    let mut days = Vec::new();
    for word in words {
        match word {
            "mwf" => days.extend([Weekday::Monday, Weekday::Wednesday, Weekday::Friday]),
            "mw" => days.extend([Weekday::Monday, Weekday::Wednesday]),
            "tr" | "tth" | "tuth" | "tueth" => days.extend([Weekday::Tuesday, Weekday::Thursday]),
            "wf" => days.extend([Weekday::Wednesday, Weekday::Friday]),
            word if word.len() > 1 => days.extend(weekday(word).map(|(day, _)| day)),
            _ => {}
        }
    }
    days
}

/// The time that the page names for everything that is due.
pub(super) fn usual_time(witnesses: &[Witness]) -> Option<Time> {
    let mut times = witnesses.iter().filter_map(|witness| {
        let notes = &witness.notes;
        let words = notes.words(0..notes.tokens.len());
        let has = |known: &str| words.iter().any(|word| among(known, word));
        let all = has("all every each alle tous always unless homeworks assignments deadlines everything");
        let due = has("due deadline deadlines submitted abgabe abzugeben rendre");
        let [clock] = notes.clocks.as_slice() else { return None };
        (all && due && notes.dates.is_empty() && clock.end.is_none()).then_some(clock.start)
    });
    let first = times.next()?;
    times.all(|time| time == first).then_some(first)
}
