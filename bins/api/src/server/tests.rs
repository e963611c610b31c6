use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServiceResponse;
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{HttpResponse, HttpResponseBuilder, error, web};
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use uuid::Uuid;

use super::*;
use crate::auth::{Admin, Identity};
use crate::config::{LogFormat, LogSettings};
use crate::extract::{Json, Path, Query};
use crate::telemetry;
use crate::testing::{self, FIRST, ManualClock};
use crate::value::Line;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Task {
    title: Line<100>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    limit: Option<u32>,
}

async fn list(me: Identity, Query(page): Query<Page>) -> Json<Value> {
    Json(json!({ "user": me.external_id, "limit": page.limit }))
}

async fn create(_me: Identity, Json(task): Json<Task>) -> HttpResponse {
    HttpResponse::Created().json(json!({ "title": task.title }))
}

async fn show(Path(id): Path<Uuid>) -> Result<Json<Uuid>, Problem> {
    if id.is_nil() { Err(Problem::new(ProblemType::NotFound, "No such task.")) } else { Ok(Json(id)) }
}

async fn crash() -> HttpResponse {
    panic!("the vault's number is 42")
}

fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/api/tasks").get(list).post(create))
        .service(resource("/api/tasks/{task_id}").get(show))
        .service(resource("/api/admin").get(async |_: Admin| "welcome"))
        .service(resource("/api/crash").public().get(crash))
        .service(resource("/hello").public().get(async || "hello ".repeat(1000)))
        .service(
            resource("/cached").public().get(async || {
                HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "max-age=60")).body("x")
            }),
        )
        // What libraries answer in their own way.
        .service(resource("/foreign/query").public().get(async |_: web::Query<Page>| ""))
        .service(
            resource("/foreign/error")
                .public()
                .get(async || Err::<&str, _>(error::ErrorInternalServerError("secret cause"))),
        )
        .service(
            resource("/foreign/teapot")
                .public()
                .get(async || HttpResponseBuilder::new(StatusCode::IM_A_TEAPOT).body("short and stout")),
        )
        .service(
            resource("/foreign/json")
                .public()
                .get(async || HttpResponse::BadRequest().json(json!({ "jsonrpc": "2.0" }))),
        );
}

struct Database(Result<(), &'static str>);

#[async_trait]
impl Readiness for Database {
    async fn check(&self) -> Result<(), NotReady> {
        self.0.map_err(|cause| NotReady { part: "database", source: Some(cause.into()) })
    }
}

fn state() -> State {
    State {
        verifier: Arc::new(testing::verifier(ManualClock::new())),
        readiness: Arc::new(Database(Ok(()))),
        limits: Limits { max_body_bytes: 1000, ..Limits::default() },
        stopping: CancellationToken::new(),
        metrics: Arc::new(Metrics::new(Vec::new())),
        metrics_token: None,
    }
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    async fn of(response: ServiceResponse<impl MessageBody>) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, body: read_body(response).await.to_vec() }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The problem's slug, after checking that it is a whole one.
    fn slug(&self) -> String {
        let body = self.json();
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(body["status"], self.status);
        assert_eq!(body["request_id"], self.header("x-request-id"));
        assert!(!self.header("x-request-id").is_empty());
        assert_eq!(self.header("x-content-type-options"), "nosniff");
        assert_eq!(self.header("cache-control"), "no-store");
        assert!(body["title"].is_string() && body["detail"].is_string());
        body["type"].as_str().unwrap().strip_prefix(crate::problem::TYPE_BASE).unwrap().to_owned()
    }
}

async fn send_to(state: State, request: TestRequest) -> Answer {
    let app = init_service(app(state, routes)).await;
    Answer::of(call_service(&app, request.to_request()).await).await
}

async fn send(request: TestRequest) -> Answer {
    send_to(state(), request).await
}

fn signed(request: TestRequest) -> TestRequest {
    request.insert_header(("authorization", format!("Bearer {}", FIRST.token(&json!({})))))
}

fn get(uri: &str) -> TestRequest {
    TestRequest::get().uri(uri)
}

fn post(body: impl Into<web::Bytes>) -> TestRequest {
    signed(TestRequest::post().uri("/api/tasks"))
        .insert_header(("content-type", "application/json"))
        .set_payload(body)
}

#[actix_web::test]
async fn a_caller_with_a_token_is_served() {
    let answer = send(signed(get("/api/tasks?limit=3"))).await;
    assert_eq!((answer.status, answer.json()), (200, json!({ "user": "user_2abc", "limit": 3 })));
    let answer = send(post(r#"{"title":"Essay"}"#)).await;
    assert_eq!((answer.status, answer.json()), (201, json!({ "title": "Essay" })));
}

#[actix_web::test]
async fn a_caller_without_a_good_token_is_challenged() {
    let bearer = |token: &str| get("/api/tasks").insert_header(("authorization", token.to_owned()));
    let token = |changes: &Value| format!("Bearer {}", FIRST.token(changes));
    let plain = "Bearer realm=\"canvascal\"";
    let expired = json!({"claims": {"exp": 1}});
    let foreign = json!({"claims": {"azp": "https://evil.example"}});
    for (request, slug, challenge) in [
        (get("/api/tasks"), "missing-token", plain.to_owned()),
        (bearer("Basic dXNlcjpwYXNz"), "missing-token", plain.to_owned()),
        (bearer("Bearer "), "missing-token", plain.to_owned()),
        (
            bearer(&token(&expired)),
            "expired-token",
            format!("{plain}, error=\"invalid_token\", error_description=\"The token has expired\""),
        ),
        (
            bearer(&token(&foreign)),
            "invalid-token",
            format!("{plain}, error=\"invalid_token\", error_description=\"The token is not accepted\""),
        ),
    ] {
        let answer = send(request).await;
        assert_eq!((answer.status, answer.slug()), (401, slug.to_owned()));
        assert_eq!(answer.header("www-authenticate"), challenge);
    }
}

#[actix_web::test]
async fn a_token_is_looked_for_in_one_place_and_once() {
    let token = FIRST.token(&json!({}));
    let cookie = get("/api/tasks").insert_header(("cookie", format!("__session={token}")));
    assert_eq!(send(cookie).await.slug(), "missing-token");
    let query = get(&format!("/api/tasks?access_token={token}"));
    assert_eq!(send(query).await.slug(), "missing-token");
    let twice = signed(get("/api/tasks")).append_header(("authorization", "Bearer x"));
    assert_eq!(send(twice).await.slug(), "invalid-token");
    let lower_case = get("/api/tasks").insert_header(("authorization", format!("bearer {token}")));
    assert_eq!(send(lower_case).await.status, 200);
}

#[actix_web::test]
async fn a_refusal_never_repeats_the_token() {
    let token = FIRST.token(&json!({"claims": {"sub": "mch_1"}}));
    let answer = send(get("/api/tasks").insert_header(("authorization", format!("Bearer {token}")))).await;
    let (_, signature) = token.rsplit_once('.').unwrap();
    assert!(!String::from_utf8(answer.body).unwrap().contains(signature));
}

#[actix_web::test]
async fn a_pending_session_is_forbidden() {
    let token = FIRST.token(&json!({"claims": {"sts": "pending"}}));
    let answer = send(get("/api/tasks").insert_header(("authorization", format!("Bearer {token}")))).await;
    assert_eq!((answer.status, answer.slug()), (403, "session-pending".to_owned()));
}

#[actix_web::test]
async fn only_admins_get_what_is_for_admins() {
    assert_eq!(send(get("/api/admin")).await.slug(), "missing-token");
    let answer = send(signed(get("/api/admin"))).await;
    assert_eq!((answer.status, answer.slug()), (403, "forbidden".to_owned()));
    let admin = FIRST.token(&json!({"claims": {"metadata": {"role": "admin"}}}));
    let answer = send(get("/api/admin").insert_header(("authorization", format!("Bearer {admin}")))).await;
    assert_eq!(answer.status, 200);
}

#[actix_web::test]
async fn a_stranger_is_asked_for_a_token_before_anything_else_is_judged() {
    for request in [
        TestRequest::post().uri("/api/tasks").set_payload("not json"),
        get("/api/tasks?limit=many"),
        get("/api/tasks/not-an-id"),
    ] {
        assert_eq!(send(request).await.slug(), "missing-token");
    }
}

#[actix_web::test]
async fn malformed_requests_are_told_what_is_wrong() {
    let typed = |kind: &str| {
        signed(TestRequest::post().uri("/api/tasks"))
            .insert_header(("content-type", kind.to_owned()))
            .set_payload(r#"{"title":"a"}"#)
    };
    let untyped = signed(TestRequest::post().uri("/api/tasks")).set_payload(r#"{"title":"a"}"#);
    let zipped = post(r#"{"title":"a"}"#).insert_header(("content-encoding", "gzip"));
    for (name, request, status, slug) in [
        ("broken", post(r#"{"title":"#), 400, "malformed-json"),
        ("empty", post(""), 400, "malformed-json"),
        ("shape", post(r#"{"title":1}"#), 422, "invalid-body"),
        ("NUL", post(r#"{"title":"\u0000"}"#), 422, "invalid-body"),
        ("unknown field", post(r#"{"title":"a","x":1}"#), 422, "invalid-body"),
        ("too large", post(vec![b' '; 1001]), 413, "body-too-large"),
        ("no type", untyped, 415, "unsupported-media-type"),
        ("form", typed("application/x-www-form-urlencoded"), 415, "unsupported-media-type"),
        ("json lookalike", typed("application/jsonp"), 415, "unsupported-media-type"),
        ("latin", typed("application/json; charset=latin1"), 415, "unsupported-media-type"),
        ("coded", zipped, 415, "unsupported-media-type"),
        ("query", signed(get("/api/tasks?limit=many")), 400, "invalid-parameter"),
        ("path", signed(get("/api/tasks/12")), 400, "invalid-parameter"),
        ("NUL in the path", signed(get("/api/tasks/%00")), 400, "invalid-parameter"),
        ("missing object", signed(get(&format!("/api/tasks/{}", Uuid::nil()))), 404, "not-found"),
        ("unknown path", get("/api/nothing/here"), 404, "unknown-path"),
        ("trailing slash", get("/api/tasks/"), 404, "unknown-path"),
        (
            "unacceptable",
            get("/hello").insert_header(("accept-encoding", "identity;q=0")),
            406,
            "not-acceptable",
        ),
    ] {
        let answer = send(request).await;
        assert_eq!((answer.status, answer.slug().as_str()), (status, slug), "{name}");
    }
    assert_eq!(send(typed("application/json; charset=UTF-8")).await.status, 201);
}

#[actix_web::test]
async fn a_problem_reads_like_this() {
    let request = post(r#"{"title":"a","colour":"red"}"#).insert_header(("x-request-id", "trace-1"));
    assert_eq!(
        send(request).await.json(),
        json!({
            "type": "https://canvascal.dev/problems/invalid-body",
            "title": "The body does not fit",
            "status": 422,
            "detail": "#/colour: unknown field `colour`, expected `title`",
            "request_id": "trace-1",
            "errors": [{ "pointer": "#/colour", "detail": "unknown field `colour`, expected `title`" }],
        })
    );
}

#[actix_web::test]
async fn other_methods_are_refused_with_the_ones_there_are() {
    for (method, uri, allowed) in [
        (Method::DELETE, "/api/tasks", "GET, HEAD, POST, OPTIONS"),
        (Method::PUT, "/healthz", "GET, HEAD, OPTIONS"),
        (Method::from_bytes(b"BREW").unwrap(), "/hello", "GET, HEAD, OPTIONS"),
    ] {
        let answer = send(TestRequest::with_uri(uri).method(method)).await;
        assert_eq!((answer.status, answer.slug()), (405, "method-not-allowed".to_owned()));
        assert_eq!(answer.header("allow"), allowed);
    }
}

#[actix_web::test]
async fn options_tell_the_methods_and_head_answers_like_get() {
    let answer = send(TestRequest::with_uri("/api/tasks").method(Method::OPTIONS)).await;
    assert_eq!((answer.status, answer.header("allow")), (204, "GET, HEAD, POST, OPTIONS"));
    let head = |uri| TestRequest::with_uri(uri).method(Method::HEAD);
    assert_eq!(send(signed(head("/api/tasks"))).await.status, 200);
    assert_eq!(send(head("/api/tasks")).await.status, 401);
}

#[actix_web::test]
async fn what_libraries_answer_becomes_a_problem_without_their_words() {
    for (uri, slug) in [("/foreign/query?limit=x", "malformed-request"), ("/foreign/error", "internal")] {
        let answer = send(get(uri)).await;
        assert_eq!(answer.slug(), slug);
        assert!(!String::from_utf8(answer.body).unwrap().contains("secret"));
    }
    assert_eq!(send(get("/foreign/teapot")).await.body, b"short and stout");
    assert_eq!(send(get("/foreign/json")).await.json(), json!({ "jsonrpc": "2.0" }));
}

#[actix_web::test]
async fn every_answer_has_an_id_and_manners() {
    let answer = send(get("/hello").insert_header(("x-request-id", "trace-1"))).await;
    assert_eq!(answer.header("x-request-id"), "trace-1");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cache-control"), "");
    let answer = send(signed(get("/api/tasks")).insert_header(("x-request-id", "not a word"))).await;
    assert!(Uuid::parse_str(answer.header("x-request-id")).is_ok());
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(send(get("/cached")).await.header("cache-control"), "max-age=60");
}

#[actix_web::test]
async fn answers_are_compressed_for_those_who_ask() {
    let answer = send(get("/hello").insert_header(("accept-encoding", "gzip"))).await;
    assert_eq!(answer.header("content-encoding"), "gzip");
    assert!(answer.body.len() < 1000);
    assert_eq!(send(get("/hello")).await.header("content-encoding"), "");
}

#[actix_web::test]
async fn the_process_is_alive_while_it_is_not_ready() {
    let missing = || State { readiness: Arc::new(Database(Err("refused on db-7"))), ..state() };
    assert_eq!(send_to(missing(), get("/healthz")).await.json(), json!({ "status": "ok" }));
    let answer = send_to(missing(), get("/readyz")).await;
    assert_eq!((answer.status, answer.slug()), (503, "not-ready".to_owned()));
    assert_eq!(answer.json()["detail"], "The database is not ready.");
    assert_eq!(send(get("/readyz")).await.json(), json!({ "status": "ready" }));
}

#[actix_web::test]
async fn a_stopping_server_is_not_ready() {
    let state = state();
    state.stopping.cancel();
    assert_eq!(send_to(state, get("/readyz")).await.slug(), "not-ready");
}

#[actix_web::test]
async fn metrics_are_told_for_their_token_alone_where_one_is_set() {
    let token = "0123456789abcdef";
    let guarded = || State { metrics_token: Some(Secret::new(token.to_owned())), ..state() };
    let with = |token: &str| get("/metrics").insert_header(("authorization", format!("Bearer {token}")));
    let answer = send_to(guarded(), with(token)).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, crate::metrics::CONTENT_TYPE));
    assert_eq!(send_to(guarded(), get("/metrics")).await.slug(), "missing-token");
    let basic = get("/metrics").insert_header(("authorization", format!("Basic {token}")));
    assert_eq!(send_to(guarded(), basic).await.slug(), "missing-token");
    let session = FIRST.token(&json!({"claims": {"metadata": {"role": "admin"}}}));
    for wrong in ["0123456789abcdeF", "0123456789abcde", "0123456789abcdef0", "x", session.as_str()] {
        let answer = send_to(guarded(), with(wrong)).await;
        assert_eq!((answer.status, answer.slug()), (401, "invalid-token".to_owned()), "{wrong}");
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"metrics\"");
        assert!(!String::from_utf8(answer.body).unwrap().contains(token));
    }
    assert_eq!(send(get("/metrics")).await.status, 200, "where none is set, everybody is told");
}

#[actix_web::test]
async fn a_request_that_failed_is_counted_under_its_route() {
    let state = state();
    let metrics = Arc::clone(&state.metrics);
    let app = init_service(app(state, routes)).await;
    let failed = actix_web::test::try_call_service(&app, get("/api/crash").to_request()).await;
    assert!(failed.is_err(), "what answers an error is above us");
    let told = metrics.exposition().await.unwrap();
    let line = r#"http_requests_total{method="GET",route="/api/crash",status="500"} 1"#;
    assert!(told.lines().any(|told| told == line), "{told}");
    assert!(told.contains("http_requests_in_flight 0\n"), "{told}");
}

/// Where a test reads the log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[actix_web::test]
async fn the_log_tells_what_was_asked_by_whom_and_nothing_secret() {
    let log = Log::default();
    let writer = log.clone();
    let settings = LogSettings { filter: "api=info".into(), format: LogFormat::Json };
    let _listening =
        tracing::subscriber::set_default(telemetry::subscriber(&settings, move || writer.clone()));
    let id = Uuid::max();
    let request =
        signed(get(&format!("/api/tasks/{id}?hidden=1"))).insert_header(("x-request-id", "trace-1"));
    send(request).await;
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let line: Value = serde_json::from_str(text.trim()).unwrap();
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["message"], "answered");
    assert_eq!(line["status"], 200);
    assert!(line["latency_ms"].is_u64());
    assert_eq!(line["request_id"], "trace-1");
    assert_eq!(line["method"], "GET");
    assert_eq!(line["route"], "/api/tasks/{task_id}");
    assert_eq!(line["user_id"], crate::auth::user_id(testing::ISSUER, "user_2abc").to_string());
    assert_eq!(line["trace_id"].as_str().unwrap().len(), 32);
    assert_eq!(line["span_id"].as_str().unwrap().len(), 16);
    assert_eq!((line.get("parent_span_id"), line.get("spans")), (None, None));
    assert!(!text.contains("hidden") && !text.contains("eyJ"), "{text}");
}

#[actix_web::test]
async fn whatever_is_logged_within_a_request_tells_its_trace() {
    let log = Log::default();
    let writer = log.clone();
    let settings = LogSettings { filter: "error".into(), format: LogFormat::Json };
    let _listening =
        tracing::subscriber::set_default(telemetry::subscriber(&settings, move || writer.clone()));
    let routes = |config: &mut ServiceConfig| {
        let fails = async || {
            tracing::error_span!("inner", deeper = true, route = "of the inner").in_scope(|| {
                tracing::error!(part = 7, "something broke");
            });
            Err::<&str, _>(Problem::internal("the disk"))
        };
        config.service(resource("/fails").public().get(fails));
    };
    let app = init_service(app(state(), routes)).await;
    let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let request = get("/fails").insert_header(("traceparent", traceparent)).to_request();
    assert_eq!(call_service(&app, request).await.status(), 500);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3, "{text}");
    for line in &lines {
        assert_eq!(line["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(line["parent_span_id"], "00f067aa0ba902b7");
        assert_eq!(line["span_id"], lines[0]["span_id"]);
        assert!(line["timestamp"].is_string() && line["request_id"].is_string(), "{line}");
    }
    assert_ne!(lines[0]["span_id"], "00f067aa0ba902b7");
    assert_eq!((&lines[0]["part"], &lines[0]["deeper"]), (&json!(7), &json!(true)));
    assert_eq!((&lines[0]["route"], &lines[1]["route"]), (&json!("of the inner"), &json!("/fails")));
}

/// A server on a real port, stopped when `visit` is through.
async fn on_a_port<F: Future<Output = ()>>(
    state: State,
    routes: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
    visit: impl FnOnce(std::net::SocketAddr, CancellationToken) -> F,
) {
    let listener = bind(([127, 0, 0, 1], 0).into()).unwrap();
    let address = listener.local_addr().unwrap();
    let stopping = state.stopping.clone();
    let visiting = async {
        visit(address, stopping.clone()).await;
        stopping.cancel();
    };
    let (served, ()) = tokio::join!(run(listener, state, Duration::from_mins(1), routes), visiting);
    served.unwrap();
}

async fn exchange(address: std::net::SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

async fn fetch(address: std::net::SocketAddr, method: &str, path: &str) -> String {
    exchange(address, &format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_a_problem_and_the_server_lives_on() {
    on_a_port(state(), routes, async |address, _| {
        for _ in 0..3 {
            let answer = fetch(address, "GET", "/api/crash").await;
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with("HTTP/1.1 500 "), "{head}");
            assert!(head.contains("content-type: application/problem+json"), "{head}");
            assert!(head.contains("x-content-type-options: nosniff"), "{head}");
            let body: Value = serde_json::from_str(body).unwrap();
            assert_eq!(body["type"], "https://canvascal.dev/problems/internal");
            assert!(head.contains(body["request_id"].as_str().unwrap()));
            assert!(!answer.contains("vault"));
        }
        assert!(fetch(address, "GET", "/hello").await.starts_with("HTTP/1.1 200 "));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn head_has_the_headers_of_get_and_no_body() {
    on_a_port(state(), routes, async |address, _| {
        let answer = fetch(address, "HEAD", "/hello").await;
        assert!(answer.contains("content-length: 6000"), "{answer}");
        assert!(answer.ends_with("\r\n\r\n"), "{answer}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_of_unknown_length_are_bounded_and_broken_ones_refused() {
    on_a_port(state(), routes, async |address, _| {
        let token = FIRST.token(&json!({}));
        let head = format!(
            "POST /api/tasks HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
        );
        let large = format!("{head}7d0\r\n{}\r\n0\r\n\r\n", " ".repeat(2000));
        assert!(exchange(address, &large).await.contains("/problems/body-too-large"));
        let broken = format!("{head}zz\r\n");
        assert!(exchange(address, &broken).await.starts_with("HTTP/1.1 400 "));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_come_is_given_up() {
    let impatient = State { limits: Limits { body_time: Duration::ZERO, ..state().limits }, ..state() };
    on_a_port(impatient, routes, async |address, _| {
        let token = FIRST.token(&json!({}));
        let head = format!(
            "POST /api/tasks HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: 10\r\n\r\n"
        );
        let answer = exchange(address, &head).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.contains("/problems/request-timeout"), "{answer}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_lets_requests_finish_and_takes_no_new_ones() {
    let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let routes = {
        let (entered, leave) = (Arc::clone(&entered), Arc::clone(&leave));
        move |config: &mut ServiceConfig| {
            let (entered, leave) = (Arc::clone(&entered), Arc::clone(&leave));
            let slow = move || {
                let (entered, leave) = (Arc::clone(&entered), Arc::clone(&leave));
                async move {
                    entered.notify_one();
                    leave.notified().await;
                    "done"
                }
            };
            config.service(resource("/slow").public().get(slow));
        }
    };
    on_a_port(state(), routes, async |address, stopping| {
        let visit = async {
            entered.notified().await;
            stopping.cancel();
            // The listener closes in its own time; this waits for that, not for a while.
            while TcpStream::connect(address).await.is_ok() {
                tokio::task::yield_now().await;
            }
            leave.notify_one();
        };
        let (answer, ()) = tokio::join!(fetch(address, "GET", "/slow"), visit);
        assert!(answer.ends_with("done"), "{answer}");
    })
    .await;
}
