//! Problems of which one can see by thinking what is best.

use uuid::Uuid;

use super::best;
use crate::model::{
    Action, Event, EventId, Kind, Mode, Objective, Priority, Problem, Settings, Task, TaskId, TaskKind,
};
use crate::time::{Interval, Zone};

const EXAM: TaskId = TaskId(Uuid::from_u128(1));
const ESSAY: TaskId = TaskId(Uuid::from_u128(2));

/// On Monday 2 March 2026, in UTC.
fn at(start: &str, end: &str) -> Interval {
    on("2026-03-02", start, end)
}

fn on(day: &str, start: &str, end: &str) -> Interval {
    let instant = |time: &str| format!("{day}T{time}:00Z").parse().unwrap();
    Interval::new(instant(start), instant(end)).unwrap()
}

fn id(number: u128) -> EventId {
    EventId(Uuid::from_u128(number))
}

fn event(number: u128, kind: Kind, interval: Interval) -> Event {
    Event {
        id: id(number),
        title: format!("{kind} {number}"),
        interval,
        kind,
        is_movable: true,
        protected: false,
        transparent: false,
        task: None,
        accepted_at: None,
    }
}

/// Focus for the essay, which matters less than the exam.
fn reading(number: u128, interval: Interval) -> Event {
    Event { task: Some(ESSAY), ..event(number, Kind::Focus, interval) }
}

/// An hour for an exam on Monday, with three changes left and every hour from eight o'clock to the exam awake.
fn before_exam_at(due: &str, events: Vec<Event>) -> Problem {
    let task = |id, priority| Task {
        id,
        title: "task".to_owned(),
        kind: TaskKind::Exam,
        due: at("00:00", due).end(),
        priority: Priority::from_thousandths(priority),
        effort_minutes: 60,
        due_changed_at: None,
    };
    let settings = Settings {
        day_start_minute: 8 * 60,
        rest_gap_minutes: 0,
        focus_min_minutes: 60,
        ..Settings::default()
    };
    Problem {
        mode: Mode::Demand { trigger: EXAM },
        now: "2026-03-02T07:45:00Z".parse().unwrap(),
        settings,
        used_churn_today: 0,
        override_churn_cap: None,
        tasks: vec![task(EXAM, 80_000), task(ESSAY, 70_000)],
        events,
        busy: Vec::new(),
    }
}

/// The same day, on which nothing is asked for but that no two events are on top of each other. The next day counts
/// until eight o'clock, when nobody is awake.
fn in_conflict(end_of_day_minute: u16, events: Vec<Event>) -> Problem {
    let mut problem = before_exam_at("12:00", events);
    problem.mode = Mode::Conflict;
    problem.settings.day_end_minute = end_of_day_minute;
    problem.settings.lookahead_days = 1;
    problem
}

fn create(start: &str, end: &str) -> Action {
    Action::Create { at: at(start, end) }
}

fn moved(number: u128, start: &str, end: &str) -> Action {
    Action::Move { event: id(number), to: at(start, end) }
}

fn delete(number: u128) -> Action {
    Action::Delete { event: id(number) }
}

#[track_caller]
fn assert_best(problem: &Problem, objective: [u32; 11], actions: &[Action]) {
    assert_eq!(best(problem), Some((Objective::from_components(objective), actions.to_vec())));
}

#[test]
fn a_free_morning_holds_the_block_as_early_as_it_goes() {
    let problem = before_exam_at("12:00", vec![]);
    assert_best(&problem, [0, 0, 0, 1, 0, 1, 0, 0, 60 * 50, 0, 0], &[create("08:00", "09:00")]);
}

#[test]
fn a_good_hour_is_better_than_an_early_one() {
    let mut problem = before_exam_at("12:00", vec![]);
    problem.settings.energy[10] = 140;
    assert_best(&problem, [0, 0, 0, 1, 0, 1, 0, 0, 60 * 10, 0, 120], &[create("10:00", "11:00")]);
}

#[test]
fn the_last_three_days_are_better_than_a_good_hour() {
    let mut problem = before_exam_at("08:30", vec![]);
    problem.now = "2026-02-27T07:45:00Z".parse().unwrap();
    problem.settings.energy[8] = 150;
    problem.settings.day_end_minute = 9 * 60 + 30;
    let friday = Action::Create { at: on("2026-02-27", "08:30", "09:30") };
    problem.busy = vec![on("2026-02-28", "00:00", "23:00"), on("2026-03-01", "00:00", "23:00")];
    assert_best(&problem, [0, 0, 0, 1, 0, 1, 0, 0, 30 * 50, 0, 30], &[friday]);
}

#[test]
fn what_is_in_the_way_moves_no_further_than_it_must() {
    // Three quarters of an hour before and after: either will do with a quarter of an hour more.
    let problem = before_exam_at("10:30", vec![event(1, Kind::Chill, at("08:45", "09:45"))]);
    let actions = [create("08:00", "09:00"), moved(1, "09:00", "10:00")];
    assert_best(&problem, [0, 0, 0, 2, 0, 1, 0, 0, 60 * 50, 15, 60], &actions);
}

#[test]
fn recreation_moves_rather_than_a_chore_however_far() {
    let film = event(1, Kind::Chill, at("08:15", "08:45"));
    let shopping = event(2, Kind::LowPriority, at("10:45", "11:15"));
    let mut problem = before_exam_at("12:30", vec![film, shopping]);
    // An hour around either, and half an hour later on for the one that yields.
    problem.busy = vec![at("09:00", "10:30"), at("11:30", "12:00")];
    let actions = [create("08:00", "09:00"), moved(1, "12:00", "12:30")];
    assert_best(&problem, [0, 0, 0, 2, 0, 1, 0, 0, 60 * 50, 225, 240], &actions);
}

#[test]
fn two_others_move_rather_than_one_focus() {
    let one = event(1, Kind::Chill, at("09:00", "09:30"));
    let other = event(2, Kind::Chill, at("09:30", "10:00"));
    let mut problem = before_exam_at("12:00", vec![one, other, reading(3, at("10:30", "11:30"))]);
    problem.busy = vec![at("08:30", "09:00"), at("10:00", "10:30"), at("11:30", "12:00")];
    problem.settings.relocation_spill_days = 1;
    problem.tasks[1].due = at("00:00", "23:00").end();
    let actions = [create("09:00", "10:00"), moved(1, "08:00", "08:30"), moved(2, "12:00", "12:30")];
    assert_best(&problem, [0, 0, 0, 3, 0, 1, 0, 0, 60 * 50, 60 + 150, 60 + 240], &actions);
    problem.used_churn_today = 1;
    let actions = [create("10:30", "11:30"), moved(3, "12:00", "13:00")];
    assert_best(&problem, [0, 0, 1, 2, 0, 1, 0, 0, 60 * 50, 90, 150 + 240], &actions);
}

#[test]
fn what_cannot_move_is_given_up_where_that_is_allowed() {
    let mut problem = before_exam_at("09:30", vec![event(1, Kind::Chill, at("08:15", "09:15"))]);
    assert_best(&problem, [1, 0, 0, 0, 60, 0, 0, 0, 0, 0, 0], &[]);
    problem.settings.allow_delete = true;
    assert_best(&problem, [0, 1, 0, 2, 0, 1, 0, 0, 60 * 50, 0, 0], &[create("08:00", "09:00"), delete(1)]);
    problem.settings.relocation_spill_days = 1;
    let actions = [create("08:00", "09:00"), moved(1, "09:00", "10:00")];
    assert_best(&problem, [0, 0, 0, 2, 0, 1, 0, 0, 60 * 50, 45, 60], &actions);
}

#[test]
fn one_makes_room_for_one_that_makes_room() {
    let film = event(1, Kind::Chill, at("08:00", "08:45"));
    let walk = event(2, Kind::Chill, at("09:30", "10:00"));
    let mut problem = before_exam_at("11:30", vec![film, walk]);
    problem.busy = vec![at("09:00", "09:30"), at("10:15", "11:00")];
    let actions = [create("08:00", "09:00"), moved(1, "09:30", "10:15"), moved(2, "11:00", "11:30")];
    assert_best(&problem, [0, 0, 0, 3, 0, 1, 0, 0, 60 * 50, 90 + 90, 90 + 180], &actions);
    problem.used_churn_today = 1;
    assert_best(&problem, [1, 0, 0, 0, 60, 0, 0, 0, 0, 0, 0], &[]);
}

#[test]
fn what_fits_nowhere_is_split() {
    let mut problem = before_exam_at("11:30", vec![event(1, Kind::Chill, at("08:00", "09:10"))]);
    problem.busy = vec![at("09:10", "09:30"), at("10:00", "10:30"), at("11:15", "11:30")];
    problem.settings.focus_min_minutes = 30;
    problem.settings.rest_gap_minutes = 180;
    problem.tasks[0].effort_minutes = 75;
    // The rest lets only one block be made: three quarters of an hour at most where nothing is, which is not enough.
    let pieces = [at("09:30", "10:00"), at("10:30", "11:10")];
    let actions = [create("08:00", "09:00"), Action::Split { event: id(1), pieces }];
    assert_best(&problem, [0, 0, 0, 3, 15, 1, 0, 0, 60 * 50, 90 + 120, 90 + 150], &actions);
}

#[test]
fn a_stranded_block_is_brought_in_rather_than_one_made() {
    let stranded = Event { task: Some(EXAM), ..event(1, Kind::Focus, at("12:30", "13:30")) };
    let problem = before_exam_at("12:00", vec![stranded]);
    assert_best(&problem, [0, 0, 0, 1, 0, 0, 0, 0, 60 * 50, 0, 0], &[moved(1, "08:00", "09:00")]);
}

#[test]
fn a_stranded_block_longer_than_any_that_is_made_is_worth_making_room_for() {
    let walk = event(1, Kind::Chill, at("09:15", "09:45"));
    let stranded = Event { task: Some(EXAM), ..event(2, Kind::Focus, at("12:00", "14:00")) };
    let mut problem = before_exam_at("11:00", vec![walk, stranded]);
    problem.settings.focus_min_minutes = 30;
    problem.settings.focus_max_minutes = 60;
    problem.settings.rest_gap_minutes = 180;
    problem.tasks[0].effort_minutes = 120;
    let actions = [moved(1, "08:30", "09:00"), moved(2, "09:00", "11:00")];
    assert_best(&problem, [0, 0, 0, 2, 0, 0, 0, 0, 120 * 50, 45, 30 + 60], &actions);
}

#[test]
fn what_is_made_is_what_is_left_to_need_rounded_up() {
    let stranded = Event { task: Some(EXAM), ..event(1, Kind::Focus, at("12:00", "12:50")) };
    let mut problem = before_exam_at("12:00", vec![stranded]);
    problem.settings.focus_min_minutes = 30;
    problem.settings.focus_max_minutes = 75;
    problem.tasks[0].effort_minutes = 110;
    // Two hours less fifty minutes are seventy. The shorter block goes first, so that all is earlier.
    let actions = [create("09:00", "10:15"), moved(1, "08:00", "08:50")];
    assert_best(&problem, [0, 0, 0, 2, 0, 1, 0, 0, 125 * 50, 0, 60], &actions);
}

#[test]
fn what_exists_is_claimed_and_needs_no_change() {
    let mut problem = before_exam_at("12:00", vec![event(1, Kind::Focus, at("10:00", "11:00"))]);
    assert_best(&problem, [0; 11], &[]);
    // A quarter of an hour more is rounded up to a block.
    problem.tasks[0].effort_minutes = 61;
    assert_best(&problem, [0, 0, 0, 1, 0, 1, 0, 0, 60 * 50, 0, 0], &[create("08:00", "09:00")]);
}

#[test]
fn between_blocks_lies_the_rest() {
    let mut problem = before_exam_at("12:00", vec![]);
    problem.settings.rest_gap_minutes = 90;
    problem.settings.focus_min_minutes = 30;
    problem.settings.focus_max_minutes = 60;
    problem.tasks[0].effort_minutes = 90;
    // The short one first, so that the long one is earlier.
    let actions = [create("08:00", "08:30"), create("10:00", "11:00")];
    assert_best(&problem, [0, 0, 0, 2, 0, 2, 0, 0, 90 * 50, 0, 120], &actions);
}

#[test]
fn what_is_equal_in_all_else_is_decided_by_the_earliest_start_and_end() {
    let mut problem = before_exam_at("11:00", vec![]);
    problem.settings.focus_min_minutes = 30;
    problem.settings.focus_max_minutes = 60;
    problem.tasks[0].effort_minutes = 90;
    problem.busy = vec![at("09:00", "10:00")];
    // 30 and 60, 45 and 45, or 60 and 30 minutes.
    let actions = [create("08:00", "08:30"), create("10:00", "11:00")];
    assert_best(&problem, [0, 0, 0, 2, 0, 2, 0, 0, 90 * 50, 0, 120], &actions);
}

#[test]
fn of_two_that_are_equal_in_all_else_the_smaller_id_moves() {
    let class = Event { is_movable: false, ..event(1, Kind::Class, at("08:00", "09:00")) };
    let films = [event(2, Kind::Chill, at("08:00", "09:00")), event(3, Kind::Chill, at("08:00", "09:00"))];
    let [one, other] = films;
    let mut problem =
        in_conflict(11 * 60, vec![class, one, other, event(4, Kind::Chill, at("10:00", "11:00"))]);
    problem.settings.churn_cap = 1;
    assert_best(&problem, [1, 0, 0, 1, 0, 0, 0, 0, 0, 60, 60], &[moved(2, "09:00", "10:00")]);
}

#[test]
fn a_jump_of_the_clock_shortens_the_day() {
    // Berlin has no time between two and three on 30 March 2025: from one to four o'clock are two hours.
    let mut problem = before_exam_at("12:00", vec![]);
    problem.now = "2025-03-29T12:00:00Z".parse().unwrap();
    problem.settings.zone = Zone::named("Europe/Berlin").unwrap();
    (problem.settings.day_start_minute, problem.settings.day_end_minute) = (60, 240);
    problem.tasks[0].due = "2025-03-30T12:00:00Z".parse().unwrap();
    problem.tasks[0].effort_minutes = 180;
    problem.settings.focus_max_minutes = 180;
    let night = Action::Create { at: on("2025-03-30", "00:00", "02:00") };
    assert_best(&problem, [1, 0, 0, 1, 60, 1, 0, 0, 120 * 50, 0, 705], &[night]);
}

#[test]
fn what_is_frozen_stays() {
    let film = event(1, Kind::Chill, at("08:45", "09:45"));
    let frozen = Event { accepted_at: Some("2026-03-01T07:46:00Z".parse().unwrap()), ..film.clone() };
    let thawed = Event { accepted_at: Some("2026-03-01T07:45:00Z".parse().unwrap()), ..film };
    let changes = |event| best(&before_exam_at("10:30", vec![event])).unwrap().1.len();
    assert_eq!((changes(frozen), changes(thawed)), (0, 2));
}

#[test]
fn recreation_yields_to_a_class_and_a_conflict_without_a_way_out_is_left() {
    let class = Event { is_movable: false, ..event(1, Kind::Class, at("08:00", "09:00")) };
    let film = event(2, Kind::Chill, at("08:30", "09:30"));
    let mut problem = in_conflict(10 * 60, vec![class, film]);
    assert_best(&problem, [0, 0, 0, 1, 0, 0, 0, 0, 0, 30, 60], &[moved(2, "09:00", "10:00")]);
    problem.busy = vec![at("09:45", "10:00")];
    problem.settings.focus_min_minutes = 60;
    assert_best(&problem, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[]);
}

#[test]
fn one_move_resolves_the_conflicts_that_one_event_causes() {
    let chore = event(1, Kind::LowPriority, at("08:30", "09:30"));
    let films = [event(2, Kind::Chill, at("08:00", "09:00")), event(3, Kind::Chill, at("09:00", "10:00"))];
    let problem = in_conflict(12 * 60, vec![chore, films[0].clone(), films[1].clone()]);
    assert_best(&problem, [0, 0, 0, 1, 0, 0, 1, 0, 0, 90, 120], &[moved(1, "10:00", "11:00")]);
}

#[test]
fn what_is_refused_or_needs_nothing_has_no_best() {
    let late = before_exam_at("08:45", vec![]);
    assert_eq!(best(&late), None);
    let studied = Event { task: Some(EXAM), ..event(1, Kind::Focus, at("10:00", "11:00")) };
    assert_eq!(best(&before_exam_at("12:00", vec![studied])), None);
}
