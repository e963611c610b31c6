use std::time::Duration;

use app::ports::{Access, Origin, Store as _, StoreError};
use planner_core::model::{EventId, Kind, TaskId};
use store::{Options, Pg};
use tokio::time::timeout;
use uuid::Uuid;

use crate::support::{OWNER, PLANNER, World, fields, on, user};

const MONDAY: &str = "2026-03-02";
const EVENTS: &str = "SELECT count(*) FROM calendar_events";

fn event() -> app::ports::EventFields {
    fields(Kind::Class, on(MONDAY, "09:00", "10:00"))
}

fn id(n: u128) -> EventId {
    EventId(Uuid::from_u128(n))
}

#[tokio::test]
async fn a_unit_that_is_dropped_leaves_nothing_and_does_no_harm() {
    let world = World::with_connections(1).await;
    for n in 0..20 {
        let mut unit = world.begin(1, OWNER).await;
        unit.insert_event(id(n), &event(), &Origin::own()).await.unwrap();
        drop(unit);
        // With the only connection, and in need of the user's lock.
        let mut unit = world.begin(1, OWNER).await;
        assert!(unit.event(id(n)).await.unwrap().is_none());
        unit.commit().await.unwrap();
    }
    assert_eq!(world.count(EVENTS).await, 0);
    // One connection did it all.
    let connections = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                          AND backend_type = 'client backend'";
    assert_eq!(world.count(connections).await, 2);
}

#[tokio::test]
async fn whoever_gives_up_waiting_leaves_no_lock_behind() {
    let world = World::with_connections(3).await;
    let holder = world.begin(1, OWNER).await;
    for _ in 0..3 {
        let waiting = timeout(Duration::from_millis(50), world.pg.begin(&user(1), OWNER)).await;
        assert!(waiting.is_err(), "two units of one user at once");
    }
    holder.commit().await.unwrap();
    for _ in 0..3 {
        timeout(Duration::from_secs(2), world.begin(1, OWNER)).await.unwrap().commit().await.unwrap();
    }
}

#[tokio::test]
async fn after_an_error_nothing_is_committed() {
    let world = World::new().await;
    let mut unit = world.begin(1, OWNER).await;
    unit.insert_event(id(1), &event(), &Origin::own()).await.unwrap();
    unit.insert_event(id(1), &event(), &Origin::own()).await.unwrap_err();
    assert!(matches!(unit.commit().await, Err(StoreError::Failed(_))));
    assert_eq!(world.count(EVENTS).await, 0);
}

#[tokio::test]
async fn a_killed_backend_leaves_nothing_and_the_pool_recovers() {
    let world = World::with_connections(4).await;
    let kill = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let mut unit = world.begin(1, OWNER).await;
    unit.insert_event(id(1), &event(), &Origin::own()).await.unwrap();
    world.count(kill).await;
    let error = unit.insert_event(id(2), &event(), &Origin::own()).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    drop(unit);

    let mut unit = world.begin(1, OWNER).await;
    unit.insert_event(id(1), &event(), &Origin::own()).await.unwrap();
    world.count(kill).await;
    let error = unit.commit().await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    assert_eq!(world.count(EVENTS).await, 0);

    // Every connection of the pool dies at rest; nobody notices.
    let mut units = Vec::new();
    for who in 1..=4 {
        units.push(world.begin(who, OWNER).await);
    }
    for unit in units {
        unit.commit().await.unwrap();
    }
    world.count(kill).await;
    for access in [OWNER, Access::Read, PLANNER] {
        world.begin(1, access).await.commit().await.unwrap();
    }
    world.count(kill).await;
    world.pg.ready().await.unwrap();
}

#[tokio::test]
async fn units_of_one_user_come_one_after_the_other() {
    let world = World::new().await;
    let counting: Vec<_> = (0..8_u128)
        .map(|n| {
            let pg = world.pg.clone();
            tokio::spawn(async move {
                // All of them see the user for the first time.
                let mut unit = pg.begin(&user(1), OWNER).await.unwrap();
                let page = app::ports::EventPage {
                    from: None,
                    to: None,
                    page: app::ports::Page { after: None, limit: 100 },
                };
                let before = unit.events(&page).await.unwrap().len();
                unit.insert_event(id(n), &event(), &Origin::own()).await.unwrap();
                unit.commit().await.unwrap();
                before
            })
        })
        .collect();
    let mut seen = Vec::new();
    for counted in counting {
        seen.push(counted.await.unwrap());
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..8).collect::<Vec<_>>());
    assert_eq!(world.count("SELECT count(*) FROM users").await, 1);
}

#[tokio::test]
async fn a_reader_waits_for_nobody_and_sees_one_state() {
    let world = World::new().await;
    let mut reader = world.begin(1, Access::Read).await;
    assert!(reader.event(id(1)).await.unwrap().is_none());
    let mut writer = world.begin(1, OWNER).await;
    writer.insert_event(id(1), &event(), &Origin::own()).await.unwrap();
    timeout(Duration::from_secs(2), world.begin(1, Access::Read)).await.unwrap().commit().await.unwrap();
    timeout(Duration::from_secs(2), world.begin(2, OWNER)).await.unwrap().commit().await.unwrap();
    writer.commit().await.unwrap();
    assert!(reader.event(id(1)).await.unwrap().is_none());
    assert!(reader.insert_event(id(2), &event(), &Origin::own()).await.is_err());
    // Looking makes no user.
    world.begin(3, Access::Read).await.commit().await.unwrap();
    assert_eq!(world.count("SELECT count(*) FROM users").await, 2);
}

#[tokio::test]
async fn the_planner_is_held_to_the_locks_and_the_owner_is_not() {
    let world = World::new().await;
    world.event(1, 1, &event()).await;
    let moved = fields(Kind::Class, on(MONDAY, "12:00", "13:00"));
    let error = world.begin(1, PLANNER).await.update_event(id(1), &moved).await.unwrap_err();
    assert!(matches!(error, StoreError::Guarded(_)), "{error:?}");
    let error = world.begin(1, PLANNER).await.delete_event(id(1)).await.unwrap_err();
    assert!(matches!(error, StoreError::Guarded(_)), "{error:?}");
    let mut owner = world.begin(1, OWNER).await;
    owner.update_event(id(1), &moved).await.unwrap().unwrap();
    assert!(owner.delete_event(id(1)).await.unwrap());
}

#[tokio::test]
async fn a_link_to_nothing_is_told_apart() {
    let world = World::new().await;
    let mut linked = event();
    linked.task_id = Some(TaskId(Uuid::from_u128(9)));
    let error = world.begin(1, OWNER).await.insert_event(id(1), &linked, &Origin::own()).await.unwrap_err();
    assert!(matches!(error, StoreError::DanglingReference(_)), "{error:?}");
}

#[tokio::test]
async fn without_a_database_the_store_is_unavailable_and_says_no_secret() {
    let options = Options { connect_deadline: Duration::from_millis(500), ..Options::default() };
    let pg = Pg::new("postgres://me:s3cret@127.0.0.1:1/db", options.clone()).unwrap();
    for error in [pg.ready().await.unwrap_err(), pg.begin(&user(1), OWNER).await.err().unwrap()] {
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("s3cret"));
    }
    let error = Pg::new("postgres://me:s3cret@host:p/db", options).err().unwrap();
    assert!(!format!("{error} {error:?}").contains("s3"));
}

#[tokio::test]
async fn a_full_pool_is_unavailable_after_a_while() {
    let world = World::new().await;
    let options =
        Options { max_connections: 1, connect_deadline: Duration::from_millis(100), ..Options::default() };
    let pg = world.db.pg(options).unwrap();
    let held = pg.begin(&user(1), Access::Read).await.unwrap();
    let error = pg.begin(&user(2), Access::Read).await.err().unwrap();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    drop(held);
    pg.begin(&user(2), Access::Read).await.unwrap().commit().await.unwrap();
}
