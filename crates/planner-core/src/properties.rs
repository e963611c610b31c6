//! What holds for every week.

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::check::{Rule, check};
use crate::model::{Action, Answer, Kind, Mode, Objective, Plan, Problem};
use crate::time::Interval;
use crate::{plan, plan_within, strategies};

/// Runs a property over many problems, a part of them in each test so that the parts run side by side.
pub(crate) fn for_many_problems(part: u8, cases: u32, property: impl Fn(&Problem)) {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[part; 32]);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, rng);
    let outcome = runner.run(&strategies::problem(), |problem| {
        property(&problem);
        Ok(())
    });
    outcome.unwrap();
}

fn the_checker_is_content(problem: &Problem) {
    let answer = plan(problem).unwrap();
    let violations = check(problem, &answer).unwrap();
    assert!(violations.is_empty(), "{violations:#?}\n{answer:#?}");
}

const CASES_PER_PART: u32 = 5_000;

#[test]
fn every_plan_keeps_every_rule_part_1_of_4() {
    for_many_problems(1, CASES_PER_PART, the_checker_is_content);
}

#[test]
fn every_plan_keeps_every_rule_part_2_of_4() {
    for_many_problems(2, CASES_PER_PART, the_checker_is_content);
}

#[test]
fn every_plan_keeps_every_rule_part_3_of_4() {
    for_many_problems(3, CASES_PER_PART, the_checker_is_content);
}

#[test]
fn every_plan_keeps_every_rule_part_4_of_4() {
    for_many_problems(4, CASES_PER_PART, the_checker_is_content);
}

#[test]
fn the_order_of_the_input_does_not_matter() {
    for_many_problems(5, 1_000, |problem| {
        let mut turned = problem.clone();
        turned.events.reverse();
        turned.tasks.reverse();
        turned.busy.reverse();
        let middle = turned.events.len() / 2;
        turned.events.rotate_left(middle);
        assert_eq!(plan(problem), plan(&turned));
    });
}

#[test]
fn no_plan_is_worse_than_to_change_nothing() {
    for_many_problems(6, 1_000, |problem| {
        let Answer::Planned(plan) = plan(problem).unwrap() else { return };
        if problem.mode == Mode::Conflict {
            return;
        }
        let need = plan.need_minutes;
        let nothing = Objective {
            missing_blocks: need / u32::from(problem.settings.focus_min_minutes),
            unmet_minutes: need,
            ..Objective::default()
        };
        assert!(plan.objective <= nothing, "{plan:#?}");
    });
}

#[test]
fn the_problems_are_no_easy_ones() {
    let found = std::cell::RefCell::new(std::collections::BTreeMap::<&str, u32>::new());
    for_many_problems(7, 6_000, |problem| {
        let count = |what| *found.borrow_mut().entry(what).or_default() += 1;
        match plan(problem).unwrap() {
            Answer::Refused(_) => count("refused"),
            Answer::NothingToPlan => count("nothing to plan"),
            Answer::Planned(plan) => {
                if plan.changes.is_empty() {
                    count("planned, no change");
                }
                if !plan.claims.is_empty() {
                    count("claims");
                }
                for change in &plan.changes {
                    count(change.reason.as_str());
                    count(change.action.as_str());
                }
            }
        }
    });
    let found = found.into_inner();
    for what in [
        "refused",
        "nothing to plan",
        "planned, no change",
        "claims",
        "CREATE",
        "MOVE",
        "SPLIT",
        "DELETE",
        "DEADLINE_PROXIMITY",
        "CONFLICT_WITH_CHILL",
        "HIGH_PRIORITY_PREEMPTION",
        "REST_CONSTRAINT",
        "PROTECTED_WINDOW",
    ] {
        assert!(found.get(what).is_some_and(|count| *count >= 2), "{what} is too rare in {found:?}");
    }
}

/// Spoils a good plan so that it breaks one rule, and expects the checker to name that rule.
fn is_caught(part: u8, rule: Rule, spoil: impl Fn(&Problem, &mut Plan) -> bool) {
    let caught = std::cell::Cell::new(0);
    for_many_problems(part, 2_000, |problem| {
        let Answer::Planned(mut plan) = plan(problem).unwrap() else { return };
        if spoil(problem, &mut plan) {
            let violations = check(problem, &Answer::Planned(plan.clone())).unwrap();
            assert!(violations.iter().any(|violation| violation.rule == rule), "{violations:#?}\n{plan:#?}");
            caught.set(caught.get() + 1);
        }
    });
    assert!(caught.get() >= 10, "only {} plans could be spoiled", caught.get());
}

/// Changes the first block that is made.
fn with_created(plan: &mut Plan, edit: impl Fn(Interval) -> Option<Interval>) -> bool {
    for change in &mut plan.changes {
        if let Action::Create { at } = &mut change.action
            && let Some(edited) = edit(*at)
        {
            *at = edited;
            return true;
        }
    }
    false
}

#[test]
fn a_start_off_the_grid_is_caught() {
    is_caught(11, Rule::Grid, |_, plan| {
        with_created(plan, |at| Interval::starting(at.start().plus(1), at.minutes()))
    });
}

#[test]
fn a_place_outside_the_window_is_caught() {
    is_caught(12, Rule::Window, |problem, plan| {
        let due = problem.trigger().map(|task| task.due);
        with_created(plan, |at| Interval::starting(due?.ceil_to_grid(), at.minutes()))
    });
}

#[test]
fn a_place_before_the_lead_time_is_caught() {
    is_caught(13, Rule::Window, |problem, plan| {
        let now = problem.now.floor().floor_to_grid();
        with_created(plan, |at| Interval::starting(now.plus(-15), at.minutes()))
    });
}

#[test]
fn a_place_in_the_night_is_caught() {
    is_caught(14, Rule::WakingHours, |problem, plan| {
        with_created(plan, |at| {
            let zone = &problem.settings.zone;
            let night = zone.between(zone.local(at.start()).day, problem.settings.day_end_minute, 1439)?;
            Interval::starting(night.start().ceil_to_grid(), at.minutes())
        })
    });
}

#[test]
fn a_place_on_a_blocking_event_is_caught() {
    is_caught(15, Rule::Overlap, |problem, plan| {
        let changed: Vec<_> = plan.changes.iter().filter_map(|change| change.action.event()).collect();
        let event = problem.events.iter().find(|event| event.blocks() && !changed.contains(&event.id));
        with_created(plan, |at| Interval::starting(event?.interval.start().floor_to_grid(), at.minutes()))
    });
}

#[test]
fn a_place_in_busy_time_is_caught() {
    is_caught(16, Rule::Overlap, |problem, plan| {
        with_created(plan, |at| {
            Interval::starting(problem.busy.first()?.start().floor_to_grid(), at.minutes().max(30))
                .filter(|at| at.overlaps(problem.busy[0]))
        })
    });
}

#[test]
fn too_little_rest_is_caught() {
    is_caught(17, Rule::Rest, |problem, plan| {
        if problem.settings.rest_gap_minutes < 30 {
            return false;
        }
        let changed: Vec<_> = plan.changes.iter().filter_map(|change| change.action.event()).collect();
        let focus =
            problem.events.iter().find(|event| event.kind == Kind::Focus && !changed.contains(&event.id));
        with_created(plan, |at| Interval::starting(focus?.interval.end().ceil_to_grid(), at.minutes()))
    });
}

#[test]
fn a_block_that_is_too_long_or_too_short_is_caught() {
    is_caught(18, Rule::Length, |problem, plan| {
        let longest = i64::from(problem.settings.focus_max_minutes);
        with_created(plan, |at| Interval::starting(at.start(), longest + 15))
    });
    is_caught(19, Rule::Length, |problem, plan| {
        let shortest = i64::from(problem.settings.focus_min_minutes);
        with_created(plan, |at| {
            Interval::starting(at.start(), shortest - 15).or(Interval::starting(at.start(), 7))
        })
    });
}

#[test]
fn a_moved_event_of_another_length_is_caught() {
    is_caught(20, Rule::Length, |_, plan| {
        for change in &mut plan.changes {
            if let Action::Move { to, .. } = &mut change.action {
                *to = Interval::starting(to.start(), to.minutes() + 5).unwrap();
                return true;
            }
        }
        false
    });
}

#[test]
fn more_changes_than_the_day_allows_are_caught() {
    is_caught(21, Rule::Budget, |problem, plan| {
        let Some(one) = plan.changes.first().cloned() else { return false };
        while plan.changes.len() <= problem.budget() as usize {
            plan.changes.push(one.clone());
        }
        true
    });
}

#[test]
fn more_study_than_is_needed_is_caught() {
    is_caught(22, Rule::Need, |problem, plan| {
        let Some(change) = plan.changes.iter().find(|change| change.action.event().is_none()).cloned() else {
            return false;
        };
        let times = plan.need_minutes / u32::from(problem.settings.focus_min_minutes) + 2;
        plan.changes.extend(std::iter::repeat_n(change, times as usize));
        true
    });
}

#[test]
fn a_wrong_need_is_caught() {
    is_caught(23, Rule::Need, |_, plan| {
        plan.need_minutes += 15;
        true
    });
}

#[test]
fn touching_what_must_stay_is_caught() {
    let move_away =
        |problem: &Problem, plan: &mut Plan, is_untouchable: &dyn Fn(&crate::model::Event) -> bool| {
            let Some(event) = problem.events.iter().find(|event| is_untouchable(event)) else { return false };
            let Some(mut change) = plan.changes.first().cloned() else { return false };
            let to = Interval::starting(event.interval.start().plus(15), event.interval.minutes()).unwrap();
            change.action = Action::Move { event: event.id, to };
            plan.changes.push(change);
            true
        };
    is_caught(24, Rule::Permission, |problem, plan| move_away(problem, plan, &|event| !event.is_movable));
    is_caught(25, Rule::Permission, |problem, plan| move_away(problem, plan, &|event| event.protected));
    is_caught(26, Rule::Permission, |problem, plan| {
        move_away(problem, plan, &|event| !event.kind.may_move())
    });
    is_caught(27, Rule::Permission, |problem, plan| {
        let fresh = problem.now.plus_minutes(-60);
        move_away(problem, plan, &|event| {
            event.accepted_at.is_some_and(|accepted| accepted > fresh) && event.task.is_none()
        })
    });
    is_caught(28, Rule::Permission, |problem, plan| {
        let Mode::Demand { trigger } = problem.mode else { return false };
        let Some(due) = problem.trigger().map(|task| task.due) else { return false };
        move_away(problem, plan, &|event| {
            event.kind == Kind::Focus && event.task == Some(trigger) && event.interval.end() <= due
        })
    });
}

#[test]
fn giving_up_what_may_not_be_given_up_is_caught() {
    is_caught(29, Rule::Permission, |problem, plan| {
        if problem.settings.allow_delete {
            return false;
        }
        for change in &mut plan.changes {
            if let Action::Move { event, .. } = change.action {
                change.action = Action::Delete { event };
                return true;
            }
        }
        false
    });
}

#[test]
fn an_event_changed_twice_or_not_moved_at_all_is_caught() {
    is_caught(30, Rule::Permission, |_, plan| {
        let Some(twice) = plan.changes.iter().find(|change| change.action.event().is_some()).cloned() else {
            return false;
        };
        plan.changes.push(twice);
        true
    });
    is_caught(31, Rule::Permission, |problem, plan| {
        for change in &mut plan.changes {
            if let Action::Move { event, to } = &mut change.action {
                *to = problem.events.iter().find(|other| other.id == *event).unwrap().interval;
                return true;
            }
        }
        false
    });
}

#[test]
fn wrong_claims_are_caught() {
    is_caught(32, Rule::Claims, |_, plan| plan.claims.pop().is_some());
    is_caught(33, Rule::Claims, |problem, plan| {
        let unclaimed = problem.events.iter().find(|event| !plan.claims.contains(&event.id));
        plan.claims.extend(unclaimed.map(|event| event.id));
        unclaimed.is_some()
    });
}

#[test]
fn a_claimed_block_that_moves_is_caught() {
    is_caught(34, Rule::Permission, |problem, plan| {
        let Some(mut change) = plan.changes.first().cloned() else { return false };
        let Some(event) = plan.claims.first().copied() else { return false };
        let at = problem.events.iter().find(|other| other.id == event).unwrap().interval;
        let to = Interval::starting(at.start().plus(15), at.minutes()).unwrap();
        change.action = Action::Move { event, to };
        plan.changes.push(change);
        true
    });
}

#[test]
fn a_wrong_objective_is_caught_in_every_component() {
    let fields: [fn(&mut Objective) -> &mut u32; 11] = [
        |objective| &mut objective.missing_blocks,
        |objective| &mut objective.deleted,
        |objective| &mut objective.focus_disturbed,
        |objective| &mut objective.churn,
        |objective| &mut objective.unmet_minutes,
        |objective| &mut objective.created,
        |objective| &mut objective.low_priority_disturbed,
        |objective| &mut objective.proximity,
        |objective| &mut objective.energy,
        |objective| &mut objective.displacement_minutes,
        |objective| &mut objective.lateness_minutes,
    ];
    for_many_problems(35, 500, |problem| {
        let Answer::Planned(plan) = plan(problem).unwrap() else { return };
        for field in fields {
            let mut wrong = plan.clone();
            *field(&mut wrong.objective) += 1;
            let violations = check(problem, &Answer::Planned(wrong)).unwrap();
            let rules: Vec<Rule> = violations.iter().map(|violation| violation.rule).collect();
            assert_eq!(rules, [Rule::Objective]);
        }
    });
}

#[test]
fn a_wrong_status_is_caught() {
    for_many_problems(50, 500, |problem| {
        let answer = plan(problem).unwrap();
        let wrong = match &answer {
            Answer::NothingToPlan => Answer::Refused(crate::model::Refusal::WindowTooShort),
            _ => Answer::NothingToPlan,
        };
        let violations = check(problem, &wrong).unwrap();
        assert_eq!(violations.iter().map(|violation| violation.rule).collect::<Vec<_>>(), [Rule::Status]);
    });
}

#[test]
fn a_fortnight_without_a_free_minute_is_seen_to_be_full() {
    use crate::model::{Event, EventId, Priority, Settings, Task, TaskId, TaskKind};
    use uuid::Uuid;

    let monday: crate::time::Instant = "2026-03-02T00:00:00Z".parse().unwrap();
    let exam = Task {
        id: TaskId(Uuid::from_u128(1)),
        title: "Algebra".to_owned(),
        kind: TaskKind::Exam,
        due: monday.plus(14 * 1440),
        priority: Priority::from_thousandths(80_000),
        effort_minutes: 600,
        due_changed_at: None,
    };
    // Half-hours of recreation from seven to eleven, each of which could push the next one on, and that one the next.
    let half_hours = (0..14 * 32).map(|index| {
        let start = monday.plus(index / 32 * 1440 + 7 * 60 + index % 32 * 30);
        Event {
            id: EventId(Uuid::from_u128(100 + u128::try_from(index).unwrap())),
            title: "break".to_owned(),
            interval: Interval::starting(start, 30).unwrap(),
            kind: Kind::Chill,
            is_movable: true,
            protected: false,
            transparent: false,
            task: None,
            accepted_at: None,
        }
    });
    let problem = Problem {
        mode: Mode::Demand { trigger: exam.id },
        now: monday.moment(),
        settings: Settings { lookahead_days: 14, churn_cap: 5, focus_min_minutes: 15, ..Settings::default() },
        used_churn_today: 0,
        override_churn_cap: None,
        tasks: vec![exam],
        events: half_hours.collect(),
        busy: Vec::new(),
    };
    let answer = plan(&problem).unwrap();
    assert_eq!(check(&problem, &answer).unwrap(), []);
    let Answer::Planned(plan) = answer else { panic!("{answer:?}") };
    assert!(plan.changes.is_empty() && plan.proven_optimal, "{plan:#?}");
}

#[test]
fn a_search_that_is_cut_short_says_so_and_what_it_could_not_beat() {
    let cut_short = std::cell::Cell::new(0);
    for_many_problems(51, 1_000, |problem| {
        let Answer::Planned(best) = plan(problem).unwrap() else { return };
        let hasty = plan_within(problem, best.work / 2).unwrap();
        assert_eq!(check(problem, &hasty).unwrap(), []);
        let Answer::Planned(hasty) = hasty else { panic!("{hasty:?}") };
        assert!(hasty.bound <= best.objective && best.objective <= hasty.objective, "{hasty:#?} {best:#?}");
        assert_eq!(hasty.proven_optimal, hasty.bound == hasty.objective);
        cut_short.set(cut_short.get() + u32::from(!hasty.proven_optimal));
    });
    assert!(cut_short.get() >= 20, "only {} were cut short", cut_short.get());
}
