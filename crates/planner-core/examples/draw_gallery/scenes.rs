//! The weeks.

use planner_core::model::{Kind, TaskId};
use planner_core::time::Interval;
use uuid::Uuid;

use crate::Outcome;
use crate::week::{Scene, Week};

/// Every week, with its name.
pub(crate) fn all() -> Outcome<[(&'static str, Scene); 7]> {
    Ok([
        ("quiet", quiet()?),
        ("full", full()?),
        ("fortnight", fortnight()?),
        ("spring", spring()?),
        ("autumn", autumn()?),
        ("titles", titles()?),
        ("conflicts", conflicts()?),
    ])
}

fn quiet() -> Outcome<Scene> {
    let mut week = Week::new("Europe/Berlin", (2025, 3), "2025-03-06T11:07:00Z")?;
    week.exam("Algebra", 11, "14", 120)?;
    week.event("Lecture", Kind::Class, 7, "9-12")?;
    week.event("Shift at the library", Kind::Work, 10, "7-19")?;
    let film = week.event("Film with Jo", Kind::Chill, 10, "20-23")?;
    week.event("Lab", Kind::Class, 11, "8-10")?;
    week.makes(10, "20-22")?;
    week.moves(film, 8, "19-22")?;
    Ok(week.as_told())
}

fn full() -> Outcome<Scene> {
    let mut week = Week::new("America/New_York", (2025, 10), "2025-10-13T11:40:00Z")?;
    week.problem.settings.allow_delete = true;
    week.exam("Linear Algebra midterm", 19, "18", 600)?;
    timetable(&mut week)?;
    spare_time(&mut week)?;
    for (day, times) in
        [(13, "15-16"), (14, "9:15-9:45"), (15, "14:30-17"), (17, "14-15:30"), (19, "13:15-14")]
    {
        week.busy(day, times)?;
    }
    let review = week.event("Review session", Kind::Focus, 20, "9-11")?;
    week.last()?.task = Some(TaskId(Uuid::from_u128(1)));
    let gaming = week.event("Gaming night", Kind::Chill, 17, "19-22:30")?;
    let laundry = week.event("Laundry", Kind::LowPriority, 18, "14-17")?;
    let movie = week.event("Movie", Kind::Chill, 18, "20-22")?;
    let reading = week.event("Self-study", Kind::Focus, 15, "21-22:30")?;
    week.makes(17, "20-22")?;
    week.moves(review, 19, "15-17")?;
    week.moves(gaming, 18, "17:15-20:45")?;
    week.splits(laundry, (15, "12:45-14:15"), (18, "15:30-17"))?;
    week.gives_up(movie)?;
    week.keeps(reading)?;
    Ok(week.as_told())
}

fn timetable(week: &mut Week) -> Outcome<()> {
    let everyday = &[13_i8, 14, 15, 16, 17, 18, 19][..];
    let weekdays = &everyday[..5];
    for (title, kind, days, times) in [
        ("Linear Algebra", Kind::Class, &[13, 15, 17][..], "9-10:15"),
        ("Physics II lecture", Kind::Class, &[13, 15], "10:30-11:45"),
        ("Physics II lab", Kind::Class, &[14], "13-16"),
        ("Academic writing", Kind::Class, &[14, 16], "10-11:30"),
        ("Programming", Kind::Class, &[13, 17], "13-14:30"),
        ("Seminar", Kind::Class, &[16], "13-14:30"),
        ("Orchestra", Kind::Class, &[15], "18:45-20:45"),
        ("Library desk", Kind::Work, &[13, 16], "17:30-20:30"),
        ("Stand-up", Kind::Work, weekdays, "8-8:15"),
        ("Tutoring", Kind::Work, &[16], "14-15:30"),
        ("Bus", Kind::Other, weekdays, "7:20-7:50"),
        ("Office hours", Kind::Other, weekdays, "16:30-17:15"),
        ("Study group", Kind::Other, &[16], "14:15-16"),
        ("Night bus", Kind::Other, &[18], "23:45-0:40"),
        ("Family visit", Kind::Dnd, &[18], "10:30-13"),
        ("Lunch", Kind::Other, everyday, "12-12:45"),
        ("Sleep", Kind::Sleep, &everyday[..4], "23-6:45"),
        ("Sleep", Kind::Sleep, &everyday[4..], "23:30-8"),
    ] {
        for day in days {
            week.event(title, kind, *day, times)?;
        }
    }
    Ok(())
}

fn spare_time(week: &mut Week) -> Outcome<()> {
    week.event("Morning run", Kind::Chill, 18, "9-10")?;
    week.event("Call home", Kind::Chill, 15, "18-18:30")?;
    week.event("Climbing", Kind::Chill, 14, "20-22")?;
    week.event("Brunch", Kind::Chill, 19, "11-12:30")?;
    week.event("Essay reading", Kind::Focus, 16, "8-9:30")?;
    week.event("Groceries", Kind::LowPriority, 14, "18-19")?;
    week.event("Clean the kitchen", Kind::LowPriority, 16, "19:30-20:15")?;
    week.event("Birthday of Sam", Kind::Other, 16, "8-22")?;
    week.last()?.transparent = true;
    Ok(())
}

fn fortnight() -> Outcome<Scene> {
    let mut week = Week::new("Europe/London", (2025, 5), "2025-05-05T08:20:00Z")?;
    week.problem.settings.lookahead_days = 14;
    week.exam("Organic chemistry", 18, "9", 360)?;
    for day in [5, 7, 9, 12, 14, 16] {
        week.event("Chemistry", Kind::Class, day, "10-12")?;
        week.event("Lab", Kind::Class, day, "13-15:30")?;
    }
    for day in [6, 8, 13, 15] {
        week.event("Shift", Kind::Work, day, "9-17")?;
        week.event("Football", Kind::Chill, day, "18-20")?;
    }
    for day in 5..=17 {
        week.event("Sleep", Kind::Sleep, day, "23-7")?;
    }
    week.event("Concert", Kind::Other, 10, "20-22:30")?;
    let hike = week.event("Hike", Kind::Chill, 17, "10-16")?;
    let chores = week.event("Shopping and chores", Kind::LowPriority, 16, "17-19")?;
    let deep_work = week.event("Deep work", Kind::Focus, 10, "9-11")?;
    week.makes(16, "17-19")?;
    week.makes(17, "13-15")?;
    week.moves(hike, 11, "10-16")?;
    week.moves(chores, 14, "16-18")?;
    week.keeps(deep_work)?;
    Ok(week.as_told())
}

/// The clock jumps from 02:00 to 03:00.
fn spring() -> Outcome<Scene> {
    let mut week = Week::new("Europe/Berlin", (2025, 3), "2025-03-27T08:07:00Z")?;
    week.exam("History essay", 31, "23:59", 300)?;
    for day in [27, 28, 31] {
        week.event("Lecture", Kind::Class, day, "9-11:30")?;
    }
    for day in 26..=31 {
        week.event("Sleep", Kind::Sleep, day, "23-7")?;
    }
    week.event("Party", Kind::Chill, 29, "21-1")?;
    week.event("Night shift", Kind::Work, 30, "1:30-4:30")?;
    week.event("Shift", Kind::Work, 30, "8-20")?;
    week.event("Film", Kind::Chill, 31, "19-22")?;
    week.planned()
}

/// The clock goes back from 02:00 to 01:00.
fn autumn() -> Outcome<Scene> {
    let mut week = Week::new("America/New_York", (2025, 10), "2025-10-30T13:07:00Z")?;
    week.event("Lecture", Kind::Class, 30, "10-12")?;
    week.event("Costume party", Kind::Chill, 31, "20-23:30")?;
    week.month = (2025, 11);
    week.exam("Statistics", 3, "12", 300)?;
    week.event("Shift", Kind::Work, 1, "9-22:30")?;
    for (title, start, end) in [
        ("First pass", "2025-11-02T05:00:00Z", "2025-11-02T06:00:00Z"),
        ("Second pass", "2025-11-02T06:00:00Z", "2025-11-02T08:00:00Z"),
    ] {
        week.event(title, Kind::Work, 2, "1-3")?;
        week.last()?.interval = Interval::new(start.parse()?, end.parse()?).ok_or("no time at all")?;
    }
    week.event("Day out", Kind::Chill, 2, "10-22")?;
    week.planned()
}

fn titles() -> Outcome<Scene> {
    let mut week = Week::new("Asia/Jerusalem", (2025, 6), "2025-06-02T06:07:00Z")?;
    week.exam("מבחן באלגברה לינארית — חלק ראשון ושני 📐", 5, "12", 240)?;
    week.event("שיעור פרטי עם רות בספרייה הלאומית", Kind::Class, 2, "10-12")?;
    week.event("محاضرة في الكيمياء العضوية", Kind::Class, 3, "9-11")?;
    week.event("👩‍👩‍👧‍👦 Familienfeier mit Oma, Opa und 🐕", Kind::Chill, 4, "18-21")?;
    week.event("Donaudampfschifffahrtselektrizitätenhauptbetriebswerk", Kind::Work, 3, "12-14")?;
    week.event("日本語の授業:敬語の使い方について", Kind::Class, 4, "9-10:30")?;
    week.event("<script>alert(\"x\")</script> ]]> & 'quotes'", Kind::Other, 2, "13-14")?;
    week.event("\u{202E}reversed\u{202C} \u{0}\u{7} control\u{FFFF}", Kind::Other, 2, "14:30-15")?;
    week.event("", Kind::LowPriority, 2, "16-17")?;
    week.event(&"very long ".repeat(500), Kind::Focus, 5, "9-11")?;
    for (title, times) in [("5 min", "16-16:05"), ("15 min", "16:30-16:45"), ("20 min", "17-17:20")] {
        week.event(title, Kind::LowPriority, 3, times)?;
    }
    for title in ["one", "two", "three", "four", "five", "six"] {
        week.event(title, Kind::Other, 4, "12-14")?;
    }
    week.planned()
}

fn conflicts() -> Outcome<Scene> {
    let mut week = Week::new("Europe/Berlin", (2025, 3), "2025-03-10T06:07:00Z")?;
    week.event("Yoga", Kind::Chill, 11, "17-19")?;
    week.event("New seminar", Kind::Class, 11, "16-18")?;
    week.event("Reading", Kind::Focus, 12, "9-11")?;
    week.busy(12, "10-12")?;
    week.event("Cooking", Kind::LowPriority, 13, "18-19")?;
    week.planned()
}
