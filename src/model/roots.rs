//! The roots of expressions: the call, the response, and the resources of one possible state.

use super::call_view::CallView;
use super::clause_info::ClauseId;
use super::compile::Model;
use super::evaluation_error::SuiteEvaluationError;
use super::evaluation_log::EvaluationLog;
use super::possible_state::PossibleResource;
use super::resource_state::{Existence, ResourceOwner};
use crate::expr::{Expr, ExprEvalError, ExprScope, ExprValue};
use crate::suite::LetDefinition;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The roots of one evaluation. A root with the value `None` is undeclared.
#[derive(Debug, Clone, Copy)]
pub struct ExpressionRoots<'a> {
    /// The model.
    pub model: &'a Model,
    /// The call.
    pub call: &'a CallView,
    /// Records of resources, by name.
    pub resources: &'a [(&'a str, ExprValue)],
    /// The response body.
    pub reply: Option<&'a ExprValue>,
    /// One entry of the response.
    pub entry: Option<&'a ExprValue>,
    /// All resources of the caller by kind, where the call reads them.
    pub world: Option<&'a ExprValue>,
}

impl ExprScope for ExpressionRoots<'_> {
    fn find_root(&self, name: &str) -> Option<ExprValue> {
        if let Some((_, value)) = self.resources.iter().find(|(known, _)| *known == name) {
            return Some(value.clone());
        }
        match name {
            "reply" => self.reply.cloned(),
            "it" => self.entry.cloned(),
            "world" => self.world.cloned(),
            _ => self.call.find_root(name).or_else(|| self.find_named(name)),
        }
    }
}

impl ExpressionRoots<'_> {
    fn find_named(&self, name: &str) -> Option<ExprValue> {
        match self.model.suite.lets.get(name)? {
            LetDefinition::Constant(value) => Some(value.clone()),
            // An error inside a named expression has the effect of an undeclared root; `explain_failure` names it.
            LetDefinition::Expression(expr) => expr.eval(self).ok(),
        }
    }

    /// Evaluates an expression of the suite at `line`.
    ///
    /// # Errors
    /// If the expression reads an absent value or mixes types.
    pub fn evaluate(&self, expr: &Expr, line: u32) -> Result<ExprValue, SuiteEvaluationError> {
        expr.eval(self).map_err(|error| {
            let error = explain_failure(self.model, self, expr, error);
            SuiteEvaluationError::new(self.model, line, expr, error)
        })
    }

    /// Evaluates an expression of a clause at `line`. A failure is noted, and its value is unknown.
    pub(super) fn evaluate_noted(&self, expr: &Expr, clause: ClauseId, line: u32, log: &EvaluationLog) -> ExprValue {
        log.note_evaluation((Some(clause), line), expr, self.evaluate(expr, line))
    }
}

/// The error of a named expression, where the failed expression reads one that fails.
pub(super) fn explain_failure(
    model: &Model,
    scope: &dyn ExprScope,
    expr: &Expr,
    error: ExprEvalError,
) -> ExprEvalError {
    let named = expr.roots().iter().find_map(|name| match model.suite.lets.get(name.as_ref())? {
        LetDefinition::Expression(inner) => Some((name, inner, inner.eval(scope).err()?)),
        LetDefinition::Constant(_) => None,
    });
    let Some((name, inner, inner_error)) = named else { return error };
    let ExprEvalError { message, failure, .. } = explain_failure(model, scope, inner, inner_error);
    ExprEvalError { message: format!("{name}, which is `{inner}`: {message}"), failure, ..error }
}

/// The record of a resource for a caller: null for every caller other than the owner.
#[must_use]
pub fn record_for_caller(who: Option<ResourceOwner>, held: &PossibleResource) -> ExprValue {
    if who == Some(held.state.owner) { held.record.clone() } else { ExprValue::Null }
}

/// The root `world`: for each kind in `kinds`, the resources of the caller in the order of creation.
#[must_use]
pub fn make_world_root(
    model: &Model,
    kinds: impl Iterator<Item = usize>,
    world: &[Arc<PossibleResource>],
    who: Option<ResourceOwner>,
    strangers: &[usize],
) -> ExprValue {
    let mut roots: BTreeMap<Arc<str>, ExprValue> = BTreeMap::new();
    for kind in kinds {
        let name: Arc<str> = Arc::from(model.suite.resources[kind].name.as_str());
        let mut own: Vec<(u32, ExprValue)> = world
            .iter()
            .filter(|held| usize::from(held.id.kind) == kind && who == Some(held.state.owner))
            .filter(|held| held.state.existence != Existence::Gone)
            .map(|held| (held.state.seq, held.record.clone()))
            .collect();
        own.sort_by_key(|(seq, _)| *seq);
        // A lost create may have left a resource with an unknown id, so the list of all resources is unknown.
        let value = if strangers.contains(&kind) {
            ExprValue::Unknown
        } else {
            ExprValue::List(own.into_iter().map(|(_, value)| value).collect())
        };
        roots.insert(name, value);
    }
    ExprValue::Map(Arc::new(roots))
}

pub(super) struct EntryScope<'a>(pub(super) &'a ExprValue);

impl crate::expr::ExprScope for EntryScope<'_> {
    fn find_root(&self, name: &str) -> Option<ExprValue> {
        (name == "it").then(|| self.0.clone())
    }
}
