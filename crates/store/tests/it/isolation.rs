use app::ports::{Access, EventPage, Origin, Page, StoreError, UndoToken, WeekSpan};
use planner_core::lifecycle::{Status, Undo};
use planner_core::model::Kind;
use planner_core::time::LocalDay;
use uuid::Uuid;

use crate::proposals::{Story, TOKEN};
use crate::support::{OWNER, PLANNER, exam, fields, moment, on};

const MONDAY: &str = "2026-03-02";

#[tokio::test]
async fn what_another_user_owns_does_not_exist() {
    let story = Story::applied().await;
    let world = &story.world;
    let (event, task, proposal) = (story.moved, story.trigger, story.proposal.id);
    let everything = async |who| {
        let mut all = Vec::new();
        for table in [
            "calendar_events",
            "tasks",
            "rebalancing_proposals",
            "proposal_moves",
            "rebalancing_snapshots",
            "rebalancing_audit",
            "churn_ledger",
            "rebalancing_apply_attempts",
        ] {
            all.push(world.rows(table, who).await);
        }
        all
    };
    let before = everything(1).await;
    let page = EventPage { from: None, to: None, page: Page { after: None, limit: 100 } };

    let mut unit = world.begin(2, OWNER).await;
    assert!(unit.event(event).await.unwrap().is_none());
    assert!(unit.events(&page).await.unwrap().is_empty());
    assert!(
        unit.update_event(event, &fields(Kind::Chill, on(MONDAY, "09:00", "10:00"))).await.unwrap().is_none()
    );
    assert!(!unit.delete_event(event).await.unwrap());
    assert!(unit.task(task).await.unwrap().is_none());
    assert!(unit.tasks(&page.page).await.unwrap().is_empty());
    assert!(unit.update_task(task, &exam()).await.unwrap().is_none());
    assert!(!unit.delete_task(task).await.unwrap());
    let span = WeekSpan {
        span: on(MONDAY, "00:00", "23:00"),
        trigger: Some(task),
        also: vec![event],
        accepted_after: moment("2026-01-01T00:00"),
    };
    assert_eq!(unit.week(&span).await.unwrap(), app::ports::WeekRows::default());
    assert_eq!(unit.churn_on(LocalDay::new(2026, 3, 2).unwrap()).await.unwrap(), 0);
    assert_eq!(unit.last_acceptance(task).await.unwrap(), None);
    assert!(unit.taken("proposals").await.unwrap().is_empty());
    assert!(unit.proposal(proposal).await.unwrap().is_none());
    assert_eq!(unit.open_proposal(Some(task)).await.unwrap(), None);
    assert_eq!(unit.proposal_of_token(&UndoToken::new(TOKEN)).await.unwrap(), None);
    assert!(!unit.verify_snapshot(proposal).await.unwrap());
    unit.release_snapshot(proposal).await.unwrap();
    assert!(unit.undoable(proposal).await.unwrap().is_empty());
    // Others' names for new rows of one's own do no harm.
    unit.insert_task(task, &exam(), &Origin::own()).await.unwrap();
    unit.insert_event(event, &fields(Kind::Chill, on(MONDAY, "09:00", "10:00")), &Origin::own())
        .await
        .unwrap();
    unit.commit().await.unwrap();

    // What only makes sense for a proposal of one's own fails.
    let undo = Undo { restore: vec![event], ..Undo::default() };
    let now = world.now();
    let mut unit = world.begin(2, PLANNER).await;
    assert!(matches!(unit.close_proposal(proposal, Status::Rejected, now).await, Err(StoreError::Failed(_))));
    drop(unit);
    let mut unit = world.begin(2, PLANNER).await;
    assert!(matches!(unit.restore(proposal, &undo).await, Err(StoreError::Failed(_))));
    drop(unit);
    let mut unit = world.begin(2, PLANNER).await;
    let (acceptance, changes) = story.acceptance();
    let applied = unit.apply(proposal, &acceptance, &changes, &UndoToken::new("x"), now).await;
    assert!(matches!(applied, Err(StoreError::Failed(_))));
    drop(unit);
    let mut unit = world.begin(2, PLANNER).await;
    let attempt = unit.record_attempt(Uuid::from_u128(77), proposal, None, now).await;
    assert!(matches!(attempt, Err(StoreError::DanglingReference(_))));
    let mut linked = fields(Kind::Focus, on(MONDAY, "09:00", "10:00"));
    linked.task_id = Some(story.other_task);
    drop(unit);
    let mut unit = world.begin(2, OWNER).await;
    let link = unit.insert_event(story.split, &linked, &Origin::own()).await;
    assert!(matches!(link, Err(StoreError::DanglingReference(_))));
    drop(unit);

    assert_eq!(everything(1).await, before);
    assert!(world.begin(1, Access::Read).await.proposal(proposal).await.unwrap().is_some());
}
