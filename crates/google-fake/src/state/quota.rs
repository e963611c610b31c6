//! Quotas per minute, sliding.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use crate::options::Quota;
use crate::wire::refusal::Refusal;

/// What was used in the last minute.
#[derive(Default)]
pub(crate) struct Quotas {
    project: Used,
    people: BTreeMap<String, Used>,
}

#[derive(Default)]
struct Used(VecDeque<(Timestamp, u32)>);

impl Used {
    fn units(&mut self, now: Timestamp) -> u32 {
        while self.0.front().is_some_and(|(at, _)| now.duration_since(*at) >= SignedDuration::from_mins(1)) {
            self.0.pop_front();
        }
        self.0.iter().map(|(_, units)| units).sum()
    }
}

impl Quotas {
    /// Takes `units` of what a person may use, or refuses.
    pub(crate) fn take(
        &mut self,
        quota: Quota,
        email: &str,
        units: u32,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let person = self.people.entry(email.to_owned()).or_default();
        if person.units(now) + units > quota.per_person {
            return Err(Refusal::new(403, "userRateLimitExceeded", "User Rate Limit Exceeded"));
        }
        if self.project.units(now) + units > quota.per_project {
            return Err(Refusal::new(403, "rateLimitExceeded", "Rate Limit Exceeded"));
        }
        person.0.push_back((now, units));
        self.project.0.push_back((now, units));
        Ok(())
    }
}
