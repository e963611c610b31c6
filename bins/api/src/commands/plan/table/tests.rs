use planner_core::model::{EventId, Kind, Mode, Note, Priority, ReasonCode, Settings, TaskId, TaskKind};
use planner_core::time::{Instant, Zone};
use uuid::Uuid;

use super::*;

fn interval(from: &str, to: &str) -> Interval {
    let instant = |time: &str| format!("2026-03-{time}:00Z").parse::<Instant>().unwrap();
    Interval::new(instant(from), instant(to)).unwrap()
}

fn event(id: u128, title: &str, at: Interval) -> Event {
    Event {
        id: EventId(Uuid::from_u128(id)),
        title: title.to_owned(),
        interval: at,
        kind: Kind::Chill,
        is_movable: true,
        protected: false,
        transparent: false,
        task: None,
        accepted_at: None,
    }
}

fn problem() -> Problem {
    let exam = Task {
        id: TaskId(Uuid::from_u128(1)),
        title: "Algebra".to_owned(),
        kind: TaskKind::Exam,
        due: "2026-03-27T11:00:00Z".parse().unwrap(),
        priority: Priority::from_thousandths(80_000),
        effort_minutes: 390,
        due_changed_at: None,
    };
    Problem {
        mode: Mode::Demand { trigger: exam.id },
        now: "2026-03-23T18:07:00Z".parse().unwrap(),
        settings: Settings { zone: Zone::named("Europe/Berlin").unwrap(), ..Settings::default() },
        used_churn_today: 0,
        override_churn_cap: None,
        tasks: vec![exam],
        events: vec![
            event(2, "Gym to make muscles", interval("24T18:00", "24T19:30")),
            event(3, "", interval("25T18:00", "25T21:00")),
            event(4, "大きな映画館で友達と映画を見る夜の集まり", interval("26T18:00", "26T20:00")),
            event(5, "Reading", interval("24T08:00", "24T10:00")),
        ],
        busy: Vec::new(),
    }
}

fn change(action: Action, reason: ReasonCode, detail: &str) -> Change {
    Change { action, reason, detail: detail.to_owned() }
}

fn plan() -> Plan {
    let id = |number: u128| EventId(Uuid::from_u128(number));
    let moved = "“Gym to make muscles” moves from Tue 24 Mar 19:00–20:30 to Wed 25 Mar 08:00–09:30 to make room to \
        study for “Algebra”.";
    let split = "“” on Wed 25 Mar 19:00–22:00 is split into a and b to make room for “Gym to make muscles”, which \
        moves too.";
    // What the table does not tell is as the planner left it.
    let Ok(Answer::Planned(planned)) = planner_core::plan(&problem()) else {
        panic!("it can be planned for")
    };
    Plan {
        need_minutes: 270,
        exact_need_minutes: 270,
        claims: vec![id(5)],
        changes: vec![
            change(
                Action::Create { at: interval("24T17:00", "24T19:00") },
                ReasonCode::InsufficientCapacityCreateFocus,
                "2 h of focus on Tue 24 Mar 18:00–20:00 for “Algebra”, since too little study time exists before \
                 it is due.",
            ),
            change(
                Action::Move { event: id(2), to: interval("25T07:00", "25T08:30") },
                ReasonCode::ConflictWithChill,
                moved,
            ),
            change(
                Action::Split {
                    event: id(3),
                    pieces: [interval("25T18:00", "25T19:00"), interval("26T08:00", "26T10:00")],
                },
                ReasonCode::ConflictWithChill,
                split,
            ),
            change(
                Action::Delete { event: id(4) },
                ReasonCode::ConflictWithChill,
                "“大きな映画館で友達と映画を見る夜の集まり” on Thu 26 Mar 19:00–21:00 is given up to make room to study \
                 for “Algebra”.",
            ),
        ],
        notes: vec![Note {
            event: id(5),
            reason: ReasonCode::PreserveFocus,
            detail: "“Reading” on Tue 24 Mar 09:00–11:00 is taken for “Algebra” and stays.".to_owned(),
        }],
        objective: Objective {
            missing_blocks: 5,
            deleted: 1,
            churn: 5,
            unmet_minutes: 150,
            created: 1,
            ..Objective::default()
        },
        proven_optimal: true,
        ..planned
    }
}

#[test]
fn every_kind_of_change_has_its_row_and_its_reason() {
    let notes = ["a.ics: line 3: something".to_owned()];
    insta::assert_snapshot!(table(&problem(), &Answer::Planned(plan()), &notes));
}

#[test]
fn an_answer_without_changes_says_why() {
    let told =
        |answer: &Answer| table(&problem(), answer, &[]).lines().skip(3).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(told(&Answer::NothingToPlan), @"

    The study that it takes is all there. Nothing changes.
    ");
    insta::assert_snapshot!(told(&Answer::Refused(Refusal::TriggerExpired)), @"

    It is due already. Nothing can be planned.
    ");
    insta::assert_snapshot!(told(&Answer::Refused(Refusal::WindowTooShort)), @"

    It is due too soon: not even the shortest study block fits before it.
    ");
    let nothing = Plan {
        changes: Vec::new(),
        claims: Vec::new(),
        notes: Vec::new(),
        objective: Objective::default(),
        ..plan()
    };
    insta::assert_snapshot!(told(&Answer::Planned(nothing)), @"

    Nothing changes.

    In all    nothing to accept; churn 0 of 3. No plan is better.
    ");
}

#[test]
fn many_notes_are_counted() {
    let notes: Vec<String> = (1..=13).map(|number| format!("note {number}")).collect();
    let told = remarks(&notes);
    assert_eq!(
        (told.len(), told[10].as_str(), told[11].as_str()),
        (12, "Note      note 10", "Note      and 3 more")
    );
    assert!(remarks(&[]).is_empty());
}
