use proptest::prelude::*;

use super::*;
use crate::model::{Action, Answer, Refusal};
use crate::{check, plan, plan_within, strategies, why_not};

const EXAMPLE: &str = r#"
{"schema": 1, "id": "S-000", "mode": "demand", "now": "2025-03-06T12:07:00Z",
 "settings": {"zone": "America/New_York", "lookahead_days": 5, "churn_cap": 3},
 "used_churn_today": 0, "override_churn_cap": null,
 "trigger_task_id": "6f1c0e8e-9d35-4a0e-8a5b-0d7f3c5f2a11",
 "tasks": [{"id": "6f1c0e8e-9d35-4a0e-8a5b-0d7f3c5f2a11", "title": "algebra", "kind": "EXAM",
            "due": "2025-03-11T13:00:00Z", "priority_score": 80, "effort_minutes": 180, "due_changed_at": null}],
 "events": [{"id": "0b8f3c52-7b57-4d0b-9f0e-1f9f54a0c9aa", "title": "film", "start": "2025-03-10T23:00:00Z",
             "end": "2025-03-11T01:00:00Z", "kind": "CHILL", "is_movable": true, "protected": false,
             "transparent": false, "task_id": null, "accepted_at": null}],
 "busy": [{"start": "2025-03-10T14:00:00Z", "end": "2025-03-10T15:10:00Z"}]}"#;

#[test]
fn a_document_is_planned_and_its_answer_checked() {
    let problem = read_problem(EXAMPLE).unwrap().problem;
    let answer = plan(&problem).unwrap();
    assert_eq!(check::check(&problem, &answer).unwrap(), []);
    let Answer::Planned(plan) = &answer else { panic!("{answer:?}") };
    assert_eq!(plan.objective.components()[0], 0, "three hours fit into five days");
    let read_back = read_answer(&write_answer(&answer).to_string(), &problem).unwrap();
    assert_eq!(check::check(&problem, &read_back).unwrap(), []);
}

#[test]
fn what_is_wrong_is_named_by_its_path() {
    let with = |from: &str, to: &str| read_problem(&EXAMPLE.replacen(from, to, 1)).unwrap_err().to_string();
    let cases = [
        ("\"schema\": 1", "\"schema\": 2", "schema: "),
        ("\"mode\": \"demand\"", "\"mode\": \"maybe\"", "mode: "),
        ("2025-03-06T12:07:00Z", "2025-03-06T12:99:00Z", "now: "),
        ("America/New_York", "America/New_Yrok", "settings.zone: "),
        ("\"lookahead_days\": 5", "\"lookahead_days\": 15", "settings.lookahead_days: "),
        ("\"lookahead_days\": 5", "\"look_ahead\": 5", "settings.look_ahead: "),
        ("2025-03-11T13:00:00Z", "2025-03-11T13:00:30Z", "tasks[0].due: "),
        ("\"EXAM\"", "\"exam\"", "tasks[0].kind: "),
        ("80,", "80.12345,", "tasks[0].priority_score: "),
        ("0b8f3c52", "0B8F3C52", "events[0].id: "),
        ("2025-03-11T01:00:00Z", "2025-03-10T23:00:00Z", "events[0].end: "),
        ("\"task_id\": null", "\"task_id\": \"0b8f3c52-7b57-4d0b-9f0e-1f9f54a0c9aa\"", "events[0].task_id: "),
        ("\"is_movable\": true", "\"is_movable\": 1", "events[0].is_movable: "),
        ("2025-03-10T15:10:00Z", "2025-03-10T13:10:00Z", "busy[0].end: "),
        ("\"used_churn_today\": 0", "\"used_churn_today\": -1", "used_churn_today: "),
        ("{\"schema\"", "\"schema\"", "document: "),
    ];
    for (from, to, field) in cases {
        let error = with(from, to);
        assert!(error.starts_with(field), "{to} gives {error:?}");
        assert!(!error.contains('\n'), "{error}");
    }
}

#[test]
fn a_mode_and_its_trigger_belong_together() {
    let conflict = EXAMPLE.replacen("demand", "conflict", 1);
    assert_eq!(read_problem(&conflict).unwrap_err().field, "trigger_task_id");
    let nobody = EXAMPLE.replacen("\"trigger_task_id\": \"6f1c0e8e-9d35-4a0e-8a5b-0d7f3c5f2a11\",", "", 1);
    assert_eq!(read_problem(&nobody).unwrap_err().field, "trigger_task_id");
}

#[test]
fn an_answer_is_read_with_or_without_what_is_not_checked() {
    let problem = read_problem(EXAMPLE).unwrap().problem;
    let text = r#"{"status": "planned", "refusal": null, "claims": [],
        "changes": [{"action": "CREATE", "event_id": null,
                     "intervals": [{"start": "2025-03-10T23:00:00Z", "end": "2025-03-11T01:00:00Z"}]},
                    {"action": "MOVE", "event_id": "0b8f3c52-7b57-4d0b-9f0e-1f9f54a0c9aa",
                     "intervals": [{"start": "2025-03-10T20:45:00Z", "end": "2025-03-10T22:45:00Z"}]}],
        "objective": [2, 0, 0, 2, 60, 1, 0, 0, 6000, 135, 12585], "proven_optimal": false, "solve_ms": 1.8}"#;
    let answer = read_answer(text, &problem).unwrap();
    // The window opens on 6 March at 12:30Z; the rest of the arithmetic is the checker's.
    let violations = check::check(&problem, &answer).unwrap();
    assert_eq!(violations, []);
    let Answer::Planned(plan) = answer else { panic!() };
    assert!(matches!(plan.changes[1].action, Action::Move { .. }));
}

#[test]
fn a_change_that_lacks_or_has_too_many_intervals_is_refused() {
    let problem = read_problem(EXAMPLE).unwrap().problem;
    let answer = |change: &str| {
        let text = format!(
            r#"{{"status": "planned", "changes": [{change}], "objective": [0,0,0,0,0,0,0,0,0,0,0]}}"#
        );
        read_answer(&text, &problem).unwrap_err().to_string()
    };
    let span = r#"{"start": "2025-03-10T23:00:00Z", "end": "2025-03-11T01:00:00Z"}"#;
    let id = "0b8f3c52-7b57-4d0b-9f0e-1f9f54a0c9aa";
    assert!(answer(r#"{"action": "CREATE"}"#).starts_with("changes[0].intervals[0]: "));
    assert!(
        answer(&format!(r#"{{"action": "MOVE", "intervals": [{span}]}}"#))
            .starts_with("changes[0].event_id: ")
    );
    assert!(
        answer(&format!(r#"{{"action": "DELETE", "event_id": "{id}", "intervals": [{span}]}}"#))
            .starts_with("changes[0].intervals: ")
    );
    assert!(
        answer(&format!(r#"{{"action": "SPLIT", "event_id": "{id}", "intervals": [{span}]}}"#))
            .starts_with("changes[0].intervals[1]: ")
    );
    assert!(answer(r#"{"action": "SHIFT"}"#).starts_with("changes[0].action: "));
}

#[test]
fn refusals_are_answers_too() {
    let problem = read_problem(EXAMPLE).unwrap().problem;
    for answer in [
        Answer::NothingToPlan,
        Answer::Refused(Refusal::TriggerExpired),
        Answer::Refused(Refusal::WindowTooShort),
    ] {
        assert_eq!(read_answer(&write_answer(&answer).to_string(), &problem).unwrap(), answer);
    }
}

#[test]
fn what_is_printed_is_the_document_laid_out_for_people() {
    let answer = plan(&read_problem(EXAMPLE).unwrap().problem).unwrap();
    let laid_out = serde_json::to_string_pretty(&write_answer(&answer)).unwrap();
    assert_eq!(print_answer(&answer), format!("{laid_out}\n"));
}

#[test]
fn every_concession_is_read_back() {
    use crate::why_not::{Cause, Concession, Obstacle, Offer, WhyNot};
    let at = Interval::starting("2025-03-10T23:00:00Z".parse().unwrap(), 30).unwrap();
    let event = crate::model::EventId(::uuid::Uuid::from_u128(7));
    for concession in [
        Concession::OneMoreChange { churn_cap: 4 },
        Concession::LaterEvening { day_end_minute: 1350 },
        Concession::ShorterRest { rest_gap_minutes: 420 },
        Concession::GiveUp { event },
        Concession::LongerLookahead { lookahead_days: 6 },
    ] {
        let offer = Offer { concession, blocks_gained: 1, minutes_gained: 45, detail: "so".to_owned() };
        let cause = |obstacle: &Obstacle| Cause { obstacle: *obstacle, blocks_gained: 1, minutes_gained: 30 };
        let why_not = WhyNot {
            missing_blocks: 2,
            uncovered_minutes: 60,
            causes: Obstacle::ALL.iter().map(cause).collect(),
            in_the_way: vec![event],
            busy_in_the_way: vec![at],
            offer: Some(offer),
        };
        assert_eq!(read_why_not(&write_why_not(&why_not).to_string()).unwrap(), why_not);
        let without = write_why_not(&why_not).to_string().replace(&write_parameters_of(&why_not), "{}");
        assert_eq!(read_why_not(&without).unwrap_err().field, "offer.parameters");
    }
}

fn write_parameters_of(why_not: &why_not::WhyNot) -> String {
    write_parameters(&why_not.offer.as_ref().unwrap().concession).to_string()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn documents_round_trip(problem in strategies::problem()) {
        let read = read_problem(&write_problem("x", &problem).to_string()).unwrap();
        prop_assert_eq!(&read.problem, &problem);
        let answer = plan(&problem).unwrap();
        let read = read_answer(&write_answer(&answer).to_string(), &problem).unwrap();
        prop_assert_eq!(check::check(&problem, &read).unwrap(), []);
    }

    #[test]
    fn explanations_round_trip(problem in strategies::problem()) {
        let Answer::Planned(plan) = plan_within(&problem, 20_000).unwrap() else { return Ok(()) };
        if let Some(why_not) = why_not::explain(&problem, &plan) {
            prop_assert_eq!(read_why_not(&write_why_not(&why_not).to_string()).unwrap(), why_not);
        }
    }
}
