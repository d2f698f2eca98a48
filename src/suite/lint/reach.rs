//! Clauses that can never apply.

use super::context::Lint;
use super::sketch::{Sketch, Truth, all_reads, candidates};
use super::spoken::{operations, way_to_clause};
use super::spots::way;
use crate::expr::{Expr, Val};
use crate::suite::types::{Binding, Clause, Resource, Suite, Verb, While};
use std::collections::BTreeSet;

pub(super) fn check(lint: &mut Lint, reachable: Option<&BTreeSet<String>>) {
    let suite = lint.suite;
    for (i, clause) in suite.clauses.iter().enumerate() {
        let mut at = way_to_clause(suite, i);
        at.extend(way!["when"]);
        if operations(clause, &lint.schemas.catalog).is_empty() {
            let message = format!("`{}` applies to no operation", clause.id);
            lint.warn(clause.place, "unreachable", message, None);
            continue;
        }
        let place = if clause.when.is_some() { lint.spots.inside(&at, 0) } else { clause.place };
        if let Some((reason, hint)) = never_true(suite, clause) {
            let message = format!("`{}` never applies: {reason}", clause.id);
            lint.error(place, "unreachable", message, hint);
        } else if reachable.is_some_and(|ids| !ids.contains(&clause.id)) {
            let message = format!("no sequence of calls found in the model makes `{}` apply", clause.id);
            lint.warn(place, "unreachable", message, None);
        }
    }
}

type Reason = (String, Option<String>);

fn never_true(suite: &Suite, clause: &Clause) -> Option<Reason> {
    let guard = clause.when.as_ref()?;
    if Sketch::default().truth(suite, Some(guard)) == Truth::False {
        return Some(("the guard is always false".to_string(), None));
    }
    for path in all_reads(suite, guard) {
        let vals = candidates(suite, &path, &[guard], false);
        let holds = |val: &Val| {
            let sketch = Sketch::default().with_path(&path, val.clone());
            sketch.truth(suite, Some(guard)) != Truth::False
        };
        if !vals.is_empty() && !vals.iter().any(holds) {
            return Some((format!("no value of `{path}` satisfies the guard"), None));
        }
    }
    if clause.during == While::Rest { never_at_rest(suite, clause, guard) } else { None }
}

fn never_at_rest(suite: &Suite, clause: &Clause, guard: &Expr) -> Option<Reason> {
    for (name, resource) in existing_things(suite, clause) {
        let Some(field) = &resource.state else {
            continue;
        };
        // Without named stable states, no guard about a state can be refuted.
        if resource.stable.is_empty() {
            continue;
        }
        let holds_in = |state: &str| {
            let sketch = Sketch::default().with(name, &[field], state.into());
            sketch.truth(suite, Some(guard)) != Truth::False
        };
        // A refusal may apply to an absent resource, and an absent resource counts as settled.
        let absent = Sketch::default().with(name, &[], Val::Null).truth(suite, Some(guard));
        let about_absent = !matches!(clause.verb, Verb::Accept(_)) && absent != Truth::False;
        if !about_absent && !resource.stable.iter().any(|state| holds_in(state)) {
            let reason = format!("the {} must be settled, and no stable state satisfies the guard", resource.name);
            let hint = "add `while: any` if the clause is about an intermediate state".to_string();
            return Some((reason, Some(hint)));
        }
    }
    None
}

/// Resources that exist before the calls of a clause, by name, with their kinds.
fn existing_things<'s>(suite: &'s Suite, clause: &Clause) -> Vec<(&'s str, &'s Resource)> {
    let crate::suite::types::Calls::Only(ids) = &clause.calls else {
        return Vec::new();
    };
    let things = ids.iter().flat_map(|id| suite.about.get(id).into_iter().flatten());
    let existing = things.filter(|a| matches!(a.binding, Binding::Existing(_)));
    existing.map(|a| (a.name.as_str(), &suite.resources[a.resource])).collect()
}
