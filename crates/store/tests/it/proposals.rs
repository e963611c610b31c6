use std::collections::BTreeMap;

use app::ports::{
    Access, AppliedChange, AuditAction, AuditEntry, InTheWay, NewProposal, Origin, Planned, ProposedChange,
    Shortfall, StoreError, UndoToken, WeekSpan,
};
use planner_core::check::Rule;
use planner_core::document::{print_answer, read_problem};
use planner_core::lifecycle::{Acceptance, Status, Touched, Undo, Write};
use planner_core::model::{
    Action, Answer, Change, EventId, Kind, Mode, Note, Objective, Plan, Priority, Problem, ReasonCode,
    Settings, Task, TaskId, TaskKind,
};
use planner_core::slack::Slack;
use planner_core::time::{Interval, LocalDay};
use planner_core::why_not::{Cause, Concession, Obstacle, Offer, WhyNot};
use uuid::Uuid;

use crate::support::{OWNER, PLANNER, World, fields, moment, on};

pub(crate) const TOKEN: &str = "a token that nobody can guess";
const MONDAY: &str = "2026-03-02";
const TUESDAY: &str = "2026-03-03";
const WEDNESDAY: &str = "2026-03-04";

fn id(n: u128) -> EventId {
    EventId(Uuid::from_u128(n))
}

/// A proposal that does everything that one can do.
pub(crate) struct Story {
    pub(crate) world: World,
    pub(crate) trigger: TaskId,
    pub(crate) other_task: TaskId,
    pub(crate) moved: EventId,
    pub(crate) split: EventId,
    pub(crate) deleted: EventId,
    pub(crate) claimed: EventId,
    pub(crate) made: EventId,
    pub(crate) second_piece: EventId,
    pub(crate) proposal: NewProposal,
}

impl Story {
    pub(crate) async fn new() -> Self {
        let world = World::new().await;
        let trigger = world.task(1, 100, Some("2026-03-06T12:00")).await;
        let other_task = world.task(1, 101, Some("2026-03-20T12:00")).await;
        let mut focus = fields(Kind::Focus, on(MONDAY, "10:00", "11:00"));
        focus.task_id = Some(other_task);
        focus.metadata.insert("colour".to_owned(), serde_json::json!("blue"));
        world.event(1, 1, &focus).await;
        world.event(1, 2, &fields(Kind::LowPriority, on(TUESDAY, "10:00", "12:00"))).await;
        let mut chill = fields(Kind::Chill, on(TUESDAY, "14:00", "15:00"));
        chill.task_id = Some(other_task);
        world.event(1, 3, &chill).await;
        world.event(1, 4, &fields(Kind::Focus, on(WEDNESDAY, "10:00", "11:00"))).await;
        world.event(1, 5, &fields(Kind::Class, on(WEDNESDAY, "12:00", "13:00"))).await;
        // As another calendar left it: crooked to the microsecond, changed before, and with its own source.
        world
            .sql
            .batch_execute(
                "UPDATE calendar_events SET created_at = '2025-12-31 23:59:59.123457Z', source = 'google',
                        source_id = 'g-' || id, start_ts = start_ts + interval '1 microsecond'
                  WHERE id IN ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002',
                               '00000000-0000-0000-0000-000000000003')",
            )
            .await
            .unwrap();
        let (moved, split, deleted, claimed) = (id(1), id(2), id(3), id(4));
        let proposal = proposal(trigger, moved, split, deleted, claimed);
        Self {
            world,
            trigger,
            other_task,
            moved,
            split,
            deleted,
            claimed,
            made: id(50),
            second_piece: id(51),
            proposal,
        }
    }

    pub(crate) async fn stored() -> Self {
        let story = Self::new().await;
        let mut unit = story.world.begin(1, PLANNER).await;
        unit.insert_proposal(&story.proposal).await.unwrap();
        unit.commit().await.unwrap();
        story
    }

    pub(crate) async fn applied() -> Self {
        let story = Self::stored().await;
        story.apply().await.unwrap();
        story
    }

    pub(crate) async fn apply(&self) -> Result<(), StoreError> {
        let (acceptance, changes) = self.acceptance();
        let mut unit = self.world.begin(1, PLANNER).await;
        let token = UndoToken::new(TOKEN);
        unit.apply(self.proposal.id, &acceptance, &changes, &token, self.world.now()).await?;
        unit.record_attempt(Uuid::from_u128(900), self.proposal.id, None, self.world.now()).await?;
        unit.commit().await
    }

    pub(crate) fn acceptance(&self) -> (Acceptance, Vec<AppliedChange>) {
        let writes: Vec<Write> = vec![
            Write::Insert { at: study(), title: "Study: Algebra".to_owned(), task: self.trigger },
            Write::Reschedule { event: self.moved, to: on(WEDNESDAY, "18:00", "19:00") },
            Write::Split { event: self.split, pieces: pieces() },
            Write::Delete { event: self.deleted },
            Write::Link { event: self.claimed, task: self.trigger },
        ];
        let made = |write: &Write| match write {
            Write::Insert { .. } => Some(self.made),
            Write::Split { .. } => Some(self.second_piece),
            _ => None,
        };
        let changes = writes
            .iter()
            .map(|write| AppliedChange { write: write.clone(), new_event: made(write) })
            .collect();
        let acceptance = Acceptance {
            writes,
            churn: 5,
            local_day: LocalDay::new(2026, 3, 2).unwrap(),
            cap: 5,
            reversible_until: self.world.now().plus_minutes(24 * 60),
        };
        (acceptance, changes)
    }

    pub(crate) fn everything(&self) -> Undo {
        Undo {
            restore: vec![self.moved, self.split, self.deleted, self.claimed],
            remove: vec![self.made, self.second_piece],
            kept: Vec::new(),
        }
    }

    pub(crate) async fn undo(&self, undo: &Undo) -> Result<(), StoreError> {
        let mut unit = self.world.begin(1, PLANNER).await;
        unit.restore(self.proposal.id, undo).await?;
        unit.close_proposal(self.proposal.id, Status::Undone, self.world.now()).await?;
        unit.commit().await
    }
}

fn study() -> Interval {
    on(TUESDAY, "08:00", "09:00")
}

fn pieces() -> [Interval; 2] {
    [on(TUESDAY, "16:00", "16:30"), on(WEDNESDAY, "16:00", "17:30")]
}

fn proposal(
    trigger: TaskId,
    moved: EventId,
    split: EventId,
    deleted: EventId,
    claimed: EventId,
) -> NewProposal {
    let change = |action, reason, from| ProposedChange {
        change: Change { action, reason, detail: format!("because {reason}") },
        from,
        base_priority: Priority::from_thousandths(82_125),
        energy_hundredths: 115,
    };
    let touched = |title: &str, version| Touched { version, title: title.to_owned() };
    NewProposal {
        id: Uuid::from_u128(500),
        snapshot_id: Uuid::from_u128(501),
        trigger: Some(trigger),
        lookahead_days: Some(7),
        override_churn_cap: Some(u32::MAX),
        created_at: moment("2026-03-02T08:00"),
        expires_at: moment("2026-03-03T08:00"),
        summary: "Makes room".to_owned(),
        changes: vec![
            change(Action::Create { at: study() }, ReasonCode::InsufficientCapacityCreateFocus, None),
            change(
                Action::Move { event: moved, to: on(WEDNESDAY, "18:00", "19:00") },
                ReasonCode::HighPriorityPreemption,
                Some(on(MONDAY, "10:00", "11:00")),
            ),
            change(
                Action::Split { event: split, pieces: pieces() },
                ReasonCode::HighPriorityPreemption,
                Some(on(TUESDAY, "10:00", "12:00")),
            ),
            change(
                Action::Delete { event: deleted },
                ReasonCode::ConflictWithChill,
                Some(on(TUESDAY, "14:00", "15:00")),
            ),
        ],
        claims: vec![claimed],
        touched: vec![
            (moved, touched("a FOCUS", 2)),
            (split, touched("a LOW_PRIORITY", 2)),
            (deleted, touched("a CHILL", 2)),
            (claimed, touched("a FOCUS", 1)),
        ],
        notes: vec![Note { event: claimed, reason: ReasonCode::PreserveFocus, detail: "stays".to_owned() }],
        left_stranded: vec![id(77)],
        unknown_calendars: vec!["Ben's".to_owned()],
        need_minutes: 120,
        objective: Objective { churn: 5, created: 1, lateness_minutes: 9, ..Objective::default() },
        proven_optimal: true,
        planned: Some(planned(trigger)),
        shortfall: Some(shortfall(moved)),
        slack: Some(Slack { needed_minutes: 90, available_minutes: 30, counted_until: study().end() }),
        rules_kept: Rule::ALL,
        planning_micros: Some(1_234),
    }
}

/// What a planner might have been asked, and a plan with a bound that it is not.
fn planned(trigger: TaskId) -> Planned {
    let exam = Task {
        id: trigger,
        title: "Algebra, “II”".to_owned(),
        kind: TaskKind::Exam,
        due: moment("2026-03-06T12:00").floor(),
        priority: Priority::from_thousandths(82_125),
        effort_minutes: 360,
        due_changed_at: None,
    };
    let problem = Problem {
        mode: Mode::Demand { trigger },
        now: "2026-03-02T08:00:00.123456Z".parse().unwrap(),
        settings: Settings::default(),
        used_churn_today: 0,
        override_churn_cap: Some(u32::MAX),
        tasks: vec![exam],
        events: Vec::new(),
        busy: vec![study()],
    };
    let plan = Plan {
        need_minutes: 120,
        exact_need_minutes: 115,
        claims: Vec::new(),
        changes: Vec::new(),
        notes: Vec::new(),
        left_stranded: Vec::new(),
        objective: Objective { churn: 5, ..Objective::default() },
        proven_optimal: false,
        bound: Objective { churn: 4, lateness_minutes: 7, ..Objective::default() },
        work: 50_000_000,
    };
    Planned { problem, answer: Answer::Planned(plan) }
}

fn shortfall(event: EventId) -> Shortfall {
    let why_not = WhyNot {
        missing_blocks: 1,
        uncovered_minutes: 25,
        causes: vec![Cause { obstacle: Obstacle::Rest, blocks_gained: 1, minutes_gained: 25 }],
        in_the_way: vec![event],
        busy_in_the_way: vec![study()],
        offer: Some(Offer {
            concession: Concession::GiveUp { event },
            blocks_gained: 1,
            minutes_gained: 25,
            detail: "Without “gym”, 25 min more would fit.".to_owned(),
        }),
    };
    let in_the_way = vec![InTheWay { event, title: "gym".to_owned(), at: study() }];
    Shortfall { why_not, in_the_way }
}

#[tokio::test]
async fn what_a_proposal_was_planned_on_is_kept_with_it() {
    let story = Story::stored().await;
    let mut unit = story.world.begin(1, Access::Read).await;
    let stored = unit.planned_on(story.proposal.id).await.unwrap().unwrap();
    let Planned { problem, answer } = story.proposal.planned.clone().unwrap();
    let read = read_problem(&stored.problem.to_string()).unwrap();
    assert_eq!((read.name, read.problem), (story.proposal.id.to_string(), problem));
    let row = "SELECT sha256(convert_to($1, 'UTF8')) = answer_sha256, work, bound[4], planning_micros FROM rebalancing_proposals";
    let row = story.world.sql.query_one(row, &[&print_answer(&answer)]).await.unwrap();
    assert_eq!((row.get(0), row.get(1), row.get(2), row.get(3)), (true, 50_000_000_i64, 4_i32, 1_234_i64));
    assert_eq!(unit.planned_on(Uuid::from_u128(1)).await.unwrap(), None);
    drop(unit);
    // What is another's is not there, and of what is nobody's there is no owner.
    let mut others = story.world.begin(2, Access::Read).await;
    assert_eq!(others.planned_on(story.proposal.id).await.unwrap(), None);
    let owners = story.world.pg.owners_of_proposal(story.proposal.id).await.unwrap();
    assert_eq!(owners, [crate::support::user(1)]);
    assert_eq!(story.world.pg.owners_of_proposal(Uuid::from_u128(1)).await.unwrap(), []);
}

#[tokio::test]
async fn a_proposal_from_before_problems_were_kept_has_none() {
    let story = Story::stored().await;
    let before =
        "UPDATE rebalancing_proposals SET problem = NULL, answer_sha256 = NULL, work = NULL, bound = NULL,
                         why_not = NULL, details = '{}'";
    story.world.sql.batch_execute(before).await.unwrap();
    let mut unit = story.world.begin(1, Access::Read).await;
    assert_eq!(unit.planned_on(story.proposal.id).await.unwrap(), None);
    let record = unit.proposal(story.proposal.id).await.unwrap().unwrap();
    assert_eq!((record.bound, record.shortfall, record.slack), (None, None, None));
}

#[tokio::test]
async fn a_stored_proposal_is_read_again() {
    let story = Story::stored().await;
    let mut unit = story.world.begin(1, Access::Read).await;
    let record = unit.proposal(story.proposal.id).await.unwrap().unwrap();
    let stored = &story.proposal;
    assert_eq!(record.changes, stored.changes);
    assert_eq!(record.proposal.claims, stored.claims);
    assert_eq!(record.proposal.touched, stored.touched.iter().cloned().collect::<BTreeMap<_, _>>());
    let actions: Vec<Action> = stored.changes.iter().map(|proposed| proposed.change.action.clone()).collect();
    assert_eq!(record.proposal.actions, actions);
    assert_eq!((record.proposal.status, record.proposal.trigger), (Status::Proposed, stored.trigger));
    assert_eq!((record.created_at, record.proposal.expires_at), (stored.created_at, stored.expires_at));
    assert_eq!((record.notes, record.left_stranded), (stored.notes.clone(), stored.left_stranded.clone()));
    assert_eq!(record.unknown_calendars, stored.unknown_calendars);
    assert_eq!((record.objective, record.proven_optimal), (stored.objective, stored.proven_optimal));
    assert_eq!((record.shortfall, record.slack), (stored.shortfall.clone(), stored.slack));
    assert_eq!(record.bound.map(|bound| bound.churn), Some(4));
    assert_eq!((record.snapshot_id, record.summary), (stored.snapshot_id, stored.summary.clone()));
    assert_eq!((record.lookahead_days, record.need_minutes), (Some(7), 120));
    assert_eq!((record.accepted_at, record.reversible_until, record.closed_at), (None, None, None));
    assert_eq!(unit.open_proposal(Some(story.trigger)).await.unwrap(), Some(stored.id));
    assert!(unit.verify_snapshot(stored.id).await.unwrap());
    drop(unit);

    let rows: Vec<(String, i32, i32, Option<i32>, f64, bool)> = story
        .world
        .sql
        .query(
            "SELECT action, position, group_no, delta_minutes, final_priority,
                    baseline_updated_at IS NOT NULL FROM proposal_moves ORDER BY position",
            &[],
        )
        .await
        .unwrap()
        .iter()
        .map(|row| (row.get(0), row.get(1), row.get(2), row.get(3), row.get(4), row.get(5)))
        .collect();
    let priority = 82.125 * 1.15;
    let expected = [
        ("insert", 0, 0, None, priority, false),
        ("move", 1, 1, Some(2 * 1440 + 480), priority, true),
        ("resize", 2, 2, Some(360), priority, true),
        ("insert", 3, 2, Some(1440 + 330), priority, true),
        ("delete", 4, 3, None, priority, true),
        ("link", 5, 4, None, 0.0, true),
    ];
    assert_eq!(rows.len(), expected.len());
    for (row, expected) in rows.iter().zip(expected) {
        assert_eq!(
            (row.0.as_str(), row.1, row.2, row.3, row.5),
            (expected.0, expected.1, expected.2, expected.3, expected.5)
        );
        assert!((row.4 - expected.4).abs() < 1e-9, "{row:?}");
    }
}

#[tokio::test]
async fn applying_and_undoing_brings_every_row_back() {
    let story = Story::stored().await;
    let world = &story.world;
    let before = world.calendar(1).await;
    story.apply().await.unwrap();
    assert_ne!(world.calendar(1).await, before);

    let mut unit = world.begin(1, Access::Read).await;
    let record = unit.proposal(story.proposal.id).await.unwrap().unwrap();
    assert_eq!((record.proposal.status, record.accepted_at), (Status::Applied, Some(world.now())));
    assert_eq!(unit.last_acceptance(story.trigger).await.unwrap(), Some(world.now()));
    assert_eq!(unit.churn_on(LocalDay::new(2026, 3, 2).unwrap()).await.unwrap(), 5);
    let found = unit.proposal_of_token(&UndoToken::new(TOKEN)).await.unwrap();
    assert_eq!(found, Some(story.proposal.id));
    assert_eq!(unit.proposal_of_token(&UndoToken::new("another")).await.unwrap(), None);

    let made = unit.event(story.made).await.unwrap().unwrap();
    assert_eq!(
        (made.fields.task_id, made.fields.kind, made.origin),
        (Some(story.trigger), Kind::Focus, Origin::own())
    );
    assert!(made.fields.is_movable && !made.fields.protected);
    let moved = unit.event(story.moved).await.unwrap().unwrap();
    assert_eq!((moved.version, moved.fields.task_id), (3, Some(story.other_task)));
    let (first, second) = (
        unit.event(story.split).await.unwrap().unwrap(),
        unit.event(story.second_piece).await.unwrap().unwrap(),
    );
    assert_eq!(
        (second.fields.title, second.fields.kind, second.version),
        (first.fields.title, first.fields.kind, 1)
    );
    assert_eq!((first.origin.source.as_str(), second.origin), ("google", Origin::own()));
    assert_eq!(second.created_at, crate::support::at("2026-03-02T08:00"));
    assert!(unit.event(story.deleted).await.unwrap().is_none());
    assert_eq!(unit.event(story.claimed).await.unwrap().unwrap().fields.task_id, Some(story.trigger));

    let undoable = unit.undoable(story.proposal.id).await.unwrap();
    assert_eq!(undoable.len(), 6);
    assert!(undoable.iter().all(|event| event.version == event.applied_version), "{undoable:?}");
    assert_eq!(undoable.iter().filter(|event| event.was_created).count(), 2);
    assert_eq!(undoable.iter().map(|event| event.group).collect::<Vec<_>>(), [0, 1, 2, 2, 3, 4]);
    assert!(undoable.iter().any(|event| event.event == story.deleted && event.title == "a CHILL"));
    drop(unit);

    story.undo(&story.everything()).await.unwrap();
    assert_eq!(world.calendar(1).await, before);
    let mut unit = world.begin(1, Access::Read).await;
    assert_eq!(unit.last_acceptance(story.trigger).await.unwrap(), None);
    // Undoing gives no churn back, and the restored row is none that anybody planned on.
    assert_eq!(unit.churn_on(LocalDay::new(2026, 3, 2).unwrap()).await.unwrap(), 5);
    assert_eq!(unit.event(story.deleted).await.unwrap().unwrap().version, 3);
    assert_eq!(unit.event(story.moved).await.unwrap().unwrap().version, 4);
}

#[tokio::test]
async fn an_event_is_frozen_by_what_moved_it_until_that_is_undone() {
    let story = Story::applied().await;
    let span = WeekSpan {
        span: on(MONDAY, "00:00", "23:00"),
        trigger: Some(story.trigger),
        also: vec![story.moved, story.split, story.second_piece, story.made, story.claimed],
        accepted_after: moment("2026-03-01T08:00"),
    };
    let week = story.world.begin(1, PLANNER).await.week(&span).await.unwrap();
    let accepted: BTreeMap<EventId, bool> =
        week.events.iter().map(|(event, _)| (event.id, event.accepted_at.is_some())).collect();
    let expected = [
        (story.moved, true),
        (story.split, true),
        (story.second_piece, true),
        (story.made, true),
        // Claiming is not a change.
        (story.claimed, false),
    ];
    assert_eq!(accepted, BTreeMap::from(expected));
    assert!(week.events.iter().all(|(event, _)| event.accepted_at.is_none_or(|at| at == story.world.now())));

    let later = WeekSpan { accepted_after: story.world.now(), ..span.clone() };
    let week = story.world.begin(1, PLANNER).await.week(&later).await.unwrap();
    assert!(week.events.iter().all(|(event, _)| event.accepted_at.is_none()));
    story.undo(&story.everything()).await.unwrap();
    let week = story.world.begin(1, PLANNER).await.week(&span).await.unwrap();
    assert!(week.events.iter().all(|(event, _)| event.accepted_at.is_none()));
}

#[tokio::test]
async fn a_link_to_a_task_that_is_gone_is_left_out() {
    let story = Story::applied().await;
    let mut unit = story.world.begin(1, OWNER).await;
    assert!(unit.delete_task(story.other_task).await.unwrap());
    unit.commit().await.unwrap();
    story.undo(&story.everything()).await.unwrap();
    let mut unit = story.world.begin(1, Access::Read).await;
    for event in [story.deleted, story.moved] {
        assert_eq!(unit.event(event).await.unwrap().unwrap().fields.task_id, None);
    }
}

#[tokio::test]
async fn an_edit_after_the_acceptance_shows() {
    let story = Story::applied().await;
    let mut unit = story.world.begin(1, OWNER).await;
    let mut edited = unit.event(story.moved).await.unwrap().unwrap().fields;
    edited.title = "Mine again".to_owned();
    unit.update_event(story.moved, &edited).await.unwrap();
    assert!(unit.delete_event(story.made).await.unwrap());
    let undoable = unit.undoable(story.proposal.id).await.unwrap();
    let edited: Vec<(EventId, &str, bool)> = undoable
        .iter()
        .filter(|event| event.version != event.applied_version)
        .map(|event| (event.event, event.title.as_str(), event.version.is_none()))
        .collect();
    assert_eq!(edited, [(story.made, "Study: Algebra", true), (story.moved, "Mine again", false)]);
    unit.commit().await.unwrap();

    // The rest can still be undone.
    let rest = Undo {
        restore: vec![story.split, story.deleted, story.claimed],
        remove: vec![story.second_piece],
        kept: Vec::new(),
    };
    story.undo(&rest).await.unwrap();
    let mut unit = story.world.begin(1, Access::Read).await;
    assert_eq!(unit.event(story.moved).await.unwrap().unwrap().fields.title, "Mine again");
    assert!(unit.event(story.deleted).await.unwrap().is_some());
}

#[tokio::test]
async fn a_broken_or_released_snapshot_restores_nothing() {
    let story = Story::applied().await;
    let world = &story.world;
    let before = world.calendar(1).await;
    world
        .sql
        .batch_execute("UPDATE rebalancing_snapshots SET rows = jsonb_set(rows, '{0,title}', '\"forged\"')")
        .await
        .unwrap();
    let mut unit = world.begin(1, PLANNER).await;
    assert!(!unit.verify_snapshot(story.proposal.id).await.unwrap());
    drop(unit);
    assert!(matches!(story.undo(&story.everything()).await, Err(StoreError::Failed(_))));
    assert_eq!(world.calendar(1).await, before);

    let story = Story::stored().await;
    let mut unit = story.world.begin(1, PLANNER).await;
    unit.close_proposal(story.proposal.id, Status::Rejected, story.world.now()).await.unwrap();
    unit.release_snapshot(story.proposal.id).await.unwrap();
    assert!(!unit.verify_snapshot(story.proposal.id).await.unwrap());
    unit.commit().await.unwrap();
    let left = "SELECT count(*) FROM rebalancing_snapshots WHERE rows <> '[]' OR released_at IS NULL";
    assert_eq!(story.world.count(left).await, 0);
}

#[tokio::test]
async fn what_changed_by_another_road_meanwhile_stops_the_acceptance_whole() {
    for edit in [
        "UPDATE calendar_events SET title = 'edited' WHERE type = 'CHILL'",
        "UPDATE calendar_events SET title = 'edited' WHERE type = 'FOCUS'",
        "DELETE FROM calendar_events WHERE type = 'LOW_PRIORITY'",
    ] {
        let story = Story::stored().await;
        story.world.sql.batch_execute(edit).await.unwrap();
        let before = story.world.calendar(1).await;
        let error = story.apply().await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        assert_eq!(story.world.calendar(1).await, before);
        assert_eq!(story.world.count("SELECT count(*) FROM churn_ledger").await, 0);
    }
}

#[tokio::test]
async fn an_event_that_was_locked_meanwhile_is_guarded_by_the_database() {
    let story = Story::stored().await;
    // Even where the version says nothing.
    story
        .world
        .sql
        .batch_execute(
            "ALTER TABLE calendar_events DISABLE TRIGGER trg_version_calendar_events;
             UPDATE calendar_events SET protected = true WHERE type = 'CHILL'",
        )
        .await
        .unwrap();
    let error = story.apply().await.unwrap_err();
    assert!(matches!(error, StoreError::Guarded(_)), "{error:?}");
}

#[tokio::test]
async fn a_proposal_is_applied_once() {
    let story = Story::applied().await;
    assert!(matches!(story.apply().await, Err(StoreError::Failed(_))));
    assert_eq!(story.world.count("SELECT count(*) FROM churn_ledger").await, 1);
    assert_eq!(story.world.count("SELECT count(*) FROM churn_ledger WHERE churn = 5 AND cap = 5").await, 1);
}

#[tokio::test]
async fn a_task_has_one_open_proposal() {
    let story = Story::stored().await;
    let second =
        NewProposal { id: Uuid::from_u128(600), snapshot_id: Uuid::from_u128(601), ..story.proposal.clone() };
    let mut unit = story.world.begin(1, PLANNER).await;
    assert!(unit.insert_proposal(&second).await.is_err());
    drop(unit);
    let mut unit = story.world.begin(1, PLANNER).await;
    unit.close_proposal(story.proposal.id, Status::Rejected, story.world.now()).await.unwrap();
    unit.insert_proposal(&second).await.unwrap();
    assert_eq!(unit.open_proposal(Some(story.trigger)).await.unwrap(), Some(second.id));
    unit.commit().await.unwrap();
}

#[tokio::test]
async fn a_users_data_goes_with_the_user_but_for_the_audit() {
    let story = Story::applied().await;
    let mut unit = story.world.begin(1, PLANNER).await;
    let entry = AuditEntry {
        id: Uuid::from_u128(1),
        action: AuditAction::Accepted,
        proposal_id: Some(story.proposal.id),
        trigger: Some(story.trigger),
        reason_codes: Vec::new(),
        detail: serde_json::Map::new(),
        at: story.world.now(),
    };
    unit.audit(&entry).await.unwrap();
    unit.commit().await.unwrap();
    story
        .world
        .sql
        .batch_execute("BEGIN; SET LOCAL canvascal.actor = 'owner'; DELETE FROM users; COMMIT")
        .await
        .unwrap();
    for (table, left) in [
        ("calendar_events", 0),
        ("tasks", 0),
        ("rebalancing_proposals", 0),
        ("proposal_moves", 0),
        ("rebalancing_snapshots", 0),
        ("rebalancing_apply_attempts", 0),
        ("churn_ledger", 0),
        ("rebalancing_audit", 1),
    ] {
        assert_eq!(story.world.count(&format!("SELECT count(*) FROM {table}")).await, left, "{table}");
    }
}
