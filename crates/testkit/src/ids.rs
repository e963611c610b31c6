use std::sync::atomic::{AtomicU64, Ordering};

use app::ports::{Ids, UndoToken};
use secrecy::SecretString;
use uuid::Uuid;

/// Identities and tokens in a fixed order: 1, 2, 3, …
#[derive(Debug, Default)]
pub struct TestIds {
    ids: AtomicU64,
    tokens: AtomicU64,
}

impl TestIds {
    /// Begins with 1.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Ids for TestIds {
    fn id(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.ids.fetch_add(1, Ordering::SeqCst)) + 1)
    }

    fn undo_token(&self) -> UndoToken {
        UndoToken::new(format!("undo-{}", self.tokens.fetch_add(1, Ordering::SeqCst) + 1))
    }

    fn secret(&self) -> SecretString {
        format!("secret-{:043}", self.tokens.fetch_add(1, Ordering::SeqCst) + 1).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_gives_the_same_identities() {
        let (one, two) = (TestIds::new(), TestIds::new());
        assert_eq!([one.id(), one.id()], [two.id(), two.id()]);
        assert_ne!(one.id(), one.id());
        assert_eq!(one.undo_token().reveal(), two.undo_token().reveal());
    }
}
