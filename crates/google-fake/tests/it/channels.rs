//! Channels and notifications.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use google_fake::{Delivery, Mishap, Notification};
use http::{Response, StatusCode};
use http_body_util::Empty;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::client::{Program, World, hour, world, world_with};

const WATCH: &str = "/calendars/primary/events/watch";
const ADA: &str = "ada@example.edu";

fn channel(id: &str) -> Value {
    json!({"id": id, "type": "web_hook", "address": "https://app.example/hook", "token": "secret"})
}

fn told(notifications: &[Notification]) -> Vec<(&str, &str)> {
    let each = notifications.iter();
    each.map(|one| (one.header("X-Goog-Channel-ID").unwrap(), one.header("X-Goog-Resource-State").unwrap()))
        .collect()
}

#[tokio::test]
async fn a_channel_says_sync_and_then_that_something_is_new() {
    let world = world().await;
    let opened = world.program.post(WATCH, channel("one")).await.json(200);
    assert_eq!(opened["kind"], "api#channel");
    assert_eq!(opened["expiration"], json!("1773043200000"), "a week from now, as text");
    world.ada.insert_event(ADA, hour("Study", 3, 9));
    let made = world.program.post("/calendars/primary/events", hour("Ours", 4, 9)).await.json(200);
    world.ada.delete(ADA, made["id"].as_str().unwrap());
    let notifications = world.google.take_notifications();
    assert_eq!(
        told(&notifications),
        [("one", "sync"), ("one", "exists"), ("one", "exists"), ("one", "exists")]
    );
    let numbers: Vec<u64> = notifications
        .iter()
        .map(|one| one.header("X-Goog-Message-Number").unwrap().parse().unwrap())
        .collect();
    assert_eq!(numbers[0], 1);
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
    assert_ne!(numbers, [1, 2, 3, 4], "they rise, but not by one");
    let first = &notifications[0];
    assert_eq!(first.header("X-Goog-Resource-ID"), opened["resourceId"].as_str());
    assert_eq!(first.header("X-Goog-Resource-URI"), opened["resourceUri"].as_str());
    assert_eq!(first.header("X-Goog-Channel-Token"), Some("secret"));
    assert_eq!(first.header("X-Goog-Channel-Expiration"), Some("Mon, 09 Mar 2026 08:00:00 GMT"));
    assert!(!format!("{first:?}").contains("secret"));
}

#[tokio::test]
async fn channels_are_checked_before_they_are_opened() {
    let world = world().await;
    world.program.post(WATCH, channel("one")).await.json(200);
    world.program.post(WATCH, channel("one")).await.refused(400, "channelIdNotUnique");
    let with = |name: &str, value: Value| {
        let mut channel = channel(&format!("with-{name}"));
        channel[name] = value;
        channel
    };
    let cases = [
        (with("address", json!("http://app.example/hook")), "push.webhookUrlNotHttps"),
        (with("type", json!("carrier_pigeon")), "push.channelTypeNotSupported"),
        (with("id", json!("x".repeat(65))), "channelIdInvalid"),
        (with("token", json!("x".repeat(257))), "invalid"),
        (with("expiration", json!("1")), "invalid"),
    ];
    for (channel, reason) in cases {
        world.program.post(WATCH, channel).await.refused(400, reason);
    }
    let short = with("params", json!({"ttl": "3600"}));
    assert_eq!(world.program.post(WATCH, short).await.json(200)["expiration"], "1772442000000");
    let holidays = "en.usa#holiday@group.v.calendar.google.com";
    world.ada.subscribe(holidays, "Holidays");
    let path = "/calendars/en.usa%23holiday%40group.v.calendar.google.com/events/watch";
    world.program.post(path, channel("two")).await.refused(400, "pushNotSupportedForRequestedResource");
}

#[tokio::test]
async fn a_channel_is_stopped_once_and_only_by_who_opened_it() {
    let world = world().await;
    let opened = world.program.post(WATCH, channel("one")).await.json(200);
    let stop = json!({"id": "one", "resourceId": opened["resourceId"]});
    let ben = Program::new(&world.google, "ben@example.edu", &["calendar"]);
    ben.post("/channels/stop", stop.clone()).await.refused(404, "notFound");
    assert_eq!(world.program.post("/channels/stop", stop.clone()).await.status, 204);
    world.program.post("/channels/stop", stop).await.refused(404, "notFound");
    world.google.take_notifications();
    world.ada.insert_event(ADA, hour("Study", 3, 9));
    assert_eq!(world.google.notifications(), []);
    world.program.post(WATCH, channel("one")).await.refused(400, "channelIdNotUnique");
}

#[tokio::test]
async fn while_a_channel_is_renewed_both_deliver_and_then_the_old_one_expires() {
    let world = world().await;
    world.program.post(WATCH, channel("old")).await.json(200);
    world.clock.advance_seconds(6 * 86_400);
    let renewed = Program::new(&world.google, ADA, &["calendar"]);
    renewed.post(WATCH, channel("new")).await.json(200);
    world.google.take_notifications();
    world.ada.insert_event(ADA, hour("Study", 3, 9));
    assert_eq!(told(&world.google.take_notifications()), [("old", "exists"), ("new", "exists")]);
    world.clock.advance_seconds(86_400);
    assert_eq!(world.google.open_channels(), 1);
    world.ada.insert_event(ADA, hour("Study", 4, 9));
    assert_eq!(told(&world.google.take_notifications()), [("new", "exists")]);
}

#[tokio::test]
async fn new_calendars_are_announced_by_the_channel_of_the_list_alone() {
    let world = world().await;
    world.program.post("/users/me/calendarList/watch", channel("list")).await.json(200);
    world.program.post(WATCH, channel("events")).await.json(200);
    world.google.take_notifications();
    let classes = world.ada.calendar("Classes");
    assert_eq!(told(&world.google.take_notifications()), [("list", "exists")]);
    world.ada.insert_event(&classes, hour("Study", 3, 9));
    assert_eq!(world.google.take_notifications(), [], "events of another calendar are nobody's here");
    world.ada.insert_event(ADA, hour("Study", 3, 9));
    assert_eq!(told(&world.google.take_notifications()), [("events", "exists")]);
}

#[tokio::test]
async fn notifications_are_lost_doubled_overtaken_and_late_when_told_to() {
    let world = world().await;
    world.program.post(WATCH, channel("one")).await.json(200);
    world.google.take_notifications();
    for mishap in [Mishap::Drop, Mishap::Duplicate, Mishap::Overtaken, Mishap::Delay(60)] {
        world.google.mishap(mishap);
    }
    let numbers = |notifications: &[Notification]| -> Vec<u64> {
        notifications
            .iter()
            .map(|one| one.header("X-Goog-Message-Number").unwrap().parse().unwrap())
            .collect()
    };
    let change = |day| world.ada.insert_event(ADA, hour("Study", day, 9));
    change(3);
    assert_eq!(world.google.take_notifications(), []);
    change(4);
    let twice = world.google.take_notifications();
    assert_eq!(twice[0], twice[1]);
    change(5);
    assert_eq!(world.google.notifications(), []);
    change(6);
    let overtaken = world.google.take_notifications();
    assert!(numbers(&overtaken)[0] > numbers(&overtaken)[1], "{overtaken:?}");
    assert_eq!(overtaken[0].due.to_string(), "2026-03-02T08:01:00Z");
}

/// A server that answers notifications with these statuses, one after the other, and then with 204.
async fn hook(statuses: Vec<u16>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (told, statuses) = (Arc::clone(&seen), Arc::new(Mutex::new(statuses)));
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (told, statuses) = (Arc::clone(&told), Arc::clone(&statuses));
            let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                let state = request.headers()["x-goog-resource-state"].to_str().unwrap().to_owned();
                told.lock().unwrap().push(format!("{} {state}", request.uri().path()));
                let mut statuses = statuses.lock().unwrap();
                let status = if statuses.is_empty() { 204 } else { statuses.remove(0) };
                let response = Response::builder().status(StatusCode::from_u16(status).unwrap());
                std::future::ready(response.body(Empty::<Bytes>::new()))
            });
            let connection =
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            drop(tokio::spawn(connection));
        }
    });
    (url, seen)
}

#[tokio::test]
async fn what_is_answered_with_a_server_error_comes_again_later() {
    let world = world().await;
    let (url, seen) = hook(vec![503, 500, 204, 404]).await;
    world.google.reach("https://app.example", &url);
    world.program.post(WATCH, channel("one")).await.json(200);
    for (wait, statuses) in
        [(0, vec![Some(503)]), (0, vec![]), (1, vec![Some(500)]), (2, vec![Some(204)]), (9, vec![])]
    {
        world.clock.advance_seconds(wait);
        let delivered = world.google.deliver_due().await;
        assert_eq!(delivered.iter().map(|one| one.status).collect::<Vec<_>>(), statuses);
    }
    world.ada.insert_event(ADA, hour("Study", 3, 9));
    let delivered = world.google.deliver_due().await;
    assert_eq!(delivered[0].status, Some(404));
    assert_eq!(world.google.notifications(), [], "anything else is taken for an answer");
    assert_eq!(*seen.lock().unwrap(), ["/hook sync", "/hook sync", "/hook sync", "/hook exists"]);
}

#[tokio::test]
async fn a_sync_may_come_before_the_watch_is_answered() {
    let world: World = world_with(|options| options.delivery = Delivery::SyncFirst).await;
    let (url, seen) = hook(vec![]).await;
    let mut channel = channel("one");
    channel["address"] = json!(format!("{url}/plain"));
    world.program.post(WATCH, channel).await.json(200);
    assert_eq!(*seen.lock().unwrap(), ["/plain sync"]);
}

#[tokio::test]
async fn notifications_find_their_way_by_themselves() {
    let world = world_with(|options| options.delivery = Delivery::Automatic).await;
    let (url, seen) = hook(vec![]).await;
    world.google.reach("https://app.example", &url);
    world.program.post(WATCH, channel("one")).await.json(200);
    world.ada.insert_event(ADA, hour("Study", 3, 9));
    let both = async {
        while seen.lock().unwrap().len() < 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), both).await.expect("both arrive");
    assert_eq!(*seen.lock().unwrap(), ["/hook sync", "/hook exists"]);
}
