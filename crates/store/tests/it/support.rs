use std::sync::Arc;

use app::identity::{User, UserId};
use app::ports::{Access, Actor, Clock as _, EventFields, Origin, Store, TaskFields, TaskStatus, Unit};
use planner_core::model::{EventId, Kind, Priority, TaskId, TaskKind};
use planner_core::time::{Interval, Moment};
use store::{Options, Pg};
use testkit::{TestClock, TestDb};
use time::OffsetDateTime;
use tokio_postgres::Client;
use uuid::Uuid;

pub(crate) const PLANNER: Access = Access::Write(Actor::Planner);
pub(crate) const OWNER: Access = Access::Write(Actor::Owner);

/// A database with a store, at eight o'clock on a Monday.
pub(crate) struct World {
    pub(crate) db: TestDb,
    pub(crate) sql: Client,
    pub(crate) pg: Pg,
    pub(crate) clock: TestClock,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with_connections(8).await
    }

    pub(crate) async fn with_connections(max_connections: usize) -> Self {
        let clock = TestClock::at("2026-03-02T08:00:00Z");
        let db = TestDb::new().await.unwrap();
        let options = Options { max_connections, clock: Some(Arc::new(clock.clone())), ..Options::default() };
        Self { sql: db.client().await.unwrap(), pg: db.pg(options).unwrap(), db, clock }
    }

    pub(crate) fn now(&self) -> Moment {
        self.clock.now()
    }

    pub(crate) async fn begin(&self, who: u128, access: Access) -> Box<dyn Unit> {
        self.pg.begin(&user(who), access).await.unwrap()
    }

    /// Adds a task by the owner's hand.
    pub(crate) async fn task(&self, who: u128, id: u128, due: Option<&str>) -> TaskId {
        let mut unit = self.begin(who, OWNER).await;
        let fields = TaskFields { due_ts: due.map(at), ..exam() };
        unit.insert_task(TaskId(Uuid::from_u128(id)), &fields, &Origin::own()).await.unwrap();
        unit.commit().await.unwrap();
        TaskId(Uuid::from_u128(id))
    }

    /// Adds an event by the owner's hand.
    pub(crate) async fn event(&self, who: u128, id: u128, fields: &EventFields) -> EventId {
        let mut unit = self.begin(who, OWNER).await;
        unit.insert_event(EventId(Uuid::from_u128(id)), fields, &Origin::own()).await.unwrap();
        unit.commit().await.unwrap();
        EventId(Uuid::from_u128(id))
    }

    /// All rows of a table of a user, as text.
    pub(crate) async fn rows(&self, table: &str, who: u128) -> String {
        let sql = format!(
            "SELECT coalesce(jsonb_agg(to_jsonb(t) ORDER BY t.id), '[]')::text FROM {table} t WHERE user_id = $1"
        );
        self.sql.query_one(&sql, &[&Uuid::from_u128(who)]).await.unwrap().get(0)
    }

    /// The calendar of a user as an undo has to bring it back.
    pub(crate) async fn calendar(&self, who: u128) -> String {
        let sql =
            "SELECT coalesce(jsonb_agg(to_jsonb(e) - 'version' - 'updated_at' ORDER BY e.id), '[]')::text
                     FROM calendar_events e WHERE user_id = $1";
        self.sql.query_one(sql, &[&Uuid::from_u128(who)]).await.unwrap().get(0)
    }

    pub(crate) async fn count(&self, sql: &str) -> i64 {
        self.sql.query_one(sql, &[]).await.unwrap().get(0)
    }
}

pub(crate) fn user(who: u128) -> User {
    User { id: UserId(Uuid::from_u128(who)), external_id: format!("user_{who}") }
}

/// Such as `2026-03-02T09:00`, in UTC.
pub(crate) fn at(text: &str) -> OffsetDateTime {
    moment(text).into()
}

pub(crate) fn moment(text: &str) -> Moment {
    format!("{text}:00Z").parse().unwrap()
}

/// On one day, from one time to another.
pub(crate) fn on(day: &str, from: &str, to: &str) -> Interval {
    Interval::new(moment(&format!("{day}T{from}")).floor(), moment(&format!("{day}T{to}")).floor()).unwrap()
}

pub(crate) fn fields(kind: Kind, when: Interval) -> EventFields {
    EventFields {
        title: format!("a {kind}"),
        start_ts: when.start().into(),
        end_ts: when.end().into(),
        kind,
        is_movable: kind.may_move(),
        protected: false,
        transparent: false,
        task_id: None,
        metadata: serde_json::Map::new(),
    }
}

pub(crate) fn exam() -> TaskFields {
    TaskFields {
        title: "Algebra".to_owned(),
        kind: TaskKind::Exam,
        due_ts: Some(at("2026-03-06T12:00")),
        priority: Priority::from_thousandths(82_125),
        effort_minutes: 360,
        status: TaskStatus::Open,
    }
}
