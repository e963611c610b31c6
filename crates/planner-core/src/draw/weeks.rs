//! Weeks drawn before and after, small enough for a person to see what is right.
//!
//! A cell is half an hour. `#` may not move, a letter of which nothing is said is recreation, `+` is new study, and a
//! line called `was` shows where something stood. Focus blocks keep eight hours of rest between them, so a short day
//! has room for one. What ties is placed as early as possible.

use insta::assert_snapshot;

use super::{Picture, read, text};
use crate::check::check;
use crate::model::{Answer, Problem};
use crate::plan;
use crate::time::spell_minutes;

/// The week after planning.
fn replan(drawing: &str) -> String {
    replan_with(drawing, |_| {})
}

/// The week after planning, asked with other settings.
fn replan_with(drawing: &str, adjust: impl FnOnce(&mut Problem)) -> String {
    let mut problem = read(drawing).unwrap();
    adjust(&mut problem);
    let answer = plan(&problem).unwrap();
    assert_eq!(check(&problem, &answer).unwrap(), []);
    let plan = match answer {
        Answer::Planned(plan) => plan,
        Answer::NothingToPlan => return "nothing to plan".to_owned(),
        Answer::Refused(refusal) => return refusal.to_string(),
    };
    let drawn = text(&Picture::of(&problem, Some(&plan)));
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "was", "kept", "late"];
    let mut lines: Vec<String> = drawn
        .lines()
        .filter(|line| days.iter().any(|day| line.starts_with(day)))
        .map(str::to_owned)
        .collect();
    if plan.objective.unmet_minutes > 0 {
        lines.push(format!("missing {}", spell_minutes(i64::from(plan.objective.unmet_minutes))));
    }
    lines.join("\n")
}

#[test]
fn study_goes_where_there_is_room() {
    assert_snapshot!(replan(
        "     09  11  13
         mon  ####....
         due  mon 13:00, 1 h",
    ), @"mon  ####++..");
}

#[test]
fn study_ends_by_the_due_time() {
    assert_snapshot!(replan(
        "     09  11  13
         mon  ####....
         due  mon 12:00, 2 h",
    ), @"
    mon  ####++..
    missing 1 h
    ");
}

#[test]
fn other_calendars_are_respected() {
    assert_snapshot!(replan(
        "     09  11  13
         mon  %%%.%...
         due  mon 13:00, 1 h 30 min",
    ), @"mon  %%%.%+++");
}

#[test]
fn what_is_transparent_is_in_nobodys_way() {
    assert_snapshot!(replan(
        "     09  11  13
         mon  tttt####
         due  mon 13:00, 1 h
         t    other, fixed, transparent",
    ), @"
    mon  tttt####
    mon  ++......
    ");
}

#[test]
fn the_student_is_left_time_to_take_notice() {
    assert_snapshot!(replan(
        "     09  11  13
         mon  ........
         now  mon 09:40
         due  mon 13:00, 1 h",
    ), @"mon  ..++....");
}

#[test]
fn a_long_study_is_split_over_days_with_a_rest_between() {
    assert_snapshot!(replan(
        "     09  11  13
         mon  ........
         tue  ........
         due  tue 13:00, 4 h",
    ), @"
    mon  ++++....
    tue  ++++....
    ");
}

#[test]
fn what_finds_no_room_is_missing() {
    assert_snapshot!(replan(
        "     09  11  13
         mon  ........
         due  mon 13:00, 5 h",
    ), @"
    mon  ++++....
    missing 3 h
    ");
}

#[test]
fn study_is_near_the_due_time_rather_than_early() {
    assert_snapshot!(replan(
        "     09  11  13
         mon  ........
         tue  ........
         wed  ........
         thu  ........
         fri  ........
         sat  ........
         due  sat 13:00, 2 h",
    ), @"
    mon  ........
    tue  ........
    wed  ........
    thu  ++++....
    fri  ........
    sat  ........
    ");
}

#[test]
fn study_is_in_good_hours_rather_than_early() {
    assert_snapshot!(replan_with(
        "     09  11  13
         mon  ........
         due  mon 13:00, 1 h",
        |problem| problem.settings.energy[11] = 150,
    ), @"mon  ....++..");
}

#[test]
fn study_over_an_hour_that_the_clock_skips_lasts_as_long() {
    assert_snapshot!(replan(
        "from 2025-03-30 in Europe/Berlin
              01  03  05
         sun  ........
         due  sun 05:00, 2 h",
    ), @"sun  ++++++..");
}

#[test]
fn focus_without_a_task_is_taken_as_study() {
    assert_snapshot!(replan(
        "     09  11  13
         mon  ..ffff..
         due  mon 13:00, 2 h: Algebra
         f    focus",
    ), @"
    mon  ..ffff..
    kept “f” on Mon 3 Mar 10:00–12:00 is taken for “Algebra” and stays.
    ");
}

#[test]
fn focus_taken_as_study_is_added_to_after_a_rest() {
    assert_snapshot!(replan(
        "     09  11  13
         mon  ..ffff..
         tue  ........
         due  tue 13:00, 3 h: Algebra
         f    focus",
    ), @"
    mon  ..ffff..
    tue  ++......
    kept “f” on Mon 3 Mar 10:00–12:00 is taken for “Algebra” and stays.
    ");
}

#[test]
fn focus_for_the_task_is_enough_where_it_is() {
    assert_snapshot!(replan(
        "     09  11  13
         mon  ..ffff..
         due  mon 13:00, 2 h
         f    focus, linked",
    ), @"nothing to plan");
}

#[test]
fn focus_after_the_due_time_is_brought_in_before_any_is_made() {
    assert_snapshot!(replan(
        "     09  11  13
         mon  ........
         tue  ..ffff..
         due  mon 13:00, 2 h: Algebra
         f    focus, linked",
    ), @"
    mon  ffff....
    tue  ........
    was  ..ffff..
    ");
}

#[test]
fn focus_after_the_due_time_stays_where_nothing_is_free_before() {
    assert_snapshot!(replan(
        "     09  11  13
         mon  ########
         tue  ..ffff..
         due  mon 13:00, 2 h: Algebra
         f    focus, linked",
    ), @"
    mon  ########
    tue  ..ffff..
    late “f” on Tue 4 Mar 10:00–12:00 stays after “Algebra” is due, where it is of no use.
    missing 2 h
    ");
}

#[test]
fn recreation_goes_where_study_can_not() {
    assert_snapshot!(replan(
        "     09  11  13
         mon  aa######
         tue  ..ffff##
         due  tue 13:00, 1 h
         f    focus, fixed",
    ), @"
    mon  ++######
    was  aa......
    tue  aaffff##
    ");
}

#[test]
fn recreation_yields_rather_than_chores() {
    assert_snapshot!(replan(
        "     09  11  13
         mon  ccaa####
         tue  ..ffff##
         due  tue 13:00, 1 h
         c    low priority
         f    focus, fixed",
    ), @"
    mon  cc++####
    was  ..aa....
    tue  aaffff##
    ");
}

#[test]
fn recreation_makes_way_by_as_little_as_it_can() {
    assert_snapshot!(replan(
        "     09  11  13
         mon  ..aa.###
         due  mon 13:00, 1 h 30 min",
    ), @"
    mon  +++aa###
    was  ..aa....
    ");
}

#[test]
fn nothing_yields_while_there_is_room() {
    assert_snapshot!(replan(
        "     09  11  13
         mon  aaaa####
         tue  ####..bb
         due  tue 13:00, 1 h",
    ), @"
    mon  aaaa####
    tue  ####++bb
    ");
}

#[test]
fn what_is_locked_stays() {
    assert_snapshot!(replan(
        "     09  11  13
         mon  aa######
         tue  ..ffff##
         due  tue 13:00, 1 h
         a    chill, fixed
         f    focus, fixed",
    ), @"
    mon  ########
    tue  ..ffff##
    missing 1 h
    ");
}

#[test]
fn what_yields_stays_before_the_due_time() {
    assert_snapshot!(replan(
        "     09  11  13
         mon  aa######
         tue  bb......
         due  mon 13:00, 1 h",
    ), @"
    mon  aa######
    missing 1 h
    ");
}

#[test]
fn what_yields_may_go_past_the_due_time_where_the_student_allows() {
    assert_snapshot!(replan_with(
        "     09  11  13
         mon  aa######
         tue  bb......
         due  mon 13:00, 1 h",
        |problem| problem.settings.relocation_spill_days = 1,
    ), @"
    mon  ++######
    was  aa......
    tue  ##aa....
    ");
}

#[test]
fn recreation_that_fits_nowhere_whole_is_split_around_a_focus_block() {
    assert_snapshot!(replan(
        "     09  11  13
         mon  aaaa####
         tue  ..ffff..
         due  tue 13:00, 2 h
         f    focus, fixed",
    ), @"
    mon  ++++####
    was  aaaa....
    tue  aaffffaa
    ");
}

#[test]
fn recreation_that_fits_nowhere_is_given_up_only_where_the_student_lets_it() {
    let week = "     09  11  13
         mon  aaaa####
         tue  ##ffff##
         due  tue 13:00, 2 h
         f    focus, fixed";
    assert_snapshot!(replan(week), @"
    mon  aaaa####
    tue  ##ffff##
    missing 2 h
    ");
    assert_snapshot!(replan_with(week, |problem| problem.settings.allow_delete = true), @"
    mon  ++++####
    was  aaaa....
    tue  ##ffff##
    ");
}

#[test]
fn recreation_shifts_by_as_little_as_makes_room() {
    assert_snapshot!(replan(
        "     09  11  13
         mon  .aa..###
         due  mon 13:00, 1 h 30 min",
    ), @"
    mon  aa+++###
    was  .aa.....
    ");
}

#[test]
fn an_event_makes_room_for_one_that_makes_room() {
    assert_snapshot!(replan_with(
        "     09  11  13
         mon  aaaa####
         tue  bb..ffff
         wed  ##..####
         due  wed 13:00, 2 h
         f    focus, fixed",
        |problem| (problem.settings.focus_min_minutes, problem.settings.focus_max_minutes) = (120, 240),
    ), @"
    mon  ++++####
    was  aaaa....
    tue  aaaaffff
    was  bb......
    wed  ##bb####
    ");
}

#[test]
fn no_more_changes_than_the_day_allows() {
    assert_snapshot!(replan_with(
        "     09  11  13
         mon  ........
         tue  ........
         due  tue 13:00, 4 h",
        |problem| problem.used_churn_today = 2,
    ), @"
    mon  ++++....
    tue  ........
    missing 2 h
    ");
}

#[test]
fn recreation_yields_to_a_class() {
    assert_snapshot!(replan(
        "     09  11  13
         mon  ####....
         mon  ..aa....",
    ), @"
    mon  ####aa..
    was  ..aa....
    ");
}

#[test]
fn recreation_yields_to_focus() {
    assert_snapshot!(replan(
        "     09  11  13
         mon  ..ffff..
         mon  ....aa..
         f    focus",
    ), @"
    mon  ..ffffaa
    was  ....aa..
    ");
}

#[test]
fn a_week_without_conflicts_stays() {
    assert_snapshot!(replan(
        "     09  11  13
         mon  ##aa....
         tue  bb%%####",
    ), @"
    mon  ##aa....
    tue  bb%%####
    ");
}
