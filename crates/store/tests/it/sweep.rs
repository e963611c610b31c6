//! What is asked across users is found by its age: no table is read from end to end.

use app::ports::{Leftover, LiveEvents as _, Upkeep as _};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::{World, moment, user};

/// A year of two hundred users, and many who have nothing.
const YEAR: &str = "
    INSERT INTO users (id, external_id, last_event_seq)
    SELECT uuid_in(lpad(to_hex(n), 32, '0')::cstring), 'user_' || n, 200 FROM generate_series(1, 200) n;
    INSERT INTO rebalancing_proposals (user_id, id, trigger_item_id, status, created_at, expires_at, closed_at,
                                       accepted_at, reversible_until, undo_token_digest)
    SELECT u.id, gen_random_uuid(), gen_random_uuid(),
           CASE WHEN n > 198 THEN 'PROPOSED' WHEN n % 2 = 0 THEN 'APPLIED' ELSE 'REJECTED' END,
           ts, ts + interval '1 day', CASE WHEN n <= 198 AND n % 2 = 1 THEN ts END,
           CASE WHEN n <= 198 AND n % 2 = 0 THEN ts END, CASE WHEN n <= 198 AND n % 2 = 0 THEN ts + interval '1 day' END,
           CASE WHEN n <= 198 AND n % 2 = 0 THEN ''::bytea END
      FROM users u, generate_series(1, 200) n, LATERAL (SELECT '2026-03-01Z'::timestamptz - (200 - n) * interval '43 hours' AS ts) t;
    INSERT INTO rebalancing_snapshots (user_id, id, proposal_id, digest, created_at, released_at)
    SELECT user_id, gen_random_uuid(), id, '', created_at, CASE WHEN created_at < '2026-02-24Z' THEN created_at END
      FROM rebalancing_proposals;
    INSERT INTO rebalancing_apply_attempts (user_id, id, proposal_id, at)
    SELECT user_id, gen_random_uuid(), id, created_at FROM rebalancing_proposals;
    INSERT INTO realtime_events (user_id, seq, kind, at)
    SELECT u.id, n, 'proposal.created', '2026-03-01Z'::timestamptz - (200 - n) * interval '50 minutes'
      FROM users u, generate_series(1, 200) n;
    INSERT INTO idempotency_keys (user_id, method, path, key, fingerprint, expires_at)
    SELECT u.id, 'POST', '/', n::text, '', '2026-03-02Z'::timestamptz - (200 - n) * interval '7 minutes'
      FROM users u, generate_series(1, 200) n;
    INSERT INTO rate_limits (user_id, name, updated_at)
    SELECT u.id, n::text, '2026-03-01Z'::timestamptz - (200 - n) * interval '7 minutes' FROM users u, generate_series(1, 50) n;
    INSERT INTO jobs (kind, status, updated_at)
    SELECT 'x', CASE WHEN n % 10 = 0 THEN 'DEAD' ELSE 'QUEUED' END, '2026-03-01Z'::timestamptz - n * interval '5 minutes'
      FROM generate_series(1, 20000) n;
    INSERT INTO google_sign_ins (user_id, state_digest, sealed_verifier, redirect_uri, expires_at)
    SELECT u.id, sha256(n::text::bytea), '', '', '2026-03-02Z'::timestamptz - (200 - n) * interval '7 minutes'
      FROM users u, generate_series(1, 50) n;
    INSERT INTO canvas_sign_ins (user_id, state_digest, host, redirect_uri, expires_at)
    SELECT u.id, sha256(n::text::bytea), '', '', '2026-03-02Z'::timestamptz - (200 - n) * interval '7 minutes'
      FROM users u, generate_series(1, 50) n;
    INSERT INTO google_calendars (user_id, id, google_id) SELECT id, id, 'primary' FROM users;
    INSERT INTO google_channels (user_id, id, calendar_id, token_digest, until)
    SELECT u.id, n::text, u.id, '', '2026-03-02Z'::timestamptz - (200 - n) * interval '1 hour'
      FROM users u, generate_series(1, 50) n;
    INSERT INTO users (id, external_id) SELECT gen_random_uuid(), 'visitor_' || n FROM generate_series(1, 20000) n;
    VACUUM ANALYZE";

async fn scans(sql: &Client) -> Vec<(String, i64)> {
    sql.batch_execute("SELECT pg_stat_force_next_flush()").await.unwrap();
    let query = "SELECT relname::text, seq_scan FROM pg_stat_user_tables ORDER BY 1";
    sql.query(query, &[]).await.unwrap().iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[tokio::test]
async fn no_sweep_and_no_onlooker_reads_a_big_table_from_end_to_end() {
    let world = World::with_connections(1).await;
    for statement in YEAR.split(';') {
        world.sql.batch_execute(statement).await.unwrap();
    }
    let before = scans(&world.sql).await;
    let now = moment("2026-03-01T12:00");
    // Often enough for PostgreSQL to plan without looking at the values.
    for _ in 0..8 {
        let first = world.pg.overdue(now, None, 10).await.unwrap();
        assert_eq!(first.len(), 10);
        let next = world.pg.overdue(now, first.last().cloned(), 10).await.unwrap();
        assert!(next.iter().all(|due| !first.contains(due)));
        assert_eq!(world.pg.release_spent_snapshots(moment("2026-03-01T00:00"), now, 10).await.unwrap(), 10);
        for (what, old) in [
            (Leftover::IdempotencyKeys, "2026-03-01T12:00"),
            (Leftover::LiveEvents, "2026-02-23T00:00"),
            (Leftover::DeadJobs, "2026-02-01T00:00"),
            (Leftover::RateLimits, "2026-02-28T12:00"),
            (Leftover::ApplyAttempts, "2025-12-01T00:00"),
            (Leftover::SignIns, "2026-03-01T12:00"),
            (Leftover::Channels, "2026-02-23T12:00"),
            (Leftover::CanvasSignIns, "2026-03-01T12:00"),
        ] {
            assert_eq!(world.pg.discard(what, moment(old), 10).await.unwrap(), 10, "{what:?}");
        }
        let page = world.pg.live_events(user(7).id, 190, 100).await.unwrap();
        assert_eq!((page.position, page.events.len(), page.events[0].seq), (200, 10, 191));
        assert_eq!(world.pg.live_events(user(7).id, 200, 100).await.unwrap().events, []);
        let nobody = app::identity::UserId(Uuid::from_u128(9999));
        assert_eq!(world.pg.live_events(nobody, 0, 100).await.unwrap().position, 0);
    }
    // A backend tells what it did when it ends.
    let end = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()";
    world.count(end).await;
    assert_eq!(scans(&world.sql).await, before);
}

#[tokio::test]
async fn every_overdue_proposal_is_found_once_page_by_page() {
    let world = World::new().await;
    // Many expire at the same moment.
    let full = "INSERT INTO users (id, external_id) SELECT md5('u' || n)::uuid, 'u' || n FROM generate_series(1, 7) n;
         INSERT INTO rebalancing_proposals (user_id, id, trigger_item_id, status, expires_at)
         SELECT u.id, gen_random_uuid(), gen_random_uuid(), 'PROPOSED', '2026-03-01Z'::timestamptz + (n % 3) * interval '1 s'
           FROM users u, generate_series(1, 9) n";
    world.sql.batch_execute(full).await.unwrap();
    let (mut found, mut last) = (Vec::new(), None);
    loop {
        let page = world.pg.overdue(moment("2026-03-02T00:00"), last, 4).await.unwrap();
        last = page.last().cloned();
        found.extend(page);
        if last.is_none() {
            break;
        }
    }
    assert!(found.is_sorted_by_key(|due| due.since));
    let mut proposals: Vec<Uuid> = found.iter().map(|due| due.proposal).collect();
    proposals.sort_unstable();
    proposals.dedup();
    assert_eq!((found.len(), proposals.len()), (63, 63));
    assert!(world.pg.overdue(moment("2026-02-28T00:00"), None, 4).await.unwrap().is_empty());
}
