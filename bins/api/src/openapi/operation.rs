//! What one operation says of itself.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::openapi::path::ParameterIn;
use utoipa::{IntoParams, ToSchema};

use crate::problem::ProblemType;

/// One method of one path, as far as it differs from the others.
#[derive(Clone, Debug)]
pub struct Operation {
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) description: Option<&'static str>,
    pub(super) parameters: Vec<Value>,
    pub(super) body: Option<Value>,
    pub(super) answers: Vec<Answer>,
    pub(super) problems: Vec<ProblemType>,
    pub(super) if_match: Option<Need>,
    pub(super) is_limited: bool,
    /// Every schema that is referred to, by its name.
    pub(super) schemas: BTreeMap<String, Value>,
}

/// An answer to what went well.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) about: &'static str,
    pub(super) content: Map<String, Value>,
    pub(super) has_etag: bool,
    pub(super) links: Map<String, Value>,
}

/// Whether the caller has to say which version is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    May,
    Must,
}

/// An operation that is as yet without answers. Its id is for programs, its summary for people.
pub fn operation(id: &'static str, summary: &'static str) -> Operation {
    Operation {
        id,
        summary,
        description: None,
        parameters: Vec::new(),
        body: None,
        answers: Vec::new(),
        problems: Vec::new(),
        if_match: None,
        is_limited: false,
        schemas: BTreeMap::new(),
    }
}

impl Operation {
    /// Says more than the summary does.
    #[must_use]
    pub fn about(mut self, description: &'static str) -> Self {
        self.description = Some(description);
        self
    }

    /// Takes these parameters in its query.
    #[must_use]
    pub fn query<T: IntoParams>(mut self) -> Self {
        let parameters = T::into_params(|| Some(ParameterIn::Query));
        self.parameters.extend(parameters.iter().map(|parameter| json!(parameter)));
        self
    }

    /// Takes this parameter.
    #[must_use]
    pub fn parameter(mut self, parameter: Value) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// Takes this body.
    #[must_use]
    pub fn takes<T: ToSchema>(mut self) -> Self {
        self.body = Some(self.refer::<T>());
        self
    }

    /// Takes a body of this schema.
    #[must_use]
    pub fn takes_as(mut self, schema: &Value) -> Self {
        self.body = Some(schema.clone());
        self
    }

    /// Answers with this, as JSON.
    #[must_use]
    pub fn answers<T: ToSchema>(mut self, status: u16, about: &'static str) -> Self {
        let schema = self.refer::<T>();
        self.answers_as(status, about, &["application/json"], &schema)
    }

    /// Answers with something of these types.
    #[must_use]
    pub fn answers_as(
        mut self,
        status: u16,
        about: &'static str,
        content_types: &[&str],
        schema: &Value,
    ) -> Self {
        let content = content_types.iter().map(|kind| ((*kind).to_owned(), json!({"schema": schema})));
        let content = content.collect();
        self.answers.push(Answer { status, about, content, has_etag: false, links: Map::new() });
        self
    }

    /// Answers that it is done, and nothing more.
    #[must_use]
    pub fn answers_nothing(mut self, about: &'static str) -> Self {
        let content = Map::new();
        self.answers.push(Answer { status: 204, about, content, has_etag: false, links: Map::new() });
        self
    }

    /// Tells the version of what it answers with in an `ETag`; so far.
    #[must_use]
    pub fn with_etag(mut self) -> Self {
        for answer in &mut self.answers {
            answer.has_etag = true;
        }
        self
    }

    /// Heeds `If-Match`.
    #[must_use]
    pub fn may_match(mut self) -> Self {
        self.if_match = Some(Need::May);
        self
    }

    /// Insists on `If-Match`.
    #[must_use]
    pub fn must_match(mut self) -> Self {
        self.if_match = Some(Need::Must);
        self
    }

    /// Is refused where it is asked for too often.
    #[must_use]
    pub fn limited(mut self) -> Self {
        self.is_limited = true;
        self
    }

    /// May answer with these problems, besides those that all operations of its form may answer with.
    #[must_use]
    pub fn refuses(mut self, problems: impl IntoIterator<Item = ProblemType>) -> Self {
        self.problems.extend(problems);
        self
    }

    /// What the last answer holds is of use to another operation, as these parameters: `("path.id",
    /// "$response.body#/id")`.
    #[must_use]
    pub fn leads_to(self, operation: &'static str, parameters: &[(&str, &str)]) -> Self {
        let parameters: Map<String, Value> =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        self.link(operation, json!({"operationId": operation, "parameters": parameters}))
    }

    /// The same, as this body.
    #[must_use]
    pub fn leads_to_body(self, operation: &'static str, body: &Value) -> Self {
        self.link(operation, json!({"operationId": operation, "requestBody": body}))
    }

    fn link(mut self, name: &'static str, link: Value) -> Self {
        if let Some(answer) = self.answers.last_mut() {
            answer.links.insert(name.to_owned(), link);
        }
        self
    }

    /// A reference to the schema of a type, which is kept with all that it refers to.
    fn refer<T: ToSchema>(&mut self) -> Value {
        let mut schemas = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut schemas);
        self.schemas.extend(schemas.into_iter().map(|(name, schema)| (name, json!(schema))));
        json!({"$ref": format!("#/components/schemas/{}", T::name())})
    }
}
