use planner_core::time::Moment;
use proptest::prelude::*;
use time::OffsetDateTime;
use time::macros::datetime;

use super::*;
use crate::ports::canvas::ItemKind;
use crate::ports::{Origin, TaskRecord};

fn item(title: &str, points: u64) -> RemoteItem {
    RemoteItem {
        kind: ItemKind::Assignment,
        id: "1".to_owned(),
        course: Some("7".to_owned()),
        title: title.to_owned(),
        due: Some(datetime!(2026-03-06 06:59 UTC)),
        points: Some(points * 100).filter(|points| *points > 0),
        group: None,
        form: Form::Work,
        is_published: true,
        is_counted: true,
        is_done: false,
    }
}

fn of(kind: ItemKind, title: &str) -> RemoteItem {
    RemoteItem { kind, ..item(title, 0) }
}

fn group(id: &str, weight_permille: u32) -> RemoteGroup {
    RemoteGroup { id: id.to_owned(), weight_permille }
}

fn usual(item: &RemoteItem, share_permille: u32) -> TaskFields {
    fields(item, "BIO 1", share_permille, &CourseChoice::default())
}

/// The table of `docs/how-to/canvas.md`.
#[test]
fn what_a_thing_is_says_how_long_it_takes_and_how_much_it_matters() {
    let graded = |form| RemoteItem { form, ..item("Week 3", 0) };
    for (item, kind, minutes, priority) in [
        (item("Midterm Exam", 0), TaskKind::Exam, 240, 70),
        (of(ItemKind::Quiz, "Test 2"), TaskKind::Exam, 240, 70),
        (item("Essay", 0), TaskKind::Assignment, 90, 45),
        (graded(Form::Quiz), TaskKind::Assignment, 60, 45),
        (of(ItemKind::Quiz, "Practice"), TaskKind::Assignment, 60, 45),
        (graded(Form::Discussion), TaskKind::Assignment, 45, 35),
        (of(ItemKind::Discussion, "Say hello"), TaskKind::Assignment, 45, 35),
        (of(ItemKind::Note, "Buy a coat"), TaskKind::Other, 30, 30),
        (of(ItemKind::Page, "Cells"), TaskKind::Other, 30, 20),
    ] {
        let fields = usual(&item, 0);
        assert_eq!((fields.kind, fields.effort_minutes), (kind, minutes), "{}", item.title);
        assert_eq!(fields.priority, Priority::from_thousandths(priority * 1000), "{}", item.title);
    }
}

#[test]
fn an_exam_is_known_by_a_word_and_not_by_a_part_of_one() {
    for title in ["Final exam", "MIDTERM", "Test #3", "Klausur 1", "Prüfung", "Practice (exam)"] {
        assert!(is_exam(title), "{title}");
    }
    for title in ["Examples", "Latest news", "Contest", "Testimony", "Final project", ""] {
        assert!(!is_exam(title), "{title}");
    }
}

#[test]
fn each_percent_of_the_grade_is_a_quarter_of_an_hour_and_two_points() {
    for (share, minutes, priority) in
        [(0, 90, 45_000), (10, 105, 47_000), (100, 240, 65_000), (400, 600, 95_000)]
    {
        let fields = usual(&item("Essay", 10), share);
        assert_eq!(fields.effort_minutes, minutes, "{share}");
        assert_eq!(fields.priority.thousandths(), priority, "{share}");
    }
}

#[test]
fn what_the_owner_says_of_a_course_counts_for_all_of_it() {
    let choice = CourseChoice {
        effort_percent: 50,
        priority: Some(Priority::from_thousandths(12_500)),
        is_ignored: false,
    };
    let told = fields(&item("Essay", 10), "", 1000, &choice);
    assert_eq!((told.effort_minutes, told.priority.thousandths()), (300, 12_500));
    let ignored = CourseChoice { is_ignored: true, ..CourseChoice::default() };
    assert_eq!(fields(&item("Essay", 10), "", 0, &ignored).status, TaskStatus::Done);
}

#[test]
fn a_group_with_a_weight_is_shared_by_what_counts_in_it() {
    let within = |group: &str, points| RemoteItem { group: Some(group.to_owned()), ..item("x", points) };
    let omitted = RemoteItem { is_counted: false, ..within("a", 1000) };
    let items = [within("a", 10), within("a", 30), within("b", 5), omitted.clone()];
    let weighted = Grade::new(true, &[group("a", 400), group("b", 600)], &items);
    let shares = |grade: &Grade| items.iter().map(|item| grade.share_permille(item)).collect::<Vec<_>>();
    assert_eq!(shares(&weighted), [100, 300, 600, 0]);
    let by_points = Grade::new(false, &[], &items);
    assert_eq!(shares(&by_points), [100, 100, 100, 0], "a tenth at most");
    let many: Vec<RemoteItem> = (0..25).map(|_| item("x", 10)).collect();
    assert_eq!(Grade::new(false, &[], &many).share_permille(&many[0]), 40);
    assert_eq!(Grade::new(true, &[], &items).share_permille(&items[0]), 0, "of a group that nobody knows");
    assert_eq!(Grade::default().share_permille(&items[0]), 0);
}

#[test]
fn a_title_is_one_line_that_names_its_course_and_fits() {
    assert_eq!(usual(&item("  Home\nwork\u{7}1 ", 0), 0).title, "Home work 1 (BIO 1)");
    assert_eq!(fields(&item("", 0), "", 0, &CourseChoice::default()).title, "Untitled");
    let long = usual(&item(&"ü".repeat(900), 0), 0).title;
    assert_eq!(long.chars().count(), MAX_TITLE_CHARS);
    assert!(long.ends_with(" (BIO 1)"));
}

#[test]
fn identities_are_of_a_user_a_host_and_a_thing_there() {
    let (ada, eve) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
    let (here, there) = (Host::known("a.edu"), Host::known("b.edu"));
    let ids = [
        task_id(ada, &here, ItemKind::Assignment, "1"),
        task_id(eve, &here, ItemKind::Assignment, "1"),
        task_id(ada, &there, ItemKind::Assignment, "1"),
        task_id(ada, &here, ItemKind::Quiz, "1"),
        task_id(ada, &here, ItemKind::Assignment, "2"),
    ];
    assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), ids.len());
    assert_eq!(ids[0], task_id(ada, &here, ItemKind::Assignment, "1"));
    // Those of rows that lie in databases must stay.
    assert_eq!(ids[0].to_string(), "e28e75ba-2c68-5bac-aa88-0502aef250c9");
}

fn any_fields() -> impl Strategy<Value = TaskFields> {
    ("[ab]", 0..2_usize, proptest::option::of(0..2_i64), 0..2_i64, 0..2_u32, any::<bool>()).prop_map(
        |(title, kind, due, priority, effort_minutes, is_done)| TaskFields {
            title,
            kind: [TaskKind::Exam, TaskKind::Assignment][kind],
            due_ts: due.map(|due| OffsetDateTime::from(Moment::from_unix_micros(due * 60_000_000))),
            priority: Priority::from_thousandths(priority),
            effort_minutes,
            status: if is_done { TaskStatus::Done } else { TaskStatus::Open },
        },
    )
}

fn record(imported: TaskFields) -> ItemRecord {
    let task = TaskId(Uuid::from_u128(1));
    ItemRecord { task, course: None, kind: ItemKind::Assignment, canvas_id: "1".to_owned(), imported }
}

fn known(before: &TaskFields, task: &TaskFields) -> Imported {
    let at = datetime!(2026-03-02 08:00 UTC);
    let task = TaskRecord {
        id: TaskId(Uuid::from_u128(1)),
        fields: task.clone(),
        origin: Origin::own(),
        due_changed_at: None,
        version: 1,
        created_at: at,
        updated_at: at,
    };
    Imported { item: Some(record(before.clone())), task: Some(task) }
}

proptest! {
    #[test]
    fn what_the_owner_changed_stays_and_the_rest_follows(
        before in any_fields(), task in any_fields(), now in any_fields(),
    ) {
        let after = merged(&before, &task, &now);
        prop_assert_eq!(&after.title, if task.title == before.title { &now.title } else { &task.title });
        prop_assert_eq!(after.due_ts, if task.due_ts == before.due_ts { now.due_ts } else { task.due_ts });
        prop_assert_eq!(after.status, if task.status == before.status { now.status } else { task.status });
        prop_assert_eq!(merged(&before, &before, &now), now.clone(), "whoever changed nothing gets everything");
        prop_assert_eq!(merged(&before, &task, &before), task, "where nothing is new nothing changes");
    }

    #[test]
    fn an_import_that_brings_nothing_new_writes_nothing(before in any_fields(), task in any_fields()) {
        let mut writes = Writes::default();
        writes.import(&Host::known("a.edu"), record(before.clone()), Some(&known(&before, &task)), true);
        prop_assert_eq!(writes, Writes::default());
    }

    #[test]
    fn shares_of_a_grade_are_never_more_than_the_whole(
        points in proptest::collection::vec((0..1000_u64, 0..3_usize), 1..20), weights in proptest::array::uniform3(0..1000_u32),
        is_weighted in any::<bool>(),
    ) {
        let names = ["a", "b", "c"];
        let items: Vec<RemoteItem> = points
            .into_iter()
            .map(|(points, group)| RemoteItem { group: Some(names[group].to_owned()), ..item("x", points) })
            .collect();
        let groups: Vec<RemoteGroup> = names.iter().zip(weights).map(|(name, weight)| group(name, weight)).collect();
        let grade = Grade::new(is_weighted, &groups, &items);
        let whole: u32 = items.iter().map(|item| grade.share_permille(item)).sum();
        let most: u32 = if is_weighted { weights.iter().sum() } else { 1000 };
        prop_assert!(whole <= most, "{} of {}", whole, most);
    }
}
