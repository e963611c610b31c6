use std::time::Duration;

use planner_core::check::Violation;

use super::records::AuditAction;

/// How a plan was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planning {
    /// How long that took, with the check of the plan.
    pub took: Duration,
    /// Whether no better plan exists.
    pub proven_optimal: bool,
    /// How much the planner looked at.
    pub work: u64,
}

/// Looks on while the use cases work, and counts.
///
/// What it is told has happened already. It must neither wait nor fail.
pub trait Telemetry: Send + Sync {
    /// A plan was found.
    fn planned(&self, planning: &Planning) {
        let _ = planning;
    }

    /// Something was decided, and is in the audit with these reason codes or with the code of the refusal.
    fn decided(&self, action: AuditAction, reason_codes: &[&str]) {
        let _ = (action, reason_codes);
    }

    /// The checker refused a plan of the planner's, which should never happen.
    fn violated(&self, violations: &[Violation]) {
        let _ = violations;
    }
}

/// Nobody looks on.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTelemetry;

impl Telemetry for NoTelemetry {}
