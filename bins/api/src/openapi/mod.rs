//! The `OpenAPI` document: what each operation says of itself beside its handler, and what all have in common.
//!
//! ```ignore
//! resource("/api/v1/tasks")
//!     .get(list)
//!     .told(operation("listTasks", "Tasks, by creation").query::<TaskQuery>().answers::<ListView<TaskView>>(200))
//! ```
//!
//! Paths, methods, who may ask, and what the server itself may answer (401, 405, 500, ...) are known already: they are
//! added here, once for all.

mod document;
mod operation;
mod problems;

use utoipa::openapi::schema::{ObjectBuilder, Type};

pub use self::document::{document, of_the_api};
pub use self::operation::{Operation, operation};

/// The schema of a text that is one of these names.
pub(crate) fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names))
}
