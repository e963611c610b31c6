//! What agents may do: a few of the use cases as tools, each described so that a model can act on it.
//!
//! A tool has one definition: its name, what it is for, the shapes of what goes in and comes out as strict JSON schemas, and hints
//! that are true to fact. Whoever serves tools, over whatever protocol, serves these.
//!
//! Texts of the calendar, which anybody may have written, come out as `{"untrusted": "…"}`: data, never instructions.
//! No tool acts on any. What changes the calendar is asked for by id, with the user's own right to write, and every call is in
//! the history with the agent's name.

mod availability;
mod decide;
mod problems;
mod propose;
mod schema;
mod tasks;
#[cfg(test)]
mod tests;
mod words;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::App;
use crate::identity::User;
use crate::ports::{Access, Actor, AuditAction, StoreError};
use crate::proposals::keep;

/// A tool as models are told of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tool {
    /// Its name: small letters and underscores.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// What it does, when to use it, and what comes next.
    pub description: &'static str,
    /// The JSON schema of its arguments: strict, so that every member is required and absence is null.
    pub input_schema: Value,
    /// The JSON schema of its result.
    pub output_schema: Value,
    /// What it does to the world.
    pub annotations: Hints,
}

/// What a tool does to the world, in the words of the Model Context Protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, named by the protocol")]
pub struct Hints {
    /// It changes nothing that matters to the user.
    pub read_only_hint: bool,
    /// It may change what is there, and not only add to it.
    pub destructive_hint: bool,
    /// Called again with the same arguments, it changes nothing more.
    pub idempotent_hint: bool,
    /// It deals with more than what is kept here.
    pub open_world_hint: bool,
}

impl Hints {
    const fn new(read_only_hint: bool, destructive_hint: bool, idempotent_hint: bool) -> Self {
        Self { read_only_hint, destructive_hint, idempotent_hint, open_world_hint: false }
    }

    /// It only looks.
    const LOOKS: Self = Self::new(true, false, true);
    /// It adds something, each time anew.
    const ADDS: Self = Self::new(false, false, false);
    /// It changes what is there.
    const CHANGES: Self = Self::new(false, true, false);
}

/// On whose behalf a tool is called.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The user.
    pub user: User,
    /// What calls itself to be acting for them, for the history.
    pub agent: String,
    /// Whether it may change anything.
    pub may_write: bool,
}

/// Why a tool did not do what it was asked to, for a model to act on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The reason, for programs.
    pub code: &'static str,
    /// The reason, for people and models.
    pub message: String,
    /// What to do next.
    pub next: &'static str,
}

/// Why a call led to nothing.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// There is no such tool.
    #[error("there is no such tool")]
    Unknown,
    /// The arguments are not what the schema says.
    #[error("{0}")]
    Arguments(String),
    /// The caller may not change anything.
    #[error("the token does not allow changes")]
    ReadOnly,
    /// It may not be done now, and this is why.
    #[error("{}", .0.message)]
    Refused(Refusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A rule of our own was broken; nothing was written.
    #[error("internal contradiction: {0}")]
    Contradiction(String),
}

impl CallError {
    /// The reason in a word, for the history.
    const fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "UNKNOWN_TOOL",
            Self::Arguments(_) => "INVALID_ARGUMENTS",
            Self::ReadOnly => "READ_ONLY",
            Self::Refused(refusal) => refusal.code,
            Self::Store(_) | Self::Contradiction(_) => "FAILED",
        }
    }
}

/// A tool's definition.
#[async_trait]
trait Definition: Send + Sync {
    const NAME: &'static str;
    const TITLE: &'static str;
    const DESCRIPTION: &'static str;
    const HINTS: Hints;
    /// What goes in.
    type Input: DeserializeOwned + JsonSchema + Send;
    /// What comes out.
    type Output: Serialize + JsonSchema;

    async fn call(app: &App, user: &User, input: Self::Input) -> Result<Self::Output, CallError>;
}

/// A definition whose shapes are not in its type.
#[async_trait]
trait AnyTool: Send + Sync {
    fn name(&self) -> &'static str;
    fn hints(&self) -> Hints;
    fn told(&self) -> Tool;
    async fn call(&self, app: &App, user: &User, arguments: Value) -> Result<Value, CallError>;
}

#[async_trait]
impl<D: Definition> AnyTool for D {
    fn name(&self) -> &'static str {
        D::NAME
    }

    fn hints(&self) -> Hints {
        D::HINTS
    }

    fn told(&self) -> Tool {
        Tool {
            name: D::NAME,
            title: D::TITLE,
            description: D::DESCRIPTION,
            input_schema: schema::of_input::<D::Input>(),
            output_schema: schema::of_output::<D::Output>(),
            annotations: D::HINTS,
        }
    }

    async fn call(&self, app: &App, user: &User, mut arguments: Value) -> Result<Value, CallError> {
        schema::write_whole_numbers(&mut arguments);
        let input = serde_path_to_error::deserialize(arguments)
            .map_err(|error| CallError::Arguments(error.to_string()))?;
        let output = D::call(app, user, input).await?;
        serde_json::to_value(output).map_err(|error| CallError::Contradiction(error.to_string()))
    }
}

/// Every tool, in the order in which they are told.
const ALL: [&dyn AnyTool; 10] = [
    &availability::CheckAvailability,
    &propose::RescheduleConflicts,
    &propose::ProposePlan,
    &propose::ListProposals,
    &propose::ExplainProposal,
    &decide::AcceptProposal,
    &decide::Undo,
    &tasks::ListTasks,
    &tasks::CreateTask,
    &tasks::TaskSlack,
];

fn named(name: &str) -> Option<&'static dyn AnyTool> {
    ALL.into_iter().find(|tool| tool.name() == name)
}

/// Every tool, always in the same order.
pub fn all() -> Vec<Tool> {
    ALL.iter().map(|tool| tool.told()).collect()
}

/// Whether a tool of this name needs the right to write.
pub fn writes(name: &str) -> bool {
    named(name).is_some_and(|tool| !tool.hints().read_only_hint)
}

/// An agent's name in the history has so many characters at most.
const MOST_OF_A_NAME: usize = 100;

impl App {
    /// Calls a tool. The call is in the history, whatever comes of it.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn call_tool(&self, caller: &Caller, name: &str, arguments: Value) -> Result<Value, CallError> {
        let tool = named(name).ok_or(CallError::Unknown)?;
        let outcome = if caller.may_write || tool.hints().read_only_hint {
            tool.call(self, &caller.user, arguments).await
        } else {
            Err(CallError::ReadOnly)
        };
        let told = outcome.as_ref().map_or_else(CallError::code, |_| "OK");
        self.keep_call(caller, tool.name(), told).await?;
        outcome
    }

    async fn keep_call(&self, caller: &Caller, tool: &str, outcome: &str) -> Result<(), StoreError> {
        let unit = self.begin(&caller.user, Access::Write(Actor::Owner)).await?;
        let agent: String = caller.agent.chars().filter(|c| !c.is_control()).take(MOST_OF_A_NAME).collect();
        let entry = self.audit_entry(AuditAction::ToolCalled, self.now());
        keep(unit, entry.with("tool", tool).with("agent", agent).with("outcome", outcome)).await
    }
}
