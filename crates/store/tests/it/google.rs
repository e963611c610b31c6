//! What is kept of Google: what changes is written there, and what becomes of it all.

use app::identity::UserId;
use app::ports::google::{
    AccessRole, AccountRecord, AccountState, Agreed, BusyRecord, CalendarChoice, CalendarRecord, ImportRule,
    LinkRecord, RemoteEvent, SyncHealth, Synced,
};
use app::ports::{
    Access, Actor, Holder, JobStatus, Jobs as _, Origin, Page, Sealed as _, StoreError, UnknownCalendar,
    WeekSpan,
};
use planner_core::model::{EventId, Kind, TaskId};
use planner_core::time::{Interval, Moment};
use serde_json::{Value, json};
use store::migrate;
use testkit::TestDb;
use uuid::Uuid;

use crate::proposals::Story;
use crate::support::{OWNER, PLANNER, World, at, fields, moment, on, user};

pub(crate) const SYNC: Access = Access::Write(Actor::Sync);
const MONDAY: &str = "2026-03-02";
const NOBODY: [Uuid; 0] = [];

fn account() -> AccountRecord {
    AccountRecord {
        state: AccountState::Connected,
        sealed_token: Some("sealed".to_owned()),
        scopes: ["https://www.googleapis.com/auth/calendar.events".to_owned()].into(),
        connected_at: moment("2026-03-01T08:00"),
        listed_at: None,
        health: SyncHealth::default(),
    }
}

fn calendar(id: u128, title: &str) -> CalendarRecord {
    CalendarRecord {
        id: Uuid::from_u128(id),
        google_id: format!("{title}@example.org"),
        title: title.to_owned(),
        time_zone: None,
        access: AccessRole::FreeBusyReader,
        is_primary: title == "mine",
        is_ours: false,
        sealed_position: None,
        run: 0,
        empty_since: None,
        expanded_until: None,
        has_channels: true,
        health: SyncHealth::default(),
    }
}

fn synced(id: u128, when: Interval) -> Synced {
    let origin = Origin { source: "google".to_owned(), source_id: Some(id.to_string()) };
    Synced { id: EventId(Uuid::from_u128(id)), fields: fields(Kind::Class, when), origin }
}

fn remote(id: &str) -> RemoteEvent {
    RemoteEvent {
        id: id.to_owned(),
        etag: "\"1\"".to_owned(),
        updated: None,
        is_cancelled: false,
        place: None,
        fields: None,
    }
}

fn link(event: u128, calendar: u128, google_id: &str) -> LinkRecord {
    let (start, end) = (at("2026-03-02T09:00"), at("2026-03-02T10:00"));
    LinkRecord {
        event: EventId(Uuid::from_u128(event)),
        calendar: Uuid::from_u128(calendar),
        google_id: google_id.to_owned(),
        group: google_id.to_owned(),
        is_ours: true,
        agreed: Agreed { title: "Algebra".to_owned(), start, end, transparent: false },
        agreed_version: 1,
        pending: None,
        etag: None,
    }
}

impl World {
    /// Connects a user's account, and has these calendars asked for when they are busy.
    async fn connect(&self, who: u128, busy_calendar_ids: &[&str]) {
        let mut unit = self.begin(who, OWNER).await;
        unit.put_google_account(&account()).await.unwrap();
        let busy_calendar_ids = busy_calendar_ids.iter().map(|id| (*id).to_owned()).collect();
        let choice = CalendarChoice { sync_enabled: true, busy_calendar_ids, ..CalendarChoice::default() };
        unit.put_calendar_choice(&choice).await.unwrap();
        unit.commit().await.unwrap();
    }

    /// Whose changes are to be written to Google; they are forgotten about.
    async fn to_be_pushed(&self) -> Vec<Uuid> {
        let taken = "WITH taken AS (DELETE FROM jobs WHERE kind = 'google.push' RETURNING *)
                     SELECT user_id FROM taken WHERE job_key = 'google.push:' || user_id AND payload = '{}' ORDER BY 1";
        self.sql.query(taken, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
    }

    async fn stored_choice(&self, who: u128) -> Value {
        let sql = "SELECT google_calendar_settings::text FROM users WHERE id = $1";
        let text: String = self.sql.query_one(sql, &[&user(who).id.0]).await.unwrap().get(0);
        serde_json::from_str(&text).unwrap()
    }
}

#[tokio::test]
async fn what_anybody_changes_is_to_be_pushed_by_whatever_road_but_not_what_the_sync_brings() {
    let story = Story::stored().await;
    let mine = [user(1).id.0];
    assert_eq!(story.world.to_be_pushed().await, NOBODY, "nobody is connected");
    story.world.connect(1, &[]).await;
    story.apply().await.unwrap();
    assert_eq!(story.world.to_be_pushed().await, mine, "an acceptance");
    story.undo(&story.everything()).await.unwrap();
    assert_eq!(story.world.to_be_pushed().await, mine, "an undo");

    let world = &story.world;
    let class = world.event(1, 60, &fields(Kind::Class, on(MONDAY, "08:00", "09:00"))).await;
    assert_eq!(world.to_be_pushed().await, mine, "a new event");
    let mut unit = world.begin(1, OWNER).await;
    unit.update_event(class, &fields(Kind::Class, on(MONDAY, "08:30", "09:00"))).await.unwrap();
    unit.commit().await.unwrap();
    assert_eq!(world.to_be_pushed().await, mine, "an edit");
    let mut unit = world.begin(1, OWNER).await;
    unit.delete_event(class).await.unwrap();
    unit.commit().await.unwrap();
    assert_eq!(world.to_be_pushed().await, mine, "a deletion");
    let mut unit = world.begin(1, OWNER).await;
    unit.delete_task(TaskId(Uuid::from_u128(101))).await.unwrap();
    unit.commit().await.unwrap();
    assert_eq!(world.to_be_pushed().await, mine, "a task that took its links along");

    for statement in [
        "UPDATE calendar_events SET title = 'x'",
        "INSERT INTO calendar_events (user_id, id, start_ts, end_ts, is_movable)
         SELECT id, gen_random_uuid(), '2026-03-02Z', '2026-03-03Z', true FROM users",
        "DELETE FROM calendar_events WHERE is_movable",
    ] {
        world.sql.batch_execute(statement).await.unwrap();
        assert_eq!(world.to_be_pushed().await, mine, "{statement}");
    }
    world.sql.batch_execute("UPDATE calendar_events SET title = 'x' WHERE false").await.unwrap();
    assert_eq!(world.to_be_pushed().await, NOBODY, "nothing was changed");

    let mut unit = world.begin(1, SYNC).await;
    unit.put_events(&[synced(70, on(MONDAY, "10:00", "11:00"))]).await.unwrap();
    unit.put_events(&[synced(70, on(MONDAY, "11:00", "12:00"))]).await.unwrap();
    unit.delete_events(&[EventId(Uuid::from_u128(70))]).await.unwrap();
    unit.commit().await.unwrap();
    assert_eq!(world.to_be_pushed().await, NOBODY, "the sync");
}

#[tokio::test]
async fn nothing_is_to_be_pushed_of_whom_nothing_is_synchronised() {
    let world = World::new().await;
    world.connect(1, &[]).await;
    for who in [1, 2] {
        world.event(who, 1, &fields(Kind::Chill, on(MONDAY, "08:00", "09:00"))).await;
    }
    assert_eq!(world.to_be_pushed().await, [user(1).id.0], "the other is not connected");
    world.connect(2, &[]).await;
    let change = "UPDATE calendar_events SET title = title || '.'";
    world.sql.batch_execute(change).await.unwrap();
    assert_eq!(world.to_be_pushed().await, [user(1).id.0, user(2).id.0], "one statement, two users");
    let lost = AccountRecord { state: AccountState::ReconnectRequired, ..account() };
    let mut unit = world.begin(1, OWNER).await;
    unit.put_google_account(&lost).await.unwrap();
    unit.commit().await.unwrap();
    for off in ["false", "null", "\"true\"", "1", "{}"] {
        let settle = format!(
            "UPDATE users SET google_calendar_settings = jsonb_build_object('sync_enabled', '{off}'::jsonb)
              WHERE external_id = 'user_2'"
        );
        world.sql.batch_execute(&settle).await.unwrap();
        world.sql.batch_execute(change).await.unwrap();
        assert_eq!(world.to_be_pushed().await, NOBODY, "{off}");
    }
}

#[tokio::test]
async fn many_changes_are_pushed_together_and_those_of_meanwhile_once_more() {
    let world = World::new().await;
    world.connect(1, &[]).await;
    let event = world.event(1, 1, &fields(Kind::Chill, on(MONDAY, "08:00", "09:00"))).await;
    world.clock.advance_minutes(1);
    let edit = async || {
        let mut unit = world.begin(1, OWNER).await;
        unit.update_event(event, &fields(Kind::Chill, on(MONDAY, "09:00", "10:00"))).await.unwrap();
        unit.commit().await.unwrap();
    };
    edit().await;
    let page = Page { after: None, limit: 10 };
    let [job] = world.pg.list_jobs(None, &page).await.unwrap().try_into().unwrap();
    assert_eq!((job.status, Moment::from(job.run_at)), (JobStatus::Queued, moment("2026-03-02T08:00")));
    let claim = app::ports::Claim {
        kinds: &["google.push"],
        limit: 1,
        holder: Uuid::from_u128(1),
        now: world.now(),
        until: world.now().plus_minutes(5),
    };
    let [claimed] = world.pg.claim_jobs(&claim).await.unwrap().try_into().unwrap();
    assert_eq!((claimed.user, claimed.payload), (Some(user(1).id), serde_json::Map::new()));
    world.clock.advance_minutes(1);
    edit().await;
    world.clock.advance_minutes(1);
    edit().await;
    let [job] = world.pg.list_jobs(None, &page).await.unwrap().try_into().unwrap();
    assert_eq!(job.status, JobStatus::Running);
    assert_eq!(job.again_at.map(Moment::from), Some(moment("2026-03-02T08:02")));
}

#[tokio::test]
async fn who_is_deleted_leaves_nothing_behind_and_nothing_to_push() {
    let world = World::new().await;
    world.sql.batch_execute(include_str!("believable.sql")).await.unwrap();
    world
        .sql
        .batch_execute(
            "UPDATE users SET google_calendar_settings = '{\"sync_enabled\": true}';
             DELETE FROM jobs; SELECT set_config('canvascal.actor', 'owner', false);
             DELETE FROM users WHERE external_id = 'user_1'",
        )
        .await
        .unwrap();
    assert_eq!(world.to_be_pushed().await, NOBODY);
    for table in [
        "google_accounts",
        "google_sign_ins",
        "google_calendars",
        "google_events",
        "google_links",
        "busy_intervals",
        "google_channels",
    ] {
        assert_eq!(world.count(&format!("SELECT count(DISTINCT user_id) FROM {table}")).await, 1, "{table}");
    }
}

#[tokio::test]
async fn who_chose_nothing_has_the_default_and_what_others_wrote_beside_the_choice_stays() {
    let world = World::new().await;
    let mut unit = world.begin(1, OWNER).await;
    assert_eq!(unit.calendar_choice().await.unwrap(), CalendarChoice::default());
    unit.commit().await.unwrap();
    let mut default = serde_json::to_value(CalendarChoice::default()).unwrap();
    // An earlier release did not know of these.
    assert_eq!(default.as_object_mut().unwrap().remove("busy_calendar_ids"), Some(json!([])));
    assert_eq!(world.stored_choice(1).await, default);

    let theirs = "UPDATE users SET google_calendar_settings = google_calendar_settings || '{\"colour\": {\"of\": \"theirs\"}}'";
    world.sql.batch_execute(theirs).await.unwrap();
    let rule = ImportRule { kind: Kind::Work, is_movable: true, protected: false };
    let chosen = CalendarChoice {
        sync_enabled: true,
        read_calendar_ids: vec!["a".to_owned(), "b".to_owned()],
        busy_calendar_ids: vec!["c".to_owned()],
        write_calendar_id: None,
        calendar_rules: [("a".to_owned(), rule)].into(),
    };
    let mut unit = world.begin(1, OWNER).await;
    unit.put_calendar_choice(&chosen).await.unwrap();
    assert_eq!(unit.calendar_choice().await.unwrap(), chosen);
    unit.commit().await.unwrap();
    assert_eq!(
        world.stored_choice(1).await,
        json!({
            "sync_enabled": true, "read_calendar_ids": ["a", "b"], "busy_calendar_ids": ["c"],
            "write_calendar_id": null, "colour": {"of": "theirs"},
            "calendar_rules": {"a": {"type": "WORK", "is_movable": true, "protected": false}},
        })
    );
}

#[tokio::test]
async fn a_choice_that_cannot_be_read_is_named_and_stands_in_the_way_of_nothing_else() {
    let world = World::new().await;
    world.connect(1, &[]).await;
    let broken = "UPDATE users SET google_calendar_settings = google_calendar_settings
                  || '{\"calendar_rules\": {\"a\": {\"type\": 7}}, \"busy_calendar_ids\": {\"a\": 1}}'";
    world.sql.batch_execute(broken).await.unwrap();
    world.event(1, 1, &fields(Kind::Chill, on(MONDAY, "08:00", "09:00"))).await;
    assert_eq!(world.to_be_pushed().await, [user(1).id.0]);
    let mut unit = world.begin(1, OWNER).await;
    let Err(StoreError::Failed(why)) = unit.calendar_choice().await else { panic!("it was read") };
    assert!(why.to_string().starts_with("google_calendar_settings.busy_calendar_ids: "), "{why}");
    assert_eq!(unit.week(&week()).await.unwrap().events.len(), 1);
    // And it can be mended.
    unit.put_calendar_choice(&CalendarChoice::default()).await.unwrap();
    assert_eq!(unit.calendar_choice().await.unwrap(), CalendarChoice::default());
}

#[tokio::test]
async fn an_event_that_says_the_same_keeps_its_version() {
    let world = World::new().await;
    world.task(1, 100, Some("2026-03-06T12:00")).await;
    let mut event = synced(1, on(MONDAY, "08:00", "09:00"));
    let mut unit = world.begin(1, SYNC).await;
    assert_eq!(unit.put_events(std::slice::from_ref(&event)).await.unwrap(), [1]);
    assert_eq!(unit.put_events(std::slice::from_ref(&event)).await.unwrap(), [1]);
    event.fields.task_id = Some(TaskId(Uuid::from_u128(100)));
    assert_eq!(unit.put_events(std::slice::from_ref(&event)).await.unwrap(), [2]);
    event.fields.metadata.insert("colour".to_owned(), json!({"b": 1, "a": [1.0]}));
    assert_eq!(unit.put_events(std::slice::from_ref(&event)).await.unwrap(), [3]);
    assert_eq!(unit.put_events(std::slice::from_ref(&event)).await.unwrap(), [3]);
    event.fields.protected = true;
    let other = synced(2, on(MONDAY, "10:00", "11:00"));
    assert_eq!(unit.put_events(&[other.clone(), event.clone(), other]).await.unwrap(), [1, 4, 1]);
    let stored = unit.event(event.id).await.unwrap().unwrap();
    assert_eq!((stored.fields, stored.origin), (event.fields.clone(), event.origin.clone()));
    // Where it came from is said once.
    event.origin = Origin::own();
    assert_eq!(unit.put_events(std::slice::from_ref(&event)).await.unwrap(), [4]);
    event.fields.task_id = Some(TaskId(Uuid::from_u128(101)));
    let dangling = unit.put_events(&[event]).await;
    assert!(matches!(dangling, Err(StoreError::DanglingReference(_))), "{dangling:?}");
}

#[tokio::test]
async fn a_whole_page_of_a_calendar_is_kept_at_once() {
    let world = World::new().await;
    world.connect(1, &[]).await;
    let mut unit = world.begin(1, SYNC).await;
    unit.put_google_calendar(&calendar(1, "mine")).await.unwrap();
    let many = 2500_u128;
    let page: Vec<RemoteEvent> = (0..many).map(|n| remote(&format!("event{n}"))).collect();
    let events: Vec<Synced> = (0..many).map(|n| synced(n, on(MONDAY, "08:00", "09:00"))).collect();
    let links: Vec<LinkRecord> = (0..many).map(|n| link(n, 1, &format!("event{n}"))).collect();
    for _ in 0..2 {
        unit.put_mirror(Uuid::from_u128(1), &page, 1).await.unwrap();
        assert_eq!(unit.put_events(&events).await.unwrap(), vec![1; 2500]);
        unit.put_links(&links).await.unwrap();
    }
    assert_eq!(unit.mirror_size(Uuid::from_u128(1)).await.unwrap(), 2500);
    assert_eq!(unit.links(Uuid::from_u128(1), None, 5000).await.unwrap().len(), 2500);
    assert!(unit.unwritten(Some(at("2026-03-01T00:00")), None, 100).await.unwrap().is_empty());
    let ids: Vec<EventId> = events.iter().map(|event| event.id).collect();
    unit.delete_events(&ids).await.unwrap();
    let gone = unit.unwritten(None, None, 5000).await.unwrap();
    assert_eq!(gone.len(), 2500);
    assert!(gone.iter().all(|linked| linked.event.is_none()), "links outlive their events");
}

#[tokio::test]
async fn links_may_change_places_but_no_two_lead_to_one_event() {
    let world = World::new().await;
    let mut unit = world.begin(1, SYNC).await;
    unit.put_google_calendar(&calendar(1, "mine")).await.unwrap();
    unit.put_links(&[link(1, 1, "a"), link(2, 1, "b")]).await.unwrap();
    unit.put_links(&[link(1, 1, "b"), link(2, 1, "a")]).await.unwrap();
    let groups = ["a".to_owned()];
    let linked = unit.linked(Uuid::from_u128(1), &groups).await.unwrap();
    assert_eq!(linked.into_iter().filter_map(|linked| linked.link).collect::<Vec<_>>(), [link(2, 1, "a")]);
    assert!(matches!(unit.put_links(&[link(3, 1, "a")]).await, Err(StoreError::Failed(_))));
}

#[tokio::test]
async fn tokens_are_sealed_anew_unless_they_were_replaced_meanwhile() {
    let world = World::new().await;
    for who in 1..=5 {
        let mut unit = world.begin(who, OWNER).await;
        let sealed_token = (who != 3).then(|| format!("old {who}"));
        unit.put_google_account(&AccountRecord { sealed_token, ..account() }).await.unwrap();
        unit.commit().await.unwrap();
    }
    // Something of somebody else's, who never connected an account here.
    world.begin(6, OWNER).await.commit().await.unwrap();
    world
        .sql
        .batch_execute("UPDATE users SET encrypted_refresh_token = 'x' WHERE external_id = 'user_6'")
        .await
        .unwrap();
    let (mut all, mut last): (Vec<(UserId, String)>, _) = (Vec::new(), None);
    loop {
        let page = world.pg.sealed_tokens(Holder::Google, last, 2).await.unwrap();
        last = page.last().map(|(user, _)| *user);
        all.extend(page);
        if last.is_none() {
            break;
        }
    }
    let expected = [1, 2, 4, 5].map(|who| (user(who).id, format!("old {who}")));
    assert_eq!(all, expected);
    assert!(world.pg.put_sealed_token(Holder::Google, user(1).id, "old 1", "new 1").await.unwrap());
    assert!(!world.pg.put_sealed_token(Holder::Google, user(1).id, "old 1", "newer 1").await.unwrap());
    assert!(!world.pg.put_sealed_token(Holder::Google, user(3).id, "old 3", "new 3").await.unwrap());
    let mut unit = world.begin(1, Access::Read).await;
    assert_eq!(unit.google_account().await.unwrap().unwrap().sealed_token.as_deref(), Some("new 1"));
}

fn week() -> WeekSpan {
    WeekSpan {
        span: on(MONDAY, "00:00", "20:00"),
        trigger: None,
        also: Vec::new(),
        accepted_after: moment("2026-03-01T08:00"),
    }
}

#[tokio::test]
async fn a_week_has_the_busy_times_of_chosen_calendars_and_names_those_it_does_not_know() {
    let world = World::new().await;
    let chosen = [
        "primary",
        "known@example.org",
        "refused@example.org",
        "short@example.org",
        "never@example.org",
        "x",
    ];
    world.connect(1, &chosen).await;
    let mut unit = world.begin(1, SYNC).await;
    let titles = ["mine", "known", "refused", "short", "never", "not chosen"];
    for (id, title) in (1..).zip(titles) {
        unit.put_google_calendar(&calendar(id, title)).await.unwrap();
    }
    let read_at = moment("2026-03-02T07:00");
    // From when it was read.
    let whole = on(MONDAY, "06:00", "23:00");
    let hour = |hour: u32| on(MONDAY, &format!("{hour:02}:00"), &format!("{:02}:00", hour + 1));
    let yesterday = on("2026-03-01", "09:00", "10:00");
    for (id, span, busy) in [
        (1, whole, Some(vec![hour(15), hour(9)])),
        (2, whole, Some(vec![yesterday, hour(9), hour(10), hour(22)])),
        (3, whole, None),
        (4, on(MONDAY, "06:00", "19:59"), Some(vec![hour(12)])),
        (6, whole, Some(vec![hour(13)])),
    ] {
        let calendar = Uuid::from_u128(id);
        unit.put_busy(&BusyRecord { calendar, span, busy, read_at }).await.unwrap();
    }
    let rows = unit.week(&week()).await.unwrap();
    assert_eq!(rows.busy, [hour(9), hour(10), hour(12), hour(15)]);
    let unknown = |title: &str, since| UnknownCalendar { title: title.to_owned(), since };
    assert_eq!(
        rows.unknown,
        [
            unknown("never", None),
            unknown("refused", Some(read_at)),
            unknown("short", Some(read_at)),
            unknown("x", None)
        ]
    );
    let off =
        CalendarChoice { busy_calendar_ids: chosen.map(str::to_owned).into(), ..CalendarChoice::default() };
    unit.put_calendar_choice(&off).await.unwrap();
    let rows = unit.week(&week()).await.unwrap();
    assert_eq!((rows.busy, rows.unknown), (Vec::new(), Vec::new()), "nothing is synchronised");
    unit.commit().await.unwrap();
    let rows = world.begin(2, PLANNER).await.week(&week()).await.unwrap();
    assert_eq!(rows, app::ports::WeekRows::default());
}

#[tokio::test]
async fn what_another_user_keeps_of_google_does_not_exist() {
    let world = World::new().await;
    world.sql.batch_execute(include_str!("believable.sql")).await.unwrap();
    let mut unit = world.begin(7, SYNC).await;
    let first = world.sql.query_one("SELECT user_id, calendar_id, google_id FROM google_events LIMIT 1", &[]);
    let first = first.await.unwrap();
    let (calendar, google_id): (Uuid, String) = (first.get(1), first.get(2));
    let event: Uuid =
        world.sql.query_one("SELECT event_id FROM google_links LIMIT 1", &[]).await.unwrap().get(0);
    let channel: String =
        world.sql.query_one("SELECT id FROM google_channels LIMIT 1", &[]).await.unwrap().get(0);
    let digest: Vec<u8> =
        world.sql.query_one("SELECT state_digest FROM google_sign_ins LIMIT 1", &[]).await.unwrap().get(0);
    let groups = [google_id];
    assert!(unit.google_account().await.unwrap().is_none());
    assert!(unit.take_sign_in(&digest).await.unwrap().is_none());
    assert!(unit.google_calendars().await.unwrap().is_empty());
    assert!(unit.google_calendar(calendar).await.unwrap().is_none());
    assert!(unit.mirror(calendar, &groups).await.unwrap().is_empty());
    assert!(unit.mirror_before(calendar, i64::MAX, 10).await.unwrap().is_empty());
    assert_eq!(unit.mirror_size(calendar).await.unwrap(), 0);
    assert!(unit.linked(calendar, &groups).await.unwrap().is_empty());
    assert!(unit.linked_events(&[EventId(event)]).await.unwrap().is_empty());
    assert!(unit.links(calendar, None, 10).await.unwrap().is_empty());
    assert!(unit.unwritten(Some(at("2026-01-01T00:00")), None, 10).await.unwrap().is_empty());
    assert!(unit.busy().await.unwrap().is_empty());
    assert!(unit.channels().await.unwrap().is_empty() && unit.channel(&channel).await.unwrap().is_none());
    let tables = [
        "google_accounts",
        "google_sign_ins",
        "google_calendars",
        "google_events",
        "google_links",
        "busy_intervals",
        "google_channels",
        "calendar_events",
    ];
    let mut counts = Vec::new();
    for table in tables {
        counts.push(world.count(&format!("SELECT count(*) FROM {table}")).await);
    }
    unit.delete_mirror(calendar, &groups).await.unwrap();
    unit.delete_links(&[EventId(event)]).await.unwrap();
    unit.delete_events(&[EventId(event)]).await.unwrap();
    unit.delete_channel(&channel).await.unwrap();
    unit.delete_google_calendar(calendar).await.unwrap();
    unit.forget_google().await.unwrap();
    unit.commit().await.unwrap();
    for (table, count) in tables.into_iter().zip(counts) {
        assert_eq!(world.count(&format!("SELECT count(*) FROM {table}")).await, count, "{table}");
    }
    let mut unit = world.begin(7, SYNC).await;
    let put = unit.put_mirror(calendar, &[remote("x")], 1).await;
    assert!(matches!(put, Err(StoreError::DanglingReference(_))), "{put:?}");
}

#[tokio::test]
async fn tables_of_google_that_somebody_made_by_hand_are_adopted_and_given_back() {
    let db = TestDb::empty().await.unwrap();
    let sql = db.client().await.unwrap();
    sql.batch_execute(include_str!("supabase.sql")).await.unwrap();
    sql.batch_execute(
        "CREATE TABLE google_calendars (id uuid PRIMARY KEY, name text);
         CREATE TABLE google_accounts (id uuid PRIMARY KEY, user_id uuid, email text);
         CREATE TABLE busy_intervals (id uuid PRIMARY KEY)",
    )
    .await
    .unwrap();
    for _ in 0..2 {
        migrate::up(&db.url()).await.unwrap();
        let status = migrate::status(&db.url()).await.unwrap();
        migrate::down(&db.url(), status.applied.len()).await.unwrap();
    }
    let columns = "SELECT string_agg(table_name || '.' || column_name, ' ' ORDER BY table_name, ordinal_position)
                     FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'";
    let columns: String = sql.query_one(columns, &[]).await.unwrap().get(0);
    assert_eq!(
        columns,
        "busy_intervals.id google_accounts.id google_accounts.user_id google_accounts.email \
         google_calendars.id google_calendars.name"
    );
}
