//! The fake as tests have it in hand.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::calls;
use crate::faults::{Fault, Script};
use crate::options::Options;
use crate::server::{Asked, Shared, lock, pairs, serve};
use crate::world::{Assigned, Override, Person, Taught, World, said_over};

/// A Canvas. It stops when it is dropped.
pub struct CanvasFake {
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

/// Somebody with an account.
#[derive(Clone)]
pub struct Student {
    shared: Arc<Shared>,
    id: u64,
}

/// A course, as whoever teaches it sees it.
#[derive(Clone)]
pub struct Course {
    shared: Arc<Shared>,
    id: u64,
}

impl CanvasFake {
    /// Starts a Canvas on this machine.
    ///
    /// # Errors
    /// Where the port cannot be had.
    pub async fn start(options: Options) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", options.port)).await?;
        let shared = Arc::new(Shared {
            clock: options.clock,
            client: options.client,
            bucket: options.bucket,
            control: options.control,
            address: listener.local_addr()?,
            world: Mutex::new(World::new(options.seed, options.first_id)),
            script: Mutex::new(Script::default()),
            log: Mutex::default(),
        });
        let served = Arc::clone(&shared);
        let serving = tokio::spawn(async move {
            serve(listener, served).await;
        });
        Ok(Self { shared, serving })
    }

    /// Its root, without a slash at its end.
    pub fn url(&self) -> String {
        self.shared.url()
    }

    /// Its name and port.
    pub fn host(&self) -> String {
        self.shared.address.to_string()
    }

    /// A new student.
    pub fn student(&self, name: &str) -> Student {
        let mut world = lock(&self.shared.world);
        let id = world.id();
        let person = Person { name: name.to_owned(), time_zone: "Etc/UTC".to_owned(), ..Person::default() };
        world.people.insert(id, person);
        Student { shared: Arc::clone(&self.shared), id }
    }

    /// A new course, of which `said` says more than its name.
    pub fn course(&self, name: &str, said: Value) -> Course {
        let mut world = lock(&self.shared.world);
        let id = world.id();
        let base = json!({
            "name": name, "course_code": name, "time_zone": "Etc/UTC", "workflow_state": "available",
            "apply_assignment_group_weights": false, "syllabus_body": null,
            "term": {"id": 1, "name": "Spring", "start_at": null, "end_at": null},
        });
        let base = base.as_object().cloned().unwrap_or_default();
        world.courses.insert(id, Taught { said: said_over(base, said), ..Taught::default() });
        Course { shared: Arc::clone(&self.shared), id }
    }

    /// Lets a student answer the consent screen at `address`. Where they are sent back to, with a code or an error.
    ///
    /// # Panics
    /// Where Canvas shows a page of its own instead: for another developer key.
    #[track_caller]
    pub fn consent(&self, address: &str, student: &Student, agrees: bool) -> String {
        let (_, query) = address.split_once('?').unwrap_or((address, ""));
        let back = calls::consent(&self.shared, &pairs(query.as_bytes()), student.id, agrees);
        back.unwrap_or_else(|| panic!("Canvas shows an error page"))
    }

    /// Lets something go wrong. Earlier faults come first.
    pub fn fail(&self, fault: Fault) {
        lock(&self.shared.script).push(fault);
    }

    /// How many faults have not happened yet.
    pub fn faults_left(&self) -> usize {
        lock(&self.shared.script).left()
    }

    /// From now on nothing goes wrong.
    pub fn heal(&self) {
        lock(&self.shared.script).clear();
    }

    /// What was asked for, the earliest first.
    pub fn requests(&self) -> Vec<Asked> {
        lock(&self.shared.log).clone()
    }

    /// What was asked for since this was last called.
    pub fn take_requests(&self) -> Vec<Asked> {
        std::mem::take(&mut *lock(&self.shared.log))
    }

    /// Every code and token that was ever handed out: none of them may be in a log.
    pub fn issued_tokens(&self) -> Vec<String> {
        lock(&self.shared.world).oauth.issued.clone()
    }

    /// Every access token has expired that was not made by hand.
    pub fn expire_access_tokens(&self) {
        lock(&self.shared.world).oauth.expire_access();
    }

    /// From now on a part of a list has so many rows at most, whatever is asked for.
    pub fn cut_pages(&self, rows: usize) {
        lock(&self.shared.world).most_rows = rows.max(1);
    }
}

impl Drop for CanvasFake {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl std::fmt::Debug for CanvasFake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CanvasFake").field("url", &self.url()).finish_non_exhaustive()
    }
}

impl Student {
    /// Their id.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// A token that they make by hand.
    pub fn token(&self) -> String {
        let mut world = lock(&self.shared.world);
        let token = format!("7~{}", world.word(60));
        world.oauth.add_personal(&token, self.id);
        token
    }

    /// Their zone from now on.
    pub fn live_in(&self, zone: &str) {
        self.with(|person| zone.clone_into(&mut person.time_zone));
    }

    /// A note on their planner: `title`, `todo_date`, `course_id`. Its id.
    pub fn note(&self, note: Value) -> u64 {
        let id = lock(&self.shared.world).id();
        let base = json!({"id": id, "details": "", "course_id": null, "workflow_state": "active"});
        let note = said_over(base.as_object().cloned().unwrap_or_default(), note);
        self.with(|person| person.notes.insert(id, note.into()));
        id
    }

    /// They take a note away.
    pub fn forget_note(&self, id: u64) {
        self.with(|person| person.notes.remove(&id));
    }

    /// They tick something off on their planner, such as `planner_note` 7.
    pub fn tick(&self, kind: &str, id: u64) {
        self.with(|person| person.ticked.insert((kind.to_owned(), id)));
    }

    /// All their tokens are dead.
    pub fn revoke(&self) {
        lock(&self.shared.world).oauth.revoke(self.id);
    }

    fn with<T>(&self, act: impl FnOnce(&mut Person) -> T) -> T {
        act(lock(&self.shared.world).people.entry(self.id).or_default())
    }
}

impl Course {
    /// Its id.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Somebody takes part from now on.
    pub fn enroll(&self, student: &Student) {
        self.with(|taught| taught.students.insert(student.id));
    }

    /// Says something else of it: `name`, `syllabus_body`, `time_zone`.
    pub fn say(&self, said: Value) {
        self.with(|taught| taught.said = said_over(std::mem::take(&mut taught.said), said));
    }

    /// It is over.
    pub fn conclude(&self) {
        self.with(|taught| taught.is_over = true);
    }

    /// Its students no longer get to see a list: `assignments`, `quizzes`, `discussions`, `pages`, `groups`.
    pub fn hide(&self, list: &str) {
        self.with(|taught| taught.hidden.insert(list.to_owned()));
    }

    /// A new group of assignments, with its part of the grade in percent. Its id.
    pub fn group(&self, name: &str, weight: f64) -> u64 {
        let id = self.new_id();
        let group = json!({"id": id, "name": name, "position": 1, "group_weight": weight, "rules": {}});
        self.with(|taught| taught.groups.insert(id, group));
        id
    }

    /// A new assignment, of which `said` says more. Its id.
    pub fn assign(&self, said: Value) -> u64 {
        let id = self.new_id();
        let base = json!({
            "id": id, "course_id": self.id, "name": "Assignment", "description": null, "due_at": null,
            "unlock_at": null, "lock_at": null, "points_possible": null, "grading_type": "points",
            "submission_types": ["online_upload"], "published": true, "workflow_state": "published",
            "omit_from_final_grade": false, "hide_in_gradebook": false, "assignment_group_id": null,
            "html_url": format!("{}/courses/{}/assignments/{id}", self.shared.url(), self.id),
            "updated_at": self.shared.clock.now().to_string(), "allowed_attempts": -1,
            "only_visible_to_overrides": false, "is_quiz_assignment": false,
        });
        let said = said_over(base.as_object().cloned().unwrap_or_default(), said);
        self.with(|taught| taught.assignments.insert(id, Assigned { said, ..Assigned::default() }));
        id
    }

    /// Says something else of an assignment.
    pub fn edit(&self, assignment: u64, said: Value) {
        self.of(assignment, |one| one.said = said_over(std::mem::take(&mut one.said), said));
    }

    /// Takes an assignment away.
    pub fn remove(&self, assignment: u64) {
        self.with(|taught| taught.assignments.remove(&assignment));
    }

    /// It is due at another time for one student.
    pub fn due_for(&self, assignment: u64, student: &Student, due_at: &str) {
        let id = self.new_id();
        let due = Override { id, student: student.id, due_at: due_at.into() };
        self.of(assignment, |one| {
            one.overrides.retain(|other| other.student != due.student);
            one.overrides.push(due);
        });
    }

    /// A student hands it in.
    pub fn submit(&self, assignment: u64, student: &Student) {
        let at = self.shared.clock.now().to_string();
        let submission = json!({"workflow_state": "submitted", "submitted_at": at, "score": null});
        self.of(assignment, |one| one.submissions.insert(student.id, submission));
    }

    /// What is known of a student's work, whatever that is.
    pub fn submission(&self, assignment: u64, student: &Student, submission: Value) {
        self.of(assignment, |one| one.submissions.insert(student.id, submission));
    }

    /// A new quiz. Its id.
    pub fn quiz(&self, said: Value) -> u64 {
        let id = self.new_id();
        let base = json!({
            "id": id, "title": "Quiz", "quiz_type": "practice_quiz", "due_at": null, "points_possible": null,
            "published": true, "assignment_id": null,
        });
        let quiz = said_over(base.as_object().cloned().unwrap_or_default(), said);
        self.with(|taught| taught.quizzes.insert(id, quiz.into()));
        id
    }

    /// A new discussion. Its id.
    pub fn discussion(&self, said: Value) -> u64 {
        let id = self.new_id();
        let base = json!({"id": id, "title": "Discussion", "todo_date": null, "assignment_id": null, "published": true});
        let discussion = said_over(base.as_object().cloned().unwrap_or_default(), said);
        self.with(|taught| taught.discussions.insert(id, discussion.into()));
        id
    }

    /// A page, new or not, of which `said` says more than its body.
    pub fn page(&self, slug: &str, body: &str, said: Value) {
        let id = self.new_id();
        let base = json!({
            "page_id": id, "url": slug, "title": slug, "body": body, "published": true, "front_page": false,
            "todo_date": null, "updated_at": self.shared.clock.now().to_string(),
        });
        let page = said_over(base.as_object().cloned().unwrap_or_default(), said);
        self.with(|taught| taught.pages.insert(slug.to_owned(), page.into()));
    }

    /// The page that it begins with.
    pub fn begin_with(&self, slug: &str) {
        self.with(|taught| taught.front = Some(slug.to_owned()));
    }

    fn new_id(&self) -> u64 {
        lock(&self.shared.world).id()
    }

    fn with<T>(&self, act: impl FnOnce(&mut Taught) -> T) -> T {
        act(lock(&self.shared.world).courses.entry(self.id).or_default())
    }

    #[track_caller]
    fn of<T>(&self, assignment: u64, act: impl FnOnce(&mut Assigned) -> T) -> T {
        self.with(|taught| {
            act(taught.assignments.get_mut(&assignment).unwrap_or_else(|| panic!("there is no {assignment}")))
        })
    }
}
