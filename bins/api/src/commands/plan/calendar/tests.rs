use planner_core::model::Kind;
use planner_core::time::Zone;

use super::*;
use crate::cli::CalendarArgs;
use crate::commands::plan::flags::Flags;

/// An hour on Tuesday, 24 March 2026.
pub(in crate::commands::plan) fn occurrence(title: &str) -> Occurrence {
    let interval = Interval::starting("2026-03-24T10:00:00Z".parse().unwrap(), 60).unwrap();
    Occurrence {
        uid: title.to_owned(),
        recurrence_id: None,
        title: title.to_owned(),
        interval,
        all_day: false,
        transparent: false,
        status: Status::Confirmed,
        declined: false,
        categories: Vec::new(),
        location: None,
        busy: None,
    }
}

/// An exam on Friday, 27 March 2026, at 12:00 in Berlin, asked for three days before.
fn request() -> Request {
    let args = CalendarArgs {
        exam: Some("Algebra@2026-03-27T12:00".to_owned()),
        effort: Some("6h".to_owned()),
        flexible: vec!["gym=CHILL".to_owned()],
        ..CalendarArgs::default()
    };
    let monday = "2026-03-23T18:00:00Z".parse().unwrap();
    Flags::read(&args)
        .unwrap()
        .request(Zone::named("Europe/Berlin").unwrap(), monday, &mut Vec::new())
        .unwrap()
}

fn source(events: &[&str]) -> Source {
    let events: Vec<String> =
        events.iter().map(|lines| format!("BEGIN:VEVENT\n{lines}\nEND:VEVENT\n")).collect();
    let file = format!("BEGIN:VCALENDAR\nX-WR-CALNAME:ada@example.com\n{}END:VCALENDAR\n", events.concat());
    Source { name: "a.ics".to_owned(), calendar: Calendar::parse(file.as_bytes()).unwrap() }
}

fn of(sources: &[Source]) -> Problem {
    let problem = problem(&request(), sources, &mut Vec::new());
    problem.validate().unwrap();
    problem
}

fn titles(problem: &Problem) -> Vec<&str> {
    let mut events: Vec<&Event> = problem.events.iter().collect();
    events.sort_by_key(|event| (event.interval, event.id));
    events.into_iter().map(|event| event.title.as_str()).collect()
}

const GYM: &str = "UID:gym\nSUMMARY:Gym\nDTSTART;TZID=Europe/Berlin:20260302T183000\nDURATION:PT90M\n\
    RRULE:FREQ=DAILY";

#[test]
fn the_problem_holds_the_window_with_a_rest_on_both_sides() {
    let problem = of(&[source(&[GYM])]);
    // From eight hours before it is asked on Monday evening to eight hours after the exam on Friday noon.
    let starts: Vec<String> = {
        let mut starts: Vec<Instant> = problem.events.iter().map(|event| event.interval.start()).collect();
        starts.sort_unstable();
        starts.iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        starts,
        [
            "2026-03-23T17:30:00Z",
            "2026-03-24T17:30:00Z",
            "2026-03-25T17:30:00Z",
            "2026-03-26T17:30:00Z",
            "2026-03-27T17:30:00Z"
        ]
    );
    let task = problem.trigger().unwrap();
    assert_eq!((task.title.as_str(), task.kind, task.effort_minutes), ("Algebra", TaskKind::Exam, 360));
    assert_eq!(task.due.to_string(), "2026-03-27T11:00:00Z");
}

#[test]
fn the_same_calendar_makes_the_same_problem_and_every_event_its_own_id() {
    let problem = of(&[source(&[GYM])]);
    assert_eq!(problem, of(&[source(&[GYM])]));
    let ids: Vec<String> = problem.events.iter().map(|event| event.id.to_string()).collect();
    assert!(ids.is_sorted_by(|one, other| one < other));
}

#[test]
fn only_what_is_said_to_be_flexible_moves() {
    let problem = of(&[source(&[
        GYM,
        "UID:1\nSUMMARY:Analysis lecture\nDTSTART:20260324T080000Z\nDURATION:PT90M",
        "UID:2\nSUMMARY:Reading\nCATEGORIES:Focus\nDTSTART:20260324T100000Z\nDURATION:PT90M",
        "UID:3\nSUMMARY:Gym day\nDTSTART;VALUE=DATE:20260325",
    ])]);
    let by_title = |title: &str| problem.events.iter().find(|event| event.title == title).unwrap();
    let shown = |title: &str| (by_title(title).kind, by_title(title).is_movable);
    assert_eq!(shown("Gym"), (Kind::Chill, true));
    assert_eq!(shown("Analysis lecture"), (Kind::Class, false));
    assert_eq!(shown("Reading"), (Kind::Focus, true));
    assert_eq!(shown("Gym day"), (Kind::Chill, false), "a whole day fits nowhere else");
}

#[test]
fn what_is_cancelled_or_declined_is_left_out_and_what_is_tentative_stays() {
    let at = "DTSTART:20260324T080000Z\nDURATION:PT1H";
    let declined = "ATTENDEE;PARTSTAT=DECLINED:MAILTO:Ada@example.com\nATTENDEE:mailto:ben@example.com";
    let others = "ATTENDEE;PARTSTAT=DECLINED:mailto:ben@example.com";
    let problem = of(&[source(&[
        &format!("UID:1\nSUMMARY:Cancelled\nSTATUS:CANCELLED\n{at}"),
        &format!("UID:2\nSUMMARY:Declined\n{declined}\n{at}"),
        &format!("UID:3\nSUMMARY:Tentative\nSTATUS:TENTATIVE\n{at}"),
        &format!("UID:4\nSUMMARY:Ben declined\n{others}\n{at}"),
    ])]);
    let mut shown = titles(&problem);
    shown.sort_unstable();
    assert_eq!(shown, ["Ben declined", "Tentative"]);
    assert!(problem.events.iter().all(Event::blocks));
}

#[test]
fn a_whole_day_takes_its_time_only_where_it_is_said_to_be_busy_or_away() {
    let transparent = |busy: Option<Busy>, all_day: bool, transp: bool| {
        is_transparent(&Occurrence { busy, all_day, transparent: transp, ..occurrence("x") })
    };
    for (busy, for_a_day, for_an_hour) in [
        (None, true, false),
        (Some(Busy::Free), true, true),
        (Some(Busy::Tentative), true, false),
        (Some(Busy::WorkingElsewhere), true, false),
        (Some(Busy::Busy), false, false),
        (Some(Busy::OutOfOffice), false, false),
    ] {
        assert_eq!(transparent(busy, true, false), for_a_day, "{busy:?}");
        assert_eq!(transparent(busy, false, false), for_an_hour, "{busy:?}");
    }
    assert!(transparent(None, false, true) && transparent(None, true, true));
}

#[test]
fn what_is_in_two_calendars_is_there_once_unless_its_times_differ() {
    let talk = |hour: &str| {
        source(&[&format!("UID:talk\nSUMMARY:Talk\nDTSTART:20260324T{hour}0000Z\nDURATION:PT1H")])
    };
    assert_eq!(titles(&of(&[talk("08"), talk("08")])), ["Talk"]);
    assert_eq!(titles(&of(&[talk("08"), talk("09"), talk("09")])), ["Talk", "Talk", "Talk"]);
}

#[test]
fn an_exam_that_is_over_makes_a_problem_too() {
    let late = Request { now: "2026-05-01T00:00:00Z".parse().unwrap(), ..request() };
    let problem = problem(&late, &[source(&[GYM])], &mut Vec::new());
    assert_eq!((problem.validate(), problem.events.len()), (Ok(()), 0));
}

#[test]
fn what_cannot_be_expanded_is_noted_with_its_file() {
    let mut notes = Vec::new();
    let endless = source(&[
        "UID:1\nSUMMARY:Tick\nDTSTART:19800101T000000Z\nDURATION:PT1M\nRRULE:FREQ=MINUTELY;COUNT=99999999",
    ]);
    problem(&request(), &[endless], &mut notes);
    assert_eq!(
        notes,
        ["a.ics: line 3: “Tick”: repeats too often to be counted to its end; later occurrences are missing"]
    );
}
