use std::collections::BTreeMap;

use testkit::TestDb;

/// The program's idea of the tables, read from its source: column names and types by table.
fn declared() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut tables = BTreeMap::new();
    let (mut table, mut name) = (String::new(), None);
    for line in include_str!("../../src/schema.rs").lines().map(str::trim) {
        if let Some(sql_name) = line.strip_prefix("#[sql_name = \"") {
            name = sql_name.strip_suffix("\"]").map(str::to_owned);
        } else if let Some((column, kind)) = line.split_once(" -> ") {
            let column = name.take().unwrap_or_else(|| column.to_owned());
            let kind = kind.trim_end_matches(',').to_owned();
            let columns: &mut BTreeMap<_, _> = tables.entry(table.clone()).or_default();
            columns.insert(column, kind);
        } else if line.ends_with('{')
            && let Some((opened, _)) = line.split_once(" (")
        {
            opened.clone_into(&mut table);
        }
    }
    tables
}

fn diesel_type(udt: &str, nullable: &str) -> String {
    let plain = match udt.trim_start_matches('_') {
        "uuid" => "Uuid",
        "text" => "Text",
        "bool" => "Bool",
        "int2" => "SmallInt",
        "int4" => "Integer",
        "int8" => "BigInt",
        "float8" => "Double",
        "timestamptz" => "Timestamptz",
        "date" => "Date",
        "jsonb" => "Jsonb",
        "bytea" => "Binary",
        other => panic!("{other} is not known here"),
    };
    let plain = if udt.starts_with('_') { format!("Array<{plain}>") } else { plain.to_owned() };
    if nullable == "YES" { format!("Nullable<{plain}>") } else { plain }
}

#[tokio::test]
async fn the_program_and_the_database_agree_on_every_column() {
    let db = TestDb::new().await.unwrap();
    let rows = db
        .client()
        .await
        .unwrap()
        .query(
            "SELECT table_name::text, column_name::text, udt_name::text, is_nullable::text
               FROM information_schema.columns WHERE table_schema = 'public'
                AND table_name NOT IN ('__diesel_schema_migrations', 'canvascal_adopted_tables')",
            &[],
        )
        .await
        .unwrap();
    let mut actual: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for row in rows {
        let kind = diesel_type(row.get(2), row.get(3));
        actual.entry(row.get(0)).or_default().insert(row.get(1), kind);
    }
    assert_eq!(actual, declared());
}

#[tokio::test]
async fn every_key_carries_the_owner() {
    let db = TestDb::new().await.unwrap();
    let rows = db
        .client()
        .await
        .unwrap()
        .query(
            "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
              WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace
                AND c.relname NOT IN ('users', 'jobs', '__diesel_schema_migrations', 'canvascal_adopted_tables')
                AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid
                                   AND a.attname = 'user_id' AND a.attnum = ANY (i.indkey::int2[]))
             UNION ALL
             SELECT k.conname FROM pg_constraint k
              WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
                AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = k.conrelid
                                   AND a.attname = 'user_id' AND a.attnum = ANY (k.conkey))",
            &[],
        )
        .await
        .unwrap();
    let without: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert!(without.is_empty(), "{without:?}");
}
