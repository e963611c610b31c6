//! How names and numbers of the domain are read from bodies.

use app::ports::{AuditAction, JobStatus, TaskStatus};
use planner_core::lifecycle::Status;
use planner_core::model::{Kind, Priority, ReasonCode, TaskKind};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Number;
use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::openapi::one_of;
use crate::value::whole;

fn from_name<'de, T, D: Deserializer<'de>>(
    deserializer: D,
    read: impl FnOnce(&str) -> Option<T>,
    names: &[&str],
) -> Result<T, D::Error> {
    let name = String::deserialize(deserializer)?;
    read(&name).ok_or_else(|| D::Error::custom(format!("must be one of {}", names.join(", "))))
}

fn kind_names() -> Vec<&'static str> {
    Kind::ALL.iter().map(|kind| kind.as_str()).collect()
}

fn task_kind_names() -> Vec<&'static str> {
    TaskKind::ALL.iter().map(|kind| kind.as_str()).collect()
}

/// The schema of a type of event.
pub(super) fn kinds() -> ObjectBuilder {
    one_of(kind_names())
}

/// The schema of a type of task.
pub(super) fn task_kinds() -> ObjectBuilder {
    one_of(task_kind_names())
}

/// The schema of a task's status.
pub(super) fn task_statuses() -> ObjectBuilder {
    one_of(TASK_STATUS_NAMES)
}

/// The schema of where a proposal stands.
pub(super) fn statuses() -> ObjectBuilder {
    one_of(Status::ALL.iter().map(|status| status.as_str()))
}

/// The schema of where a job stands.
pub(super) fn job_statuses() -> ObjectBuilder {
    one_of(JobStatus::ALL.map(JobStatus::as_str))
}

/// The schema of what happened to a proposal.
pub(super) fn audit_actions() -> ObjectBuilder {
    one_of(AuditAction::ALL.map(AuditAction::as_str))
}

/// The schema of why a change is made.
pub(super) fn reason_codes() -> ObjectBuilder {
    one_of(ReasonCode::ALL.iter().map(|code| code.as_str()))
}

/// The schema of a priority.
pub(super) fn priorities() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Number)
        .minimum(Some(0))
        .maximum(Some(100))
        .multiple_of(Some(0.001))
        .description(Some("How much it matters, in thousandths at the finest."))
}

const TASK_STATUS_NAMES: [&str; 2] = [TaskStatus::Open.as_str(), TaskStatus::Done.as_str()];

pub(super) fn kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Kind, D::Error> {
    from_name(deserializer, Kind::from_name, &kind_names())
}

pub(super) fn optional_kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Kind>, D::Error> {
    kind(deserializer).map(Some)
}

pub(super) fn task_kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TaskKind, D::Error> {
    from_name(deserializer, TaskKind::from_name, &task_kind_names())
}

pub(super) fn optional_task_kind<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<TaskKind>, D::Error> {
    task_kind(deserializer).map(Some)
}

pub(super) fn task_status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TaskStatus, D::Error> {
    from_name(deserializer, TaskStatus::from_name, &TASK_STATUS_NAMES)
}

pub(super) fn optional_task_status<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<TaskStatus>, D::Error> {
    task_status(deserializer).map(Some)
}

pub(super) fn optional_status<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Status>, D::Error> {
    let names: Vec<&str> = Status::ALL.iter().map(|status| status.as_str()).collect();
    from_name(deserializer, Status::from_name, &names).map(Some)
}

pub(super) fn optional_action<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<AuditAction>, D::Error> {
    from_name(deserializer, AuditAction::from_name, &AuditAction::ALL.map(AuditAction::as_str)).map(Some)
}

pub(super) fn optional_job_status<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<JobStatus>, D::Error> {
    from_name(deserializer, JobStatus::from_name, &JobStatus::ALL.map(JobStatus::as_str)).map(Some)
}

/// A number in 0..=100 with at most three decimals.
pub(super) fn priority<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Priority, D::Error> {
    let number = f64::deserialize(deserializer)?;
    let thousandths = (number * 1000.0).round();
    if !(0.0..=100.0).contains(&number) || (number * 1000.0 - thousandths).abs() > 1e-6 {
        return Err(D::Error::custom("must be a number in 0..=100 with at most 3 decimals"));
    }
    #[expect(clippy::cast_possible_truncation, reason = "a whole number of at most 100 000")]
    Ok(Priority::from_thousandths(thousandths as i64))
}

pub(super) fn optional_priority<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Priority>, D::Error> {
    priority(deserializer).map(Some)
}

#[derive(Deserialize)]
struct Hour(#[serde(deserialize_with = "whole")] u8);

/// One number for each hour. An array would be read as far as it goes, and what follows taken for no JSON.
pub(super) fn optional_energy<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<[u8; 24]>, D::Error> {
    let hours: Vec<Hour> = Vec::deserialize(deserializer)?;
    let hours: Vec<u8> = hours.into_iter().map(|hour| hour.0).collect();
    hours.try_into().map(Some).map_err(|_| D::Error::custom("must be 24 numbers in 50..=150"))
}

/// The priority as a JSON number, whole where it is whole.
pub(super) fn priority_as_number(priority: Priority) -> Number {
    let thousandths = priority.thousandths();
    if thousandths % 1000 == 0 {
        return Number::from(thousandths / 1000);
    }
    #[expect(clippy::cast_precision_loss, reason = "at most 100 000, and read back with three decimals")]
    Number::from_f64(thousandths as f64 / 1000.0).unwrap_or_else(|| Number::from(thousandths / 1000))
}
