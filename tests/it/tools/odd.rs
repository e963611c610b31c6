//! Events as other systems write them.

use app::identity::User;
use tokio_postgres::Client;
use uuid::Uuid;

use super::dice::Dice;

/// A row of `calendar_events`, as odd as other systems write them.
pub(crate) struct Odd<'a> {
    pub(crate) kind: &'a str,
    pub(crate) start: &'a str,
    pub(crate) end: &'a str,
    pub(crate) is_movable: bool,
    pub(crate) protected: bool,
    pub(crate) transparent: bool,
    pub(crate) task: Option<&'a str>,
}

impl<'a> Odd<'a> {
    pub(crate) fn at(kind: &'a str, start: &'a str, end: &'a str) -> Self {
        let is_movable = matches!(kind, "FOCUS" | "CHILL" | "LOW_PRIORITY");
        Self { kind, start, end, is_movable, protected: false, transparent: false, task: None }
    }

    /// Writes it by a road of its own, with whatever else may be in such a row; its id.
    pub(crate) async fn write(&self, sql: &Client, dice: &mut Dice, user: &User) -> String {
        let id = Uuid::from_u64_pair(dice.throw(), dice.throw()).to_string();
        let source = dice.pick(&["canvascal", "google", "ics", "ICS: „Hörsaal“", ""]);
        let titles =
            ["Film", "  Film  ", "映画 🎬", "'; DROP TABLE users; --", "\t\"Film\"\\n\r\n", &"x".repeat(500)];
        let source_ids = ["", " ", "a/b?c=d#e%20", "'\"\\\n", "同期-7", "NULL", &"9".repeat(2000)];
        let metadata = [
            "{}",
            r#"{"a": null, "": "", "nested": {"list": [1, 2.50, -0.0, 1e300, [], {}]}}"#,
            r#"{"big": 12345678901234567890123456789.000100, "small": 1e-40}"#,
            r#"{"text": "\" \\ \u007f é 映 🎬", "true": true}"#,
        ];
        // A sync may bring seconds; the planner sees the whole minutes around them.
        let seconds = if dice.chance(30) { dice.below(59_000_000) } else { 0 };
        let statement = format!(
            "INSERT INTO calendar_events
                    (user_id, id, title, start_ts, end_ts, type, is_movable, protected, transparent, task_id,
                     source, source_id, metadata, created_at, updated_at, version)
             VALUES ('{user}', '{id}', {title}, '{start}:00Z'::timestamptz + interval '{seconds} us',
                     '{end}:00Z'::timestamptz - interval '{seconds} us', '{kind}', {is_movable}, {protected},
                     {transparent}, {task}, {source}, {source_id}, {metadata},
                     '2019-06-07T08:09:10.000000Z'::timestamptz + interval '{created} us',
                     '2024-02-29T23:59:59.999999Z', {version})",
            user = user.id,
            title = literal(dice.pick(&titles)),
            start = self.start,
            end = self.end,
            kind = self.kind,
            is_movable = self.is_movable,
            protected = self.protected,
            transparent = self.transparent,
            task = self.task.map_or("NULL".to_owned(), literal),
            source = literal(source),
            source_id = if dice.chance(20) { "NULL".to_owned() } else { literal(dice.pick(&source_ids)) },
            metadata = literal(dice.pick(&metadata)),
            created = dice.below(10_000_000_000),
            version = 1 + dice.below(1 << 40),
        );
        sql.batch_execute(&statement).await.unwrap();
        id
    }
}

fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}
