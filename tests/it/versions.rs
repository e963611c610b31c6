//! Changes of what the caller has seen, and of nothing newer: `ETag` and `If-Match`.

use http_body_util::Full;
use serde_json::{Value, json};

use crate::harness::{Api, Caller, Reply};

/// A change to an object, with a body that the endpoint takes.
struct Change {
    method: &'static str,
    path: String,
    body: Option<Value>,
    /// Whether it replaces what the caller may not have seen.
    replaces: bool,
}

impl Change {
    async fn by(&self, caller: &Caller, if_match: Option<&str>) -> Reply {
        let mut request = caller.request(self.method, &self.path);
        if let Some(tag) = if_match {
            request = request.header("if-match", tag);
        }
        if self.body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = self.body.as_ref().map(Value::to_string).unwrap_or_default();
        caller.ask(request.body(Full::from(body)).unwrap()).await
    }
}

fn tag(reply: &Reply) -> String {
    reply.headers["etag"].to_str().unwrap().to_owned()
}

/// An object of each sort, and every way to change it.
async fn changes(ada: &Caller) -> Vec<Change> {
    let event = json!({
        "title": "Gym", "type": "CHILL", "start_ts": "2026-03-04T10:00:00Z", "end_ts": "2026-03-04T11:00:00Z",
    });
    let task = json!({"title": "Essay", "type": "OTHER", "priority_score": 1, "effort_minutes": 1});
    let mut changes = Vec::new();
    for (list, whole) in [("/api/v1/events", event), ("/api/v1/tasks", task)] {
        for (method, body) in
            [("PUT", Some(whole.clone())), ("PATCH", Some(json!({"title": "New"}))), ("DELETE", None)]
        {
            let made = ada.post(list, whole.clone()).await.json(201);
            let path = format!("{list}/{}", made["id"].as_str().unwrap());
            changes.push(Change { method, path, body, replaces: method == "PUT" });
        }
    }
    let path = "/api/v1/settings".to_owned();
    changes.push(Change { method: "PUT", path, body: Some(json!({"focus_min": 45})), replaces: false });
    changes
}

/// Changes the object behind the caller's back.
async fn meddle(ada: &Caller, change: &Change) {
    if change.path.ends_with("settings") {
        ada.put(&change.path, json!({"lead_minutes": 20})).await.json(200);
    } else {
        ada.patch(&change.path, json!({"title": "Meddled with"})).await.json(200);
    }
}

#[tokio::test]
async fn whoever_reads_or_writes_an_object_gets_its_tag() {
    let api = Api::start().await;
    let ada = api.user("ada");
    for change in changes(&ada).await {
        let read = ada.get(&change.path).await;
        assert_eq!(tag(&ada.get(&change.path).await), tag(&read), "{}", change.path);
        meddle(&ada, &change).await;
        let newer = ada.get(&change.path).await;
        assert_ne!(tag(&newer), tag(&read), "{}", change.path);
        let written = change.by(&ada, Some(&tag(&newer))).await;
        if change.method != "DELETE" {
            assert_eq!(tag(&written), tag(&ada.get(&change.path).await), "{}", change.path);
        }
    }
    let made = ada
        .post(
            "/api/v1/tasks",
            json!({"title": "x", "type": "OTHER", "priority_score": 1, "effort_minutes": 1}),
        )
        .await;
    assert_eq!(tag(&made), "\"1\"");
}

#[tokio::test]
async fn a_change_of_an_older_version_is_refused_and_changes_nothing() {
    let api = Api::start().await;
    let ada = api.user("ada");
    for change in changes(&ada).await {
        let seen = tag(&ada.get(&change.path).await);
        meddle(&ada, &change).await;
        let before = api.rows().await;
        let newer = tag(&ada.get(&change.path).await);
        for stale in [seen.clone(), format!("W/{newer}"), "\"none\"".to_owned(), format!("{seen}, \"none\"")]
        {
            change.by(&ada, Some(&stale)).await.problem(412, "precondition-failed");
        }
        assert_eq!(api.rows().await, before, "{} {}", change.method, change.path);
        let reply = change.by(&ada, Some(&format!("{seen}, {newer}"))).await;
        assert!(reply.status.is_success(), "{} {}: {}", change.method, change.path, reply.text);
    }
}

#[tokio::test]
async fn only_a_replacement_has_to_say_what_it_means() {
    let api = Api::start().await;
    let ada = api.user("ada");
    for change in changes(&ada).await {
        let before = api.rows().await;
        if change.replaces {
            change.by(&ada, None).await.problem(428, "precondition-required");
            assert_eq!(api.rows().await, before);
            change.by(&ada, Some("*")).await.json(200);
        } else {
            assert!(change.by(&ada, None).await.status.is_success());
        }
        assert_ne!(api.rows().await, before, "{} {}", change.method, change.path);
    }
}

#[tokio::test]
async fn what_is_no_tag_is_told_so() {
    let api = Api::start().await;
    let ada = api.user("ada");
    for change in changes(&ada).await {
        for text in ["", "1", "\"1", "*, \"1\""] {
            let problem = change.by(&ada, Some(text)).await.problem(400, "invalid-parameter");
            assert_eq!(problem["errors"][0]["header"], "If-Match");
        }
    }
}

#[tokio::test]
async fn of_two_who_saw_the_same_one_changes_it() {
    let api = Api::start().await;
    let ada = api.user("ada");
    for change in changes(&ada).await.into_iter().filter(|change| change.method != "DELETE") {
        let seen = tag(&ada.get(&change.path).await);
        let both = futures_util::future::join(change.by(&ada, Some(&seen)), change.by(&ada, Some(&seen)));
        let (one, other) = both.await;
        let mut statuses = [one.status.as_u16(), other.status.as_u16()];
        statuses.sort_unstable();
        // The settings say the same after the first, so the second may have seen them.
        assert_eq!(statuses, [200, 412], "{} {}", change.method, change.path);
    }
}
