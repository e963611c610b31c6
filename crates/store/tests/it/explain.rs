//! The real queries on a big table: none of them reads it from end to end.

use std::time::{Duration, Instant};

use app::ports::canvas::{ItemRecord, SyncedTask};
use app::ports::google::{CalendarChoice, LinkRecord, Synced};
use app::ports::{
    Access, Actor, AuditAction, Claim, Ended, EventPage, HistoryPage, Holder, Insights as _, JobStatus,
    Jobs as _, Join, NewJob, Origin, Page, Position, ProposalPage, Sealed as _, Stretch, WeekSpan,
};
use planner_core::lifecycle::Status;
use planner_core::model::{EventId, Kind, TaskId};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::{PLANNER, World, at, fields, moment, on, user};

/// A hundred users with two thousand events each: five years of a full calendar.
const FULL: &str = "
    INSERT INTO users (id) SELECT md5('u' || n)::uuid FROM generate_series(1, 99) n;
    INSERT INTO tasks (user_id, id, title, due_ts, created_at)
    SELECT u.id, md5('t' || n || u.id)::uuid, 'task', '2026-03-06 12:00Z'::timestamptz + n * interval '1 day',
           '2025-01-01Z'::timestamptz + n * interval '1 day'
      FROM users u, generate_series(1, 50) n;
    INSERT INTO calendar_events (user_id, id, title, start_ts, end_ts, type, is_movable, task_id)
    SELECT u.id, md5('e' || n || u.id)::uuid, 'event', ts, ts + interval '1 hour',
           CASE WHEN n % 10 = 0 THEN 'FOCUS' ELSE 'CHILL' END, true,
           CASE WHEN n % 10 = 0 THEN md5('t' || (1 + n % 50) || u.id)::uuid END
      FROM users u, generate_series(1, 2000) n,
           LATERAL (SELECT '2023-01-01Z'::timestamptz + n * interval '22 hours' AS ts) t;
    INSERT INTO rebalancing_proposals (user_id, id, trigger_item_id, status, created_at, accepted_at, reversible_until,
                                       undo_token_digest)
    SELECT u.id, md5('p' || n || u.id)::uuid, md5('t' || (1 + n % 50) || u.id)::uuid, 'APPLIED', ts, ts, ts,
           sha256(convert_to(n || u.id::text, 'UTF8'))
      FROM users u, generate_series(1, 100) n,
           LATERAL (SELECT '2025-11-01Z'::timestamptz + n * interval '1 day' AS ts) t;
    INSERT INTO proposal_moves (user_id, proposal_id, action, event_id, to_start_ts, to_end_ts, position, group_no)
    SELECT user_id, id, 'move', gen_random_uuid(), accepted_at, accepted_at + interval '1 hour', n, n
      FROM rebalancing_proposals, generate_series(0, 2) n;
    INSERT INTO rebalancing_audit (user_id, id, action, at)
    SELECT user_id, id, 'CREATED', accepted_at FROM rebalancing_proposals;
    INSERT INTO churn_ledger (user_id, local_day, churn, proposal_id)
    SELECT user_id, accepted_at::date, 1, id FROM rebalancing_proposals;
    VACUUM ANALYZE";

/// Sequential scans of the user's tables, and rows fetched through indexes of the calendar.
async fn scans(sql: &Client) -> (Vec<(String, i64)>, i64) {
    // What this connection did itself is told late, too.
    sql.batch_execute("SELECT pg_stat_force_next_flush()").await.unwrap();
    let rows = sql
        .query(
            "SELECT relname::text, seq_scan, coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables
              WHERE relname IN ('calendar_events', 'tasks', 'rebalancing_proposals', 'proposal_moves',
                                'rebalancing_audit', 'churn_ledger') ORDER BY 1",
            &[],
        )
        .await
        .unwrap();
    let fetched = rows.iter().find(|row| row.get::<_, String>(0) == "calendar_events").unwrap().get(2);
    (rows.iter().map(|row| (row.get(0), row.get(1))).collect(), fetched)
}

#[tokio::test]
async fn no_query_reads_a_big_table_from_end_to_end() {
    let world = World::with_connections(1).await;
    let mut unit = world.begin(1, PLANNER).await;
    unit.settings().await.unwrap();
    unit.commit().await.unwrap();
    for statement in FULL.split(';') {
        world.sql.batch_execute(statement).await.unwrap();
    }
    let (before, fetched_before) = scans(&world.sql).await;

    let trigger: Uuid =
        world.sql.query_one("SELECT md5('t1' || $1::uuid)::uuid", &[&user(1).id.0]).await.unwrap().get(0);
    let trigger = TaskId(trigger);
    let span = WeekSpan {
        span: on("2026-03-02", "00:00", "23:00"),
        trigger: Some(trigger),
        also: vec![EventId(Uuid::from_u128(1)), EventId(Uuid::from_u128(2))],
        accepted_after: moment("2026-01-25T00:00"),
    };
    let page = EventPage {
        from: Some(at("2026-03-02T00:00")),
        to: Some(at("2026-03-09T00:00")),
        page: Page { after: None, limit: 50 },
    };
    let after = Some(Position { at: at("2026-03-02T00:00"), id: Uuid::nil() });
    let next = EventPage { from: None, to: None, page: Page { after, limit: 50 } };
    let mut slowest = Duration::ZERO;
    // Often enough for PostgreSQL to plan without looking at the values.
    for _ in 0..8 {
        let mut unit = world.begin(1, PLANNER).await;
        let begun = Instant::now();
        let week = unit.week(&span).await.unwrap();
        slowest = slowest.max(begun.elapsed());
        assert!(week.events.len() >= 40, "{}", week.events.len());
        assert!(!unit.events(&page).await.unwrap().is_empty());
        assert_eq!(unit.events(&next).await.unwrap().len(), 50);
        assert_eq!(unit.tasks(&Page { after, limit: 50 }).await.unwrap().len(), 0);
        unit.event(EventId(Uuid::from_u128(1))).await.unwrap();
        assert!(unit.last_acceptance(trigger).await.unwrap().is_some());
        unit.open_proposal(Some(trigger)).await.unwrap();
        unit.taken("proposals").await.unwrap();
        unit.put_taken("proposals", &[], world.now()).await.unwrap();
        unit.churn_on(planner_core::time::LocalDay::new(2026, 2, 1).unwrap()).await.unwrap();
        unit.proposal_of_token(&app::ports::UndoToken::new("x")).await.unwrap();
        let id: Uuid = Uuid::from_u128(3);
        assert!(unit.proposal(id).await.unwrap().is_none());
        assert!(unit.undoable(id).await.unwrap().is_empty());
        unit.delete_task(TaskId(id)).await.unwrap();
        let now = moment("2026-02-01T00:00");
        let page = Page { after: Some(Position { at: at("2026-01-20T00:00"), id: Uuid::nil() }), limit: 50 };
        let mut proposals = ProposalPage { status: None, trigger: None, from: None, to: None, page };
        assert_eq!(unit.proposals(&proposals, now).await.unwrap().len(), 50);
        proposals.status = Some(Status::Applied);
        proposals.from = Some(at("2026-01-10T00:00"));
        assert_eq!(unit.proposals(&proposals, now).await.unwrap().len(), 10);
        let mut history =
            HistoryPage { action: None, proposal_id: None, trigger: None, from: None, to: None, page };
        assert_eq!(unit.history(&history).await.unwrap().len(), 50);
        history.action = Some(AuditAction::Created);
        history.to = Some(at("2026-01-10T00:00"));
        assert_eq!(unit.history(&history).await.unwrap().len(), 50);
        unit.commit().await.unwrap();
        let stretch = Stretch { from: moment("2026-01-10T00:00"), to: moment("2026-01-17T00:00") };
        let tally = world.pg.tally(stretch, now).await.unwrap();
        assert_eq!((tally.made(), tally.actions[&AuditAction::Created], tally.churn.days), (700, 700, 700));
    }
    let mut unit = world.begin(1, Access::Read).await;
    unit.week(&span).await.unwrap();
    drop(unit);
    // A backend tells what it did when it ends.
    let end = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()";
    world.count(end).await;

    let (after, fetched) = scans(&world.sql).await;
    assert_eq!(after, before);
    // About 40 events for the trigger, 60 in the span with what may reach into it, 50 and 8 in the pages.
    let per_round = (fetched - fetched_before) / 9;
    assert!((50..400).contains(&per_round), "{per_round} rows of the calendar were fetched");
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
}

#[tokio::test]
async fn no_query_reads_a_long_queue_from_end_to_end() {
    let world = World::with_connections(1).await;
    let full = "
        INSERT INTO jobs (kind, job_key, status, run_at, created_at, leased_by, leased_until)
        SELECT 'work', 'key ' || n, status, '2026-03-02 09:00Z'::timestamptz + n * interval '1 second',
               '2026-03-01Z'::timestamptz + n * interval '1 second',
               CASE WHEN status = 'RUNNING' THEN gen_random_uuid() END,
               CASE WHEN status = 'RUNNING' THEN '2026-03-03Z'::timestamptz END
          FROM generate_series(1, 50000) n,
               LATERAL (SELECT CASE WHEN n % 100 = 0 THEN 'RUNNING' WHEN n % 10 = 0 THEN 'DEAD' ELSE 'QUEUED' END
                               AS status) t;
        VACUUM ANALYZE jobs";
    for statement in full.split(';') {
        world.sql.batch_execute(statement).await.unwrap();
    }
    let scanned = "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'jobs'";
    world.sql.batch_execute("SELECT pg_stat_force_next_flush()").await.unwrap();
    let before = world.count(scanned).await;
    let (now, until) = (moment("2026-03-02T08:00"), moment("2026-03-02T08:01"));
    let after = Some(Position { at: at("2026-03-01T05:00"), id: Uuid::nil() });
    // Often enough for PostgreSQL to plan without looking at the values.
    for n in 0..8_u128 {
        let job = NewJob {
            kind: "work",
            key: Some("mine".to_owned()),
            user: None,
            payload: serde_json::Map::new(),
            run_at: now,
            join: Join::Keep,
        };
        world.pg.enqueue(&job).await.unwrap();
        let claim = Claim { kinds: &["work"], limit: 10, holder: Uuid::from_u128(n), now, until };
        let [claimed] = world.pg.claim_jobs(&claim).await.unwrap().try_into().unwrap();
        assert!(world.pg.extend_lease(&claimed.lease, now, until).await.unwrap());
        let next = world.pg.next_job_at(&["work"]).await.unwrap();
        assert_eq!(next, Some(until));
        let page = Page { after, limit: 20 };
        for status in [None, Some(JobStatus::Queued), Some(JobStatus::Dead)] {
            assert_eq!(world.pg.list_jobs(status, &page).await.unwrap().len(), 20);
        }
        let mut unit = world.begin(1, PLANNER).await;
        unit.retry_job(claimed.lease.job).await.unwrap();
        unit.commit().await.unwrap();
        world.pg.end_job(&claimed.lease, &Ended::Done, now).await.unwrap().unwrap();
    }
    let end = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()";
    world.count(end).await;
    assert_eq!(world.count(scanned).await, before);
}

/// A hundred users with two calendars of a thousand events each, and many more with small ones.
const MIRRORED: &str = "
    INSERT INTO users (id, encrypted_refresh_token, google_calendar_settings)
    SELECT md5('u' || n)::uuid, 'sealed', '{\"sync_enabled\": true, \"busy_calendar_ids\": [\"c2\"]}' FROM generate_series(1, 3000) n;
    INSERT INTO google_accounts (user_id) SELECT id FROM users ON CONFLICT DO NOTHING;
    INSERT INTO google_sign_ins (user_id, state_digest, sealed_verifier, redirect_uri, expires_at)
    SELECT id, '\\x01', '', '', '2026-03-02 09:00Z' FROM users;
    INSERT INTO google_calendars (user_id, id, google_id, title)
    SELECT u.id, md5('c' || n)::uuid, 'c' || n, 'a calendar' FROM users u, generate_series(1, 2) n;
    INSERT INTO busy_intervals (user_id, calendar_id, span_start_ts, span_end_ts, busy_from, busy_to, read_at)
    SELECT user_id, id, '2026-03-01Z', '2026-06-01Z', '{2026-03-02 09:00Z}', '{2026-03-02 10:00Z}', '2026-03-01Z'
      FROM google_calendars WHERE google_id = 'c2';
    INSERT INTO google_channels (user_id, id, calendar_id, token_digest, until)
    SELECT user_id, google_id, id, '', '2026-03-08Z' FROM google_calendars;
    INSERT INTO google_events (user_id, calendar_id, google_id, group_id, etag, fields, run)
    SELECT c.user_id, c.id, 'g' || n, 'g' || n, '1',
           CASE WHEN n % 20 = 0 THEN '{\"title\": \"\", \"start\": {\"day\": \"2026-03-02\"}, \"end\": {\"day\": \"2026-03-03\"},
                                      \"recurrence\": [\"RRULE:FREQ=DAILY\"]}'::jsonb END,
           CASE WHEN n % 50 = 0 THEN 1 ELSE 2 END
      FROM (SELECT * FROM google_calendars WHERE user_id IN (SELECT md5('u' || n)::uuid FROM generate_series(1, 99) n)
                OR user_id = '00000000-0000-0000-0000-000000000001') c, generate_series(1, 1000) n;
    INSERT INTO calendar_events (user_id, id, title, start_ts, end_ts, source)
    SELECT m.user_id, md5(m.calendar_id::text || m.google_id)::uuid, 'event', ts, ts + interval '1 hour', 'google'
      FROM google_events m, LATERAL (SELECT '2023-01-01Z'::timestamptz + right(m.google_id, -1)::int * interval '26 hours' AS ts) t;
    INSERT INTO google_links (user_id, event_id, calendar_id, google_id, group_id, agreed_title, agreed_start_ts,
                              agreed_end_ts, agreed_version)
    SELECT user_id, md5(calendar_id::text || google_id)::uuid, calendar_id, google_id, group_id, '', '2026-03-02Z',
           '2026-03-03Z', CASE WHEN google_id LIKE 'g%00' THEN 2 ELSE 1 END FROM google_events;
    INSERT INTO calendar_events (user_id, id, title, start_ts, end_ts)
    SELECT user_id, gen_random_uuid(), 'event', ts, ts + interval '1 hour'
      FROM google_calendars, generate_series(1, 10) n, LATERAL (SELECT '2026-03-01Z'::timestamptz + n * interval '1 day' AS ts) t
     WHERE google_id = 'c1';
    VACUUM ANALYZE";

#[tokio::test]
async fn no_query_about_google_reads_a_big_table_from_end_to_end() {
    let world = World::with_connections(1).await;
    let mut unit = world.begin(1, PLANNER).await;
    unit.settings().await.unwrap();
    unit.put_calendar_choice(&CalendarChoice {
        sync_enabled: true,
        busy_calendar_ids: vec!["c2".to_owned()],
        ..CalendarChoice::default()
    })
    .await
    .unwrap();
    unit.commit().await.unwrap();
    for statement in MIRRORED.split(';') {
        world.sql.batch_execute(statement).await.unwrap();
    }
    let scanned = async || -> Vec<(String, i64)> {
        world.sql.batch_execute("SELECT pg_stat_force_next_flush()").await.unwrap();
        let query =
            "SELECT relname::text, seq_scan FROM pg_stat_user_tables 
                      WHERE relname LIKE 'google%' OR relname IN ('users', 'busy_intervals', 'calendar_events') ORDER BY 1";
        let rows = world.sql.query(query, &[]).await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    };
    let before = scanned().await;

    let calendar: Uuid = world.sql.query_one("SELECT md5('c1')::uuid", &[]).await.unwrap().get(0);
    let span = WeekSpan {
        span: on("2026-03-02", "00:00", "23:00"),
        trigger: None,
        also: Vec::new(),
        accepted_after: moment("2026-01-25T00:00"),
    };
    let names: Vec<String> = (1..=500).map(|n| format!("g{n}")).collect();
    let mut slowest = Duration::ZERO;
    // Often enough for PostgreSQL to plan without looking at the values.
    for _ in 0..8 {
        let mut unit = world.begin(1, Access::Write(Actor::Sync)).await;
        let account = unit.google_account().await.unwrap().unwrap();
        unit.put_google_account(&account).await.unwrap();
        let sign_in = unit.take_sign_in(&[1]).await.unwrap().unwrap();
        unit.put_sign_in(&sign_in, world.now()).await.unwrap();
        assert_eq!(unit.google_calendars().await.unwrap().len(), 2);
        let known = unit.google_calendar(calendar).await.unwrap().unwrap();
        unit.put_google_calendar(&known).await.unwrap();
        let mirror = unit.mirror(calendar, &names).await.unwrap();
        assert_eq!(mirror.len(), 500);
        unit.put_mirror(calendar, &mirror[..100], 2).await.unwrap();
        unit.delete_mirror(calendar, &["x".to_owned()]).await.unwrap();
        unit.mirror_before(calendar, 2, 10).await.unwrap();
        assert_eq!(unit.mirror_size(calendar).await.unwrap(), 1000);
        assert_eq!(unit.mirror_series(calendar, Some("g5"), 10).await.unwrap().len(), 10);
        assert_eq!(unit.linked(calendar, &names[..50]).await.unwrap().len(), 50);
        let page = unit.links(calendar, None, 100).await.unwrap();
        assert_eq!(page.len(), 100);
        let links: Vec<LinkRecord> = page.into_iter().filter_map(|linked| linked.link).collect();
        unit.put_links(&links).await.unwrap();
        let events: Vec<EventId> = links.iter().map(|link| link.event).collect();
        let linked = unit.linked_events(&events).await.unwrap();
        assert_eq!(linked.len(), 100);
        let synced = linked.into_iter().filter_map(|linked| linked.event);
        let synced: Vec<Synced> =
            synced.map(|event| Synced { id: event.id, fields: event.fields, origin: event.origin }).collect();
        assert_eq!(unit.put_events(&synced).await.unwrap(), vec![1; 100]);
        unit.delete_events(&[EventId(Uuid::from_u128(1))]).await.unwrap();
        for after in [None, Some(EventId(Uuid::from_u128(u128::MAX / 2)))] {
            let begun = Instant::now();
            let unwritten = unit.unwritten(Some(at("2026-03-02T00:00")), after, 100).await.unwrap();
            slowest = slowest.max(begun.elapsed());
            assert!(unwritten.len() >= 5, "{}", unwritten.len());
        }
        let [busy] = unit.busy().await.unwrap().try_into().unwrap();
        unit.put_busy(&busy).await.unwrap();
        assert_eq!(unit.week(&span).await.unwrap().busy.len(), 1);
        assert_eq!(unit.channels().await.unwrap().len(), 2);
        let channel = unit.channel("c1").await.unwrap().unwrap();
        unit.delete_channel("c1").await.unwrap();
        unit.put_channel(&channel).await.unwrap();
        let choice = unit.calendar_choice().await.unwrap();
        unit.put_calendar_choice(&choice).await.unwrap();
        unit.commit().await.unwrap();
        // Looks up whether to push.
        let mut unit = world.begin(1, PLANNER).await;
        let fields = fields(Kind::Chill, on("2026-03-02", "08:00", "09:00"));
        unit.insert_event(EventId(Uuid::from_u128(1)), &fields, &Origin::own()).await.unwrap();
        unit.commit().await.unwrap();
        assert_eq!(world.pg.sealed_tokens(Holder::Google, Some(user(1).id), 10).await.unwrap().len(), 10);
        world.pg.put_sealed_token(Holder::Google, user(1).id, "old", "new").await.unwrap();
    }
    let end = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()";
    world.count(end).await;
    assert_eq!(scanned().await, before);
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");

    let mut unit = world.begin(1, Access::Write(Actor::Sync)).await;
    unit.forget_google().await.unwrap();
    unit.commit().await.unwrap();
    world.count(end).await;
    assert_eq!(scanned().await, before, "forgetting");
}

/// A hundred users with two courses of five hundred items each, and many more with an account alone.
const TAUGHT: &str = "
    INSERT INTO users (id) SELECT md5('u' || n)::uuid FROM generate_series(1, 3000) n;
    INSERT INTO canvas_accounts (user_id, host, sealed_token) SELECT id, 'canvas.example.edu', 'sealed' FROM users;
    INSERT INTO canvas_sign_ins (user_id, state_digest, host, redirect_uri, expires_at)
    SELECT id, '\\x01', '', '', '2026-03-02 09:00Z' FROM users;
    INSERT INTO canvas_courses (user_id, id, canvas_id)
    SELECT u.id, md5('c' || n)::uuid, n::text FROM users u, generate_series(1, 2) n;
    INSERT INTO canvas_pages (user_id, course_id, place, body, read_at)
    SELECT user_id, id, 'syllabus', 'x', '2026-03-01Z' FROM canvas_courses;
    INSERT INTO tasks (user_id, id, title, source)
    SELECT c.user_id, md5(c.id::text || n)::uuid, 'task', 'canvas'
      FROM (SELECT * FROM canvas_courses WHERE user_id IN (SELECT md5('u' || n)::uuid FROM generate_series(1, 99) n)
                OR user_id = '00000000-0000-0000-0000-000000000001') c, generate_series(1, 500) n;
    INSERT INTO canvas_items (user_id, task_id, course_id, kind, canvas_id, imported_title, imported_type,
                              imported_priority_score, imported_effort_minutes, imported_status)
    SELECT c.user_id, md5(c.id::text || n)::uuid, c.id, 'assignment', n::text, 'task', 'OTHER', 0, 0, 'OPEN'
      FROM (SELECT * FROM canvas_courses WHERE user_id IN (SELECT md5('u' || n)::uuid FROM generate_series(1, 99) n)
                OR user_id = '00000000-0000-0000-0000-000000000001') c, generate_series(1, 500) n;
    VACUUM ANALYZE";

#[tokio::test]
async fn no_query_about_canvas_reads_a_big_table_from_end_to_end() {
    let world = World::with_connections(1).await;
    let mut unit = world.begin(1, PLANNER).await;
    unit.settings().await.unwrap();
    unit.commit().await.unwrap();
    for statement in TAUGHT.split(';') {
        world.sql.batch_execute(statement).await.unwrap();
    }
    let scanned = async || -> Vec<(String, i64)> {
        world.sql.batch_execute("SELECT pg_stat_force_next_flush()").await.unwrap();
        let query = "SELECT relname::text, seq_scan FROM pg_stat_user_tables
                      WHERE relname LIKE 'canvas\\_%' OR relname IN ('users', 'tasks') ORDER BY 1";
        let rows = world.sql.query(query, &[]).await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    };
    let before = scanned().await;
    let course: Uuid = world.sql.query_one("SELECT md5('c1')::uuid", &[]).await.unwrap().get(0);
    // Often enough for PostgreSQL to plan without looking at the values.
    for _ in 0..8 {
        let mut unit = world.begin(1, Access::Write(Actor::Sync)).await;
        let account = unit.canvas_account().await.unwrap().unwrap();
        unit.put_canvas_account(&account).await.unwrap();
        let sign_in = unit.take_canvas_sign_in(&[1]).await.unwrap().unwrap();
        unit.put_canvas_sign_in(&sign_in, world.now()).await.unwrap();
        assert_eq!(unit.canvas_courses().await.unwrap().len(), 2);
        let known = unit.canvas_course(course).await.unwrap().unwrap();
        unit.put_canvas_course(&known).await.unwrap();
        let imported = unit.canvas_items(Some(course)).await.unwrap();
        assert_eq!(imported.len(), 500);
        assert!(imported.iter().all(|one| one.item.is_some() && one.task.is_some()));
        assert!(unit.canvas_items(None).await.unwrap().is_empty());
        let items: Vec<ItemRecord> = imported.iter().take(100).filter_map(|one| one.item.clone()).collect();
        let tasks: Vec<TaskId> = items.iter().map(|item| item.task).collect();
        assert_eq!(unit.canvas_items_of(&tasks).await.unwrap(), imported[..100]);
        unit.put_canvas_items(&items).await.unwrap();
        let synced = imported.iter().take(100).filter_map(|one| one.task.clone());
        let synced: Vec<SyncedTask> = synced
            .map(|task| SyncedTask { id: task.id, fields: task.fields, source_id: String::new() })
            .collect();
        unit.put_tasks(&synced).await.unwrap();
        assert_eq!(
            unit.canvas_items(Some(course)).await.unwrap(),
            imported,
            "what is the same is not written to"
        );
        assert_eq!(unit.canvas_page_heads().await.unwrap().len(), 2);
        let pages = unit.canvas_pages(course).await.unwrap();
        unit.put_canvas_pages(course, &pages).await.unwrap();
        unit.commit().await.unwrap();
        assert_eq!(world.pg.sealed_tokens(Holder::Canvas, Some(user(1).id), 10).await.unwrap().len(), 10);
        assert!(!world.pg.put_sealed_token(Holder::Canvas, user(1).id, "old", "new").await.unwrap());
    }
    let end = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()";
    world.count(end).await;
    assert_eq!(scanned().await, before);

    let mut unit = world.begin(1, Access::Write(Actor::Sync)).await;
    unit.forget_canvas().await.unwrap();
    assert!(
        unit.canvas_account().await.unwrap().is_none() && unit.canvas_courses().await.unwrap().is_empty()
    );
    unit.commit().await.unwrap();
    world.count(end).await;
    assert_eq!(scanned().await, before, "forgetting");
}
