//! Pictures of weeks that are told.

use insta::assert_snapshot;

use super::*;
use crate::model::{Action, Change, Event, EventId, Kind, Note, Plan, Problem, ReasonCode};
use crate::time::{Interval, LocalDay, Zone};

const SMALL: &str = "
         09  11  13  15
    mon  ##aaaa..####
    tue  ..ffff##tttt
    wed  cc..%%......
    due  tue 15:00, 4 h: Algebra
    a    chill: Film & \"popcorn\"
    c    focus, linked: Review
    f    focus: Reading
    t    other, fixed, transparent: Birthday
";

/// A small week with a change of every kind.
fn small() -> (Problem, Plan) {
    let problem = read(SMALL).unwrap();
    let at = |day: i8, start: u16, end: u16| {
        Zone::utc().between(LocalDay::new(2025, 3, day).unwrap(), start * 60, end * 60).unwrap()
    };
    let event = |title: &str| problem.events.iter().find(|event| event.title.starts_with(title)).unwrap().id;
    let change = |action, detail: &str| Change {
        action,
        reason: ReasonCode::ConflictWithChill,
        detail: detail.to_owned(),
    };
    let changes = vec![
        change(Action::Create { at: at(3, 10, 12) }, "2 h of focus."),
        change(
            Action::Split { event: event("Film"), pieces: [at(3, 12, 13), at(4, 9, 10)] },
            "“Film” is split.",
        ),
    ];
    let claims = vec![event("Reading")];
    let notes = vec![Note {
        event: event("Reading"),
        reason: ReasonCode::PreserveFocus,
        detail: "“Reading” stays.".to_owned(),
    }];
    let plan = Plan { changes, claims, notes, left_stranded: vec![event("Review")], ..Plan::default() };
    (problem, plan)
}

#[test]
fn a_small_week_in_letters() {
    let (problem, plan) = small();
    assert_snapshot!(text(&Picture::of(&problem, None)), @r#"
    from 2025-03-03 in UTC
         09  11  13  15
    mon  ##ffff..####
    tue  ..rrrr##bbbb
    wed  aa..%%......
    now  mon 08:45
    due  tue 15:00, 4 h: Algebra
    f    chill: Film & "popcorn"
    r    focus: Reading
    b    other, fixed, transparent: Birthday
    a    focus, linked: Review
    "#);
    assert_snapshot!(text(&Picture::of(&problem, Some(&plan))), @r#"
    from 2025-03-03 in UTC
         09  11  13  15
    mon  ##++++ff####
    was  ..ffff......
    tue  ffrrrr##bbbb
    wed  aa..%%......
    now  mon 08:45
    due  tue 15:00, 4 h: Algebra
    f    chill: Film & "popcorn"
    r    focus: Reading
    b    other, fixed, transparent: Birthday
    a    focus, linked: Review
    1    2 h of focus.
    2    “Film” is split.
    kept “Reading” stays.
    late “Review” on Wed 5 Mar 09:00–10:00 stays after “Algebra” is due, where it is of no use.
    "#);
}

#[test]
fn a_small_week_as_svg() {
    let (problem, plan) = small();
    assert_snapshot!(svg(&Picture::of(&problem, Some(&plan)), Theme::Auto));
}

#[test]
fn what_can_not_be_read_is_named_with_its_line() {
    let says = |drawing: &str| read(drawing).unwrap_err().to_string();
    assert_eq!(says(""), "line 1: no day is drawn");
    assert_eq!(
        says("mon ..\nmonday .."),
        "line 2: “monday” is no day, no letter, and none of from, wake, now and due"
    );
    assert_eq!(says("mon .+"), "line 1: the sign “+” means nothing here");
    assert_eq!(says("mon aa.aa"), "line 1: “a” is there twice");
    assert_eq!(says("mon aa\na fun: Film"), "line 2: “fun” is no kind of event");
    assert_eq!(says("mon aa\na focus, linked"), "line 2: “a” is linked, but nothing is due");
    assert_eq!(says("mon aa\ndue tue 12:00, 1 h"), "line 2: “tue” is no day drawn above");
    assert_eq!(
        says("09 10 11\nmon .."),
        "line 1: by the distance of the hours a cell is neither 15 minutes nor 30"
    );
    assert_eq!(says("22\nmon ....."), "line 2: the day has fewer hours");
    assert_eq!(says("22\nmon ...."), "line 2: settings.day_end_min: must be at most 1380 (23:00)");
    assert_eq!(says("from 2011-12-30 in Pacific/Apia\nfri .."), "line 2: there is no 2011-12-30 in the zone");
}

#[test]
fn what_goes_on_over_midnight_is_one_event_on_two_days() {
    let drawing = "from 2025-03-03 in UTC
     00  02  04  06  08  10  12  14  16  18  20  22  24
mon  ______________......##........................##
tue  ##############......##........................aa
wed  aa____________................................__
wake 07:00-23:00
now  mon 06:45
a    chill
";
    let problem = read(drawing).unwrap();
    let lengths: Vec<i64> = problem.events.iter().map(|event| event.interval.minutes()).collect();
    assert_eq!(lengths, [60, 480, 60, 120]);
    assert_eq!(text(&Picture::of(&problem, None)), drawing);
}

#[test]
fn the_night_is_small_where_people_sleep_and_left_out_where_they_do_nothing() {
    let mut problem =
        read("07\nmon ................................\ntue ................................").unwrap();
    let hours = |problem: &Problem| Picture::of(problem, None).hours;
    assert_eq!((hours(&problem).first(), hours(&problem).end()), (7, 23));
    let night =
        Interval::new("2025-03-03T23:00:00Z".parse().unwrap(), "2025-03-04T06:00:00Z".parse().unwrap());
    problem.events.push(Event {
        id: EventId(uuid::Uuid::nil()),
        title: "Sleep".to_owned(),
        interval: night.unwrap(),
        kind: Kind::Sleep,
        is_movable: false,
        protected: false,
        transparent: false,
        task: None,
        accepted_at: None,
    });
    let with_sleep = hours(&problem);
    assert_eq!((with_sleep.first(), with_sleep.end()), (0, 24));
    assert!((0..24).all(|hour| with_sleep.is_small(hour) != (7..23).contains(&hour)));
    problem.events[0].kind = Kind::Chill;
    problem.events[0].interval = Interval::starting("2025-03-03T21:00:00Z".parse().unwrap(), 240).unwrap();
    let with_party = hours(&problem);
    assert_eq!((with_party.first(), with_party.end()), (0, 24));
    assert_eq!((0..24).filter(|hour| with_party.is_small(*hour)).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
}

#[test]
fn days_come_in_rows_of_about_a_week() {
    let lengths = |count: u8| {
        let first = LocalDay::new(2025, 3, 3).unwrap();
        let days: Vec<LocalDay> =
            std::iter::successors(Some(first), |day| Some(day.next())).take(usize::from(count)).collect();
        days::rows(&days).iter().map(Vec::len).collect::<Vec<_>>()
    };
    assert_eq!(
        [1, 6, 8, 9, 14, 15, 22].map(lengths),
        [vec![1], vec![6], vec![8], vec![5, 4], vec![7, 7], vec![8, 7], vec![8, 8, 6],]
    );
}
