//! Doubts before their operation has a name.

use super::input::PageInput;
use probity_schema::catalog::{DoubtSide, SourceLines};
use std::collections::BTreeMap;

/// A doubt without operation. The rules are listed in `docs/DOUBTS.md`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DraftDoubt {
    pub kind: &'static str,
    pub subject: Option<String>,
    pub sides: Vec<DoubtSide>,
    pub taken: Option<usize>,
    pub rule: &'static str,
}

/// Builds one side of a doubt: a claim in short tokens, and the source of the claim.
pub(super) fn make_side(says: impl Into<String>, at: Option<SourceLines>) -> DoubtSide {
    DoubtSide { says: says.into(), at }
}

/// Adds a doubt and returns the index of the doubt.
pub(super) fn add_doubt(
    drafts: &mut Vec<DraftDoubt>,
    kind: &'static str,
    subject: impl Into<String>,
    sides: Vec<DoubtSide>,
    taken: Option<usize>,
    rule: &'static str,
) -> usize {
    let subject = Some(subject.into()).filter(|it| !it.is_empty());
    drafts.push(DraftDoubt { kind, subject, sides, taken, rule });
    drafts.len() - 1
}

/// The doubts of all pages, each with an owner: a unit, or `None` for the API as a whole. A unit is a page, or one
/// operation of a page with several operations.
#[derive(Debug, Default)]
pub(super) struct DraftDoubts {
    pub all: Vec<DraftDoubt>,
    /// Unit by index of the doubt.
    pub owner: BTreeMap<usize, Option<usize>>,
    /// Number of pages. Each page is a unit with the index of the page.
    pub pages: usize,
    /// Units beyond the pages: index of the page, and a name that is unique on the page.
    pub beyond: Vec<(usize, String)>,
    /// Doubts for which another doubt with the same cause stands: index, and index of the other doubt.
    pub joined: BTreeMap<usize, usize>,
}

impl DraftDoubts {
    /// Assigns the doubts from index `start` on to a unit, unless they have an owner.
    pub fn assign_unit(&mut self, start: usize, unit: usize) {
        for nth in start..self.all.len() {
            self.owner.entry(nth).or_insert(Some(unit));
        }
    }

    /// Assigns one doubt to a unit, or to the API as a whole.
    pub fn set_owner(&mut self, nth: usize, unit: Option<usize>) {
        self.owner.insert(nth, unit);
    }

    /// Adds a unit for one operation of a page with several operations.
    pub fn add_unit(&mut self, page: usize, name: &str) -> usize {
        self.beyond.push((page, name.to_string()));
        self.pages + self.beyond.len() - 1
    }

    /// Names a unit without operation: by the page, and by the unit's name on the page.
    pub fn name_unit(&self, unit: usize, inputs: &[PageInput]) -> String {
        match unit.checked_sub(self.pages).and_then(|it| self.beyond.get(it)) {
            Some((page, name)) => format!("{}.{name}", inputs[*page].entry.id),
            None => inputs[unit].entry.id.clone(),
        }
    }
}
