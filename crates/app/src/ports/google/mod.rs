//! Google Calendar: what is asked of it, and what is kept of it.

mod records;
mod remote;
mod service;

/// Where what was imported comes from.
pub const SOURCE: &str = "google";

pub use records::{
    AccountRecord, AccountState, Agreed, BusyRecord, CalendarChoice, CalendarRecord, ChannelRecord,
    GoogleRecords, ImportRule, LinkRecord, Linked, SignInRecord, SyncHealth, Synced,
};
pub use remote::{AccessRole, Nature, RemoteCalendar, RemoteEvent, RemoteFields, RemoteTime, SeriesPlace};
pub use service::{
    Account, Busy, Edit, EventsPage, Feature, Google, GoogleError, Granted, Lease, NewChannel, SignIn, Since,
    Wanted, Write, WriteKind, Written,
};
