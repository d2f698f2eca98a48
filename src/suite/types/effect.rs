//! Effects: what a call or an event changes.

use crate::expr::Expr;
use crate::suite::place::Place;

/// What a call changes.
#[derive(Debug, Clone)]
pub struct Effect {
    /// As it stands in the file.
    pub key: String,
    pub target: Target,
    pub field: String,
    pub value: EffectValue,
    pub place: Place,
}

impl Effect {
    /// What its value is computed from; nothing where it is written out, or left open.
    #[must_use]
    pub fn computed(&self) -> Vec<&Expr> {
        match &self.value {
            EffectValue::Anything => Vec::new(),
            EffectValue::Expr(expr) => vec![expr],
            EffectValue::Course(stages) => {
                let computed = stages.iter().filter_map(|stage| match stage {
                    Stage::Expr(expr) => Some(expr),
                    _ => None,
                });
                computed.collect()
            }
        }
    }
}

/// What an effect falls on.
#[derive(Debug, Clone)]
pub enum Target {
    /// The `About::name` of a thing that the call names; of an event, its resource.
    Named(String),
    /// Things that the call need not name.
    Each(Each),
}

impl Target {
    /// The name of the thing, where the call names it.
    #[must_use]
    pub fn named(&self) -> Option<&str> {
        match self {
            Target::Named(name) => Some(name),
            Target::Each(_) => None,
        }
    }

    /// The things that the call need not name.
    #[must_use]
    pub fn each(&self) -> Option<&Each> {
        match self {
            Target::Named(_) => None,
            Target::Each(each) => Some(each),
        }
    }

    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.named() == Some(name)
    }
}

/// All things of a kind that the caller has and for which a condition holds.
#[derive(Debug, Clone)]
pub struct Each {
    /// Index into `Suite::resources`.
    pub resource: usize,
    /// What condition and value call each thing.
    pub name: String,
    /// The whole list, over the world before the call: `world.<resource>.filter(<name>, <condition>)`.
    pub among: Expr,
    /// Over the world before the call and `name`.
    pub condition: Expr,
}

#[derive(Debug, Clone)]
pub enum EffectValue {
    /// For the state field: stages passed through (any may be skipped), the last is where it ends.
    Course(Vec<Stage>),
    /// For any other field: over the world before the call.
    Expr(Expr),
    /// `"*"`: whatever it shows from then on. Of the state: nothing is known of the thing any more.
    Anything,
}

/// The stage `"?"`: a state that is none of those in `stable`, because the pages name no other.
pub const UNNAMED: &str = "?";

#[derive(Debug, Clone)]
pub enum Stage {
    State(String),
    /// A state computed over the world before the call.
    Expr(Expr),
    /// `"*"`: whatever it shows, or nothing, on its way out. As the end of a course: whatever it ends in.
    Anything,
    /// No longer there.
    Gone,
}
