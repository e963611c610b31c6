//! The user's account at Google: signing in, choosing calendars, how far they are in step, and word of changes.

mod calendars;
mod sign_in;
mod status;
mod webhook;

use serde_json::json;

use self::calendars::{CalendarsView, ChoiceBody};
pub(super) use self::sign_in::RedirectUris;
use self::sign_in::{AccountView, BegunView, SignInQuery, TokenBody};
use self::status::{AskedView, StatusView};
use crate::openapi::{Operation, operation};
use crate::problem::ProblemType as P;
use crate::server::{Endpoint, resource};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        resource("/api/v1/auth/google/url").get(sign_in::begin).told(
            operation("beginGoogleSignIn", "Where to send the user to connect their account")
                .about(
                    "Begins a sign-in, which lasts for 15 minutes. Google sends the user back to `redirect_uri` with a \
                     `code` and a `state`.",
                )
                .query::<SignInQuery>()
                .refuses([P::GoogleNotConfigured])
                .answers::<BegunView>(200, "The address to send the user to."),
        ),
        resource("/api/v1/auth/google/token").post(sign_in::end).told(
            operation("connectGoogle", "Connects the account that the user signed in to")
                .about(
                    "Ends a sign-in with what the user came back with. From then on the account is synchronised. The \
                     state is used up, whatever comes of it.",
                )
                .takes::<TokenBody>()
                .refuses([P::GoogleNotConfigured, P::UnknownSignIn, P::GoogleCodeRefused])
                .refuses([P::ConsentDoesNotLast, P::ConsentIncomplete, P::GoogleRefusesServer])
                .refuses([P::GoogleUnavailable])
                .answers::<AccountView>(200, "The account is connected.")
                .leads_to("readGoogleCalendars", &[]),
        ),
        resource("/api/v1/auth/google").delete(sign_in::disconnect).told(
            operation("disconnectGoogle", "Gives the account up")
                .about(
                    "Consent goes back to Google, what is kept for the account is forgotten, and what was imported from \
                     it goes. What was written to it stays there, and here.",
                )
                .refuses([P::NotFound, P::GoogleNotConfigured])
                .answers_nothing("It is disconnected."),
        ),
        resource("/api/v1/google/calendars")
            .get(calendars::read)
            .told(
                operation("readGoogleCalendars", "The account's calendars, and which are synchronised")
                    .answers::<CalendarsView>(200, "The account, the choice, and the calendars.")
                    .leads_to_body("chooseGoogleCalendars", &json!("$response.body#/choice")),
            )
            .put(calendars::choose)
            .told(
                operation("chooseGoogleCalendars", "Chooses which calendars are synchronised, and how")
                    .about("Replaces the choice. What was imported from calendars that are no longer read goes.")
                    .takes::<ChoiceBody>()
                    .refuses([P::NotFound])
                    .answers::<CalendarsView>(200, "The account, the choice as it is now, and the calendars."),
            ),
        resource("/api/v1/sync").post(status::ask).told(
            operation("askForSync", "Has every calendar read and written now")
                .refuses([P::NotInSync])
                .answers::<AskedView>(202, "It will be done in a moment."),
        ),
        resource("/api/v1/sync/status").get(status::read).told(
            operation("readSyncStatus", "How far the account and its calendars are in step")
                .answers::<StatusView>(200, "How everything stands, and what helps where something is wrong."),
        ),
        resource("/webhooks/google").public().post(webhook::hear).told(
            webhook::headers().into_iter().fold(
                operation("hearFromGoogle", "Word of a change, from Google")
                    .about(
                        "For Google alone: each channel has a token that only Google knows. The body is not read. \
                         Whatever is wrong, the answer is the same.",
                    )
                    .refuses([P::NotFound, P::MalformedRequest, P::RequestTimeout, P::BodyTooLarge])
                    .refuses([P::NotReady])
                    .answers_nothing("It was heard."),
                Operation::parameter,
            ),
        ),
    ]
}
