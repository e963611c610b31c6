//! What becomes of a term at Canvas, from the first sync to the last.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use canvas_fake::{Course, Fault, Student};
use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::harness::{Api, Caller};

/// A term of five courses with sixty assignments each.
struct Term {
    student: Student,
    courses: Vec<Course>,
    assignments: Vec<(usize, u64)>,
}

fn term(api: &Api) -> Term {
    let student = api.canvas().student("Ada Lovelace");
    let (mut courses, mut assignments) = (Vec::new(), Vec::new());
    for course in 0..5 {
        let taught =
            api.canvas().course(&format!("Course {course}"), json!({"course_code": format!("C {course}")}));
        taught.enroll(&student);
        for number in 0..60 {
            let due = format!("2026-{:02}-{:02}T23:59:59Z", 3 + number / 20, 5 + number % 20);
            let said = json!({"name": format!("Homework {number}"), "due_at": due, "points_possible": 10});
            assignments.push((course, taught.assign(said)));
        }
        courses.push(taught);
    }
    api.canvas().cut_pages(20);
    Term { student, courses, assignments }
}

/// The rows of what is imported, by table and key, with the transaction that wrote each.
async fn written(api: &Api) -> BTreeMap<String, String> {
    let sql = api.db.client().await.unwrap();
    let query = "SELECT 'task ' || id, xmin::text FROM tasks
           UNION ALL SELECT 'item ' || task_id, xmin::text FROM canvas_items
           UNION ALL SELECT 'course ' || id, xmin::text FROM canvas_courses
           UNION ALL SELECT 'page ' || course_id || place, xmin::text FROM canvas_pages";
    sql.query(query, &[]).await.unwrap().iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// What was written to between two looks.
fn changed<'a>(before: &BTreeMap<String, String>, after: &'a BTreeMap<String, String>) -> Vec<&'a str> {
    let is_new = |(name, at): &(&'a String, &String)| before.get(*name) != Some(*at);
    after.iter().filter(is_new).map(|(name, _)| name.as_str()).collect()
}

async fn tasks(caller: &Caller) -> BTreeMap<String, Value> {
    let tasks = caller.walk("/api/v1/tasks?limit=200").await;
    tasks.into_iter().map(|task| (task["source_id"].as_str().unwrap().to_owned(), task)).collect()
}

/// The task of an assignment.
fn task_of(api: &Api, tasks: &BTreeMap<String, Value>, assignment: u64) -> Value {
    tasks[&format!("{}/assignment/{assignment}", api.canvas().host())].clone()
}

#[tokio::test]
async fn a_sync_that_finds_nothing_new_writes_nothing_and_one_that_does_writes_that() {
    let api = Api::with_canvas().await;
    let (ada, term) = (api.user("ada"), term(&api));
    api.connect_canvas(&ada, &term.student).await;
    assert_eq!(tasks(&ada).await.len(), 300);
    let first = written(&api).await;
    assert_eq!(first.len(), 300 + 300 + 5);

    let told = api.read_canvas(&ada).await;
    assert_eq!(
        (&told["run"], &told["items_seen"], &told["courses_done"]),
        (&json!(2), &json!(300), &json!(5))
    );
    let second = written(&api).await;
    assert_eq!(changed(&first, &second), Vec::<&str>::new());

    for (course, assignment) in term.assignments.iter().step_by(30) {
        term.courses[*course].edit(*assignment, json!({"due_at": "2026-06-30T21:59:59Z"}));
    }
    api.read_canvas(&ada).await;
    let third = written(&api).await;
    let changed: Vec<&str> = changed(&second, &third);
    let of = |kind: &str| changed.iter().filter(|name| name.starts_with(kind)).count();
    assert_eq!((changed.len(), of("task "), of("item ")), (20, 10, 10), "{changed:?}");
}

#[tokio::test]
async fn what_the_owner_says_of_a_task_survives_every_sync_field_by_field() {
    let api = Api::with_canvas().await;
    let (ada, (student, biology)) = (api.user("ada"), api.ada_at_canvas());
    let lab = biology.assign(json!({"name": "Lab", "due_at": "2026-03-20T05:59:59Z", "points_possible": 10}));
    let gone = biology.assign(json!({"name": "Reading", "due_at": "2026-03-21T05:59:59Z"}));
    api.connect_canvas(&ada, &student).await;
    let before = tasks(&ada).await;
    let (task, unwanted) = (task_of(&api, &before, lab), task_of(&api, &before, gone));
    let path = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap());
    ada.patch(&path, json!({"effort_minutes": 7, "due_ts": "2026-03-19T12:00:00Z"})).await.json(200);
    ada.delete(&format!("/api/v1/tasks/{}", unwanted["id"].as_str().unwrap())).await.nothing();
    for (due, name) in [("2026-03-25T05:59:59Z", "Lab 2"), ("2026-03-26T05:59:59Z", "Lab 3")] {
        biology.edit(lab, json!({"due_at": due, "name": name, "points_possible": 15}));
        biology.edit(gone, json!({"due_at": due}));
        api.read_canvas(&ada).await;
        let after = tasks(&ada).await;
        let task = task_of(&api, &after, lab);
        assert_eq!((&task["effort_minutes"], &task["due_ts"]), (&json!(7), &json!("2026-03-19T12:00:00Z")));
        assert_eq!(task["title"], format!("{name} (BIO 1)"), "what was left alone follows");
        assert_eq!(after.len(), 2, "what was deleted stays deleted");
    }
    // Who puts Canvas's word back follows it again.
    ada.patch(&path, json!({"due_ts": "2026-03-26T05:59:00Z"})).await.json(200);
    biology.edit(lab, json!({"due_at": "2026-03-28T05:59:59Z"}));
    api.read_canvas(&ada).await;
    assert_eq!(task_of(&api, &tasks(&ada).await, lab)["due_ts"], "2026-03-28T05:59:00Z");
}

#[tokio::test]
async fn what_was_handed_in_or_has_disappeared_is_done_and_what_comes_back_is_open() {
    let api = Api::with_canvas().await;
    let (ada, (student, biology)) = (api.user("ada"), api.ada_at_canvas());
    let due = "2026-03-20T05:59:59Z";
    let [submitted, removed, hidden, excused] = ["Lab", "Project", "Quiz", "Talk"]
        .map(|name| biology.assign(json!({"name": name, "due_at": due, "points_possible": 10})));
    biology.assign(json!({"name": "Draft", "due_at": due, "published": false}));
    api.connect_canvas(&ada, &student).await;
    assert_eq!(tasks(&ada).await.len(), 5, "what is not published is no task");
    biology.submit(submitted, &student);
    biology.submission(excused, &student, json!({"workflow_state": "unsubmitted", "excused": true}));
    biology.remove(removed);
    biology.edit(hidden, json!({"published": false}));
    api.read_canvas(&ada).await;
    let after = tasks(&ada).await;
    for assignment in [submitted, removed, hidden, excused] {
        assert_eq!(task_of(&api, &after, assignment)["status"], "DONE");
    }
    biology.edit(hidden, json!({"published": true}));
    api.read_canvas(&ada).await;
    assert_eq!(task_of(&api, &tasks(&ada).await, hidden)["status"], "OPEN");
    // A course that is over asks for nothing more; one with nothing left is looked at twice.
    let history = api.canvas().course("History", json!({}));
    history.enroll(&student);
    let essay = history.assign(json!({"name": "Essay", "due_at": due}));
    api.read_canvas(&ada).await;
    history.remove(essay);
    api.read_canvas(&ada).await;
    assert_eq!(task_of(&api, &tasks(&ada).await, essay)["status"], "OPEN");
    api.clock.advance_minutes(10);
    api.read_canvas(&ada).await;
    assert_eq!(task_of(&api, &tasks(&ada).await, essay)["status"], "DONE");
    biology.conclude();
    api.read_canvas(&ada).await;
    let open = tasks(&ada).await.into_values().filter(|task| task["status"] == "OPEN").count();
    assert_eq!(open, 0);
}

#[tokio::test]
async fn what_is_no_assignment_is_imported_where_it_is_due() {
    let api = Api::with_canvas().await;
    let (ada, (student, biology)) = (api.user("ada"), api.ada_at_canvas());
    let at = |day: u8| format!("2026-03-{day:02}T18:00:00Z");
    biology.quiz(json!({"title": "Practice quiz", "due_at": at(10)}));
    biology.quiz(json!({"title": "Graded quiz", "due_at": at(10), "assignment_id": 7}));
    biology.discussion(json!({"title": "Say hello", "todo_date": at(11)}));
    biology.discussion(json!({"title": "Cafeteria"}));
    biology.page("cells", "<p>Cells</p>", json!({"title": "Cells", "todo_date": at(12)}));
    let note = student.note(json!({"title": "Buy a lab coat", "todo_date": at(13)}));
    student.note(json!({"title": "Long ago", "todo_date": "2024-03-13T18:00:00Z"}));
    // What is switched off in a course is no reason to read nothing of it.
    let history = api.canvas().course("History", json!({"course_code": "HIS"}));
    history.enroll(&student);
    history.assign(json!({"name": "Midterm exam", "due_at": at(27), "points_possible": 100}));
    history.hide("quizzes");
    history.hide("discussions");
    api.connect_canvas(&ada, &student).await;
    let said = |task: Value| {
        json!([
            task["title"],
            task["type"],
            task["due_ts"],
            task["priority_score"],
            task["effort_minutes"],
            task["status"]
        ])
    };
    let mut told: Vec<Value> = tasks(&ada).await.into_values().map(said).collect();
    told.sort_by_key(Value::to_string);
    insta::assert_json_snapshot!(told);
    student.tick("planner_note", note);
    api.read_canvas(&ada).await;
    let task = &tasks(&ada).await[&format!("{}/note/{note}", api.canvas().host())];
    assert_eq!(task["status"], "DONE");
}

/// How often each course was asked for its assignments.
fn asked_for_assignments(api: &Api) -> BTreeMap<String, usize> {
    let mut asked = BTreeMap::new();
    for one in api.canvas().take_requests().into_iter().filter(|one| one.name == "assignments") {
        *asked.entry(one.path).or_default() += 1;
    }
    asked
}

#[tokio::test]
async fn a_sync_that_is_cut_off_goes_on_with_the_courses_that_are_left() {
    let api = Api::with_canvas().await;
    let (ada, term) = (api.user("ada"), term(&api));
    ada.put("/api/v1/canvas/account", api.canvas_token(&term.student)).await.json(200);
    // In the middle of the third course Canvas goes away, and stays away for all the tries there are.
    api.canvas().fail(Fault::cut().on("assignments").after(7).times(3));
    api.settle().await;
    let told = ada.get("/api/v1/sync/canvas").await.json(200);
    assert_eq!((&told["state"], &told["courses_done"]), (&json!("failing"), &json!(2)), "{told}");
    assert_eq!(tasks(&ada).await.len(), 120);
    assert_eq!(asked_for_assignments(&api).len(), 3);
    api.clock.advance_minutes(1);
    api.settle().await;
    let told = ada.get("/api/v1/sync/canvas").await.json(200);
    assert_eq!(
        (&told["state"], &told["run"], &told["courses_done"]),
        (&json!("ok"), &json!(1), &json!(5)),
        "{told}"
    );
    assert_eq!(tasks(&ada).await.len(), 300);
    let asked = asked_for_assignments(&api);
    assert_eq!(
        asked.values().copied().collect::<Vec<_>>(),
        [3, 3, 3],
        "what was read is not read again: {asked:?}"
    );
}

#[tokio::test]
async fn a_worker_that_dies_at_any_request_leaves_nothing_half_done() {
    let api = Api::with_canvas().await;
    let (ada, (student, biology)) = (api.user("ada"), api.ada_at_canvas());
    for number in 0..30 {
        biology.assign(json!({"name": format!("Homework {number}"), "due_at": "2026-05-05T05:59:59Z"}));
    }
    api.canvas().cut_pages(10);
    ada.put("/api/v1/canvas/account", api.canvas_token(&student)).await.json(200);
    let user = crate::tools::rows::user(&api.db.client().await.unwrap(), "ada").await;
    for requests in 1..12 {
        // The future is dropped as soon as Canvas has been asked so often.
        api.canvas().take_requests();
        let enough = async {
            while api.canvas().requests().len() < requests {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            () = enough => {}
            done = api.app.sync_canvas(user.id) => drop(done.unwrap()),
        }
    }
    api.app.sync_canvas(user.id).await.unwrap();
    assert_eq!(tasks(&ada).await.len(), 31);
    let before = written(&api).await;
    api.read_canvas(&ada).await;
    assert_eq!(changed(&before, &written(&api).await), Vec::<&str>::new());
}

#[tokio::test]
async fn throttled_or_not_nothing_is_asked_more_often_than_has_to_be() {
    let api = Api::with_canvas().await;
    let (ada, term) = (api.user("ada"), term(&api));
    api.connect_canvas(&ada, &term.student).await;
    api.canvas().take_requests();
    api.read_canvas(&ada).await;
    // The courses; of each three parts of its assignments, its quizzes, its discussions and its first page; the planner,
    // which has all assignments once more.
    let fewest = 1 + 5 * (3 + 1 + 1 + 1) + 15;
    assert_eq!(api.canvas().take_requests().len(), fewest);
    for fault in [
        Fault::throttled().times(6),
        Fault::too_many().times(6),
        Fault::status(500).times(2),
        Fault::cut().times(2),
        Fault::half_body().times(2),
    ] {
        api.canvas().fail(fault.on("assignments").after(4));
        let told = api.read_canvas(&ada).await;
        assert_eq!((&told["state"], &told["failures"]), (&json!("ok"), &json!(0)), "{told}");
        let asked = api.canvas().take_requests();
        let failed = asked.iter().filter(|one| one.name == "assignments").count() - 15;
        assert_eq!((asked.len(), api.canvas().faults_left()), (fewest + failed, 0));
        assert!((2..=6).contains(&failed), "{failed}");
    }
    assert_eq!(tasks(&ada).await.len(), 300);
}

#[tokio::test]
async fn a_list_that_goes_on_elsewhere_gets_no_token() {
    let api = Api::with_canvas().await;
    let (ada, (student, _)) = (api.user("ada"), api.ada_at_canvas());
    let elsewhere = canvas_fake::CanvasFake::start(canvas_fake::Options::default()).await.unwrap();
    ada.put("/api/v1/canvas/account", api.canvas_token(&student)).await.json(200);
    for name in ["courses", "assignments"] {
        api.canvas().fail(Fault::next_at(&format!("{}/api/v1/courses", elsewhere.url())).on(name));
        let told = api.read_canvas(&ada).await;
        assert_eq!(told["state"], "failing");
        assert!(told["last_error"].as_str().unwrap().contains("goes on somewhere else"), "{told}");
        api.clock.advance_minutes(60);
    }
    api.canvas().fail(Fault::redirect(&format!("{}/api/v1/courses", elsewhere.url())).on("courses"));
    assert_eq!(api.read_canvas(&ada).await["state"], "failing");
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn three_hundred_assignments_do_not_become_three_hundred_proposals() {
    let api = Api::with_canvas().await;
    let (ada, (student, biology)) = (api.user("ada"), api.ada_at_canvas());
    let exam =
        |name: &str, due: &str| biology.assign(json!({"name": name, "due_at": due, "points_possible": 1}));
    exam("Old exam", "2026-02-20T10:00:00Z");
    exam("Exam soon", "2026-03-06T10:00:00Z");
    for month in 4..10 {
        for day in 1..10 {
            exam("Exam far ahead", &format!("2026-{month:02}-{day:02}T10:00:00Z"));
        }
    }
    for number in 0..200 {
        biology.assign(json!({"name": format!("Homework {number}"), "due_at": "2026-03-09T10:00:00Z", "points_possible": 1}));
    }
    api.connect_canvas(&ada, &student).await;
    api.clock.advance_minutes(1);
    api.settle().await;
    let proposals = ada.walk("/api/rebalancing/proposals").await;
    assert_eq!(proposals.len(), 1, "{proposals:?}");
    // Each of the others has its time: a fortnight before it is due.
    let sql = api.db.client().await.unwrap();
    let waiting = "SELECT count(*), min(run_at)::text FROM jobs WHERE kind = 'propose'";
    let row = sql.query_one(waiting, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 54);
    assert!(row.get::<_, String>(1).starts_with("2026-03-18 10:00:00"), "{}", row.get::<_, String>(1));
}

/// What is logged, by all threads of this process.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Each test has a process of its own, so the log is that of this story alone.
#[tokio::test]
async fn no_secret_of_canvass_gets_out() {
    let log = Log::default();
    let settings =
        api::config::LogSettings { filter: "trace".to_owned(), format: api::config::LogFormat::Text };
    api::telemetry::subscriber(&settings, log.clone()).try_init().unwrap();
    let api = Api::with_canvas_by(crate::harness::Connect::SignIn).await;
    let (ada, (student, _)) = (api.user("ada"), api.ada_at_canvas());
    let body = api.sign_in_to_canvas(&ada, &student).await;
    let mut told = vec![ada.post("/api/v1/auth/canvas/token", body).await.text];
    api.settle().await;
    for fault in [Fault::bad_token(), Fault::status(500), Fault::half_body()] {
        api.canvas().fail(fault.on("courses"));
        told.push(api.read_canvas(&ada).await.to_string());
    }
    for path in ["/api/v1/canvas/account", "/api/v1/canvas/courses", "/api/v1/tasks"] {
        told.push(ada.get(path).await.text);
    }
    let dump = api.rows().await.to_string();
    assert!(dump.contains("v1.k1."), "there is a sealed token: {dump}");
    let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(log.contains("/api/v1/sync/canvas"), "it was logged at all");
    let issued: BTreeSet<String> = api.canvas().issued_tokens().into_iter().collect();
    assert!(issued.len() >= 4, "a code, a refresh token and two access tokens at least: {issued:?}");
    for secret in issued.iter().map(String::as_str).chain(["fake-developer-key", "secret-0000"]) {
        for (place, text) in [("the log", &log), ("the database", &dump), ("an answer", &told.concat())] {
            assert!(!text.contains(secret), "{secret} is in {place}");
        }
    }
}
