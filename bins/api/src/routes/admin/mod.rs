//! `/api/v1/admin`: what concerns everybody, for admins alone.

mod jobs;

use self::jobs::{JobQuery, JobView};
use super::cursor::ListView;
use crate::openapi::operation;
use crate::problem::ProblemType;
use crate::server::{Endpoint, resource};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        resource("/api/v1/admin/jobs").get(jobs::list).told(
            operation("listJobs", "The work in the background, by creation")
                .about("The work in the background, of everybody, without what the jobs hold. For admins.")
                .query::<JobQuery>()
                .answers::<ListView<JobView>>(200, "A page of jobs.")
                .leads_to("listJobs", &[("query.cursor", "$response.body#/next_cursor")])
                .leads_to("retryJob", &[("path.id", "$response.body#/items/0/id")]),
        ),
        resource("/api/v1/admin/jobs/{id}/retry").post(jobs::retry).told(
            operation("retryJob", "Queues a dead job again")
                .about("Queues a job again that was given up. For admins.")
                .refuses([ProblemType::Conflict])
                .answers_nothing("It is queued."),
        ),
    ]
}
