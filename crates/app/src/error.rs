use crate::ports::StoreError;

/// A field of a request that breaks its bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name, such as `end_ts`.
    pub field: &'static str,
    /// What is wrong, for people.
    pub detail: String,
}

impl FieldError {
    /// A complaint about `field`.
    pub fn new(field: &'static str, detail: impl Into<String>) -> Self {
        Self { field, detail: detail.into() }
    }
}

/// Why a use case did not do what it was asked to.
///
/// `R` is the use case's own refusal: its reasons are the caller's business. The rest is not.
#[derive(Debug, thiserror::Error)]
pub enum Failure<R> {
    /// It may not be done, and this is why.
    #[error("refused")]
    Refused(R),
    /// The request is well formed and asks for something out of bounds.
    #[error("{} field(s) out of bounds", .0.len())]
    Invalid(Vec<FieldError>),
    /// The user has no such thing.
    #[error("not found")]
    NotFound,
    /// It is no longer what the request is about.
    #[error("changed meanwhile")]
    Outdated,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A rule of our own was broken; nothing was written.
    #[error("internal contradiction: {0}")]
    Contradiction(String),
}

impl<R> Failure<R> {
    /// Whether trying again later may help.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Store(StoreError::Unavailable(_)))
    }

    /// The same failure, with the refusal put in other words.
    pub fn map_refusal<S>(self, other_words: impl FnOnce(R) -> S) -> Failure<S> {
        match self {
            Self::Refused(refusal) => Failure::Refused(other_words(refusal)),
            Self::Invalid(errors) => Failure::Invalid(errors),
            Self::NotFound => Failure::NotFound,
            Self::Outdated => Failure::Outdated,
            Self::Store(error) => Failure::Store(error),
            Self::Contradiction(what) => Failure::Contradiction(what),
        }
    }
}
