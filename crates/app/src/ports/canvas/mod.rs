//! Canvas LMS: what is asked of it, and what is kept of it.

mod records;
mod remote;
mod service;

/// Where what was imported comes from.
pub const SOURCE: &str = "canvas";

pub use records::{
    AccountRecord, CanvasRecords, CourseChoice, CourseRecord, Imported, ItemRecord, PageHead, PageRecord,
    RunRecord, SignInRecord, SyncedTask, TokenKind,
};
pub use remote::{Form, ItemKind, RemoteCourse, RemoteGroup, RemoteItem, RemotePage, RemoteUser};
pub use service::{Account, Canvas, CanvasError, Credential, Granted, Host, HostRefusal, Listed};
