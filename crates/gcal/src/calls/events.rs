//! A calendar's events, as they are and as they change.

use app::ports::google::{Account, EventsPage, GoogleError, RemoteEvent, Since};
use google_calendar3::api::{Event, Events};
use http::StatusCode;
use secrecy::{ExposeSecret as _, SecretString};

use crate::convert;
use crate::gcal::Gcal;
use crate::road::{Failure, decode, unexpected};
use crate::wire::Refusal;
use crate::wire::text::{piece, second};

const LIST: &str = "events.list";
const GET: &str = "events.get";

/// What is read of an event; descriptions, guests and the like stay where they are.
pub(super) const FIELDS: &str = "id,etag,status,updated,summary,start,end,recurrence,recurringEventId,originalStartTime,\
    transparency,eventType,attendees(self,responseStatus),extendedProperties/private";

impl Gcal {
    /// Every page of a reading, and every reading of changes after it, has the same parameters but for the tokens: Google
    /// insists. Deleted events come with changes, and cancelled occurrences of series always; to ask for more would only
    /// bring what is long gone.
    pub(crate) async fn list_events(
        &self,
        account: &Account,
        calendar: &str,
        since: &Since,
        page: Option<&str>,
    ) -> Result<EventsPage, GoogleError> {
        let fields = format!("nextPageToken,nextSyncToken,items({FIELDS})");
        let begin = match since {
            Since::Start(start) => ("timeMin", second(*start)),
            Since::Position(position) => ("syncToken", position.expose_secret().to_owned()),
        };
        let mut pairs = vec![
            ("singleEvents", "false"),
            ("maxResults", "2500"),
            // Where there are more guests than this, the account alone is named, which tells whether it declined.
            ("maxAttendees", "1"),
            ("fields", &fields),
            (begin.0, &begin.1),
        ];
        pairs.extend(page.map(|page| ("pageToken", page)));
        let call = self.get(LIST, &format!("calendars/{}/events", piece(calendar)), &pairs);
        let answer = self.read(account, &call).await.map_err(|failure| match failure {
            Failure::Refused(refusal) if is_outdated(&refusal) => GoogleError::Outdated,
            other => other.into(),
        })?;
        let list: Events = decode(LIST, &answer)?;
        let events = list.items.unwrap_or_default().into_iter().map(convert::event);
        Ok(EventsPage {
            events: events.collect::<Option<_>>().ok_or_else(|| unexpected(LIST))?,
            next_page: list.next_page_token,
            position: list.next_sync_token.map(SecretString::from),
        })
    }

    pub(crate) async fn find_event(
        &self,
        account: &Account,
        calendar: &str,
        id: &str,
    ) -> Result<Option<RemoteEvent>, GoogleError> {
        let path = format!("calendars/{}/events/{}", piece(calendar), piece(id));
        let answer = match self
            .read(account, &self.get(GET, &path, &[("fields", FIELDS)]))
            .await
            .map_err(Into::into)
        {
            Err(GoogleError::NotFound) => return Ok(None),
            answer => answer?,
        };
        convert::event(decode::<Event>(GET, &answer)?).map(Some).ok_or_else(|| unexpected(GET))
    }
}

/// Whether the position in the calendar's changes, or the page, is not known any more.
fn is_outdated(refusal: &Refusal) -> bool {
    let is_about_tokens = ["syncToken", "pageToken"].contains(&refusal.location.as_str());
    refusal.is(StatusCode::GONE) || (refusal.is(StatusCode::BAD_REQUEST) && is_about_tokens)
}
