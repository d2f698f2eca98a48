//! One thing in one possible world.

use super::compile::ClauseId;
use crate::expr::Val;
use std::sync::Arc;

/// A thing's name in the belief: its kind (index of the resource) and the endpoint's id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    pub kind: u16,
    pub id: Arc<str>,
}

/// Who owns a thing. Two identities are enough to tell own from foreign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    Owner,
    Other,
}

impl Who {
    /// The owner behind a caller's word. An expired token is still its owner's: whether the
    /// endpoint checks the date is a question of 401, never one of ownership. So is whether it
    /// checks a forged one, which stands where the owner's would.
    #[must_use]
    pub fn of(caller: &str) -> Option<Who> {
        match caller {
            "owner" | "expired" | "forged" => Some(Who::Owner),
            "other" => Some(Who::Other),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Life {
    Alive,
    /// On its way out: shows anything, or nothing.
    Dying,
    Gone,
}

/// What is true of one thing in one world.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Thing {
    pub kind: u16,
    pub owner: Who,
    /// Order of birth within the plan.
    pub seq: u32,
    pub life: Life,
    /// No reply has told its id yet: the one that it has here stands for it.
    pub untold: bool,
    /// Observed fields in the order of the resource; `Unknown` where nothing is known.
    pub fields: Vec<Val>,
    /// The model's own memory of it.
    pub memory: Vec<Val>,
    pub motion: Option<Motion>,
    /// Since when (ms) nothing that a clause says of it is known.
    pub fog: Option<u64>,
    /// The outcome that brought it here, until it was seen at rest.
    pub via: Option<Via>,
}

/// Which outcome of which clauses a thing took; 0 is the main one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Via(pub Arc<[(ClauseId, u16)]>);

impl Via {
    /// The outcome of a clause, if that clause had part in it.
    #[must_use]
    pub fn of(&self, clause: ClauseId) -> Option<u16> {
        self.0.iter().find(|(known, _)| *known == clause).map(|(_, way)| *way)
    }
}

/// A thing on its course.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Motion {
    /// Stages still to come, never empty; the last is where it ends.
    pub course: Vec<Step>,
    /// Fields already at their new value that may still show the old one: index and old value.
    pub pending: Vec<(u16, Val)>,
    /// When the call was accepted, in ms.
    pub since: u64,
    /// Things that must have come to their end before this one may.
    pub after: Vec<Id>,
}

/// One stage of a course, its expression evaluated.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    State(Val),
    Anything,
    Gone,
}

impl Thing {
    /// Nothing moves it, nothing hides it.
    #[must_use]
    pub fn at_rest(&self) -> bool {
        self.motion.is_none() && self.fog.is_none()
    }

    /// The same thing with everything that a clause could say of it forgotten.
    #[must_use]
    pub fn fogged(&self, now: u64) -> Thing {
        Thing {
            fields: vec![Val::Unknown; self.fields.len()],
            memory: vec![Val::Unknown; self.memory.len()],
            motion: None,
            fog: Some(now),
            via: None,
            life: if self.life == Life::Gone { Life::Gone } else { Life::Alive },
            ..self.clone()
        }
    }
}
