//! The account's list of calendars.

use app::ports::google::{AccessRole, Account, GoogleError, RemoteCalendar};
use google_calendar3::api::{Calendar, CalendarList};
use serde_json::json;

use crate::convert;
use crate::gcal::Gcal;
use crate::road::{decode, unexpected};

const LIST: &str = "calendarList.list";
const INSERT: &str = "calendars.insert";
/// A list of 25,000 calendars is none: its pages come round again.
const MOST_PAGES: usize = 100;

impl Gcal {
    pub(crate) async fn list_calendars(&self, account: &Account) -> Result<Vec<RemoteCalendar>, GoogleError> {
        let mut calendars = Vec::new();
        let mut page: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let mut pairs = vec![
                ("maxResults", "250"),
                (
                    "fields",
                    "nextPageToken,items(id,summary,summaryOverride,timeZone,accessRole,primary,deleted)",
                ),
            ];
            pairs.extend(page.as_deref().map(|page| ("pageToken", page)));
            let answer = self.read(account, &self.get(LIST, "users/me/calendarList", &pairs)).await?;
            let list: CalendarList = decode(LIST, &answer)?;
            let entries = list.items.unwrap_or_default().into_iter();
            calendars
                .extend(entries.filter(|entry| entry.deleted != Some(true)).filter_map(convert::calendar));
            page = list.next_page_token;
            if page.is_none() {
                return Ok(calendars);
            }
        }
        Err(unexpected(LIST))
    }

    pub(crate) async fn make_calendar(
        &self,
        account: &Account,
        title: &str,
        time_zone: &str,
    ) -> Result<RemoteCalendar, GoogleError> {
        let call = self.post(INSERT, "calendars", &json!({"summary": title, "timeZone": time_zone}));
        let made: Calendar = decode(INSERT, &self.once(account, &call).await?)?;
        Ok(RemoteCalendar {
            id: made.id.ok_or_else(|| unexpected(INSERT))?,
            title: made.summary.unwrap_or_else(|| title.to_owned()),
            time_zone: made.time_zone,
            access: AccessRole::Owner,
            is_primary: false,
        })
    }
}
