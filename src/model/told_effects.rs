//! Which effects of a clause a response told from their absence: the promised value differs from the value before the
//! call.
//!
//! A response that shows the value of before proves nothing about an effect: an endpoint without the effect shows the
//! same. For a created resource, a value such as null or the empty text proves nothing.

use super::belief::Belief;
use super::clause_info::ClauseId;
use super::compile::Model;
use super::effect_context::EffectContext;
use super::effect_field::EffectField;
use super::factor::{Factor, PromiseSubject};
use super::outcome_filter::{OutcomeExplanation, OutcomeJudgement};
use super::possible_state::find_resource;
use super::resource_state::ResourceId;
use crate::expr::{Expr, ExprValue, PathKey};
use crate::suite::{ClauseDecision, Effect, EffectTarget, EffectValue, IdExpression};
use std::collections::BTreeSet;

/// The fields that the effects of an accepting clause set to a value which can differ from the value of before, and
/// which a response shows. States are left out: a transition has a bound of its own, and may end where it began.
#[must_use]
pub fn list_telling_fields(model: &Model, clause: ClauseId) -> BTreeSet<EffectField> {
    let Some(written) = model.find_suite_clause(clause) else { return BTreeSet::new() };
    if !matches!(written.decision, ClauseDecision::Accept(_)) {
        return BTreeSet::new();
    }
    written.then.iter().flat_map(|effect| list_fields_of(model, clause, effect)).collect()
}

fn list_fields_of(model: &Model, clause: ClauseId, effect: &Effect) -> Vec<EffectField> {
    let EffectValue::Expr(value) = &effect.value else { return Vec::new() };
    let kinds: BTreeSet<(usize, bool)> = match &effect.target {
        EffectTarget::Each(each) => BTreeSet::from([(each.resource, false)]),
        EffectTarget::Named(name) => {
            let speaking = model.operations.values().filter(|operation| operation.clauses.contains(&clause));
            let named = speaking.flat_map(|operation| &operation.about).filter(|about| about.name == *name);
            named.map(|about| (about.resource, matches!(about.binding, IdExpression::New(_)))).collect()
        }
    };
    let can_tell = |&(kind, newborn): &(usize, bool)| {
        let resource = &model.suite.resources[kind];
        let field = resource.fields.iter().position(|field| field.name == effect.field)?;
        let shown =
            resource.views.values().any(|view| view.only.as_ref().is_none_or(|only| only.contains(&effect.field)));
        let same = if newborn { value.as_literal().is_some_and(is_empty_value) } else { is_own_value(value, effect) };
        (shown && !same).then_some(EffectField { kind: kind as u16, field: field as u16, newborn })
    };
    kinds.iter().filter_map(can_tell).collect()
}

/// Whether an effect sets a field to the value that the field has.
fn is_own_value(value: &Expr, effect: &Effect) -> bool {
    let name = match &effect.target {
        EffectTarget::Named(name) => name,
        EffectTarget::Each(each) => &each.name,
    };
    value.as_path().is_some_and(|path| {
        let own = matches!(path.keys.as_slice(), [PathKey::Name(key)] if **key == *effect.field);
        own && path.root.as_ref() == name
    })
}

/// Whether a value is what a resource without a requested value would show.
fn is_empty_value(value: &ExprValue) -> bool {
    match value {
        ExprValue::Null => true,
        ExprValue::Str(text) => text.is_empty(),
        ExprValue::List(items) => items.is_empty(),
        ExprValue::Map(entries) => entries.is_empty(),
        _ => false,
    }
}

impl Belief {
    /// The fields among the promises of a clause whose promised value certainly differs from the value before the call.
    pub(super) fn find_telling_fields(
        &self,
        clause: ClauseId,
        promised: &BTreeSet<PromiseSubject>,
        before: &Factor,
        judged: &OutcomeJudgement,
        moment: &EffectContext<'_>,
    ) -> BTreeSet<EffectField> {
        let fields = promised.iter().filter_map(|what| match what {
            PromiseSubject::Field(id, field) => Some((id, *field)),
            PromiseSubject::Absence(_) => None,
        });
        let mut telling = BTreeSet::new();
        for (id, field) in fields {
            let newborn = moment.created.iter().any(|(_, ids)| ids.contains(id));
            let told = EffectField { kind: id.kind, field, newborn };
            if is_told(id, told, (clause, before, judged)) {
                telling.insert(told);
            }
        }
        telling
    }
}

/// Whether the main outcome of the clause gives the field a value that tells the effect, in every possible state.
fn is_told(
    id: &ResourceId,
    told: EffectField,
    (clause, before, judged): (ClauseId, &Factor, &OutcomeJudgement),
) -> bool {
    let field = usize::from(told.field);
    let main = judged.states.iter().filter(|next| match &next.explanation {
        OutcomeExplanation::Accepted { choice } => choice.contains(&(clause, 0)),
        _ => false,
    });
    let after: Option<Vec<&ExprValue>> =
        main.map(|next| Some(&find_resource(&next.state, id)?.state.fields[field])).collect();
    let Some(after) = after.filter(|after| !after.is_empty()) else { return false };
    after.into_iter().all(|value| {
        if told.newborn {
            return !value.has_unknown() && !is_empty_value(value);
        }
        before.states.iter().all(|world| {
            let old = find_resource(world, id).map(|held| &held.state.fields[field]);
            old.is_some_and(|old| old.cel_eq(value) == ExprValue::Bool(false))
        })
    })
}
