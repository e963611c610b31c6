//! What is kept of Canvas, one file for each table, and tasks as a sync leaves them.

pub(crate) mod accounts;
pub(crate) mod courses;
pub(crate) mod items;
pub(crate) mod pages;
pub(crate) mod sign_ins;
pub(crate) mod synced;
