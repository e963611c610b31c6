//! Reading an account: its courses one after the other, and then its planner.
//!
//! Canvas is asked outside of any unit of work; what it said is written in several short ones. A unit only writes while the
//! account is the one that was read, in the run that reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use planner_core::model::TaskId;
use planner_core::time::{Interval, Moment};
use uuid::Uuid;

use super::account::opened;
use super::rules::{self, Grade, Writes};
use super::{Side, SyncError, pages};
use crate::App;
use crate::identity::UserId;
use crate::ports::canvas::{
    Account, AccountRecord, CanvasError, CourseChoice, CourseRecord, Imported, ItemKind, ItemRecord, Listed,
    RemoteCourse, RemoteItem,
};
use crate::ports::google::{AccountState, SyncHealth};
use crate::ports::{Actor, TaskStatus, Unit};
use crate::tasks;
use crate::work::later;

/// A list of more parts than this does not end.
const MOST_PARTS: usize = 500;

/// Items that are written in one unit of work: its user's lock is soon free again.
const CHUNK: usize = 100;

/// Courses that are read; nobody takes part in more.
const MOST_COURSES: usize = 200;

/// The planner is read so far back, in minutes,
const PLANNER_BACK: i64 = 30 * 24 * 60;

/// and so far ahead.
const PLANNER_AHEAD: i64 = 180 * 24 * 60;

/// When an empty answer is believed that followed upon a full one.
const CONFIRMED_AFTER: Duration = Duration::from_mins(10);

/// What a sync came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Synced {
    /// Courses that were read.
    pub courses: usize,
    /// Courses that were read before it was cut off.
    pub skipped: usize,
    /// Tasks that were written to.
    pub tasks: usize,
}

/// The run that a sync is of.
struct Run {
    user: UserId,
    account: Account,
    number: i64,
    done: BTreeSet<Uuid>,
}

/// A course at Canvas, and what is known of it here.
struct Course {
    remote: RemoteCourse,
    record: CourseRecord,
}

/// What a course has to do, of the kinds that could be listed.
struct Contents {
    items: Vec<RemoteItem>,
    kinds: BTreeSet<ItemKind>,
    grade: Grade,
}

/// What there is to list.
#[derive(Clone, Copy)]
enum List<'a> {
    Assignments(&'a RemoteCourse),
    Quizzes(&'a RemoteCourse),
    Discussions(&'a RemoteCourse),
    Planner(Interval),
}

impl App {
    /// Reads a user's account, from where the last sync was cut off if it was.
    ///
    /// # Errors
    /// [`SyncError`]. What was read until then stays.
    pub async fn sync_canvas(&self, user: UserId) -> Result<Synced, SyncError> {
        let side = self.canvas.as_ref().ok_or(SyncError::NotConnected)?;
        let outcome = self.read_account(side, user).await;
        match &outcome {
            Err(SyncError::Canvas(error @ CanvasError::Disconnected(_))) => {
                self.canvas_disconnected(user, error).await?;
            }
            Err(SyncError::Canvas(error)) => self.canvas_failed(user, error).await?,
            _ => {}
        }
        outcome
    }

    async fn read_account(&self, side: &Side, user: UserId) -> Result<Synced, SyncError> {
        let mut run = self.begin_run(side, user).await?;
        let mut synced = Synced::default();
        let courses = self.read_courses(side, &run).await?;
        for course in &courses {
            if run.done.contains(&course.record.id) {
                synced.skipped += 1;
                continue;
            }
            synced.tasks += self.read_course(side, &mut run, course).await?;
            synced.courses += 1;
        }
        synced.tasks += self.read_planner(side, &run, &courses).await?;
        self.end_run(&run).await?;
        Ok(synced)
    }

    /// Begins a run, or takes up the one that was cut off.
    async fn begin_run(&self, side: &Side, user: UserId) -> Result<Run, SyncError> {
        let now = self.clock.now();
        let mut unit = self.begin_sync_of(user).await?;
        let record = unit.canvas_account().await?;
        let record = record.filter(|record| record.state == AccountState::Connected);
        let mut record = record.ok_or(SyncError::NotConnected)?;
        let account = opened(side, user, &record)?;
        if !record.run.is_open() {
            record.run = record.run.next(now);
        }
        record.health.tried_at = Some(now);
        unit.put_canvas_account(&record).await?;
        unit.commit().await?;
        Ok(Run { user, account, number: record.run.number, done: record.run.done })
    }

    async fn begin_sync_of(&self, user: UserId) -> Result<Box<dyn Unit>, SyncError> {
        self.store.begin_for(user, Actor::Sync).await?.ok_or(SyncError::NotConnected)
    }

    /// A unit of work of a run, and the account, which is still the one that is read.
    async fn of_run(&self, run: &Run) -> Result<(Box<dyn Unit>, AccountRecord), SyncError> {
        let mut unit = self.begin_sync_of(run.user).await?;
        let record = unit.canvas_account().await?.ok_or(SyncError::NotConnected)?;
        let is_same =
            record.run.is_open() && record.run.number == run.number && record.host == run.account.host;
        if is_same { Ok((unit, record)) } else { Err(SyncError::NotConnected) }
    }

    async fn end_run(&self, run: &Run) -> Result<(), SyncError> {
        let (mut unit, mut record) = self.of_run(run).await?;
        let now = self.clock.now();
        record.run.finished_at = Some(now);
        record.health = SyncHealth::went_well(now);
        unit.put_canvas_account(&record).await?;
        unit.commit().await?;
        Ok(())
    }

    async fn canvas_failed(&self, user: UserId, why: &CanvasError) -> Result<(), SyncError> {
        let mut unit = self.begin_sync_of(user).await?;
        if let Some(record) = unit.canvas_account().await? {
            let health = record.health.failed(self.clock.now(), why.to_string());
            unit.put_canvas_account(&AccountRecord { health, ..record }).await?;
        }
        unit.commit().await?;
        Ok(())
    }

    /// The courses, as they are kept from now on. Of one that its owner no longer takes part in nothing is left to do.
    async fn read_courses(&self, side: &Side, run: &Run) -> Result<Vec<Course>, SyncError> {
        let mut remotes = Vec::new();
        let (mut next, mut parts) = (None, 0);
        loop {
            let listed = side.service.courses(&run.account, next.as_deref()).await?;
            remotes.extend(listed.items);
            next = another(listed.next, &mut parts)?;
            if next.is_none() {
                break;
            }
        }
        remotes.truncate(MOST_COURSES);
        let host = &run.account.host;
        let (mut unit, mut account) = self.of_run(run).await?;
        let mut known: BTreeMap<Uuid, CourseRecord> =
            unit.canvas_courses().await?.into_iter().map(|course| (course.id, course)).collect();
        let mut courses = Vec::new();
        for remote in remotes {
            let id = rules::course_id(run.user, host, &remote.id);
            let record = course_record(id, &remote, known.remove(&id));
            unit.put_canvas_course(&record).await?;
            courses.push(Course { remote, record });
        }
        // No course at all is more likely to be a fault of theirs than the end of somebody's studies.
        if !courses.is_empty() {
            for left in known.into_values().filter(|course| course.is_active) {
                self.close_course(unit.as_mut(), run, &left).await?;
                unit.put_canvas_course(&CourseRecord { is_active: false, ..left }).await?;
            }
        }
        account.run.courses = Some(u32::try_from(courses.len()).unwrap_or(u32::MAX));
        unit.put_canvas_account(&account).await?;
        unit.commit().await?;
        Ok(courses)
    }

    async fn close_course(
        &self,
        unit: &mut dyn Unit,
        run: &Run,
        course: &CourseRecord,
    ) -> Result<usize, SyncError> {
        let mut writes = Writes::default();
        for known in unit.canvas_items(Some(course.id)).await? {
            writes.close(&run.account.host, &known);
        }
        self.write(unit, run.user, &writes).await
    }

    /// Reads a course; how many tasks that wrote to.
    async fn read_course(&self, side: &Side, run: &mut Run, course: &Course) -> Result<usize, SyncError> {
        if course.record.choice.is_ignored {
            let (mut unit, account) = self.of_run(run).await?;
            let written = self.close_course(unit.as_mut(), run, &course.record).await?;
            self.end_course(unit, run, account, course).await?;
            return Ok(written);
        }
        let contents = self.contents(side, run, course).await?;
        let now = self.clock.now();
        let pages =
            pages::read(side.service.as_ref(), &run.account, &course.remote, course.record.id, now).await?;
        let mut written = 0;
        for chunk in contents.items.chunks(CHUNK) {
            let (mut unit, _) = self.of_run(run).await?;
            let imports = chunk.iter().map(|item| (item, &course.record.choice, course.label()));
            written +=
                self.import(unit.as_mut(), run, Some(course.record.id), imports, &contents.grade).await?;
            unit.commit().await?;
        }
        let (mut unit, account) = self.of_run(run).await?;
        written += self.close_missing(unit.as_mut(), run, course, &contents, now).await?;
        unit.put_canvas_pages(course.record.id, &pages).await?;
        self.end_course(unit, run, account, course).await?;
        Ok(written)
    }

    /// Notes that a course was read, with the last that is written of it.
    async fn end_course(
        &self,
        mut unit: Box<dyn Unit>,
        run: &mut Run,
        mut account: AccountRecord,
        course: &Course,
    ) -> Result<(), SyncError> {
        account.run.done.insert(course.record.id);
        unit.put_canvas_account(&account).await?;
        unit.commit().await?;
        run.done.insert(course.record.id);
        Ok(())
    }

    async fn contents(&self, side: &Side, run: &Run, course: &Course) -> Result<Contents, SyncError> {
        let remote = &course.remote;
        let mut contents = Contents { items: Vec::new(), kinds: BTreeSet::new(), grade: Grade::default() };
        for (kind, list) in [
            (ItemKind::Assignment, List::Assignments(remote)),
            (ItemKind::Quiz, List::Quizzes(remote)),
            (ItemKind::Discussion, List::Discussions(remote)),
        ] {
            if let Some(items) = self.list(side, run, list).await? {
                contents.items.extend(items);
                contents.kinds.insert(kind);
            }
        }
        let mut groups = Vec::new();
        if remote.is_weighted {
            let (mut next, mut parts) = (None, 0);
            while let Some(listed) =
                optional(side.service.groups(&run.account, &remote.id, next.as_deref()).await)?
            {
                groups.extend(listed.items);
                next = another(listed.next, &mut parts)?;
                if next.is_none() {
                    break;
                }
            }
        }
        contents.grade = Grade::new(remote.is_weighted, &groups, &contents.items);
        Ok(contents)
    }

    /// All of a list; `None` where this user does not get to see it.
    async fn list(
        &self,
        side: &Side,
        run: &Run,
        list: List<'_>,
    ) -> Result<Option<Vec<RemoteItem>>, SyncError> {
        let mut items = Vec::new();
        let (mut next, mut parts) = (None, 0);
        loop {
            let Some(listed) = optional(part(side, &run.account, list, next.as_deref()).await)? else {
                return Ok(None);
            };
            self.note_seen(run, listed.items.len()).await?;
            items.extend(listed.items);
            next = another(listed.next, &mut parts)?;
            if next.is_none() {
                return Ok(Some(items));
            }
        }
    }

    /// Shows whoever waits how far it has come.
    async fn note_seen(&self, run: &Run, items: usize) -> Result<(), SyncError> {
        if items == 0 {
            return Ok(());
        }
        let (mut unit, mut account) = self.of_run(run).await?;
        account.run.items = account.run.items.saturating_add(u32::try_from(items).unwrap_or(u32::MAX));
        unit.put_canvas_account(&account).await?;
        unit.commit().await?;
        Ok(())
    }

    async fn import<'a>(
        &self,
        unit: &mut dyn Unit,
        run: &Run,
        course: Option<Uuid>,
        items: impl Iterator<Item = (&'a RemoteItem, &'a CourseChoice, &'a str)> + Send,
        grade: &Grade,
    ) -> Result<usize, SyncError> {
        let host = &run.account.host;
        let mut records = BTreeMap::new();
        for (item, choice, label) in items {
            let task = rules::task_id(run.user, host, item.kind, &item.id);
            let imported = rules::fields(item, label, grade.share_permille(item), choice);
            let is_wanted = item.is_published && !choice.is_ignored;
            let record = ItemRecord { task, course, kind: item.kind, canvas_id: item.id.clone(), imported };
            records.insert(task, (record, is_wanted));
        }
        let ids: Vec<TaskId> = records.keys().copied().collect();
        let known = by_task(unit.canvas_items_of(&ids).await?);
        let mut writes = Writes::default();
        for (task, (record, is_wanted)) in records {
            writes.import(host, record, known.get(&task), is_wanted);
        }
        self.write(unit, run.user, &writes).await
    }

    /// Closes what a course no longer has; not where it seems to have nothing any more, before a second look.
    async fn close_missing(
        &self,
        unit: &mut dyn Unit,
        run: &Run,
        course: &Course,
        contents: &Contents,
        now: Moment,
    ) -> Result<usize, SyncError> {
        let known = unit.canvas_items(Some(course.record.id)).await?;
        let is_open = |known: &Imported| {
            known.item.as_ref().is_some_and(|item| item.imported.status == TaskStatus::Open)
        };
        let seems_empty = contents.items.is_empty() && known.iter().any(is_open);
        let empty_since = course.record.empty_since;
        let is_believed = empty_since.is_some_and(|since| later(since, CONFIRMED_AFTER) <= now);
        let is_doubted = seems_empty && !is_believed;
        // The owner may have settled something meanwhile: only this is ours to say.
        if let Some(record) = unit.canvas_course(course.record.id).await? {
            let empty_since = if is_doubted { empty_since.or(Some(now)) } else { None };
            unit.put_canvas_course(&CourseRecord { empty_since, ..record }).await?;
        }
        if is_doubted {
            return Ok(0);
        }
        let host = &run.account.host;
        let seen: BTreeSet<TaskId> =
            contents.items.iter().map(|item| rules::task_id(run.user, host, item.kind, &item.id)).collect();
        let mut writes = Writes::default();
        for known in &known {
            let is_gone =
                |item: &ItemRecord| contents.kinds.contains(&item.kind) && !seen.contains(&item.task);
            if known.item.as_ref().is_some_and(is_gone) {
                writes.close(host, known);
            }
        }
        self.write(unit, run.user, &writes).await
    }

    /// Reads what students note for themselves, and what is to be read by some day. It belongs to no course here.
    async fn read_planner(&self, side: &Side, run: &Run, courses: &[Course]) -> Result<usize, SyncError> {
        let now = self.clock.now().floor();
        let Some(span) = Interval::new(now.plus(-PLANNER_BACK), now.plus(PLANNER_AHEAD)) else {
            return Ok(0);
        };
        let Some(items) = self.list(side, run, List::Planner(span)).await? else { return Ok(0) };
        let by_canvas_id: BTreeMap<&str, &Course> =
            courses.iter().map(|course| (course.remote.id.as_str(), course)).collect();
        let (mut written, everywhere) = (0, CourseChoice::default());
        let settled = |item: &RemoteItem| {
            let course = item.course.as_deref().and_then(|id| by_canvas_id.get(id));
            course.map_or((&everywhere, ""), |course| (&course.record.choice, course.label()))
        };
        for chunk in items.chunks(CHUNK) {
            let (mut unit, _) = self.of_run(run).await?;
            let imports: Vec<_> = chunk
                .iter()
                .map(|item| {
                    let (choice, label) = settled(item);
                    (item, choice, label)
                })
                .collect();
            written += self.import(unit.as_mut(), run, None, imports.into_iter(), &Grade::default()).await?;
            unit.commit().await?;
        }
        let host = &run.account.host;
        let seen: BTreeSet<TaskId> =
            items.iter().map(|item| rules::task_id(run.user, host, item.kind, &item.id)).collect();
        let (mut unit, _) = self.of_run(run).await?;
        let mut writes = Writes::default();
        for known in unit.canvas_items(None).await? {
            // What lies outside of the time that was read was not looked for.
            let was_looked_for = |item: &ItemRecord| {
                let due = item.imported.due_ts.map(|due| Moment::from(due).floor());
                !seen.contains(&item.task) && due.is_some_and(|due| span.start() < due && due < span.end())
            };
            if known.item.as_ref().is_some_and(was_looked_for) {
                writes.close(host, &known);
            }
        }
        written += self.write(unit.as_mut(), run.user, &writes).await?;
        unit.commit().await?;
        Ok(written)
    }

    async fn write(&self, unit: &mut dyn Unit, user: UserId, writes: &Writes) -> Result<usize, SyncError> {
        if !writes.items.is_empty() {
            unit.put_canvas_items(&writes.items).await?;
        }
        if !writes.tasks.is_empty() {
            let ids: Vec<TaskId> = writes.tasks.iter().map(|task| task.id).collect();
            let before = by_task(unit.canvas_items_of(&ids).await?);
            unit.put_tasks(&writes.tasks).await?;
            for task in &writes.tasks {
                let before = before.get(&task.id).and_then(|known| known.task.as_ref());
                let before = before.map(|task| tasks::state(&task.fields));
                self.watch_imported(unit, user, before.as_ref(), task).await?;
            }
        }
        Ok(writes.tasks.len())
    }
}

impl Course {
    /// What it is called for short.
    fn label(&self) -> &str {
        if self.record.code.is_empty() { &self.record.name } else { &self.record.code }
    }
}

fn course_record(id: Uuid, remote: &RemoteCourse, known: Option<CourseRecord>) -> CourseRecord {
    let text = |text: &str| rules::cut(&rules::one_line(text), crate::validate::MAX_TITLE_CHARS);
    CourseRecord {
        id,
        canvas_id: remote.id.clone(),
        name: text(&remote.name),
        code: text(&remote.code),
        term: remote.term.as_deref().map(text),
        time_zone: remote.time_zone.clone(),
        is_active: true,
        empty_since: known.as_ref().and_then(|known| known.empty_since),
        choice: known.map(|known| known.choice).unwrap_or_default(),
    }
}

/// By the task that each is of.
fn by_task(known: Vec<Imported>) -> BTreeMap<TaskId, Imported> {
    let id = |known: &Imported| {
        known.item.as_ref().map(|item| item.task).or(known.task.as_ref().map(|task| task.id))
    };
    known.into_iter().filter_map(|known| Some((id(&known)?, known))).collect()
}

async fn part(
    side: &Side,
    account: &Account,
    list: List<'_>,
    next: Option<&str>,
) -> Result<Listed<RemoteItem>, CanvasError> {
    match list {
        List::Assignments(course) => side.service.assignments(account, course, next).await,
        List::Quizzes(course) => side.service.quizzes(account, course, next).await,
        List::Discussions(course) => side.service.discussions(account, course, next).await,
        List::Planner(span) => side.service.planner(account, span, next).await,
    }
}

/// `None` where there is no such thing for this user: what is switched off in a course is no reason to read no other.
pub(super) fn optional<T>(asked: Result<T, CanvasError>) -> Result<Option<T>, CanvasError> {
    match asked {
        Ok(found) => Ok(Some(found)),
        Err(CanvasError::NotFound | CanvasError::Forbidden) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The part that follows, unless the list has too many.
fn another(next: Option<String>, parts: &mut usize) -> Result<Option<String>, CanvasError> {
    *parts += 1;
    if next.is_some() && *parts >= MOST_PARTS {
        return Err(CanvasError::NotUnderstood("a list that does not end".to_owned()));
    }
    Ok(next)
}
