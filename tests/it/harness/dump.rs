//! Everything that belongs to somebody, to see that it stayed.

use serde_json::{Map, Value};
use tokio_postgres::Client;

use super::Api;

impl Api {
    /// Every row that belongs to anybody, table by table.
    pub(crate) async fn rows(&self) -> Value {
        self.rows_where("true").await
    }

    /// Every row that belongs to the user called `name`, table by table.
    pub(crate) async fn rows_of(&self, name: &str) -> Value {
        self.rows_where(&format!("user_id = (SELECT id FROM users WHERE external_id = 'user_{name}')")).await
    }

    /// Asks the schema which tables have owners, so that none can be forgotten.
    async fn rows_where(&self, condition: &str) -> Value {
        let sql = self.db.client().await.unwrap();
        let tables = "SELECT table_name::text FROM information_schema.columns
                       WHERE table_schema = 'public' AND column_name = 'user_id'";
        let mut dump = Map::new();
        for table in texts(&sql, tables).await {
            let query = format!("SELECT to_jsonb(t)::text FROM {table} t WHERE {condition} ORDER BY 1");
            let rows = texts(&sql, &query).await;
            dump.insert(table, rows.iter().map(|row| serde_json::from_str::<Value>(row).unwrap()).collect());
        }
        dump.into()
    }
}

async fn texts(sql: &Client, query: &str) -> Vec<String> {
    sql.query(query, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}
