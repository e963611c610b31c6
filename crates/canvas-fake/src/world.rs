//! What Canvas knows. No I/O and no clock.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::oauth::OAuth;

/// Rows of a list unless more are asked for.
pub(crate) const PAGE: usize = 10;

/// The same of the planner's.
pub(crate) const PLANNER_PAGE: usize = 50;

/// The most rows of a list.
const MOST_ROWS: usize = 100;

pub(crate) struct World {
    pub(crate) people: BTreeMap<u64, Person>,
    pub(crate) courses: BTreeMap<u64, Taught>,
    pub(crate) oauth: OAuth,
    /// Where each bookmark that was handed out begins.
    bookmarks: BTreeMap<String, usize>,
    pub(crate) most_rows: usize,
    pub(crate) levels: BTreeMap<String, (f64, i64)>,
    next_id: u64,
    pub(crate) random: fastrand::Rng,
}

#[derive(Default)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) time_zone: String,
    /// Notes on the planner.
    pub(crate) notes: BTreeMap<u64, Value>,
    /// What they have ticked off, such as `planner_note` 7.
    pub(crate) ticked: BTreeSet<(String, u64)>,
}

/// A course.
#[derive(Default)]
pub(crate) struct Taught {
    pub(crate) said: Map<String, Value>,
    pub(crate) students: BTreeSet<u64>,
    pub(crate) is_over: bool,
    /// Lists that students of this course do not get to see.
    pub(crate) hidden: BTreeSet<String>,
    pub(crate) groups: BTreeMap<u64, Value>,
    pub(crate) assignments: BTreeMap<u64, Assigned>,
    pub(crate) quizzes: BTreeMap<u64, Value>,
    pub(crate) discussions: BTreeMap<u64, Value>,
    pub(crate) pages: BTreeMap<String, Value>,
    pub(crate) front: Option<String>,
}

#[derive(Default)]
pub(crate) struct Assigned {
    pub(crate) said: Map<String, Value>,
    pub(crate) overrides: Vec<Override>,
    pub(crate) submissions: BTreeMap<u64, Value>,
}

/// Another due time, for some.
pub(crate) struct Override {
    pub(crate) id: u64,
    pub(crate) student: u64,
    pub(crate) due_at: Value,
}

/// A part of a list, and the bookmark of the next.
pub(crate) struct Part {
    pub(crate) rows: Vec<Value>,
    pub(crate) next: Option<String>,
    pub(crate) per_page: usize,
}

impl World {
    pub(crate) fn new(seed: u64, first_id: u64) -> Self {
        Self {
            people: BTreeMap::new(),
            courses: BTreeMap::new(),
            oauth: OAuth::default(),
            bookmarks: BTreeMap::new(),
            most_rows: MOST_ROWS,
            levels: BTreeMap::new(),
            next_id: first_id,
            random: fastrand::Rng::with_seed(seed),
        }
    }

    pub(crate) fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id - 1
    }

    pub(crate) fn word(&mut self, length: usize) -> String {
        (0..length).map(|_| self.random.alphanumeric()).collect()
    }

    /// A part of a list that begins where the bookmark says.
    pub(crate) fn part(
        &mut self,
        rows: Vec<Value>,
        page: Option<&str>,
        per_page: Option<usize>,
        usual: usize,
    ) -> Option<Part> {
        let start = match page {
            None | Some("1" | "first") => 0,
            Some(bookmark) => *self.bookmarks.get(bookmark)?,
        };
        let per_page = per_page.unwrap_or(usual).clamp(1, self.most_rows);
        let end = (start + per_page).min(rows.len());
        let next = (end < rows.len()).then(|| {
            let bookmark = format!("bookmark:{}", self.word(24));
            self.bookmarks.insert(bookmark.clone(), end);
            bookmark
        });
        let rows = rows.into_iter().skip(start).take(per_page).collect();
        Some(Part { rows, next, per_page })
    }
}

impl Assigned {
    /// What the assignment is for a student.
    pub(crate) fn seen_by(&self, student: u64, wants: &dyn Fn(&str) -> bool) -> Value {
        let mut seen = self.said.clone();
        let mine = self.overrides.iter().find(|one| one.student == student);
        if let Some(mine) = mine {
            seen.insert("due_at".to_owned(), mine.due_at.clone());
        }
        if wants("all_dates") {
            let base = json!({
                "base": true, "due_at": self.said["due_at"], "unlock_at": null, "lock_at": null,
            });
            let own = mine.map(|mine| json!({"id": mine.id, "title": "1 student", "due_at": mine.due_at}));
            let dates: Vec<Value> = own.map_or_else(|| vec![base], |own| vec![own]);
            seen.insert("all_dates".to_owned(), dates.into());
        }
        if wants("submission") {
            let none = || json!({"workflow_state": "unsubmitted", "submitted_at": null, "score": null});
            let submission = self.submissions.get(&student).cloned().unwrap_or_else(none);
            seen.insert("submission".to_owned(), submission);
        }
        seen.into()
    }
}

/// Ids as strings, for whoever asks for them so.
pub(crate) fn with_string_ids(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(with_string_ids).collect(),
        Value::Object(members) => {
            let member = |(name, value): (String, Value)| {
                let is_id = name == "id" || name.ends_with("_id");
                let value = match value {
                    Value::Number(number) if is_id => Value::String(number.to_string()),
                    other => with_string_ids(other),
                };
                (name, value)
            };
            members.into_iter().map(member).collect::<Map<_, _>>().into()
        }
        other => other,
    }
}

/// `said` over what there is, member by member.
pub(crate) fn said_over(mut there: Map<String, Value>, said: Value) -> Map<String, Value> {
    if let Value::Object(members) = said {
        there.extend(members);
    }
    there
}
