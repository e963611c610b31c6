//! `GET /api/v1/admin/jobs`

use serde_json::{Value, json};

use crate::harness::{Api, Ask};

const ENDPOINT: Ask = Ask::get("/api/v1/admin/jobs");

/// Twenty-one jobs: seven of each status, made one a second.
async fn fill(api: &Api) {
    let sql = "INSERT INTO jobs (id, kind, job_key, user_id, payload, status, run_at, attempts, leased_by, leased_until,
                                 last_error, created_at, updated_at)
               SELECT md5('job' || n)::uuid, 'sync', 'key ' || n, md5('user')::uuid, '{\"secret\": \"hunter2\"}', status,
                      at + interval '1 minute', n, CASE WHEN status = 'RUNNING' THEN md5('worker')::uuid END,
                      CASE WHEN status = 'RUNNING' THEN at + interval '2 minutes' END,
                      CASE WHEN status = 'DEAD' THEN 'no answer' END, at, at
                 FROM generate_series(1, 21) n, LATERAL (SELECT (ARRAY['QUEUED', 'RUNNING', 'DEAD'])[1 + n % 3] AS status,
                      '2026-03-02 08:00Z'::timestamptz + n * interval '1 second' AS at) t";
    api.db.client().await.unwrap().batch_execute(sql).await.unwrap();
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    fill(&api).await;
    ENDPOINT.turns_strangers_away(&api).await;
}

#[tokio::test]
async fn only_admins_get_in() {
    let api = Api::start().await;
    fill(&api).await;
    ENDPOINT.turns_users_away(&api).await;
}

#[tokio::test]
async fn a_job_is_shown_without_what_it_holds() {
    let api = Api::start().await;
    fill(&api).await;
    let reply = api.admin("root").get("/api/v1/admin/jobs?limit=3").await;
    assert!(!reply.text.contains("hunter2"));
    insta::assert_json_snapshot!(reply.json(200));
}

#[tokio::test]
async fn a_walk_over_pages_meets_every_job_of_a_status_once() {
    let api = Api::start().await;
    fill(&api).await;
    let admin = api.admin("root");
    let all = admin.walk("/api/v1/admin/jobs?limit=200").await;
    assert_eq!(all.len(), 21);
    assert_eq!(admin.walk("/api/v1/admin/jobs?limit=4").await, all);
    for status in ["QUEUED", "RUNNING", "DEAD"] {
        let of_it: Vec<&Value> = all.iter().filter(|job| job["status"] == status).collect();
        let walked = admin.walk(&format!("/api/v1/admin/jobs?status={status}&limit=2")).await;
        assert_eq!(walked.iter().collect::<Vec<_>>(), of_it);
        assert_eq!(walked.len(), 7);
    }
}

#[tokio::test]
async fn a_task_that_matters_is_in_the_queue() {
    let api = Api::start().await;
    let exam = api.user("ada").exam("2026-03-05T12:00", 120).await;
    api.user("ada").essay().await;
    let page = ENDPOINT.by(&api.admin("root")).await.json(200);
    let [job] = page["items"].as_array().unwrap().as_slice() else { panic!("{page}") };
    let key = format!("propose:{}:{}", job["user_id"].as_str().unwrap(), exam["id"].as_str().unwrap());
    assert_eq!((&job["kind"], &job["job_key"]), (&json!("propose"), &json!(key)));
    assert_eq!((&job["status"], &job["run_at"]), (&json!("QUEUED"), &json!("2026-03-02T08:00:01Z")));
}

#[tokio::test]
async fn a_parameter_that_does_not_fit_is_named() {
    let api = Api::start().await;
    let queries =
        ["status=", "status=dead", "status=OPEN", "limit=0", "limit=201", "cursor=abc", "kind=propose"];
    insta::assert_json_snapshot!(api.admin("root").refused_queries("/api/v1/admin/jobs", &queries).await);
}
