//! The program and the database's trigger agree on what sets off a proposal.

use app::ports::{JobStatus, Jobs as _, Page};
use planner_core::lifecycle::{TaskState, sets_off};
use planner_core::model::Priority;
use planner_core::time::Moment;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use time::OffsetDateTime;
use tokio::runtime::Runtime;

use crate::support::{OWNER, World, at};

/// Values close to each other, so that what decides is met often: the threshold and the moment among them.
fn states() -> impl Strategy<Value = TaskState> {
    let due = proptest::option::of(
        (-2..=2_i64).prop_map(|minutes| Moment::from(at("2026-03-02T08:00")).plus_minutes(minutes)),
    );
    let priority =
        prop_oneof![Just(0), Just(69_999), Just(70_000), Just(70_001), Just(82_125), Just(100_000)];
    (any::<bool>(), due, priority).prop_map(|(is_open, due, priority)| TaskState {
        is_open,
        due,
        priority: Priority::from_thousandths(priority),
    })
}

fn row(state: &TaskState) -> (&'static str, Option<OffsetDateTime>, f64) {
    let status = if state.is_open { "OPEN" } else { "DONE" };
    let thousandths = i32::try_from(state.priority.thousandths()).unwrap();
    (status, state.due.map(OffsetDateTime::from), f64::from(thousandths) / 1000.0)
}

/// How many jobs inserting `before`, and then changing it to `after`, leave in the queue.
async fn triggered(world: &World, before: &TaskState, after: &TaskState, threshold: Option<f64>) -> [i64; 2] {
    let begin = format!("BEGIN; SET LOCAL canvascal.now = '{}'", world.now());
    world.sql.batch_execute(&begin).await.unwrap();
    let user = crate::support::user(1).id.0;
    if let Some(threshold) = threshold {
        let settle = "INSERT INTO user_settings (user_id, priority_threshold) VALUES ($1, $2)";
        world.sql.execute(settle, &[&user, &threshold]).await.unwrap();
    }
    let (status, due, score) = row(before);
    let insert = "INSERT INTO tasks (user_id, id, title, status, due_ts, priority_score)
                  VALUES ($1, gen_random_uuid(), 'Algebra', $2, $3, $4)";
    world.sql.execute(insert, &[&user, &status, &due, &score]).await.unwrap();
    let queued = "SELECT count(*) FROM jobs";
    let inserted = world.count(queued).await;
    world.sql.batch_execute("DELETE FROM jobs").await.unwrap();
    let (status, due, score) = row(after);
    let update = "UPDATE tasks SET status = $1, due_ts = $2, priority_score = $3";
    world.sql.execute(update, &[&status, &due, &score]).await.unwrap();
    let updated = world.count(queued).await;
    world.sql.batch_execute("ROLLBACK").await.unwrap();
    [inserted, updated]
}

#[test]
fn the_program_and_the_trigger_agree_on_every_change() {
    let runtime = Runtime::new().unwrap();
    let world = runtime.block_on(async {
        let world = World::new().await;
        world.begin(1, OWNER).await.commit().await.unwrap();
        world
    });
    let threshold = proptest::option::of(prop_oneof![Just(0), Just(70_001), Just(100_000)]);
    let mut runner = TestRunner::new(Config { cases: 400, ..Config::default() });
    let outcome = runner.run(&(states(), states(), threshold), |(before, after, threshold)| {
        let stored = threshold.map(|thousandths| f64::from(thousandths) / 1000.0);
        let at_threshold = Priority::from_thousandths(threshold.unwrap_or(70_000).into());
        let expected = [(None, &before), (Some(&before), &after)]
            .map(|(before, after)| i64::from(sets_off(before, after, at_threshold, world.now())));
        prop_assert_eq!(runtime.block_on(triggered(&world, &before, &after, stored)), expected);
        Ok(())
    });
    outcome.unwrap();
}

#[tokio::test]
async fn many_changes_of_a_task_are_one_job_that_waits_for_them_to_settle() {
    let world = World::new().await;
    let task = world.task(1, 9, Some("2026-03-06T12:00")).await;
    for minutes in 1..20 {
        let sql = format!(
            "BEGIN; SET LOCAL canvascal.now = '{}';
                           UPDATE tasks SET due_ts = due_ts + interval '1 hour'; COMMIT",
            world.now().plus_minutes(minutes)
        );
        world.sql.batch_execute(&sql).await.unwrap();
    }
    let page = Page { after: None, limit: 10 };
    let jobs = world.pg.list_jobs(Some(JobStatus::Queued), &page).await.unwrap();
    let [job] = jobs.as_slice() else { panic!("{jobs:?}") };
    assert_eq!(job.kind, app::work::PROPOSE);
    assert_eq!(job.key, Some(format!("propose:{}:{task}", crate::support::user(1).id)));
    assert_eq!(job.user, Some(crate::support::user(1).id));
    assert_eq!(Moment::from(job.run_at).micros_since(world.now()), 1_000_000);
}

#[tokio::test]
async fn an_imported_task_waits_for_its_proposal_until_it_is_due_before_long() {
    let world = World::new().await;
    world.begin(1, OWNER).await.commit().await.unwrap();
    let insert = format!(
        "BEGIN; SET LOCAL canvascal.now = '{}';
         INSERT INTO tasks (user_id, id, title, priority_score, due_ts, source)
         VALUES ('{}', gen_random_uuid(), 'Exam', 90, '2026-05-01 12:00Z', 'canvas'); COMMIT",
        world.now(),
        crate::support::user(1).id
    );
    world.sql.batch_execute(&insert).await.unwrap();
    let page = Page { after: None, limit: 10 };
    let run_at = async || {
        let jobs = world.pg.list_jobs(Some(JobStatus::Queued), &page).await.unwrap();
        let [job] = jobs.as_slice() else { panic!("{jobs:?}") };
        job.run_at
    };
    assert_eq!(run_at().await, at("2026-04-17T12:00"));
    for (due, expected) in
        [("2026-06-01 12:00Z", "2026-05-18T12:00"), ("2026-04-01 12:00Z", "2026-03-18T12:00")]
    {
        let moved = format!(
            "BEGIN; SET LOCAL canvascal.now = '{}'; UPDATE tasks SET due_ts = '{due}'; COMMIT",
            world.now()
        );
        world.sql.batch_execute(&moved).await.unwrap();
        assert_eq!(run_at().await, at(expected), "{due}");
    }
}
