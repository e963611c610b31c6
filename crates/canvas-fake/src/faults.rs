//! What goes wrong, on demand.

use std::time::Duration;

use serde::Deserialize;

/// Something that goes wrong with the next requests that fit.
///
/// ```
/// use canvas_fake::Fault;
///
/// // The second list of assignments is throttled three times.
/// let busy = Fault::throttled().on("assignments").after(1).times(3);
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    #[serde(default)]
    on: Option<String>,
    effect: Effect,
    #[serde(default = "once")]
    times: u32,
    #[serde(default)]
    skip: u32,
}

const fn once() -> u32 {
    1
}

/// What happens instead.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Effect {
    /// 403 with the text that older releases answer.
    Throttled,
    /// 429, as newer ones do.
    TooMany,
    /// A status, and a page for people.
    Status(u16),
    /// A status, and this as JSON.
    Json(u16, serde_json::Value),
    /// 401 with `WWW-Authenticate`.
    BadToken,
    /// 401 without it.
    NotAllowed,
    /// Half of the right answer, as if that were all.
    HalfBody,
    /// The connection ends without an answer.
    Cut,
    /// The right answer, late.
    Slow(u64),
    /// The right answer without any header that could be missed.
    Bare,
    /// Somewhere else.
    Redirect(String),
    /// The right answer, with a next part somewhere else.
    NextAt(String),
}

impl Fault {
    fn new(effect: Effect) -> Self {
        Self { on: None, effect, times: 1, skip: 0 }
    }

    /// 403 `Rate Limit Exceeded`, as text.
    pub fn throttled() -> Self {
        Self::new(Effect::Throttled)
    }

    /// 429.
    pub fn too_many() -> Self {
        Self::new(Effect::TooMany)
    }

    /// A status with a page for people.
    pub fn status(status: u16) -> Self {
        Self::new(Effect::Status(status))
    }

    /// A status with any JSON.
    pub fn json(status: u16, body: serde_json::Value) -> Self {
        Self::new(Effect::Json(status, body))
    }

    /// 401 with `WWW-Authenticate`, as for a token that is no longer good.
    pub fn bad_token() -> Self {
        Self::new(Effect::BadToken)
    }

    /// 401 without it, as for what a user may not see.
    pub fn not_allowed() -> Self {
        Self::new(Effect::NotAllowed)
    }

    /// Half of the right answer.
    pub fn half_body() -> Self {
        Self::new(Effect::HalfBody)
    }

    /// The connection ends without an answer.
    pub fn cut() -> Self {
        Self::new(Effect::Cut)
    }

    /// The right answer, late. The time is real.
    pub fn slow(by: Duration) -> Self {
        Self::new(Effect::Slow(u64::try_from(by.as_millis()).unwrap_or(u64::MAX)))
    }

    /// The right answer without `Link` and whatever else could be missed.
    pub fn bare() -> Self {
        Self::new(Effect::Bare)
    }

    /// A redirect.
    pub fn redirect(to: &str) -> Self {
        Self::new(Effect::Redirect(to.to_owned()))
    }

    /// The right answer, whose next part is at this address.
    pub fn next_at(address: &str) -> Self {
        Self::new(Effect::NextAt(address.to_owned()))
    }

    /// Only for requests of this name, such as `assignments`.
    #[must_use]
    pub fn on(mut self, name: &str) -> Self {
        self.on = Some(name.to_owned());
        self
    }

    /// As often as this, instead of once.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Not for the first that fit.
    #[must_use]
    pub fn after(mut self, skip: u32) -> Self {
        self.skip = skip;
        self
    }
}

/// What is still to go wrong, the earliest first.
#[derive(Debug, Default)]
pub(crate) struct Script(Vec<Fault>);

impl Script {
    pub(crate) fn push(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn left(&self) -> usize {
        self.0.len()
    }

    /// What happens to this request, if anything does.
    pub(crate) fn next(&mut self, name: &str) -> Option<Effect> {
        let fits = |fault: &Fault| fault.on.as_deref().is_none_or(|on| on == name);
        let mut at = None;
        for (index, fault) in self.0.iter_mut().enumerate().filter(|(_, fault)| fits(fault)) {
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            at = Some(index);
            break;
        }
        let index = at?;
        let fault = &mut self.0[index];
        let effect = fault.effect.clone();
        fault.times = fault.times.saturating_sub(1);
        if fault.times == 0 {
            self.0.remove(index);
        }
        Some(effect)
    }
}
