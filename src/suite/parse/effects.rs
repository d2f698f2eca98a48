//! `then`: the effects of a call or an event.

use super::reader::{RootNames, SuiteReader};
use super::selections;
use crate::expr::Expr;
use crate::suite::suggest;
use crate::suite::types::{Effect, EffectTarget, EffectValue, FieldMutability, ResourceKind, StageExpression};
use crate::suite::yaml::{YamlKey, YamlNode, YamlValue};

/// The resources that an effect may change.
pub(super) struct EffectTargets<'r> {
    /// The resources of the call, by name.
    pub resources: Vec<(String, &'r ResourceKind)>,
    /// All resource kinds; empty if only the named resources can change.
    pub kinds: &'r [ResourceKind],
}

/// The effects in the order of the file. `scope` has the names for the state before the call.
pub(super) fn parse_effects(
    reader: &mut SuiteReader,
    node: Option<&YamlNode>,
    targets: &EffectTargets,
    scope: &RootNames,
) -> Vec<Effect> {
    let entries = node.and_then(|n| reader.read_entries(n, "`then`")).unwrap_or_default();
    entries.iter().filter_map(|(key, value)| parse_effect(reader, key, value, targets, scope)).collect()
}

fn parse_effect(
    reader: &mut SuiteReader,
    key: &YamlKey,
    value: &YamlNode,
    targets: &EffectTargets,
    scope: &RootNames,
) -> Option<Effect> {
    if selections::is_selection_key(&key.text) {
        let (each, field) = selections::parse_selection_key(reader, key, targets.kinds, scope)?;
        let resource = &targets.kinds[each.resource];
        let scope = scope.with_roots([each.name.as_str()]);
        return parse_effect_value(reader, (key, EffectTarget::Each(each), &field), resource, value, &scope);
    }
    let (target, field) = match key.text.split_once('.') {
        Some((target, field)) => (target, Some(field)),
        None if ends_resource(value) => (key.text.as_str(), None),
        None => {
            let message =
                format!("`{}` is not an effect: expected `<name>.<field>`, or `<name>: gone` for a deletion", key.text);
            reader.report_error(key.place, "bad-effect", message);
            return None;
        }
    };
    let Some((_, resource)) = targets.resources.iter().find(|(name, _)| name == target) else {
        let hint = suggest::suggest_name(target, targets.resources.iter().map(|(name, _)| name.as_str()));
        reader.report_error_with(key.place, "unknown-resource", format!("the call does not refer to `{target}`"), hint);
        return None;
    };
    let named = EffectTarget::Named(target.to_string());
    let Some(field) = field else {
        let value = EffectValue::Transition(parse_transition(reader, value, scope));
        let field = resource.state.clone().unwrap_or_default();
        return Some(Effect { key: key.text.clone(), target: named, field, value, place: key.place });
    };
    parse_effect_value(reader, (key, named, field), resource, value, scope)
}

/// Whether the value is `gone`, or `["*", gone]`: the only effects on a resource as a whole.
fn ends_resource(value: &YamlNode) -> bool {
    let is = |node: &YamlNode, word: &str| matches!(&node.kind, YamlValue::Text(text) if text == word);
    match &value.kind {
        YamlValue::List(items) => match items.as_slice() {
            [gone] => is(gone, "gone"),
            [any, gone] => is(any, "*") && is(gone, "gone"),
            _ => false,
        },
        _ => is(value, "gone"),
    }
}

fn parse_effect_value(
    reader: &mut SuiteReader,
    (key, target, field): (&YamlKey, EffectTarget, &str),
    resource: &ResourceKind,
    value: &YamlNode,
    scope: &RootNames,
) -> Option<Effect> {
    check_effect_field(reader, key, field, resource);
    let value = if matches!(&value.kind, YamlValue::Text(text) if text == "*") {
        EffectValue::Anything
    } else if resource.state.as_deref() == Some(field) {
        EffectValue::Transition(parse_transition(reader, value, scope))
    } else {
        EffectValue::Expr(reader.read_expression(value, "an effect", scope)?)
    };
    Some(Effect { key: key.text.clone(), target, field: field.to_string(), value, place: key.place })
}

fn check_effect_field(reader: &mut SuiteReader, key: &YamlKey, field: &str, resource: &ResourceKind) {
    if resource.remembers.iter().any(|(name, _)| name == field) {
        return;
    }
    match resource.fields.iter().find(|f| f.name == field).map(|f| f.class) {
        Some(FieldMutability::Modelled) => {}
        Some(FieldMutability::Keeps) => {
            reader.report_error(key.place, "bad-effect", format!("`{field}` is under `keeps` and never changes"));
        }
        Some(FieldMutability::Grows) => {
            reader.report_error(
                key.place,
                "bad-effect",
                format!("`{field}` is under `grows` and changes without a call"),
            );
        }
        None => {
            let modelled = resource.fields.iter().filter(|f| f.class == FieldMutability::Modelled);
            let names = modelled.map(|f| f.name.as_str()).chain(resource.remembers.iter().map(|(n, _)| n.as_str()));
            let known: Vec<&str> = names.collect();
            let message = format!("`{}` has no field `{field}`", resource.name);
            reader.report_error_with(
                key.place,
                "unknown-field",
                message,
                suggest::suggest_name(field, known.iter().copied()),
            );
        }
    }
}

fn parse_transition(reader: &mut SuiteReader, node: &YamlNode, scope: &RootNames) -> Vec<StageExpression> {
    let items = match &node.kind {
        YamlValue::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let stages: Vec<StageExpression> = items.iter().filter_map(|item| parse_stage(reader, item, scope)).collect();
    let last = items.last().map_or(node.place, |item| item.place);
    if items.is_empty() {
        reader.report_error(node.place, "bad-transition", "a transition needs at least one stage");
    }
    // `"*"` is only allowed before `gone`, or last, where the pages leave the final state open.
    let ends = matches!(stages.last(), Some(StageExpression::Gone));
    let loose = stages.iter().position(|s| matches!(s, StageExpression::Anything));
    if loose.is_some_and(|at| !ends && at + 1 < stages.len()) {
        reader.report_error(
            last,
            "bad-transition",
            "only `gone` can follow \"*\"; an intermediate state without a name is \"?\"",
        );
    }
    if let Some(at) = stages.iter().position(|s| matches!(s, StageExpression::Gone)).filter(|at| at + 1 < stages.len())
    {
        reader.report_error(items[at].place, "bad-transition", "no stage can follow `gone`");
    }
    stages
}

fn parse_stage(reader: &mut SuiteReader, node: &YamlNode, scope: &RootNames) -> Option<StageExpression> {
    let text = reader.read_text(node, "a stage")?;
    Some(match text {
        "*" => StageExpression::Anything,
        "gone" => StageExpression::Gone,
        _ => match text.strip_prefix('=') {
            Some(rest) => parse_stage_expression(reader, node, rest, scope)?,
            None => StageExpression::State(text.to_string()),
        },
    })
}

fn parse_stage_expression(
    reader: &mut SuiteReader,
    node: &YamlNode,
    text: &str,
    scope: &RootNames,
) -> Option<StageExpression> {
    let expr: Expr = reader.read_expression_text(node, text, 1, "a stage", scope)?;
    Some(StageExpression::Expr(expr))
}
