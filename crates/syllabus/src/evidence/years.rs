//! The stretch of time that the dates of a page are in.

use time::{Date, Duration, Month};

use super::Witness;
use super::order::{Order, read};
use super::terms::Named;
use crate::context::Context;
use crate::dates::written::{Form, Written};
use crate::reading::Rule;

/// The stretch of time that dates without a year are in.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub(crate) start: Date,
    pub(crate) end: Date,
    /// What the year was inferred from.
    pub(crate) rule: Rule,
    /// The page or the course says so, and not only today or the weekdays.
    pub(crate) sure: bool,
    /// It is a term, so that a date outside of it is odd.
    pub(crate) named: bool,
}

/// The date with this month and day that lies in the window or closest to it, and how many days outside it is.
pub(crate) fn place(month: Month, day: u8, year: Option<i32>, window: &Window) -> Option<(Date, i64)> {
    let distance = |date: &Date| {
        let before = (window.start - *date).whole_days().max(0);
        before + (*date - window.end).whole_days().max(0)
    };
    if let Some(year) = year {
        let date = Date::from_calendar_date(year, month, day).ok()?;
        return Some((date, distance(&date)));
    }
    let years = window.start.year() - 1..=window.end.year() + 1;
    years
        .filter_map(|year| Date::from_calendar_date(year, month, day).ok())
        .map(|date| (date, distance(&date)))
        .min_by_key(|(date, distance)| (*distance, *date))
}

/// The window of a page, and whether most weekdays of the page are right in another year.
pub(super) fn window(
    witnesses: &[Witness],
    terms: &[Named],
    context: &Context,
    order: Order,
) -> (Window, bool) {
    let dated = Dated::of(witnesses, order);
    let said = of_terms(terms, context, &dated)
        .or_else(|| of_course(context))
        .or_else(|| of_dates(witnesses, order, &dated));
    if let Some(window) = said {
        let copied = dated.contradicts(&window);
        return (window, copied);
    }
    (of_weekdays(witnesses, context, &dated).unwrap_or_else(|| of_today(context)), false)
}

fn of_terms(terms: &[Named], context: &Context, dated: &Dated) -> Option<Window> {
    let window = |term: &Named, sure| Window {
        start: term.start,
        end: term.end,
        rule: Rule::YearOfTermName(term.name.clone()),
        sure,
        named: true,
    };
    if let Some(course) = &context.term {
        let overlaps = |term: &&Named| term.start < course.end && course.start < term.end;
        if let Some(term) = terms.iter().find(overlaps) {
            return Some(window(term, true));
        }
    }
    // A stretch of a year says less than a term within it.
    let leading: Vec<&Named> = terms.iter().filter(|term| term.leads).collect();
    let shortest = leading.iter().map(|term| (term.end - term.start).whole_days()).min();
    let among: Vec<&Named> = leading
        .into_iter()
        .filter(|term| shortest.is_some_and(|days| (term.end - term.start).whole_days() <= days.max(250)))
        .collect();
    match among.as_slice() {
        [] => terms.first().map(|term| window(term, dated.agrees(&window(term, false)) || terms.len() == 1)),
        [term] => Some(window(term, true)),
        [first, ..] => {
            let best = among.iter().find(|term| dated.agrees(&window(term, false)));
            Some(best.map_or_else(|| window(first, false), |term| window(term, true)))
        }
    }
}

fn of_course(context: &Context) -> Option<Window> {
    context.term.as_ref().map(|term| Window {
        start: term.start.saturating_sub(Duration::days(21)),
        end: term.end.saturating_add(Duration::days(28)),
        rule: Rule::YearOfCourseTerm(term.name.clone()),
        sure: true,
        named: true,
    })
}

/// The window around dates that say their year.
fn of_dates(witnesses: &[Witness], order: Order, dated: &Dated) -> Option<Window> {
    let month_first = !matches!(order, Order::DayFirst(_));
    let mut dates: Vec<Date> = witnesses
        .iter()
        .flat_map(Witness::dates)
        .filter_map(|date| {
            let (month, day) = read(date.form, month_first)?;
            Date::from_calendar_date(date.year?, month, day).ok()
        })
        .collect();
    dates.sort_unstable();
    let middle = *dates.get(dates.len() / 2)?;
    let near = dates.iter().filter(|date| (**date - middle).whole_days().abs() < 200).count();
    let half = Duration::days(182);
    let mut window = Window {
        start: middle.saturating_sub(half),
        end: middle.saturating_add(half),
        rule: Rule::YearOfOtherDates(middle.year()),
        sure: false,
        named: false,
    };
    window.sure = near >= 2 && near * 2 > dates.len() && !dated.disagrees(&window) || dated.agrees(&window);
    Some(window)
}

/// The year in which the weekdays of the page are right.
fn of_weekdays(witnesses: &[Witness], context: &Context, dated: &Dated) -> Option<Window> {
    let this = context.today.year();
    let fits = |year: &i32| dated.fits(*year);
    let mut years: Vec<i32> = (this - 7..=this + 1).filter(fits).collect();
    // The nearest comes first; the days of the week come back after five, six or eleven years.
    years.sort_by_key(|year| ((year - this).abs(), -year));
    let mentioned = |year: &i32| {
        let says = |witness: &Witness| {
            let number = u32::try_from(*year).unwrap_or(0);
            (witness.leads || witness.stamps)
                && witness
                    .notes
                    .tokens
                    .iter()
                    .any(|token| token.number(4) == Some(number) && token.at.len() == 4)
        };
        witnesses.iter().any(says)
    };
    let known = years.iter().copied().find(mentioned);
    let year = known.or_else(|| years.first().copied())?;
    let start =
        Date::from_calendar_date(year, if dated.crosses { Month::July } else { Month::January }, 1).ok()?;
    let end = start.saturating_add(Duration::days(364));
    Some(Window { start, end, rule: Rule::YearOfWeekdays(year), sure: known.is_some(), named: false })
}

fn of_today(context: &Context) -> Window {
    Window {
        start: context.today.saturating_sub(Duration::days(150)),
        end: context.today.saturating_add(Duration::days(214)),
        rule: Rule::YearOfToday(context.today.year()),
        sure: false,
        named: false,
    }
}

/// Dates of the page that say a weekday and no year.
struct Dated {
    days: Vec<(Month, u8, time::Weekday)>,
    /// They go over the turn of a year.
    crosses: bool,
}

impl Dated {
    fn of(witnesses: &[Witness], order: Order) -> Self {
        let known = order.why().is_some();
        let month_first = !matches!(order, Order::DayFirst(_));
        let is_read =
            |date: &&Written| known || matches!(date.form, Form::Named(..) | Form::Numbers(_, _, '.'));
        let all = || witnesses.iter().flat_map(Witness::dates).filter(is_read);
        let read = |date: &Written| {
            let dotted = matches!(date.form, Form::Numbers(_, _, '.'));
            read(date.form, month_first && !dotted)
        };
        let mut days: Vec<_> = all()
            .filter(|date| date.year.is_none())
            .filter_map(|date| read(date).zip(date.weekday))
            .map(|((month, day), weekday)| (month, day, weekday))
            .collect();
        days.sort_unstable_by_key(|(month, day, weekday)| {
            (u8::from(*month), *day, weekday.number_from_monday())
        });
        days.dedup();
        let months: Vec<u8> = all().filter_map(read).map(|(month, _)| u8::from(month)).collect();
        let crosses = months.iter().any(|month| *month >= 9) && months.iter().any(|month| *month <= 3);
        Self { days, crosses }
    }

    fn count(&self, date: impl Fn(Month, u8) -> Option<Date>) -> usize {
        let right = |(month, day, weekday): &&(Month, u8, time::Weekday)| {
            date(*month, *day).is_some_and(|date| date.weekday() == *weekday)
        };
        self.days.iter().filter(right).count()
    }

    fn right(&self, window: &Window) -> usize {
        self.count(|month, day| place(month, day, None, window).map(|(date, _)| date))
    }

    /// At least three weekdays, and nearly all, are right in the window.
    fn agrees(&self, window: &Window) -> bool {
        let right = self.right(window);
        right >= 3 && right * 10 >= self.days.len() * 8
    }

    fn disagrees(&self, window: &Window) -> bool {
        self.days.len() >= 3 && self.right(window) * 2 < self.days.len()
    }

    /// Nearly all weekdays are right where the term begins in this year.
    fn fits(&self, year: i32) -> bool {
        let right = self.count(|month, day| {
            let next = i32::from(self.crosses && u8::from(month) < 7);
            Date::from_calendar_date(year + next, month, day).ok()
        });
        right >= 3 && right * 10 >= self.days.len() * 8
    }

    /// Most weekdays are wrong in the window.
    fn contradicts(&self, window: &Window) -> bool {
        self.disagrees(window)
    }
}
