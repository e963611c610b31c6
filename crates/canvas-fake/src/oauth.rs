//! Signing in, and the tokens that come of it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

/// How long access lasts that was got with a developer key.
const ACCESS: SignedDuration = SignedDuration::from_secs(3600);

/// How long a code lasts.
const CODE: SignedDuration = SignedDuration::from_secs(600);

/// Every token there is.
#[derive(Default)]
pub(crate) struct OAuth {
    codes: BTreeMap<String, Code>,
    access: BTreeMap<String, Access>,
    refresh: BTreeMap<String, u64>,
    /// Everything that was ever handed out.
    pub(crate) issued: Vec<String>,
}

struct Code {
    person: u64,
    redirect_uri: String,
    until: Timestamp,
}

struct Access {
    person: u64,
    /// `None` for tokens that were made by hand.
    until: Option<Timestamp>,
}

/// What comes for a code.
pub(crate) struct Tokens {
    pub(crate) person: u64,
    pub(crate) access: String,
    /// Only for a code: whoever refreshes has one.
    pub(crate) refresh: Option<String>,
}

impl OAuth {
    pub(crate) fn add_code(&mut self, code: &str, person: u64, redirect_uri: &str, now: Timestamp) {
        self.issued.push(code.to_owned());
        let code_of = Code { person, redirect_uri: redirect_uri.to_owned(), until: now + CODE };
        self.codes.insert(code.to_owned(), code_of);
    }

    pub(crate) fn add_personal(&mut self, token: &str, person: u64) {
        self.issued.push(token.to_owned());
        self.access.insert(token.to_owned(), Access { person, until: None });
    }

    /// Whose token it is, if it is good.
    pub(crate) fn person(&self, token: &str, now: Timestamp) -> Option<u64> {
        let access = self.access.get(token)?;
        access.until.is_none_or(|until| until > now).then_some(access.person)
    }

    pub(crate) fn exchange(
        &mut self,
        code: &str,
        redirect_uri: &str,
        words: (String, String),
        now: Timestamp,
    ) -> Option<Tokens> {
        let code = self.codes.remove(code)?;
        if code.until <= now || code.redirect_uri != redirect_uri {
            return None;
        }
        let (access, refresh) = words;
        self.add_access(&access, code.person, now);
        self.issued.push(refresh.clone());
        self.refresh.insert(refresh.clone(), code.person);
        Some(Tokens { person: code.person, access, refresh: Some(refresh) })
    }

    pub(crate) fn refresh(&mut self, refresh: &str, access: String, now: Timestamp) -> Option<Tokens> {
        let person = *self.refresh.get(refresh)?;
        self.add_access(&access, person, now);
        Some(Tokens { person, access, refresh: None })
    }

    fn add_access(&mut self, access: &str, person: u64, now: Timestamp) {
        self.issued.push(access.to_owned());
        self.access.insert(access.to_owned(), Access { person, until: Some(now + ACCESS) });
    }

    /// Ends what somebody consented to; tokens that were made by hand stay.
    pub(crate) fn give_back(&mut self, person: u64) {
        self.refresh.retain(|_, of| *of != person);
        self.access.retain(|_, access| access.person != person || access.until.is_none());
    }

    /// Ends every token of somebody.
    pub(crate) fn revoke(&mut self, person: u64) {
        self.refresh.retain(|_, of| *of != person);
        self.access.retain(|_, access| access.person != person);
    }

    pub(crate) fn expire_access(&mut self) {
        self.access.retain(|_, access| access.until.is_none());
    }
}
