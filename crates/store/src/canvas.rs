//! What a unit of work keeps of an account at a Canvas.

use app::ports::StoreError;
use app::ports::canvas::{
    AccountRecord, CanvasRecords, CourseRecord, Imported, ItemRecord, PageHead, PageRecord, SignInRecord,
    SyncedTask,
};
use async_trait::async_trait;
use planner_core::model::TaskId;
use planner_core::time::Moment;
use uuid::Uuid;

use crate::query::canvas::{accounts, courses, items, pages, sign_ins, synced};
use crate::unit::PgUnit;

#[async_trait]
impl CanvasRecords for PgUnit {
    async fn canvas_account(&mut self) -> Result<Option<AccountRecord>, StoreError> {
        let user = self.user();
        Ok(accounts::one(self.connection()?, user).await?)
    }

    async fn put_canvas_account(&mut self, account: &AccountRecord) -> Result<(), StoreError> {
        let user = self.user();
        Ok(accounts::put(self.connection()?, user, account).await?)
    }

    async fn forget_canvas(&mut self) -> Result<(), StoreError> {
        let user = self.user();
        Ok(accounts::forget(self.connection()?, user).await?)
    }

    async fn put_canvas_sign_in(&mut self, sign_in: &SignInRecord, now: Moment) -> Result<(), StoreError> {
        let user = self.user();
        Ok(sign_ins::put(self.connection()?, user, sign_in, now).await?)
    }

    async fn take_canvas_sign_in(&mut self, state_digest: &[u8]) -> Result<Option<SignInRecord>, StoreError> {
        let user = self.user();
        Ok(sign_ins::take(self.connection()?, user, state_digest).await?)
    }

    async fn canvas_courses(&mut self) -> Result<Vec<CourseRecord>, StoreError> {
        let user = self.user();
        Ok(courses::all(self.connection()?, user).await?)
    }

    async fn canvas_course(&mut self, id: Uuid) -> Result<Option<CourseRecord>, StoreError> {
        let user = self.user();
        Ok(courses::one(self.connection()?, user, id).await?)
    }

    async fn put_canvas_course(&mut self, course: &CourseRecord) -> Result<(), StoreError> {
        let user = self.user();
        Ok(courses::put(self.connection()?, user, course).await?)
    }

    async fn canvas_items(&mut self, course: Option<Uuid>) -> Result<Vec<Imported>, StoreError> {
        let user = self.user();
        Ok(items::of_course(self.connection()?, user, course).await?)
    }

    async fn canvas_items_of(&mut self, tasks: &[TaskId]) -> Result<Vec<Imported>, StoreError> {
        let user = self.user();
        let ids: Vec<Uuid> = tasks.iter().map(|task| task.0).collect();
        Ok(items::of_tasks(self.connection()?, user, &ids).await?)
    }

    async fn put_canvas_items(&mut self, items: &[ItemRecord]) -> Result<(), StoreError> {
        let user = self.user();
        Ok(items::put(self.connection()?, user, items).await?)
    }

    async fn put_tasks(&mut self, tasks: &[SyncedTask]) -> Result<(), StoreError> {
        let user = self.user();
        Ok(synced::put(self.connection()?, user, tasks).await?)
    }

    async fn canvas_page_heads(&mut self) -> Result<Vec<(Uuid, PageHead)>, StoreError> {
        let user = self.user();
        Ok(pages::heads(self.connection()?, user).await?)
    }

    async fn canvas_pages(&mut self, course: Uuid) -> Result<Vec<PageRecord>, StoreError> {
        let user = self.user();
        Ok(pages::of_course(self.connection()?, user, course).await?)
    }

    async fn put_canvas_pages(&mut self, course: Uuid, pages: &[PageRecord]) -> Result<(), StoreError> {
        let user = self.user();
        Ok(pages::replace(self.connection()?, user, course, pages).await?)
    }
}
