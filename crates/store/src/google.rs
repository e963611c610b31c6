//! What a unit of work keeps of an account at Google.

use app::identity::UserId;
use app::ports::google::{
    AccountRecord, BusyRecord, CalendarChoice, CalendarRecord, ChannelRecord, GoogleRecords, LinkRecord,
    Linked, RemoteEvent, SignInRecord, Synced,
};
use app::ports::{Holder, Sealed, StoreError};
use async_trait::async_trait;
use futures_util::FutureExt as _;
use planner_core::model::EventId;
use planner_core::time::Moment;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::Pg;
use crate::query::canvas;
use crate::query::google::{accounts, busy, calendars, channels, choice, links, mirror, sign_ins, synced};
use crate::unit::PgUnit;

#[async_trait]
impl GoogleRecords for PgUnit {
    async fn google_account(&mut self) -> Result<Option<AccountRecord>, StoreError> {
        let user = self.user();
        Ok(accounts::one(self.connection()?, user).await?)
    }

    async fn put_google_account(&mut self, account: &AccountRecord) -> Result<(), StoreError> {
        let user = self.user();
        Ok(accounts::put(self.connection()?, user, account).await?)
    }

    async fn forget_google(&mut self) -> Result<(), StoreError> {
        let user = self.user();
        Ok(accounts::forget(self.connection()?, user).await?)
    }

    async fn calendar_choice(&mut self) -> Result<CalendarChoice, StoreError> {
        let user = self.user();
        Ok(choice::load(self.connection()?, user).await?)
    }

    async fn put_calendar_choice(&mut self, choice: &CalendarChoice) -> Result<(), StoreError> {
        let user = self.user();
        Ok(choice::replace(self.connection()?, user, choice).await?)
    }

    async fn put_sign_in(&mut self, sign_in: &SignInRecord, now: Moment) -> Result<(), StoreError> {
        let user = self.user();
        Ok(sign_ins::put(self.connection()?, user, sign_in, now).await?)
    }

    async fn take_sign_in(&mut self, state_digest: &[u8]) -> Result<Option<SignInRecord>, StoreError> {
        let user = self.user();
        Ok(sign_ins::take(self.connection()?, user, state_digest).await?)
    }

    async fn google_calendars(&mut self) -> Result<Vec<CalendarRecord>, StoreError> {
        let user = self.user();
        Ok(calendars::all(self.connection()?, user).await?)
    }

    async fn google_calendar(&mut self, id: Uuid) -> Result<Option<CalendarRecord>, StoreError> {
        let user = self.user();
        Ok(calendars::one(self.connection()?, user, id).await?)
    }

    async fn put_google_calendar(&mut self, calendar: &CalendarRecord) -> Result<(), StoreError> {
        let user = self.user();
        Ok(calendars::put(self.connection()?, user, calendar).await?)
    }

    async fn delete_google_calendar(&mut self, id: Uuid) -> Result<(), StoreError> {
        let user = self.user();
        Ok(calendars::delete(self.connection()?, user, id).await?)
    }

    async fn mirror(&mut self, calendar: Uuid, groups: &[String]) -> Result<Vec<RemoteEvent>, StoreError> {
        let user = self.user();
        Ok(mirror::of_groups(self.connection()?, user, calendar, groups).await?)
    }

    async fn put_mirror(
        &mut self,
        calendar: Uuid,
        events: &[RemoteEvent],
        run: i64,
    ) -> Result<(), StoreError> {
        let user = self.user();
        Ok(mirror::put(self.connection()?, user, calendar, events, run).await?)
    }

    async fn delete_mirror(&mut self, calendar: Uuid, ids: &[String]) -> Result<(), StoreError> {
        let user = self.user();
        Ok(mirror::delete(self.connection()?, user, calendar, ids).await?)
    }

    async fn mirror_before(
        &mut self,
        calendar: Uuid,
        run: i64,
        limit: u32,
    ) -> Result<Vec<RemoteEvent>, StoreError> {
        let user = self.user();
        Ok(mirror::before(self.connection()?, user, calendar, run, limit).await?)
    }

    async fn mirror_size(&mut self, calendar: Uuid) -> Result<u64, StoreError> {
        let user = self.user();
        Ok(mirror::size(self.connection()?, user, calendar).await?)
    }

    async fn mirror_series(
        &mut self,
        calendar: Uuid,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        let user = self.user();
        Ok(mirror::series(self.connection()?, user, calendar, after, limit).await?)
    }

    async fn linked(&mut self, calendar: Uuid, groups: &[String]) -> Result<Vec<Linked>, StoreError> {
        let user = self.user();
        Ok(links::of_groups(self.connection()?, user, calendar, groups).await?)
    }

    async fn linked_events(&mut self, events: &[EventId]) -> Result<Vec<Linked>, StoreError> {
        let user = self.user();
        let ids: Vec<Uuid> = events.iter().map(|event| event.0).collect();
        Ok(links::of_events(self.connection()?, user, &ids).await?)
    }

    async fn links(
        &mut self,
        calendar: Uuid,
        after: Option<EventId>,
        limit: u32,
    ) -> Result<Vec<Linked>, StoreError> {
        let user = self.user();
        Ok(links::of_calendar(self.connection()?, user, calendar, after, limit).await?)
    }

    async fn put_links(&mut self, links: &[LinkRecord]) -> Result<(), StoreError> {
        let user = self.user();
        Ok(links::put(self.connection()?, user, links).await?)
    }

    async fn delete_links(&mut self, events: &[EventId]) -> Result<(), StoreError> {
        let user = self.user();
        Ok(links::delete(self.connection()?, user, events).await?)
    }

    async fn unwritten(
        &mut self,
        unlinked_after: Option<OffsetDateTime>,
        after: Option<EventId>,
        limit: u32,
    ) -> Result<Vec<Linked>, StoreError> {
        let user = self.user();
        Ok(links::unwritten(self.connection()?, user, unlinked_after, after, limit).await?)
    }

    async fn put_events(&mut self, events: &[Synced]) -> Result<Vec<i64>, StoreError> {
        let user = self.user();
        Ok(synced::put(self.connection()?, user, events).await?)
    }

    async fn delete_events(&mut self, events: &[EventId]) -> Result<(), StoreError> {
        let user = self.user();
        Ok(synced::delete(self.connection()?, user, events).await?)
    }

    async fn put_busy(&mut self, busy: &BusyRecord) -> Result<(), StoreError> {
        let user = self.user();
        Ok(busy::put(self.connection()?, user, busy).await?)
    }

    async fn busy(&mut self) -> Result<Vec<BusyRecord>, StoreError> {
        let user = self.user();
        Ok(busy::all(self.connection()?, user).await?)
    }

    async fn put_channel(&mut self, channel: &ChannelRecord) -> Result<(), StoreError> {
        let user = self.user();
        Ok(channels::put(self.connection()?, user, channel).await?)
    }

    async fn channel(&mut self, id: &str) -> Result<Option<ChannelRecord>, StoreError> {
        let user = self.user();
        Ok(channels::one(self.connection()?, user, id).await?)
    }

    async fn channels(&mut self) -> Result<Vec<ChannelRecord>, StoreError> {
        let user = self.user();
        Ok(channels::all(self.connection()?, user).await?)
    }

    async fn delete_channel(&mut self, id: &str) -> Result<(), StoreError> {
        let user = self.user();
        Ok(channels::delete(self.connection()?, user, id).await?)
    }
}

#[async_trait]
impl Sealed for Pg {
    async fn sealed_tokens(
        &self,
        of: Holder,
        after: Option<UserId>,
        limit: u16,
    ) -> Result<Vec<(UserId, String)>, StoreError> {
        self.ask(move |connection| match of {
            Holder::Google => accounts::sealed(connection, after, limit).boxed(),
            Holder::Canvas => canvas::accounts::sealed(connection, after, limit).boxed(),
        })
        .await
    }

    async fn put_sealed_token(
        &self,
        of: Holder,
        user: UserId,
        old: &str,
        new: &str,
    ) -> Result<bool, StoreError> {
        let (old, new) = (old.to_owned(), new.to_owned());
        self.ask(move |connection| {
            let (old, new) = (old.clone(), new.clone());
            async move {
                match of {
                    Holder::Google => accounts::reseal(connection, user, &old, &new).await,
                    Holder::Canvas => canvas::accounts::reseal(connection, user, &old, &new).await,
                }
            }
            .boxed()
        })
        .await
    }
}
