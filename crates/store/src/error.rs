use app::ports::StoreError;
use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as QueryError};

/// What went wrong in a query module.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The database said no, or nothing.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// A stored row, or what is to be stored, breaks our rules.
    #[error("{0}")]
    Broken(String),
    /// Someone wrote to the row by another road between our look at it and our write.
    #[error("{0} was changed meanwhile")]
    Raced(&'static str),
}

impl Error {
    /// A complaint about a row.
    pub(crate) fn broken(what: impl Into<String>) -> Self {
        Self::Broken(what.into())
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        let way_out = match &error {
            Error::Query(query) => way_out(query),
            Error::Broken(_) => Self::Failed,
            // The next try sees the row as it is now and says what that means.
            Error::Raced(_) => Self::Unavailable,
        };
        way_out(Box::new(error))
    }
}

/// The trigger that guards the locks names itself as the violated constraint.
const GUARD: &str = "prevent_move_immovable";

type WayOut = fn(Box<dyn std::error::Error + Send + Sync>) -> StoreError;

fn way_out(error: &QueryError) -> WayOut {
    let QueryError::DatabaseError(kind, info) = error else { return StoreError::Failed };
    match kind {
        DatabaseErrorKind::ForeignKeyViolation => StoreError::DanglingReference,
        DatabaseErrorKind::CheckViolation if info.constraint_name() == Some(GUARD) => StoreError::Guarded,
        DatabaseErrorKind::SerializationFailure
        | DatabaseErrorKind::ClosedConnection
        | DatabaseErrorKind::UnableToSendCommand => StoreError::Unavailable,
        DatabaseErrorKind::Unknown if may_pass(info.as_ref()) => StoreError::Unavailable,
        _ => StoreError::Failed,
    }
}

/// Whether an error that diesel has no kind for is one that passes.
///
/// Diesel keeps the code of such an error to itself, so they are told by their English words. A server that speaks
/// another language makes them `Failed`, which is no worse than an unknown error.
fn may_pass(info: &(dyn DatabaseErrorInformation + Send + Sync)) -> bool {
    const WORDS: [&str; 8] = [
        // 40P01
        "deadlock detected",
        // 57P01, 57P02, 57P05, 25P03
        "terminating connection",
        // 57P03
        "the database system is",
        // 53300
        "too many clients",
        "too many connections",
        "remaining connection slots",
        // 55P03, 57014: our own time limits
        "canceling statement due to lock timeout",
        "canceling statement due to statement timeout",
    ];
    WORDS.iter().any(|words| info.message().contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(kind: DatabaseErrorKind, message: &str) -> StoreError {
        Error::Query(QueryError::DatabaseError(kind, Box::new(message.to_owned()))).into()
    }

    #[test]
    fn what_passes_is_unavailable_and_the_rest_failed() {
        for message in [
            "deadlock detected",
            "terminating connection due to administrator command",
            "the database system is starting up",
            "sorry, too many clients already",
        ] {
            assert!(
                matches!(told(DatabaseErrorKind::Unknown, message), StoreError::Unavailable(_)),
                "{message}"
            );
        }
        let failed = told(DatabaseErrorKind::Unknown, "relation \"users\" does not exist");
        assert!(matches!(failed, StoreError::Failed(_)));
        assert!(matches!(told(DatabaseErrorKind::UniqueViolation, "x"), StoreError::Failed(_)));
        assert!(matches!(told(DatabaseErrorKind::CheckViolation, "x"), StoreError::Failed(_)));
        assert!(matches!(told(DatabaseErrorKind::SerializationFailure, "x"), StoreError::Unavailable(_)));
        assert!(matches!(told(DatabaseErrorKind::UnableToSendCommand, "x"), StoreError::Unavailable(_)));
        assert!(matches!(
            told(DatabaseErrorKind::ForeignKeyViolation, "x"),
            StoreError::DanglingReference(_)
        ));
    }
}
