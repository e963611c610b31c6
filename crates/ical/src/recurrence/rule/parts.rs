//! The parts of a recurrence rule: which there are, and what they may say.

use std::collections::BTreeMap;

use crate::fault::clipped;

/// A rule cannot be followed, and this is why.
pub(super) type Reason = String;

/// The parts that are numbers: the name, the least and the greatest.
const NUMBERS: [(&str, i32, i32); 10] = [
    ("INTERVAL", 1, 65_535),
    ("COUNT", 1, i32::MAX),
    ("BYSECOND", 0, 60),
    ("BYMINUTE", 0, 59),
    ("BYHOUR", 0, 23),
    ("BYMONTHDAY", -31, 31),
    ("BYYEARDAY", -366, 366),
    ("BYWEEKNO", -53, 53),
    ("BYMONTH", 1, 12),
    ("BYSETPOS", -366, 366),
];

const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// The parts of a rule, each once and well formed.
pub(super) fn parts(value: &str) -> Result<BTreeMap<String, String>, Reason> {
    let mut parts = BTreeMap::new();
    for part in value.split(';') {
        let part: String =
            part.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
        let (name, value) = part.split_once('=').unwrap_or((&part, ""));
        // Some programs write parts without a value, and extensions of their own.
        if value.is_empty()
            || name.starts_with("X-")
            || (name, value) == ("RSCALE", "GREGORIAN")
            || name == "SKIP"
        {
            continue;
        }
        if !is_well_formed(name, value) {
            return Err(format!("{} is not understood", clipped(&part)));
        }
        if parts.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err(format!("{name} is there twice"));
        }
    }
    Ok(parts)
}

fn is_well_formed(name: &str, value: &str) -> bool {
    match name {
        "FREQ" | "UNTIL" => value.is_ascii(),
        "WKST" => WEEKDAYS.contains(&value),
        "BYDAY" => value.split(',').all(is_weekday),
        _ => NUMBERS.iter().find(|(known, ..)| *known == name).is_some_and(|(_, least, most)| {
            let is_list = name.starts_with("BY");
            let is_number =
                |text: &str| text.parse().is_ok_and(|number: i32| (*least..=*most).contains(&number));
            if is_list { value.split(',').all(is_number) } else { is_number(value) }
        }),
    }
}

fn is_weekday(text: &str) -> bool {
    let Some((number, day)) = text.len().checked_sub(2).and_then(|split| text.split_at_checked(split)) else {
        return false;
    };
    let is_number =
        number.is_empty() || number.parse().is_ok_and(|number: i8| number != 0 && number.abs() <= 53);
    is_number && WEEKDAYS.contains(&day)
}

pub(super) fn without_numbers(weekdays: &str) -> String {
    let mut days: Vec<&str> = weekdays.split(',').map(|day| &day[day.len() - 2..]).collect();
    days.sort_unstable();
    days.dedup();
    days.join(",")
}
