//! The user's account at Canvas: connecting it, how far it is read, and its courses.

mod account;
mod courses;
mod sign_in;
mod sync;

use self::account::{AccountView, ConnectionView, TokenBody};
use self::courses::{CourseBody, CourseView, CoursesView};
pub(super) use self::sign_in::RedirectUris;
use self::sign_in::{BegunView, EndBody, SignInQuery};
use self::sync::StandingView;
use crate::openapi::operation;
use crate::problem::ProblemType as P;
use crate::server::{Endpoint, resource};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        resource("/api/v1/auth/canvas/url").get(sign_in::begin).told(
            operation("beginCanvasSignIn", "Where to send the user to connect their account at Canvas")
                .about(
                    "Begins a sign-in, which lasts for 15 minutes. Canvas sends the user back to `redirect_uri` with a \
                     `code` and a `state`.",
                )
                .query::<SignInQuery>()
                .refuses([P::CanvasNotConfigured])
                .answers::<BegunView>(200, "The address to send the user to."),
        ),
        resource("/api/v1/auth/canvas/token").post(sign_in::end).told(
            operation("endCanvasSignIn", "Connects the account at Canvas that the user signed in to")
                .about(
                    "Ends a sign-in with what the user came back with. From then on the account is read. The state is \
                     used up, whatever comes of it.",
                )
                .takes::<EndBody>()
                .refuses([P::CanvasNotConfigured, P::UnknownSignIn, P::CanvasCodeRefused])
                .refuses([P::CanvasRefusesServer, P::CanvasUnavailable])
                .answers::<AccountView>(200, "The account is connected."),
        ),
        resource("/api/v1/canvas/account")
            .get(account::read)
            .told(
                operation("readCanvasAccount", "The account at Canvas, and how one is connected")
                    .answers::<ConnectionView>(200, "The account, without its token."),
            )
            .put(account::connect)
            .told(
                operation("connectCanvas", "Connects an account at Canvas with a token that its owner made by hand")
                    .about(
                        "Tries the token, and has the account read from then on. Where this server has a developer key, \
                         people sign in instead.",
                    )
                    .takes::<TokenBody>()
                    .refuses([P::CanvasNotConfigured, P::CanvasTokenRefused])
                    .refuses([P::CanvasRefusesServer, P::CanvasUnavailable])
                    .answers::<AccountView>(200, "The account is connected."),
            )
            .delete(account::disconnect)
            .told(
                operation("disconnectCanvas", "Gives the account at Canvas up")
                    .about("Its token, its courses and their pages are forgotten. Tasks stay.")
                    .refuses([P::NotFound, P::CanvasNotConfigured])
                    .answers_nothing("It is disconnected."),
            ),
        resource("/api/v1/sync/canvas")
            .get(sync::read)
            .told(
                operation("readCanvasSync", "How far the account at Canvas is read")
                    .answers::<StandingView>(200, "How it stands, and what helps where something is wrong."),
            )
            .post(sync::ask)
            .told(
                operation("askForCanvasSync", "Has the account at Canvas read now")
                    .refuses([P::NotInSync])
                    .answers::<StandingView>(202, "It will be done in a moment; ask here how far it has come.")
                    .leads_to("readCanvasSync", &[]),
            ),
        resource("/api/v1/canvas/courses").get(courses::list).told(
            operation("listCanvasCourses", "The courses, and which pages are kept of them")
                .answers::<CoursesView>(200, "The courses, in order of name."),
        ),
        resource("/api/v1/canvas/courses/{id}").put(courses::choose).told(
            operation("chooseCanvasCourse", "Settles how a course is treated")
                .about("Replaces what was settled. The tasks of the course follow with the sync that this asks for.")
                .takes::<CourseBody>()
                .refuses([P::NotFound])
                .answers::<CourseView>(200, "The course as it is now."),
        ),
    ]
}
