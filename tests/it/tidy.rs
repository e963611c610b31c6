//! What has to stay true of the workspace as a whole: every endpoint is tested, no user sees another's rows, and the
//! arrows between the crates point one way.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use api::server::Endpoint;
use serde_json::{Value, json};

use crate::harness::{Api, Ask};

/// Whether an endpoint is about all users, and so for admins only.
fn is_for_admins(path: &str) -> bool {
    path.starts_with("/api/v1/admin/")
}

/// What concerns everybody lies here, and is for admins alone.
const OF_ADMINS: &str = "/api/v1/admin/";

/// Endpoints whose answer goes on for as long as one listens. Their own tests see to it that nothing of others is in
/// it.
const STREAMS: [&str; 1] = ["/api/rebalancing/events"];

/// Endpoints that answer nothing without a query.
const ASKED_FOR_SOMETHING: [&str; 2] = ["/api/v1/auth/google/url", "/api/v1/auth/canvas/url"];

/// `METHOD path` of every endpoint, and whether it answers strangers.
pub(crate) fn endpoints() -> BTreeMap<String, bool> {
    let all = api::server::endpoints().into_iter().chain(api::routes::endpoints());
    let each = |endpoint: Endpoint| {
        let named = |method| (format!("{method} {}", endpoint.path()), endpoint.is_public());
        endpoint.methods().map(named).collect::<Vec<_>>()
    };
    all.flat_map(each).collect()
}

/// A file of `tests/it/routes`.
struct TestFile {
    name: String,
    source: String,
}

impl TestFile {
    fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("it/routes");
        let mut files: Vec<PathBuf> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let sources = files.into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "rs"));
        sources
            .map(|path| Self {
                name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
                source: fs::read_to_string(&path).unwrap(),
            })
            .filter(|file| file.name != "mod")
            .collect()
    }

    /// The endpoints that the file is about. Its first line names them: ``//! `GET /healthz` and `GET /readyz` ``.
    fn endpoints(&self) -> Vec<String> {
        let first = self.source.lines().next().unwrap_or_default();
        let quoted = first.split('`').skip(1).step_by(2);
        quoted.filter(|text| text.contains(" /")).map(str::to_owned).collect()
    }

    /// Whether the file says once more what it is about, where its tests use it:
    /// `const ENDPOINT: Ask = Ask::get("/api/v1/events");`
    fn asks(&self, endpoint: &str) -> bool {
        let (method, path) = endpoint.split_once(' ').unwrap();
        let ask = format!("Ask::{}(\"{path}\");", method.to_lowercase());
        self.source.lines().any(|line| line.starts_with("const ") && line.ends_with(&ask))
    }

    /// Whether the file has a test of this name that makes this call.
    fn has_test(&self, name: &str, call: &str) -> bool {
        let start = format!("#[tokio::test]\nasync fn {name}() {{\n");
        let Some((_, rest)) = self.source.split_once(&start) else { return false };
        rest.split_once("\n}\n").is_some_and(|(body, _)| body.contains(call))
    }
}

#[test]
fn every_endpoint_has_a_file_with_its_tests() {
    let mut faults = Vec::new();
    let mut tested = BTreeMap::new();
    let files = TestFile::all();
    for file in &files {
        for endpoint in file.endpoints() {
            if !file.asks(&endpoint) {
                faults.push(format!("{}.rs never asks {endpoint}", file.name));
            }
            if tested.insert(endpoint.clone(), file).is_some() {
                faults.push(format!("{endpoint} has more than one file"));
            }
        }
    }
    for (endpoint, is_public) in endpoints() {
        let Some(file) = tested.remove(&endpoint) else {
            faults.push(format!("no file of tests/it/routes begins with //! `{endpoint}`"));
            continue;
        };
        if !is_public && !file.has_test("strangers_are_turned_away", ".turns_strangers_away(&api)") {
            faults.push(format!("{}.rs has no test strangers_are_turned_away", file.name));
        }
        let path = endpoint.split_once(' ').unwrap().1;
        if is_for_admins(path) {
            if !file.has_test("only_admins_get_in", ".turns_users_away(&api)") {
                faults.push(format!("{}.rs has no test only_admins_get_in", file.name));
            }
        } else if endpoint.contains('{')
            && !is_public
            && !file.has_test("what_another_user_owns_is_not_found", ".stays_hidden_from_others(&api)")
        {
            faults.push(format!("{}.rs has no test what_another_user_owns_is_not_found", file.name));
        }
    }
    faults.extend(tested.keys().map(|endpoint| format!("there is no {endpoint} any more")));
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_file_of_tests_is_compiled() {
    let modules = include_str!("routes/mod.rs");
    for file in TestFile::all() {
        assert!(modules.contains(&format!("mod {};\n", file.name)), "mod.rs lacks {}", file.name);
    }
}

/// What Ada has: an event, a task and proposals of every standing. The ids of all, and her newest undo token.
async fn a_life(api: &Api) -> (Vec<String>, Value) {
    let ada = api.user("ada");
    ada.put("/api/v1/settings", json!({"churn_cap": 5, "time_zone": "Europe/Berlin"})).await.json(200);
    let lecture = ada.lecture().await;
    let moving = ada.propose(&ada.crammed_monday().await).await;
    let applied = ada.accept(&moving).await;
    let exam = ada.exam("2026-03-06T12:00", 60).await;
    let rejected = ada.propose(&exam).await;
    let open = ada.propose(&exam).await;
    assert_ne!(rejected["proposal_id"], open["proposal_id"]);
    let undone = ada.propose(&ada.exam("2026-03-07T12:00", 30).await).await;
    ada.accept(&undone).await;
    ada.post("/api/rebalancing/undo", json!({"proposal_id": undone["proposal_id"]})).await.json(200);
    let objects = ada.events().await.into_iter().chain(ada.walk("/api/v1/tasks").await);
    let mut ids: Vec<String> = objects.map(|object| object["id"].as_str().unwrap().to_owned()).collect();
    assert!(ids.contains(&lecture["id"].as_str().unwrap().to_owned()));
    for proposal in [&moving, &rejected, &open, &undone] {
        ids.push(proposal["proposal_id"].as_str().unwrap().to_owned());
        ids.push(proposal["snapshot_id"].as_str().unwrap().to_owned());
    }
    (ids, applied["undo_token"].clone())
}

/// A body that the endpoint would take of the owner.
fn body(endpoint: &str) -> Option<Value> {
    let event = json!({
        "title": "Mine", "type": "CHILL", "start_ts": "2026-03-04T10:00:00Z", "end_ts": "2026-03-04T11:00:00Z",
    });
    let task = json!({"title": "Mine", "type": "EXAM", "priority_score": 100, "effort_minutes": 1});
    match endpoint {
        "PUT /api/v1/events/{id}" => Some(event),
        "PUT /api/v1/tasks/{id}" => Some(task),
        "PATCH /api/v1/events/{id}" | "PATCH /api/v1/tasks/{id}" => Some(json!({"title": "Mine"})),
        "PUT /api/v1/canvas/courses/{id}" => {
            Some(json!({"is_ignored": true, "effort_percent": 100, "priority_score": null}))
        }
        "POST /api/rebalancing/proposals/{id}/accept"
        | "POST /api/rebalancing/proposals/{id}/reject"
        | "POST /api/v1/admin/jobs/{id}/retry" => None,
        other if other.starts_with("GET ") || other.starts_with("DELETE ") => None,
        other => {
            panic!("say here what {other} takes, so that a refusal is about the owner and not about the body")
        }
    }
}

#[tokio::test]
async fn another_user_gets_nothing_by_any_route() {
    let api = Api::start().await;
    let (ids, undo_token) = a_life(&api).await;
    let before = api.rows_of("ada").await;
    for table in [
        "calendar_events",
        "tasks",
        "rebalancing_proposals",
        "proposal_moves",
        "rebalancing_snapshots",
        "churn_ledger",
        "user_settings",
        "churn_settings",
        "rebalancing_audit",
        "rebalancing_apply_attempts",
    ] {
        assert!(before[table].as_array().is_some_and(|rows| !rows.is_empty()), "Ada has no row in {table}");
    }
    let eve = api.user("eve");
    let about_one =
        |endpoint: &&Endpoint| endpoint.path().contains("{id}") && !is_for_admins(endpoint.path());
    for endpoint in api::routes::endpoints().iter().filter(about_one) {
        for method in endpoint.methods() {
            let name = format!("{method} {}", endpoint.path());
            for id in &ids {
                let mut ask = Ask::new(method.as_str().parse().unwrap(), endpoint.path()).at(id);
                if let Some(body) = body(&name) {
                    ask = ask.with(body);
                }
                let reply = ask.by(&eve).await;
                if endpoint.path().starts_with(OF_ADMINS) {
                    reply.problem(403, "forbidden");
                    continue;
                }
                assert_eq!(reply.status, 404, "{name} {id}: {}", reply.text);
                reply.problem(404, "not-found");
            }
        }
    }
    let undo = Ask::post("/api/rebalancing/undo").with(json!({"undo_token": undo_token}));
    undo.by(&eve).await.problem(404, "not-found");
    for id in &ids {
        let undo = Ask::post("/api/rebalancing/undo").with(json!({"proposal_id": id, "keep_edited": true}));
        undo.by(&eve).await.problem(404, "not-found");
        let create = Ask::post("/api/rebalancing/proposals").with(json!({"trigger_item_id": id}));
        create.by(&eve).await.problem(404, "trigger-not-found");
        let event = json!({
            "title": "Mine", "type": "CHILL", "start_ts": "2026-03-04T10:00:00Z", "end_ts": "2026-03-04T11:00:00Z",
            "task_id": id,
        });
        Ask::post("/api/v1/events").with(event).by(&eve).await.problem(422, "invalid-body");
    }
    assert_eq!(api.rows_of("ada").await, before);
}

#[tokio::test]
async fn what_has_no_id_in_its_path_is_the_callers_own() {
    let api = Api::start().await;
    a_life(&api).await;
    let before = api.rows_of("ada").await;
    let (eve, new) = (api.user("eve"), Api::start().await);
    let nobody = new.user("nobody");
    let about_all =
        |endpoint: &&Endpoint| !endpoint.path().contains("{id}") && !is_for_admins(endpoint.path());
    let of_users = api::routes::endpoints().into_iter().filter(|endpoint| !endpoint.is_public());
    for endpoint in of_users.collect::<Vec<_>>().iter().filter(about_all) {
        let is_left_out =
            STREAMS.contains(&endpoint.path()) || ASKED_FOR_SOMETHING.contains(&endpoint.path());
        if endpoint.methods().any(|method| method.as_str() == "GET") && !is_left_out {
            // Whoever has nothing is told the same whether others have something or not.
            let (with_ada, alone) = (eve.get(endpoint.path()).await, nobody.get(endpoint.path()).await);
            if endpoint.path().starts_with(OF_ADMINS) {
                assert_eq!(with_ada.problem(403, "forbidden"), alone.problem(403, "forbidden"));
                continue;
            }
            assert_eq!(with_ada.json(200), alone.json(200), "{}", endpoint.path());
        }
    }
    eve.put("/api/v1/settings", json!({"churn_cap": 0, "time_zone": "Asia/Tokyo"})).await.json(200);
    eve.lecture().await;
    eve.exam("2026-03-05T12:00", 60).await;
    assert_eq!(api.rows_of("ada").await, before);
}

#[tokio::test]
async fn what_is_about_all_users_is_refused_to_each() {
    let api = Api::start().await;
    let (ids, _) = a_life(&api).await;
    let before = api.rows().await;
    let eve = api.user("eve");
    for endpoint in api::routes::endpoints().iter().filter(|endpoint| is_for_admins(endpoint.path())) {
        assert!(!endpoint.is_public(), "{}", endpoint.path());
        for method in endpoint.methods() {
            let ask = Ask::new(method.as_str().parse().unwrap(), endpoint.path()).at(&ids[0]);
            ask.by(&eve).await.problem(403, "forbidden");
        }
    }
    assert_eq!(api.rows().await, before);
}

/// What each crate of ours may depend on of ours.
const ARROWS: [(&str, &[&str]); 16] = [
    ("planner-core", &[]),
    ("pgserver", &[]),
    ("google-fake", &[]),
    ("canvas-fake", &[]),
    ("outbound", &["planner-core"]),
    ("ical", &["planner-core"]),
    ("syllabus", &["ical", "planner-core"]),
    ("app", &["ical", "planner-core"]),
    ("store", &["app", "planner-core"]),
    ("gcal", &["app", "outbound", "planner-core"]),
    ("canvas", &["app", "outbound", "planner-core"]),
    ("vault", &["app"]),
    ("testkit", &["app", "pgserver", "planner-core", "store"]),
    (
        "api",
        &[
            "app",
            "canvas",
            "canvas-fake",
            "gcal",
            "google-fake",
            "ical",
            "pgserver",
            "planner-core",
            "store",
            "vault",
        ],
    ),
    ("benches", &["planner-core"]),
    ("it", &[]),
];

/// Crates of others that only these crates of ours may use.
const RESERVED: [(&[&str], &[&str]); 3] = [
    (&["actix-web", "anyhow"], &["api"]),
    (&["diesel", "diesel-async", "diesel_migrations"], &["store"]),
    (&["chrono", "google-calendar3", "yup-oauth2"], &["gcal"]),
];

/// What a crate depends on: outside of its tests, and in them alone.
#[derive(Default)]
struct Dependencies {
    built: BTreeSet<String>,
    tests: BTreeSet<String>,
}

fn workspace() -> BTreeMap<String, Dependencies> {
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--no-deps", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    let metadata: Value = serde_json::from_slice(&cargo.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut crates = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        let dependencies: &mut Dependencies = crates.entry(text(&package["name"])).or_default();
        for dependency in package["dependencies"].as_array().unwrap() {
            let kind =
                if dependency["kind"] == "dev" { &mut dependencies.tests } else { &mut dependencies.built };
            kind.insert(text(&dependency["name"]));
        }
    }
    crates
}

#[test]
fn the_arrows_between_the_crates_point_one_way() {
    let crates = workspace();
    let allowed = BTreeMap::from(ARROWS);
    assert_eq!(
        crates.keys().collect::<Vec<_>>(),
        allowed.keys().collect::<Vec<_>>(),
        "each crate has its arrows"
    );
    for (name, dependencies) in &crates {
        let of_ours = dependencies.built.iter().filter(|other| crates.contains_key(*other));
        let wrong: Vec<&String> =
            of_ours.filter(|other| !allowed[name.as_str()].contains(&other.as_str())).collect();
        assert!(wrong.is_empty(), "{name} may not depend on {wrong:?}");
        let tests_the_whole = ["benches", "it"].contains(&name.as_str());
        assert!(
            tests_the_whole || !dependencies.tests.contains("api"),
            "the tests of {name} may not need api"
        );
    }
}

#[test]
fn frameworks_stay_where_they_belong() {
    let crates = workspace();
    for (reserved, owners) in RESERVED {
        for (name, dependencies) in &crates {
            let used: Vec<&&str> =
                reserved.iter().filter(|other| dependencies.built.contains(**other)).collect();
            assert!(used.is_empty() || owners.contains(&name.as_str()), "{name} may not depend on {used:?}");
        }
    }
}

#[test]
fn the_planner_needs_no_operating_system() {
    let output = std::process::Command::new(env!("CARGO"))
        .args([
            "tree",
            "--package",
            "planner-core",
            "--edges",
            "normal",
            "--features",
            "serde",
            "--prefix",
            "none",
        ])
        .args(["--target", "wasm32-unknown-unknown", "--format", "{p}", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    let crates: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(crates.contains(&"jiff"), "{tree}");
    for system in ["libc", "getrandom", "rustix", "tokio", "windows-sys", "js-sys"] {
        assert!(!crates.contains(&system), "{system} does not exist everywhere");
    }
}
