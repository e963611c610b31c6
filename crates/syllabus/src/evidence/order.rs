//! Whether the day or the month comes first where both are numbers.

use time::Month;

use super::Witness;
use super::years::{Window, place};
use crate::context::Language;
use crate::dates::written::{Form, Written};

/// What comes first in `12/4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// The month, and this is why.
    MonthFirst(&'static str),
    /// The day, and this is why.
    DayFirst(&'static str),
    /// Nothing says.
    Unknown,
}

impl Order {
    /// Why, where it is known.
    pub(crate) const fn why(self) -> Option<&'static str> {
        match self {
            Self::MonthFirst(why) | Self::DayFirst(why) => Some(why),
            Self::Unknown => None,
        }
    }
}

/// The month and the day of a form, read in one way.
pub(crate) fn read(form: Form, month_first: bool) -> Option<(Month, u8)> {
    match form {
        Form::Named(month, day) => Some((month, day)),
        Form::Numbers(first, second, _) => {
            let (month, day) = if month_first { (first, second) } else { (second, first) };
            Some((Month::try_from(month).ok()?, day))
        }
    }
}

/// The order that the numbers themselves and the language tell.
pub(super) fn plain(witnesses: &[Witness], language: Language) -> Order {
    let (mut month_first, mut day_first) = (0, 0);
    for date in witnesses.iter().flat_map(Witness::dates) {
        for form in forms(date) {
            if let Form::Numbers(first, second, sign) = form {
                month_first += usize::from(second > 12 && sign != '.');
                day_first += usize::from(first > 12 && sign != '.');
            }
        }
    }
    match (month_first, day_first) {
        (0, 0) if language != Language::English => Order::DayFirst("the language"),
        (0, 0) => Order::Unknown,
        (_, 0) => Order::MonthFirst("a number beyond 12"),
        (0, _) => Order::DayFirst("a number beyond 12"),
        (one, other) if one > 4 * other => Order::MonthFirst("most numbers beyond 12"),
        (one, other) if other > 4 * one => Order::DayFirst("most numbers beyond 12"),
        _ => Order::Unknown,
    }
}

fn forms(date: &Written) -> impl Iterator<Item = Form> {
    let until = match date.until {
        Some(crate::dates::written::Until::Other(form, _)) => Some(form),
        _ => None,
    };
    std::iter::once(date.form).chain(until)
}

/// The order that weekdays, the term and the order of dates tell, where the numbers do not.
pub(super) fn weighed(plain: Order, witnesses: &[Witness], window: &Window, language: Language) -> Order {
    if plain.why().is_some_and(|why| why != "the language") {
        return plain;
    }
    let mut votes = [0_usize; 2];
    let mut fits = [0_usize; 2];
    for date in witnesses.iter().flat_map(Witness::dates) {
        let Form::Numbers(first, second, sign) = date.form else { continue };
        if first == second || sign == '.' {
            continue;
        }
        let ways = [true, false].map(|month_first| {
            let (month, day) = read(date.form, month_first)?;
            place(month, day, date.year, window)
        });
        if let (Some(weekday), true) = (date.weekday, window.sure || date.year.is_some()) {
            let near = |distance: i64| !window.named || date.year.is_some() || distance <= 21;
            let agree = ways
                .map(|way| way.is_some_and(|(date, distance)| date.weekday() == weekday && near(distance)));
            (0..2).filter(|way| agree[*way] && !agree[1 - *way]).for_each(|way| votes[way] += 1);
        }
        if window.named {
            let inside = ways.map(|way| way.is_some_and(|(_, distance)| distance == 0));
            (0..2).filter(|way| inside[*way] && !inside[1 - *way]).for_each(|way| fits[way] += 1);
        }
    }
    if let Some(order) = decide(votes, "the weekdays", 1) {
        return order;
    }
    if let Some(order) = decide(fits, "the term", 2) {
        return order;
    }
    if let Some(order) = monotone(witnesses) {
        return order;
    }
    match language {
        Language::English => Order::Unknown,
        _ => plain,
    }
}

fn decide(votes: [usize; 2], why: &'static str, least: usize) -> Option<Order> {
    match votes {
        [month, day] if month >= least && month > 4 * day => Some(Order::MonthFirst(why)),
        [month, day] if day >= least && day > 4 * month => Some(Order::DayFirst(why)),
        _ => None,
    }
}

/// Schedules go on in time: the order in which the page's dates go backward less often.
fn monotone(witnesses: &[Witness]) -> Option<Order> {
    let leads = witnesses.iter().filter(|witness| !witness.stamps && witness.notes.leads_with_date());
    let forms: Vec<Form> =
        leads.filter_map(|witness| witness.notes.dates.first()).map(|date| date.form).collect();
    let numbers = forms.iter().filter(|form| matches!(form, Form::Numbers(_, _, '/' | '-'))).count();
    if numbers < 4 {
        return None;
    }
    let backward = |month_first: bool| {
        let days: Vec<(u8, u8)> = forms
            .iter()
            .filter_map(|form| read(*form, month_first))
            .map(|(month, day)| (u8::from(month), day))
            .collect();
        days.windows(2).filter(|pair| pair[1] < pair[0]).count()
    };
    let (month, day) = (backward(true), backward(false));
    match (month, day) {
        (0..=1, day) if day > 2 + month => Some(Order::MonthFirst("the order of the dates")),
        (month, 0..=1) if month > 2 + day => Some(Order::DayFirst("the order of the dates")),
        _ => None,
    }
}
