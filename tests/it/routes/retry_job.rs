//! `POST /api/v1/admin/jobs/{id}/retry`

use serde_json::json;

use crate::harness::{Api, Ask, NOBODYS};
use crate::tools::rows;

const ENDPOINT: Ask = Ask::post("/api/v1/admin/jobs/{id}/retry");

const DEAD: &str = "00000000-0000-4000-8000-00000000dead";

async fn dead_job(api: &Api) -> String {
    let sql = format!(
        "INSERT INTO jobs (id, kind, job_key, status, attempts, last_error, run_at)
         VALUES ('{DEAD}', 'sync', 'sync:7', 'DEAD', 10, 'no answer', '2026-03-01 08:00Z')"
    );
    api.db.client().await.unwrap().batch_execute(&sql).await.unwrap();
    DEAD.to_owned()
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let api = Api::start().await;
    ENDPOINT.at(&dead_job(&api).await).turns_strangers_away(&api).await;
}

#[tokio::test]
async fn only_admins_get_in() {
    let api = Api::start().await;
    ENDPOINT.at(&dead_job(&api).await).turns_users_away(&api).await;
}

#[tokio::test]
async fn an_id_must_be_one() {
    let api = Api::start().await;
    ENDPOINT.wants_an_id(&api).await;
}

#[tokio::test]
async fn a_job_that_nobody_has_is_not_found() {
    let api = Api::start().await;
    ENDPOINT.at(NOBODYS).by(&api.admin("root")).await.problem(404, "not-found");
}

#[tokio::test]
async fn a_dead_job_is_queued_again_with_all_its_tries() {
    let api = Api::start().await;
    let id = dead_job(&api).await;
    let admin = api.admin("root");
    ENDPOINT.at(&id).by(&admin).await.nothing();
    let page = admin.get("/api/v1/admin/jobs").await.json(200);
    let job = &page["items"][0];
    assert_eq!((&job["id"], &job["status"]), (&json!(id), &json!("QUEUED")));
    assert_eq!((&job["attempts"], &job["run_at"]), (&json!(0), &json!("2026-03-02T08:00:00Z")));
    assert_eq!(job["last_error"], "no answer", "it shows until the next run");
}

#[tokio::test]
async fn a_job_that_is_not_dead_needs_no_other_try() {
    let api = Api::start().await;
    let id = dead_job(&api).await;
    ENDPOINT.at(&id).by(&api.admin("root")).await.nothing();
    let before = api.rows().await;
    insta::assert_json_snapshot!(ENDPOINT.at(&id).by(&api.admin("root")).await.problem(409, "conflict"));
    assert_eq!(api.rows().await, before);
}

#[tokio::test]
async fn a_job_that_another_one_has_replaced_stays_dead() {
    let api = Api::start().await;
    let id = dead_job(&api).await;
    let sql = api.db.client().await.unwrap();
    sql.batch_execute("INSERT INTO jobs (kind, job_key) VALUES ('sync', 'sync:7')").await.unwrap();
    insta::assert_json_snapshot!(ENDPOINT.at(&id).by(&api.admin("root")).await.problem(409, "conflict"));
    assert_eq!(rows::number(&sql, "SELECT count(*) FROM jobs WHERE status = 'DEAD'").await, 1);
}
