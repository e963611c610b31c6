//! Two calendars in step: the use cases over a real database, and a Google that can be made to fail.

mod model;
mod pair;
mod stories;
