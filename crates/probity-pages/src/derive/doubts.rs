//! Doubts as they are found, before the operation they belong to has its name.

use probity_schema::catalog::{Doubt, Side, Source};
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

/// The doubts of one owner with their stable ids; equal ids are told apart by a number.
pub(super) fn named(drafts: &[Draft], owner: &str, operation: Option<&str>) -> Vec<Doubt> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    drafts
        .iter()
        .map(|draft| {
            let mut id = format!("{owner}/{}", draft.kind);
            if let Some(subject) = &draft.subject {
                id.push('/');
                id.push_str(subject.trim_start_matches('/'));
            }
            let count = seen.entry(id.clone()).or_default();
            *count += 1;
            if *count > 1 {
                id.push_str(&format!("~{count}"));
            }
            Doubt {
                id,
                kind: draft.kind.to_string(),
                operation: operation.map(str::to_string),
                subject: draft.subject.clone(),
                sides: draft.sides.clone(),
                taken: draft.taken,
                rule: draft.rule.to_string(),
            }
        })
        .collect()
}
