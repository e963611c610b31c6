//! The courses, and what their owner settles for them.

use std::collections::BTreeMap;
use std::convert::Infallible;

use planner_core::model::Priority;
use uuid::Uuid;

use super::jobs;
use crate::identity::User;
use crate::ports::canvas::{CourseChoice, CourseRecord, PageHead};
use crate::ports::google::AccountState;
use crate::ports::{Access, Actor};
use crate::{App, Failure, validate};

/// No reason but the common ones keeps somebody from settling what they want.
type CourseFailure = Failure<Infallible>;

/// How much more or less effort than usual a course may be said to ask for, in hundredths.
const EFFORT_PERCENT: std::ops::RangeInclusive<u16> = 10..=1000;

/// A course, and what pages there are of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourseOverview {
    /// The course.
    pub course: CourseRecord,
    /// Its pages, in order of place.
    pub pages: Vec<PageHead>,
}

impl App {
    /// The user's courses, in order of name.
    ///
    /// # Errors
    /// [`Failure::Store`] where the store fails.
    pub async fn canvas_courses(&self, user: &User) -> Result<Vec<CourseOverview>, CourseFailure> {
        let mut unit = self.begin(user, Access::Read).await?;
        let courses = unit.canvas_courses().await?;
        let mut pages: BTreeMap<Uuid, Vec<PageHead>> = BTreeMap::new();
        for (course, head) in unit.canvas_page_heads().await? {
            pages.entry(course).or_default().push(head);
        }
        unit.commit().await?;
        let overview = |course: CourseRecord| {
            let pages = pages.remove(&course.id).unwrap_or_default();
            CourseOverview { course, pages }
        };
        Ok(courses.into_iter().map(overview).collect())
    }

    /// Settles how a course is treated. Its tasks follow with the sync that this asks for.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the user has no such course, [`Failure::Invalid`] where something is out of bounds.
    pub async fn choose_canvas_course(
        &self,
        user: &User,
        id: Uuid,
        choice: CourseChoice,
    ) -> Result<CourseOverview, CourseFailure> {
        check(&choice)?;
        let mut unit = self.begin(user, Access::Write(Actor::Owner)).await?;
        let course = unit.canvas_course(id).await?.ok_or(Failure::NotFound)?;
        let course = CourseRecord { choice, ..course };
        unit.put_canvas_course(&course).await?;
        let heads = unit.canvas_page_heads().await?;
        let is_connected =
            |account: &crate::ports::canvas::AccountRecord| account.state == AccountState::Connected;
        if unit.canvas_account().await?.as_ref().is_some_and(is_connected) {
            unit.enqueue(&jobs::syncing(user.id, self.now())).await?;
        }
        unit.commit().await?;
        let pages = heads.into_iter().filter(|(of, _)| *of == id).map(|(_, head)| head).collect();
        Ok(CourseOverview { course, pages })
    }
}

fn check(choice: &CourseChoice) -> Result<(), CourseFailure> {
    let mut errors = Vec::new();
    if !EFFORT_PERCENT.contains(&choice.effort_percent) {
        errors.push(crate::FieldError::new("effort_percent", "must be in 10..=1000"));
    }
    let is_priority = |priority: Priority| (0..=100_000).contains(&priority.thousandths());
    if choice.priority.is_some_and(|priority| !is_priority(priority)) {
        errors.push(crate::FieldError::new("priority_score", "must be in 0..=100"));
    }
    validate::verdict(errors)
}
