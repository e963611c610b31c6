//! Whatever people do: who keeps to the deltas has what who asks for everything has.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::client::{World, world};

const ADA: &str = "ada@example.edu";

/// Something that Ada does. Which event is counted among those that there are.
#[derive(Clone, Debug)]
enum Deed {
    Insert { day: u8, hour: u8, rule: Option<usize> },
    Rename { which: usize },
    Move { which: usize, day: u8, hour: u8 },
    Repeat { which: usize, rule: Option<usize> },
    Delete { which: usize },
    EditOccurrence { which: usize, occurrence: usize, hour: u8 },
    DeleteOccurrence { which: usize, occurrence: usize },
    EditFollowing { which: usize, occurrence: usize },
    Sync { rows: usize },
    Forget,
}

const RULES: [&str; 4] = [
    "RRULE:FREQ=DAILY;COUNT=4",
    "RRULE:FREQ=WEEKLY;BYDAY=MO,TH;COUNT=5",
    "RRULE:FREQ=MONTHLY;UNTIL=20260601T000000Z",
    "RRULE:FREQ=DAILY;INTERVAL=2;COUNT=3",
];

fn deed() -> impl Strategy<Value = Deed> {
    let rule = prop::option::of(0..RULES.len());
    prop_oneof![
        3 => (1..28_u8, 0..23_u8, rule.clone()).prop_map(|(day, hour, rule)| Deed::Insert { day, hour, rule }),
        1 => (0..9_usize).prop_map(|which| Deed::Rename { which }),
        1 => (0..9_usize, 1..28_u8, 0..23_u8).prop_map(|(which, day, hour)| Deed::Move { which, day, hour }),
        1 => (0..9_usize, rule).prop_map(|(which, rule)| Deed::Repeat { which, rule }),
        1 => (0..9_usize).prop_map(|which| Deed::Delete { which }),
        2 => (0..9_usize, 0..4_usize, 0..23_u8)
            .prop_map(|(which, occurrence, hour)| Deed::EditOccurrence { which, occurrence, hour }),
        2 => (0..9_usize, 0..4_usize).prop_map(|(which, occurrence)| Deed::DeleteOccurrence { which, occurrence }),
        1 => (0..9_usize, 0..4_usize).prop_map(|(which, occurrence)| Deed::EditFollowing { which, occurrence }),
        2 => (1..5_usize).prop_map(|rows| Deed::Sync { rows }),
        1 => Just(Deed::Forget),
    ]
}

fn times(day: u8, hour: u8) -> Value {
    let at = |hour: u8| json!({"dateTime": format!("2026-03-{day:02}T{hour:02}:30:00"), "timeZone": "Europe/Berlin"});
    json!({"start": at(hour), "end": at(hour + 1)})
}

fn text<'a>(event: &'a Value, name: &str) -> &'a str {
    event[name].as_str().unwrap_or_default()
}

/// The id of one of the series, and the start of one of its occurrences as the series says it.
fn occurrence(world: &World, which: usize, occurrence: usize) -> Option<(String, String)> {
    let events = world.ada.events(ADA);
    let series: Vec<&Value> = events.iter().filter(|event| event["recurrence"].is_array()).collect();
    let id = text(series.get(which % series.len().max(1))?, "id").to_owned();
    let all = world.ada.week(ADA, "2026-01-01T00:00:00Z", "2026-12-01T00:00:00Z");
    let own: Vec<&Value> = all.iter().filter(|event| text(event, "recurringEventId") == id).collect();
    let start = text(&own.get(occurrence % own.len().max(1))?["originalStartTime"], "dateTime").to_owned();
    Some((id, start))
}

fn perform(world: &World, deed: &Deed) {
    let ada = &world.ada;
    let events = ada.events(ADA);
    let event = |which: usize| events.get(which % events.len().max(1)).map(|event| text(event, "id"));
    let rules = |rule: Option<usize>| rule.map_or(Value::Null, |rule| json!([RULES[rule]]));
    match *deed {
        Deed::Insert { day, hour, rule } => {
            let mut event = times(day, hour);
            event["recurrence"] = rules(rule);
            ada.insert_event(ADA, event);
        }
        Deed::Rename { which } => {
            if let Some(id) = event(which) {
                ada.edit(ADA, id, json!({"summary": format!("Renamed {}", events.len())}));
            }
        }
        Deed::Move { which, day, hour } => {
            if let Some(id) = event(which) {
                ada.edit(ADA, id, times(day, hour));
            }
        }
        Deed::Repeat { which, rule } => {
            if let Some(id) = event(which) {
                // Occurrences do not repeat themselves.
                let _ = ada.try_edit(ADA, id, &json!({"recurrence": rules(rule)}));
            }
        }
        Deed::Delete { which } => {
            if let Some(id) = event(which) {
                ada.delete(ADA, id);
            }
        }
        Deed::EditOccurrence { which, occurrence: number, hour } => {
            if let Some((id, start)) = occurrence(world, which, number) {
                ada.edit_instance(ADA, &id, &start, times(7, hour));
            }
        }
        Deed::DeleteOccurrence { which, occurrence: number } => {
            if let Some((id, start)) = occurrence(world, which, number) {
                ada.delete_instance(ADA, &id, &start);
            }
        }
        Deed::EditFollowing { which, occurrence: number } => {
            if let Some((id, start)) = occurrence(world, which, number) {
                ada.edit_following(ADA, &id, &start, json!({"summary": "From here on"}));
            }
        }
        Deed::Sync { .. } => {}
        Deed::Forget => world.google.forget_sync_tokens(ADA),
    }
}

/// What a program has that keeps to the deltas.
#[derive(Default)]
struct Mirror {
    single: bool,
    token: Option<String>,
    items: BTreeMap<String, Value>,
}

impl Mirror {
    fn path(&self) -> String {
        format!("/calendars/primary/events?singleEvents={}", self.single)
    }

    async fn sync(&mut self, world: &World, rows: usize) {
        world.google.cut_pages(rows);
        if let Some(token) = self.token.take() {
            let path = format!("{}&syncToken={token}", self.path());
            if world.program.get(&path).await.status != 410 {
                let (items, token, _) = world.program.walk(&path).await;
                self.take(items);
                self.token = Some(token);
                return;
            }
            self.items.clear();
        }
        let (items, token, _) = world.program.walk(&self.path()).await;
        self.take(items);
        self.token = Some(token);
    }

    fn take(&mut self, items: Vec<Value>) {
        for item in items {
            let id = text(&item, "id").to_owned();
            let is_gone = item["status"] == "cancelled";
            if is_gone && (self.single || item.get("recurringEventId").is_none()) {
                self.items.retain(|_, other| text(other, "recurringEventId") != id);
                self.items.remove(&id);
            } else {
                self.items.insert(id, item);
            }
        }
        if !self.single {
            // Exceptions live as long as their series.
            let all: Vec<String> = self.items.keys().cloned().collect();
            self.items.retain(|_, item| {
                item.get("recurringEventId")
                    .is_none_or(|_| all.contains(&text(item, "recurringEventId").to_owned()))
            });
        }
    }
}

async fn run(deeds: &[Deed]) {
    let world = world().await;
    let mut mirrors = [false, true].map(|single| Mirror { single, ..Mirror::default() });
    for deed in deeds.iter().chain([&Deed::Sync { rows: 3 }]) {
        perform(&world, deed);
        if let Deed::Sync { rows } = *deed {
            for mirror in &mut mirrors {
                mirror.sync(&world, rows).await;
            }
        }
    }
    for mirror in mirrors {
        let mut whole = Mirror { single: mirror.single, ..Mirror::default() };
        whole.sync(&world, 1000).await;
        let ids = |mirror: &Mirror| mirror.items.keys().cloned().collect::<Vec<_>>();
        assert_eq!(ids(&mirror), ids(&whole), "single events: {}", mirror.single);
        assert!(mirror.items == whole.items, "single events: {}", mirror.single);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn deltas_lead_to_what_the_whole_list_has(deeds in prop::collection::vec(deed(), 1..25)) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run(&deeds));
    }
}
