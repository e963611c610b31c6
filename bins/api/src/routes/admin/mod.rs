//! `/api/v1/admin`: what concerns everybody, for admins alone.

mod jobs;

use crate::server::{Endpoint, resource};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        resource("/api/v1/admin/jobs").get(jobs::list),
        resource("/api/v1/admin/jobs/{id}/retry").post(jobs::retry),
    ]
}
