use std::time::{Duration, Instant};

use planner_core::lifecycle::{self, CreateRefusal, DraftError, Drafted, Policy};
use planner_core::model::{Plan, Problem};

use crate::ports::Planning;
use crate::{App, Failure};

impl App {
    /// Has a problem planned and the plan checked, and tells how that went; also how long it took.
    pub(super) fn plan(
        &self,
        problem: &Problem,
        policy: &Policy,
    ) -> Result<(Drafted, Duration), Failure<CreateRefusal>> {
        let begun = Instant::now();
        let drafted = lifecycle::draft(problem, policy);
        let took = begun.elapsed();
        match drafted {
            Ok(drafted) => {
                if let Some(plan) = plan_of(&drafted) {
                    let (proven_optimal, work) = (plan.proven_optimal, plan.work);
                    self.telemetry.planned(&Planning { took, proven_optimal, work });
                }
                Ok((drafted, took))
            }
            Err(error) => {
                if let DraftError::Unsound(violations) = &error {
                    self.telemetry.violated(violations);
                }
                Err(Failure::Contradiction(format!("{error}: {error:?}")))
            }
        }
    }
}

/// The plan, where there was something to search for.
fn plan_of(drafted: &Drafted) -> Option<&Plan> {
    match drafted {
        Drafted::Proposal(draft) => Some(&draft.plan),
        Drafted::Nothing { plan, .. } => plan.as_deref(),
    }
}
