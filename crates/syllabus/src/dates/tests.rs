use time::{Month, Weekday};

use super::clock::clocks;
use super::token::tokens;
use super::written::{Form, Until, Written, written};

fn one(text: &str) -> Written {
    let mut dates = written(&tokens(text), false);
    assert_eq!(dates.len(), 1, "{text}: {dates:?}");
    dates.remove(0)
}

#[test]
fn every_style_of_a_date_is_read() {
    for text in [
        "Dec 4",
        "4 Dec",
        "December 4th",
        "Dec. 4",
        "the 4th of December",
        "4. Dezember",
        "4 décembre",
        "Dec-4",
        "4-Dec",
        "4^th^ of December",
        "DEC 4",
    ] {
        assert_eq!(one(text).form, Form::Named(Month::December, 4), "{text}");
    }
    assert_eq!(one("1er décembre").form, Form::Named(Month::December, 1));
    for text in
        ["December 4th, 2026", "2026-12-04", "4 Dec 2026", "Dec 4 2026", "4. Dezember 2026", "Dec 4, '26"]
    {
        assert_eq!((one(text).form, one(text).year), (Form::Named(Month::December, 4), Some(2026)), "{text}");
    }
    assert_eq!(one("due 12/4").form, Form::Numbers(12, 4, '/'));
    assert_eq!((one("12/4/26").form, one("12/4/26").year), (Form::Numbers(12, 4, '/'), Some(2026)));
    assert_eq!((one("4.12.2026").form, one("4.12.2026").year), (Form::Numbers(4, 12, '.'), Some(2026)));
    assert_eq!(one("Abgabe 4.12.").form, Form::Numbers(4, 12, '.'));
}

#[test]
fn a_weekday_may_stand_on_either_side() {
    for text in [
        "Fri 12/4",
        "Fr 4.12.",
        "Friday, December 4",
        "Dec 4 (Fri)",
        "Dec 4 (F)",
        "Fri., Dec. 4",
        "December 4, Friday",
        "Freitag, den 4. Dezember",
        "vendredi 4 décembre",
        "F 12/4",
    ] {
        assert_eq!(one(text).weekday, Some(Weekday::Friday), "{text}");
    }
}

#[test]
fn stretches_have_a_last_day() {
    assert_eq!(one("Dec 7–11").until, Some(Until::Day(11)));
    assert_eq!(one("7–11 December").until, Some(Until::Day(11)));
    assert_eq!(one("du 7 au 11 décembre").form, Form::Named(Month::December, 7));
    assert_eq!(one("Sep 28 - Oct 2").until, Some(Until::Other(Form::Named(Month::October, 2), None)));
    assert_eq!(one("9/28-10/2").until, Some(Until::Other(Form::Numbers(10, 2, '/'), None)));
    assert_eq!(one("Oct 7 - 10:30 am").until, None);
    assert_eq!(written(&tokens("October 6 & 8"), false).len(), 2);
}

#[test]
fn numbers_that_are_no_dates_are_none() {
    for text in [
        "Chapter 10/11",
        "score 3/4",
        "pages 12-15",
        "version 1.2.3",
        "555-0123",
        "room 12.04",
        "ISBN 978-0-13-4",
        "open 24/7",
        "Section 3.4",
        "Ch. 9/10",
        "read 1/2 of it",
        "about 3/4 of the class",
        "pp. 12-15",
        "10:30-11:20",
        "Homework 3",
        "may be late",
        "Python 3.12",
    ] {
        let dates: Vec<Written> =
            written(&tokens(text), false).into_iter().filter(|date| !date.bare).collect();
        assert!(dates.is_empty(), "{text}: {dates:?}");
    }
}

#[test]
fn times_are_read_as_people_write_them() {
    for (text, start, end) in [
        ("by 11:59 pm", "23:59", None),
        ("at 5pm", "17:00", None),
        ("at noon", "12:00", None),
        ("by midnight", "23:59", None),
        ("14 Uhr", "14:00", None),
        ("2:00-4:00 PM", "14:00", Some("16:00")),
        ("8-10am", "8:00", Some("10:00")),
        ("11-1 pm", "11:00", Some("13:00")),
        ("8 to 9:50 am", "8:00", Some("9:50")),
        ("9h15-11h", "9:15", Some("11:00")),
        ("14–16 Uhr", "14:00", Some("16:00")),
        ("23:59 Uhr", "23:59", None),
        ("10 p.m.", "22:00", None),
    ] {
        let tokens = tokens(text);
        let clocks = clocks(&tokens, &vec![false; tokens.len()]);
        assert_eq!(clocks.len(), 1, "{text}");
        let told = |time: time::Time| format!("{}:{:02}", time.hour(), time.minute());
        assert_eq!(
            (told(clocks[0].start).as_str(), clocks[0].end.map(told).as_deref()),
            (start, end),
            "{text}"
        );
    }
}
