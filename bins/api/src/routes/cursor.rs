//! Pages of lists: `?limit=&cursor=`, and the cursor of the next page in the answer.

use std::borrow::Cow;

use app::ports::{Page, Position};
use planner_core::time::Moment;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use crate::problem::{FieldError, Problem, ProblemType};
use crate::value::Instant;

/// What cursors look like.
const CURSOR: &str = r"^-?[0-9]{1,18}\.[0-9a-f]{32}$";

const DEFAULT_LIMIT: u16 = 50;
const MOST_ITEMS: u16 = 200;

/// A page as it is shown.
#[derive(Serialize)]
pub(super) struct ListView<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

impl<T> ListView<T> {
    /// A page of records as they are shown. Where `more` follow, it goes on after the last one's `position`.
    pub(super) fn new<R>(records: Vec<R>, more: bool, position: impl FnOnce(&R) -> Position) -> Self
    where
        T: From<R>,
    {
        let next = records.last().filter(|_| more).map(position);
        Self { items: records.into_iter().map(T::from).collect(), next_cursor: next.map(write) }
    }
}

impl<T: ToSchema> PartialSchema for ListView<T> {
    fn schema() -> RefOr<Schema> {
        let most = usize::from(MOST_ITEMS);
        let items = ArrayBuilder::new().items(Ref::from_schema_name(T::name())).max_items(Some(most));
        let next_cursor = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .pattern(Some(CURSOR))
            .description(Some("The `cursor` of the next page; null after the last."));
        ObjectBuilder::new()
            .property("items", items)
            .property("next_cursor", next_cursor)
            .required("items")
            .required("next_cursor")
            .description(Some("A page of a list."))
            .into()
    }
}

impl<T: ToSchema> ToSchema for ListView<T> {
    fn name() -> Cow<'static, str> {
        format!("{}List", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

/// The schema of a cursor.
pub(super) fn schema() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(CURSOR))
        .description(Some("The `next_cursor` of a page before."))
}

/// The page that a query asks for.
pub(super) fn page(limit: Option<u16>, cursor: Option<&str>) -> Result<Page, Problem> {
    let limit = limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MOST_ITEMS).contains(&limit) {
        return Err(wrong("limit", format!("must be in 1..={MOST_ITEMS}")));
    }
    let after = match cursor {
        None => None,
        Some(text) => Some(
            read(text).ok_or_else(|| wrong("cursor", "is none that this API has given out".to_owned()))?,
        ),
    };
    Ok(Page { after, limit })
}

/// From when to when a query asks for items; either end may be open.
pub(super) fn between(
    from: Option<Instant>,
    to: Option<Instant>,
) -> Result<(Option<OffsetDateTime>, Option<OffsetDateTime>), Problem> {
    if from.zip(to).is_some_and(|(from, to)| from >= to) {
        return Err(wrong("to", "must be later than `from`".to_owned()));
    }
    Ok((from.map(OffsetDateTime::from), to.map(OffsetDateTime::from)))
}

/// A parameter that reads well and means nothing usable.
pub(super) fn wrong(name: &'static str, detail: String) -> Problem {
    Problem::new(ProblemType::InvalidParameter, format!("The parameter `{name}` is not usable."))
        .error(FieldError::parameter(name, detail))
}

fn write(position: Position) -> String {
    format!("{}.{}", Moment::from(position.at).unix_micros(), position.id.simple())
}

fn read(text: &str) -> Option<Position> {
    let (micros, id) = text.split_once('.')?;
    let micros = micros.parse().ok()?;
    Some(Position { at: Moment::from_unix_micros(micros).into(), id: Uuid::try_parse(id).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_its_position() {
        for micros in [0, -1, 1_741_262_400_123_456] {
            let position = Position { at: Moment::from_unix_micros(micros).into(), id: Uuid::from_u128(7) };
            assert_eq!(page(Some(1), Some(&write(position))).unwrap().after, Some(position));
        }
    }

    #[test]
    fn what_is_no_cursor_or_no_limit_is_refused() {
        for cursor in ["", ".", "zz.1", "1", "1.1"] {
            assert!(page(None, Some(cursor)).is_err(), "{cursor}");
        }
        assert!(page(Some(0), None).is_err());
        assert!(page(Some(201), None).is_err());
        assert_eq!(page(None, None).unwrap().limit, 50);
    }
}
