//! Databases of tests are quick to come by and go away again.

use testkit::TestDb;

#[tokio::test]
async fn a_test_database_is_migrated_and_goes_away() {
    let other = TestDb::new().await.unwrap();
    let url;
    {
        let db = TestDb::new().await.unwrap();
        url = db.url();
        let users: i64 =
            db.client().await.unwrap().query_one("SELECT count(*) FROM users", &[]).await.unwrap().get(0);
        assert_eq!(users, 0);
        assert!(store::migrate::status(&url).await.unwrap().pending.is_empty());
    }
    let client = other.client().await.unwrap();
    let name = url.split("/test_").nth(1).unwrap().split('?').next().unwrap();
    let left = client.query("SELECT FROM pg_database WHERE datname = $1", &[&format!("test_{name}")]).await;
    assert!(left.unwrap().is_empty());
}

#[tokio::test]
async fn many_databases_can_be_made_at_once() {
    let making: Vec<_> = (0..12).map(|_| tokio::spawn(TestDb::new())).collect();
    for made in making {
        made.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn an_empty_database_has_no_tables() {
    let db = TestDb::empty().await.unwrap();
    assert!(!store::migrate::status(&db.url()).await.unwrap().pending.is_empty());
}
