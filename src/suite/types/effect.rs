//! Effects: the changes by a call or an event.

use crate::expr::Expr;
use crate::suite::place::SuitePlace;

/// One change of a field.
#[derive(Debug, Clone)]
pub struct Effect {
    /// The key as written in the file.
    pub key: String,
    /// The resources that change.
    pub target: EffectTarget,
    /// Name of the field that changes; empty for the end of a resource without a state field.
    pub field: String,
    /// The new value.
    pub value: EffectValue,
    /// Place in the suite file.
    pub place: SuitePlace,
}

impl Effect {
    /// Whether the effect ends the resource: the last stage of the transition is `gone`.
    #[must_use]
    pub fn ends_resource(&self) -> bool {
        matches!(&self.value, EffectValue::Transition(stages) if matches!(stages.last(), Some(StageExpression::Gone)))
    }

    /// The expressions that compute the new value; empty for a literal or an open value.
    #[must_use]
    pub fn list_expressions(&self) -> Vec<&Expr> {
        match &self.value {
            EffectValue::Anything => Vec::new(),
            EffectValue::Expr(expr) => vec![expr],
            EffectValue::Transition(stages) => {
                let computed = stages.iter().filter_map(|stage| match stage {
                    StageExpression::Expr(expr) => Some(expr),
                    _ => None,
                });
                computed.collect()
            }
        }
    }
}

/// The resources that an effect changes.
#[derive(Debug, Clone)]
pub enum EffectTarget {
    /// The `AboutEntry::name` of a resource that the call names; for an event, the resource kind.
    Named(String),
    /// Resources that the call need not name.
    Each(ResourceSelection),
}

impl EffectTarget {
    /// The name of the resource, if the call names the resource.
    #[must_use]
    pub fn get_name(&self) -> Option<&str> {
        match self {
            EffectTarget::Named(name) => Some(name),
            EffectTarget::Each(_) => None,
        }
    }

    /// The resources that the call need not name.
    #[must_use]
    pub fn get_selection(&self) -> Option<&ResourceSelection> {
        match self {
            EffectTarget::Named(_) => None,
            EffectTarget::Each(each) => Some(each),
        }
    }

    /// Whether the target is the resource with the given name.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        self.get_name() == Some(name)
    }
}

/// All resources of a kind that belong to the caller and satisfy a condition.
#[derive(Debug, Clone)]
pub struct ResourceSelection {
    /// Index into `Suite::resources`.
    pub resource: usize,
    /// The name of each resource in condition and value.
    pub name: String,
    /// The whole list, in the state before the call: `world.<resource>.filter(<name>, <condition>)`.
    pub among: Expr,
    /// The condition, in the state before the call, on the resource `name`.
    pub condition: Expr,
}

/// The new value of a field.
#[derive(Debug, Clone)]
pub enum EffectValue {
    /// For the state field: the stages of a transition, each of which may be skipped, then the final state. For a
    /// resource without a state field: its end.
    Transition(Vec<StageExpression>),
    /// For other fields: an expression on the state before the call.
    Expr(Expr),
    /// `"*"`: any value from now on. For the state field: the whole resource is undetermined.
    Anything,
}

/// The stage `"?"`: a state outside `stable` without a documented name.
pub const UNNAMED: &str = "?";

/// A stage of a transition, or the final state.
#[derive(Debug, Clone)]
pub enum StageExpression {
    /// A named state.
    State(String),
    /// A state computed from the state before the call.
    Expr(Expr),
    /// `"*"`: any state, or none, before `gone`. As the last stage: any final state.
    Anything,
    /// The resource is deleted.
    Gone,
}
