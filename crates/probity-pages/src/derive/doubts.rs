//! Doubts as they are found, before the operation they belong to has its name.

use super::input::PageInput;
use probity_schema::catalog::{Side, Source};
use std::collections::BTreeMap;

/// A doubt without its operation. The rules are those of `docs/DOUBTS.md`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Draft {
    pub kind: &'static str,
    pub subject: Option<String>,
    pub sides: Vec<Side>,
    pub taken: Option<usize>,
    pub rule: &'static str,
}

/// One side: what it says in short tokens, and where.
pub(super) fn side(says: impl Into<String>, at: Option<Source>) -> Side {
    Side { says: says.into(), at }
}

/// Adds a doubt and gives its index.
pub(super) fn doubt(
    drafts: &mut Vec<Draft>,
    kind: &'static str,
    subject: impl Into<String>,
    sides: Vec<Side>,
    taken: Option<usize>,
    rule: &'static str,
) -> usize {
    let subject = Some(subject.into()).filter(|it| !it.is_empty());
    drafts.push(Draft { kind, subject, sides, taken, rule });
    drafts.len() - 1
}

/// Doubts of all pages, and the unit that each belongs to (none: the API as a whole). A unit is a page,
/// or one operation of a page that holds many.
#[derive(Debug, Default)]
pub(super) struct Drafts {
    pub all: Vec<Draft>,
    pub owner: BTreeMap<usize, Option<usize>>,
    pub pages: usize,
    /// Units beyond the pages: the page of each, and the name that tells it from the others there.
    pub beyond: Vec<(usize, String)>,
}

impl Drafts {
    /// Gives the doubts from `start` on to a unit, unless they have an owner.
    pub fn tag(&mut self, start: usize, unit: usize) {
        for nth in start..self.all.len() {
            self.owner.entry(nth).or_insert(Some(unit));
        }
    }

    pub fn own(&mut self, nth: usize, unit: Option<usize>) {
        self.owner.insert(nth, unit);
    }

    /// A unit of its own for one operation of a page that holds many.
    pub fn unit(&mut self, page: usize, name: &str) -> usize {
        self.beyond.push((page, name.to_string()));
        self.pages + self.beyond.len() - 1
    }

    /// What a unit without an operation of its own is called: its page, and what tells it from others there.
    pub fn name_of(&self, unit: usize, inputs: &[PageInput]) -> String {
        match unit.checked_sub(self.pages).and_then(|it| self.beyond.get(it)) {
            Some((page, name)) => format!("{}.{name}", inputs[*page].entry.id),
            None => inputs[unit].entry.id.clone(),
        }
    }
}
