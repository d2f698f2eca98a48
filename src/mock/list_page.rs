//! Parts of lists, as requested by a call.

use super::json_path::value_at_mut;
use super::mutant::FaultKind;
use super::response_context::ResponseContext;
use crate::expr::{ComparisonRelation, ExprValue, FieldPath, PathKey};
use crate::model::{EvaluationLog, GeneratedClause, PossibleResource, is_page};
use crate::suite::ResourceView;
use serde_json::Value;

/// Reduces a list to the requested part: the entries behind the resource in the query, up to the limit in the query.
///
/// Without a promise of paging, or with an unlisted resource in the query, the list stays whole: no page describes
/// these cases.
pub(super) fn cut_list(
    context: &ResponseContext<'_>,
    kind: usize,
    view: &ResourceView,
    things: &mut Vec<&PossibleResource>,
) {
    let Some(paging) = &view.paging else { return };
    if is_page(context.model, context.call, (kind, view), &EvaluationLog::discarding()) != Some(true) {
        return;
    }
    let query = context.call.query_values();
    let named = |held: &&PossibleResource| {
        let is_named = |value: &Value| ExprValue::from(value).to_id_text().as_ref() == Some(&held.id.id);
        view.next.keys().any(|name| query.get(name).is_some_and(is_named))
    };
    if let Some(at) = things.iter().position(named) {
        let skipped = context.find_fault(&GeneratedClause::Paged(kind, context.call.operation.clone()))
            == Some(&FaultKind::PageSkips);
        things.drain(..things.len().min(at + 1 + usize::from(skipped)));
    }
    let limit = query.get(&paging.limit).and_then(Value::as_u64).filter(|limit| *limit > 0);
    if let Some(limit) = limit.and_then(|limit| usize::try_from(limit).ok()) {
        let over = context.find_fault(&GeneratedClause::PageLimit(kind, context.call.operation.clone()))
            == Some(&FaultKind::PageOverflows);
        things.truncate(limit.saturating_add(usize::from(over)));
    }
}

/// Removes what a list may have only if there are further entries, as the view says with `whole_when: reply.links == null`.
/// A body is drawn with all documented places.
pub(super) fn remove_links(view: &ResourceView, body: &mut Value) {
    let Some(whole_when) = &view.whole_when else { return };
    for compared in whole_when.list_comparisons() {
        let is_absence = compared.op == ComparisonRelation::Eq && compared.other.as_literal() == Some(&ExprValue::Null);
        let Some((PathKey::Name(name), parents)) = compared.path.keys.split_last().filter(|_| is_absence) else {
            continue;
        };
        let parent = FieldPath { root: compared.path.root.clone(), keys: parents.to_vec() };
        if let Some(object) = value_at_mut(body, &parent).and_then(Value::as_object_mut) {
            object.remove(name.as_ref());
        }
    }
}
