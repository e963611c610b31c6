//! `GET /healthz` and `GET /readyz`

use serde_json::json;
use tokio_postgres::{Config, NoTls};

use crate::harness::{Api, Ask};

const ALIVE: Ask = Ask::get("/healthz");
const READY: Ask = Ask::get("/readyz");

#[tokio::test]
async fn strangers_are_told_how_the_server_is() {
    let api = Api::start().await;
    let stranger = api.caller(None);
    assert_eq!(ALIVE.by(&stranger).await.json(200), json!({"status": "ok"}));
    assert_eq!(READY.by(&stranger).await.json(200), json!({"status": "ready"}));
    let broken = api.caller(Some("no token at all".to_owned()));
    assert_eq!(ALIVE.by(&broken).await.json(200), json!({"status": "ok"}));
    assert_eq!(READY.by(&broken).await.json(200), json!({"status": "ready"}));
}

#[tokio::test]
async fn a_server_without_its_database_is_alive_and_not_ready_until_it_is_back() {
    let api = Api::start().await;
    let ada = api.user("ada");
    let lecture = ada.lecture().await;
    lock_database(&api, true).await;
    assert_eq!(ALIVE.by(&ada).await.json(200), json!({"status": "ok"}));
    let reply = READY.by(&ada).await;
    insta::assert_json_snapshot!("not_ready", reply.problem(503, "not-ready"));
    assert_eq!(reply.headers["retry-after"], "1");
    let reply = ada.get("/api/v1/events").await;
    insta::assert_json_snapshot!("not_served", reply.problem(503, "not-ready"));
    assert_eq!(reply.headers["retry-after"], "1");
    lock_database(&api, false).await;
    assert_eq!(READY.by(&ada).await.json(200), json!({"status": "ready"}));
    assert_eq!(ada.events().await, [lecture]);
}

/// Shuts everybody out of the database, or lets them in again.
pub(super) async fn lock_database(api: &Api, shut: bool) {
    let mut config: Config = api.db.url().parse().unwrap();
    let name = config.get_dbname().unwrap().to_owned();
    let (sql, connection) = config.dbname("postgres").connect(NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    sql.batch_execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {}", !shut)).await.unwrap();
    if shut {
        let close = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1";
        sql.query(close, &[&name]).await.unwrap();
    }
    drop(sql);
    connection.await.unwrap().unwrap();
}
