//! What is kept of Google, held against the simplest thing that could keep it: maps in memory.

use std::collections::{BTreeMap, BTreeSet};

use app::ports::google::{
    AccessRole, AccountRecord, AccountState, Agreed, BusyRecord, CalendarChoice, CalendarRecord,
    ChannelRecord, GoogleRecords, LinkRecord, Linked, Nature, RemoteEvent, RemoteFields, RemoteTime,
    SeriesPlace, SignInRecord, SyncHealth, Synced,
};
use app::ports::{Access, Actor, EventFields, Origin, Unit};
use planner_core::model::{EventId, Kind};
use planner_core::time::Moment;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use time::OffsetDateTime;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::support::{World, at, fields, moment, on};

/// What a unit of work keeps, in memory.
#[derive(Clone, Debug, Default)]
struct Model {
    account: Option<AccountRecord>,
    choice: CalendarChoice,
    sign_ins: BTreeMap<Vec<u8>, SignInRecord>,
    calendars: BTreeMap<Uuid, CalendarRecord>,
    mirror: BTreeMap<(Uuid, String), (RemoteEvent, i64)>,
    links: BTreeMap<EventId, LinkRecord>,
    events: BTreeMap<EventId, (EventFields, Origin, i64)>,
    busy: BTreeMap<Uuid, BusyRecord>,
    channels: BTreeMap<String, ChannelRecord>,
}

/// Something done to what is kept.
#[derive(Clone, Debug)]
enum Step {
    PutAccount(AccountRecord),
    Forget,
    Choose(CalendarChoice),
    PutSignIn(SignInRecord, Moment),
    TakeSignIn(Vec<u8>),
    PutCalendar(CalendarRecord),
    DeleteCalendar(Uuid),
    PutMirror(Uuid, Vec<RemoteEvent>, i64),
    DeleteMirror(Uuid, Vec<String>),
    PutLinks(Vec<LinkRecord>),
    DeleteLinks(Vec<EventId>),
    PutEvents(Vec<Synced>),
    DeleteEvents(Vec<EventId>),
    PutBusy(BusyRecord),
    PutChannel(ChannelRecord),
    DeleteChannel(String),
}

fn calendars() -> impl Strategy<Value = Uuid> {
    (1..=3_u128).prop_map(Uuid::from_u128)
}

fn event_ids() -> impl Strategy<Value = EventId> {
    (1..=6_u128).prop_map(|id| EventId(Uuid::from_u128(id)))
}

/// Their order in bytes is another one than in most languages.
fn names() -> impl Strategy<Value = String> {
    prop_oneof![Just("a"), Just("B"), Just("b_1"), Just("ä"), Just("c")].prop_map(str::to_owned)
}

fn moments() -> impl Strategy<Value = Moment> {
    (0..6_i64).prop_map(|hours| moment("2026-03-02T08:00").plus_minutes(hours * 60))
}

fn some<T: std::fmt::Debug>(items: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<T>> {
    proptest::collection::vec(items, 0..4)
}

fn maybe<T: std::fmt::Debug>(items: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    proptest::option::of(items)
}

fn healths() -> impl Strategy<Value = SyncHealth> {
    (maybe(moments()), maybe(moments()), maybe(moments()), 0..3_u32, maybe(names())).prop_map(
        |(succeeded_at, tried_at, not_before, failures, error)| SyncHealth {
            succeeded_at,
            tried_at,
            not_before,
            failures,
            error,
        },
    )
}

fn accounts() -> impl Strategy<Value = AccountRecord> {
    (any::<bool>(), maybe(names()), some(names()), moments(), healths()).prop_map(
        |(is_connected, sealed_token, scopes, connected_at, health)| AccountRecord {
            state: if is_connected { AccountState::Connected } else { AccountState::ReconnectRequired },
            sealed_token,
            scopes: scopes.into_iter().collect(),
            connected_at,
            listed_at: is_connected.then_some(connected_at),
            health,
        },
    )
}

fn choices() -> impl Strategy<Value = CalendarChoice> {
    (any::<bool>(), some(names()), some(names()), maybe(names())).prop_map(
        |(sync_enabled, read_calendar_ids, busy_calendar_ids, write_calendar_id)| CalendarChoice {
            sync_enabled,
            read_calendar_ids,
            busy_calendar_ids,
            write_calendar_id,
            calendar_rules: BTreeMap::new(),
        },
    )
}

fn sign_ins() -> impl Strategy<Value = SignInRecord> {
    // No two end at one time, so that it is plain which is the oldest.
    (0..12_u8).prop_map(|n| SignInRecord {
        state_digest: vec![n; 4],
        sealed_verifier: format!("sealed {n}"),
        redirect_uri: "https://app.example.org/back".to_owned(),
        expires_at: moment("2026-03-02T08:00").plus_minutes(i64::from(n) * 30),
    })
}

/// Each has a name of its own.
fn calendar_records() -> impl Strategy<Value = CalendarRecord> {
    (calendars(), names(), maybe(names()), 0..3_i64, maybe(moments()), any::<bool>(), healths()).prop_map(
        |(id, title, sealed_position, run, moment, flag, health)| CalendarRecord {
            id,
            google_id: format!("{id}#group"),
            title,
            time_zone: flag.then(|| "Europe/Berlin".to_owned()),
            access: if flag { AccessRole::Owner } else { AccessRole::FreeBusyReader },
            is_primary: flag,
            is_ours: !flag,
            sealed_position,
            run,
            empty_since: moment,
            expanded_until: moment,
            has_channels: flag,
            health,
        },
    )
}

fn remote_fields() -> impl Strategy<Value = RemoteFields> {
    (names(), any::<bool>(), any::<bool>(), maybe(calendars())).prop_map(
        |(title, is_series, is_day, made_for)| RemoteFields {
            title,
            start: if is_day { day(2) } else { hour("2026-03-02T09:00") },
            end: if is_day { day(3) } else { hour("2026-03-02T10:00") },
            recurrence: if is_series { vec!["RRULE:FREQ=DAILY".to_owned()] } else { Vec::new() },
            transparent: is_day,
            declined: is_series,
            nature: if is_day { Nature::Birthday } else { Nature::Ordinary },
            made_for,
        },
    )
}

fn day(day: u8) -> RemoteTime {
    RemoteTime::Day(time::Date::from_calendar_date(2026, time::Month::March, day).unwrap())
}

fn hour(text: &str) -> RemoteTime {
    RemoteTime::At { moment: at(text), zone: Some("Europe/Berlin".to_owned()) }
}

fn remote_events() -> impl Strategy<Value = RemoteEvent> {
    (names(), names(), any::<bool>(), maybe(names()), maybe(remote_fields())).prop_map(
        |(id, etag, is_cancelled, master, fields)| RemoteEvent {
            id,
            etag,
            updated: is_cancelled.then(|| at("2026-03-02T09:00")),
            is_cancelled,
            place: master.map(|master| SeriesPlace { master, original_start: hour("2026-03-02T09:00") }),
            fields,
        },
    )
}

fn agreed(transparent: bool) -> Agreed {
    let (start, end) = (at("2026-03-02T09:00"), at("2026-03-02T10:00"));
    Agreed { title: String::new(), start, end, transparent }
}

fn links() -> impl Strategy<Value = LinkRecord> {
    (event_ids(), calendars(), names(), names(), any::<bool>(), any::<bool>(), -1..4_i64, maybe(names()))
        .prop_map(|(event, calendar, google_id, group, is_ours, is_pending, agreed_version, etag)| {
            LinkRecord {
                event,
                calendar,
                google_id,
                group,
                is_ours,
                agreed: agreed(is_ours),
                agreed_version,
                pending: is_pending.then(|| agreed(!is_ours)),
                etag,
            }
        })
}

fn synced() -> impl Strategy<Value = Synced> {
    (event_ids(), 0..3_usize, any::<bool>(), any::<bool>()).prop_map(|(id, hour, flag, is_own)| {
        let (from, to) = [("08:00", "09:00"), ("09:00", "10:00"), ("10:00", "11:00")][hour];
        let mut fields = fields(Kind::Focus, on("2026-03-02", from, to));
        fields.protected = flag;
        fields.metadata.insert("hour".to_owned(), hour.into());
        let theirs = Origin { source: "google".to_owned(), source_id: Some("x".to_owned()) };
        Synced { id, fields, origin: if is_own { Origin::own() } else { theirs } }
    })
}

fn busy_records() -> impl Strategy<Value = BusyRecord> {
    (calendars(), maybe(some(0..5_usize)), moments()).prop_map(|(calendar, busy, read_at)| {
        let hours = |hour: usize| on("2026-03-02", &format!("1{hour}:00"), &format!("1{hour}:30"));
        let busy = busy.map(|busy| busy.into_iter().map(hours).collect());
        BusyRecord { calendar, span: on("2026-03-02", "08:00", "20:00"), busy, read_at }
    })
}

fn channels() -> impl Strategy<Value = ChannelRecord> {
    (names(), calendars(), maybe(names()), moments(), maybe(moments())).prop_map(
        |(id, calendar, resource, until, heard_at)| ChannelRecord {
            id,
            calendar,
            token_digest: vec![7; 32],
            resource,
            until,
            heard_at,
        },
    )
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => accounts().prop_map(Step::PutAccount),
        1 => Just(Step::Forget),
        2 => choices().prop_map(Step::Choose),
        4 => (sign_ins(), moments()).prop_map(|(sign_in, now)| Step::PutSignIn(sign_in, now)),
        1 => (0..12_u8).prop_map(|n| Step::TakeSignIn(vec![n; 4])),
        6 => calendar_records().prop_map(Step::PutCalendar),
        1 => calendars().prop_map(Step::DeleteCalendar),
        6 => (calendars(), some(remote_events()), 0..3_i64)
            .prop_map(|(calendar, events, run)| Step::PutMirror(calendar, events, run)),
        2 => (calendars(), some(names())).prop_map(|(calendar, ids)| Step::DeleteMirror(calendar, ids)),
        6 => some(links()).prop_map(Step::PutLinks),
        2 => some(event_ids()).prop_map(Step::DeleteLinks),
        6 => some(synced()).prop_map(Step::PutEvents),
        2 => some(event_ids()).prop_map(Step::DeleteEvents),
        3 => busy_records().prop_map(Step::PutBusy),
        3 => channels().prop_map(Step::PutChannel),
        1 => names().prop_map(Step::DeleteChannel),
    ]
}

impl Model {
    /// Whether the step refers to calendars that are there, and leaves each remote event to one event here.
    fn allows(&self, step: &Step) -> bool {
        let has = |calendar: &Uuid| self.calendars.contains_key(calendar);
        match step {
            Step::PutMirror(calendar, events, _) => events.is_empty() || has(calendar),
            Step::PutBusy(busy) => has(&busy.calendar),
            Step::PutChannel(channel) => has(&channel.calendar),
            Step::PutLinks(links) => {
                let mut after = self.links.clone();
                after.extend(links.iter().map(|link| (link.event, link.clone())));
                let remote: BTreeSet<_> =
                    after.values().map(|link| (link.calendar, &link.google_id)).collect();
                links.iter().all(|link| has(&link.calendar)) && remote.len() == after.len()
            }
            _ => true,
        }
    }

    fn forget_calendar(&mut self, id: Uuid) {
        self.calendars.remove(&id);
        self.mirror.retain(|(calendar, _), _| *calendar != id);
        self.links.retain(|_, link| link.calendar != id);
        self.busy.remove(&id);
        self.channels.retain(|_, channel| channel.calendar != id);
    }

    fn put_sign_in(&mut self, sign_in: &SignInRecord, now: Moment) {
        self.sign_ins.retain(|_, known| known.expires_at > now);
        self.sign_ins.insert(sign_in.state_digest.clone(), sign_in.clone());
        while self.sign_ins.len() > 8 {
            let oldest = self.sign_ins.values().min_by_key(|known| known.expires_at).unwrap();
            let digest = oldest.state_digest.clone();
            self.sign_ins.remove(&digest);
        }
    }

    /// Does it; the versions of the events that it puts.
    fn take(&mut self, step: &Step) -> Vec<i64> {
        match step {
            Step::PutAccount(account) => self.account = Some(account.clone()),
            Step::Forget => *self = Self { events: std::mem::take(&mut self.events), ..Self::default() },
            Step::Choose(choice) => self.choice = choice.clone(),
            Step::PutSignIn(sign_in, now) => self.put_sign_in(sign_in, *now),
            Step::TakeSignIn(digest) => drop(self.sign_ins.remove(digest)),
            Step::PutCalendar(calendar) => drop(self.calendars.insert(calendar.id, calendar.clone())),
            Step::DeleteCalendar(id) => self.forget_calendar(*id),
            Step::PutMirror(calendar, events, run) => {
                let rows = events.iter().map(|event| ((*calendar, event.id.clone()), (event.clone(), *run)));
                self.mirror.extend(rows);
            }
            Step::DeleteMirror(calendar, ids) => {
                self.mirror.retain(|(of, id), _| of != calendar || !ids.contains(id));
            }
            Step::PutLinks(links) => self.links.extend(links.iter().map(|link| (link.event, link.clone()))),
            Step::DeleteLinks(events) => self.links.retain(|event, _| !events.contains(event)),
            Step::PutEvents(events) => return self.put_events(events),
            Step::DeleteEvents(events) => self.events.retain(|event, _| !events.contains(event)),
            Step::PutBusy(busy) => drop(self.busy.insert(busy.calendar, busy.clone())),
            Step::PutChannel(channel) => drop(self.channels.insert(channel.id.clone(), channel.clone())),
            Step::DeleteChannel(id) => drop(self.channels.remove(id)),
        }
        Vec::new()
    }

    fn put_events(&mut self, events: &[Synced]) -> Vec<i64> {
        let last: BTreeMap<EventId, &Synced> = events.iter().map(|event| (event.id, event)).collect();
        for (id, event) in last {
            let known = self.events.entry(id);
            let known = known.or_insert_with(|| (event.fields.clone(), event.origin.clone(), 1));
            if known.0 != event.fields {
                *known = (event.fields.clone(), known.1.clone(), known.2 + 1);
            }
        }
        events.iter().map(|event| self.events[&event.id].2).collect()
    }

    fn linked(&self, event: EventId) -> Option<Seen> {
        let known = self.events.get(&event).cloned();
        let link = self.links.get(&event).cloned();
        (known.is_some() || link.is_some()).then_some(Seen { event: known, link })
    }

    fn linked_where(&self, holds: impl Fn(&LinkRecord) -> bool) -> Vec<Seen> {
        let links = self.links.values().filter(|link| holds(link));
        links.filter_map(|link| self.linked(link.event)).collect()
    }

    fn unwritten(&self, unlinked_after: Option<OffsetDateTime>) -> Vec<Seen> {
        let all: BTreeSet<EventId> = self.events.keys().chain(self.links.keys()).copied().collect();
        let is_unwritten = |id: &EventId| match (self.links.get(id), self.events.get(id)) {
            (Some(link), known) => known.map_or(LinkRecord::GONE, |known| known.2) != link.agreed_version,
            (None, Some((fields, origin, _))) => unlinked_after.is_some_and(|after| {
                ["canvascal", "google"].contains(&&*origin.source) && fields.end_ts > after
            }),
            (None, None) => false,
        };
        all.into_iter().filter(is_unwritten).filter_map(|id| self.linked(id)).collect()
    }
}

/// A [`Linked`] without what only the store knows.
#[derive(Debug, PartialEq)]
struct Seen {
    event: Option<(EventFields, Origin, i64)>,
    link: Option<LinkRecord>,
}

fn seen(linked: Vec<Linked>) -> Vec<Seen> {
    let seen = |linked: Linked| Seen {
        event: linked.event.map(|event| (event.fields, event.origin, event.version)),
        link: linked.link,
    };
    linked.into_iter().map(seen).collect()
}

async fn take(unit: &mut dyn GoogleRecords, step: &Step) -> Vec<i64> {
    match step {
        Step::PutAccount(account) => unit.put_google_account(account).await.unwrap(),
        Step::Forget => unit.forget_google().await.unwrap(),
        Step::Choose(choice) => unit.put_calendar_choice(choice).await.unwrap(),
        Step::PutSignIn(sign_in, now) => unit.put_sign_in(sign_in, *now).await.unwrap(),
        Step::TakeSignIn(digest) => drop(unit.take_sign_in(digest).await.unwrap()),
        Step::PutCalendar(calendar) => unit.put_google_calendar(calendar).await.unwrap(),
        Step::DeleteCalendar(id) => unit.delete_google_calendar(*id).await.unwrap(),
        Step::PutMirror(calendar, events, run) => unit.put_mirror(*calendar, events, *run).await.unwrap(),
        Step::DeleteMirror(calendar, ids) => unit.delete_mirror(*calendar, ids).await.unwrap(),
        Step::PutLinks(links) => unit.put_links(links).await.unwrap(),
        Step::DeleteLinks(events) => unit.delete_links(events).await.unwrap(),
        Step::PutEvents(events) => return unit.put_events(events).await.unwrap(),
        Step::DeleteEvents(events) => unit.delete_events(events).await.unwrap(),
        Step::PutBusy(busy) => unit.put_busy(busy).await.unwrap(),
        Step::PutChannel(channel) => unit.put_channel(channel).await.unwrap(),
        Step::DeleteChannel(id) => unit.delete_channel(id).await.unwrap(),
    }
    Vec::new()
}

/// Every question has the same answer here and there. Sign-ins are taken, since there is no other way to see them.
async fn agree(unit: &mut dyn Unit, model: &Model) -> Result<(), TestCaseError> {
    prop_assert_eq!(unit.google_account().await.unwrap(), model.account.clone());
    prop_assert_eq!(&unit.calendar_choice().await.unwrap(), &model.choice);
    let calendars: Vec<_> = model.calendars.values().cloned().collect();
    prop_assert_eq!(unit.google_calendars().await.unwrap(), calendars);
    prop_assert_eq!(unit.busy().await.unwrap(), model.busy.values().cloned().collect::<Vec<_>>());
    prop_assert_eq!(unit.channels().await.unwrap(), model.channels.values().cloned().collect::<Vec<_>>());
    prop_assert_eq!(unit.channel("a").await.unwrap(), model.channels.get("a").cloned());
    for n in 0..12 {
        prop_assert_eq!(unit.take_sign_in(&[n; 4]).await.unwrap(), model.sign_ins.get(&vec![n; 4]).cloned());
    }
    let groups = ["a".to_owned(), "B".to_owned(), "ä".to_owned()];
    for calendar in (1..=3).map(Uuid::from_u128) {
        prop_assert_eq!(
            unit.google_calendar(calendar).await.unwrap(),
            model.calendars.get(&calendar).cloned()
        );
        agree_on_mirror(unit, model, calendar, &groups).await?;
        let in_groups = |link: &LinkRecord| link.calendar == calendar && groups.contains(&link.group);
        prop_assert_eq!(seen(unit.linked(calendar, &groups).await.unwrap()), model.linked_where(in_groups));
        let of_calendar = model.linked_where(|link| link.calendar == calendar);
        prop_assert_eq!(seen(unit.links(calendar, None, 100).await.unwrap()), of_calendar);
    }
    let three = EventId(Uuid::from_u128(3));
    let four = EventId(Uuid::from_u128(4));
    let asked = [four, three, four];
    let known = [three, four].into_iter().filter_map(|id| model.linked(id)).collect::<Vec<_>>();
    prop_assert_eq!(seen(unit.linked_events(&asked).await.unwrap()), known);
    for unlinked_after in [None, Some(at("2026-03-02T09:00"))] {
        let unwritten = model.unwritten(unlinked_after);
        let first = seen(unit.unwritten(unlinked_after, None, 2).await.unwrap());
        prop_assert_eq!(&first[..], &unwritten[..unwritten.len().min(2)]);
        let rest = unit.unwritten(unlinked_after, Some(three), 100).await.unwrap();
        let mut beyond = model.clone();
        beyond.events.retain(|event, _| *event > three);
        beyond.links.retain(|event, _| *event > three);
        prop_assert_eq!(seen(rest), beyond.unwritten(unlinked_after));
    }
    Ok(())
}

async fn agree_on_mirror(
    unit: &mut dyn Unit,
    model: &Model,
    calendar: Uuid,
    groups: &[String],
) -> Result<(), TestCaseError> {
    let kept: Vec<&(RemoteEvent, i64)> =
        model.mirror.iter().filter(|((of, _), _)| *of == calendar).map(|(_, kept)| kept).collect();
    let those = |holds: &dyn Fn(&RemoteEvent, i64) -> bool| -> Vec<RemoteEvent> {
        kept.iter().filter(|(event, run)| holds(event, *run)).map(|(event, _)| event.clone()).collect()
    };
    let in_groups = those(&|event, _| groups.iter().any(|group| group == event.group()));
    prop_assert_eq!(unit.mirror(calendar, groups).await.unwrap(), in_groups);
    prop_assert_eq!(unit.mirror_before(calendar, 2, 100).await.unwrap(), those(&|_, run| run < 2));
    let first = unit.mirror_before(calendar, 2, 1).await.unwrap();
    prop_assert_eq!(first, those(&|_, run| run < 2).into_iter().take(1).collect::<Vec<_>>());
    let size = those(&|event, _| !event.is_cancelled).len() as u64;
    prop_assert_eq!(unit.mirror_size(calendar).await.unwrap(), size);
    let is_series = |event: &RemoteEvent| {
        event.place.is_some() || event.fields.as_ref().is_some_and(|fields| !fields.recurrence.is_empty())
    };
    let series: BTreeSet<String> =
        those(&|event, _| is_series(event)).iter().map(|event| event.group().to_owned()).collect();
    let listed = unit.mirror_series(calendar, None, 100).await.unwrap();
    prop_assert_eq!(&listed, &series.iter().cloned().collect::<Vec<_>>());
    let after = unit.mirror_series(calendar, Some("a"), 1).await.unwrap();
    prop_assert_eq!(
        after,
        listed.into_iter().filter(|group| group.as_str() > "a").take(1).collect::<Vec<_>>()
    );
    Ok(())
}

#[test]
fn whatever_is_done_the_store_says_what_a_map_in_memory_would() {
    let runtime = Runtime::new().unwrap();
    let world = runtime.block_on(World::new());
    let mut runner = TestRunner::new(Config { cases: 120, ..Config::default() });
    let outcome = runner.run(&proptest::collection::vec(steps(), 0..30), |steps| {
        runtime.block_on(async {
            let mut model = Model::default();
            let mut unit = world.begin(1, Access::Write(Actor::Sync)).await;
            for step in steps {
                if model.allows(&step) {
                    prop_assert_eq!(take(unit.as_mut(), &step).await, model.take(&step), "{:?}", step);
                }
            }
            agree(unit.as_mut(), &model).await
        })
    });
    outcome.unwrap();
}
