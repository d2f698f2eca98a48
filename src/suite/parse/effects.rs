//! `then`: the effects of a call or an event.

use super::each;
use super::reader::{Reader, Scope};
use crate::expr::Expr;
use crate::suite::suggest;
use crate::suite::tree::{Key, Kind, Node};
use crate::suite::types::{Effect, EffectValue, FieldClass, Resource, Stage, Target};

/// The resources that an effect may change.
pub(super) struct Targets<'r> {
    /// The resources of the call, by name.
    pub things: Vec<(String, &'r Resource)>,
    /// All resource kinds; empty if only the named resources can change.
    pub kinds: &'r [Resource],
}

/// The effects in the order of the file. `scope` has the names for the state before the call.
pub(super) fn effects(reader: &mut Reader, node: Option<&Node>, targets: &Targets, scope: &Scope) -> Vec<Effect> {
    let entries = node.and_then(|n| reader.entries(n, "`then`")).unwrap_or_default();
    entries.iter().filter_map(|(key, value)| effect(reader, key, value, targets, scope)).collect()
}

fn effect(reader: &mut Reader, key: &Key, value: &Node, targets: &Targets, scope: &Scope) -> Option<Effect> {
    if each::is_meant(&key.text) {
        let (each, field) = each::read(reader, key, targets.kinds, scope)?;
        let resource = &targets.kinds[each.resource];
        let scope = scope.and([each.name.as_str()]);
        return becomes(reader, (key, Target::Each(each), &field), resource, value, &scope);
    }
    let Some((target, field)) = key.text.split_once('.') else {
        let message = format!("`{}` is not an effect: expected `<name>.<field>`", key.text);
        reader.error(key.place, "bad-effect", message);
        return None;
    };
    let Some((_, resource)) = targets.things.iter().find(|(name, _)| name == target) else {
        let hint = suggest::hint(target, targets.things.iter().map(|(name, _)| name.as_str()));
        reader.error_with(key.place, "unknown-resource", format!("the call does not refer to `{target}`"), hint);
        return None;
    };
    becomes(reader, (key, Target::Named(target.to_string()), field), resource, value, scope)
}

fn becomes(
    reader: &mut Reader,
    (key, target, field): (&Key, Target, &str),
    resource: &Resource,
    value: &Node,
    scope: &Scope,
) -> Option<Effect> {
    check_field(reader, key, field, resource);
    let value = if matches!(&value.kind, Kind::Text(text) if text == "*") {
        EffectValue::Anything
    } else if resource.state.as_deref() == Some(field) {
        EffectValue::Course(course(reader, value, scope))
    } else {
        EffectValue::Expr(reader.expr(value, "an effect", scope)?)
    };
    Some(Effect { key: key.text.clone(), target, field: field.to_string(), value, place: key.place })
}

fn check_field(reader: &mut Reader, key: &Key, field: &str, resource: &Resource) {
    if resource.remembers.iter().any(|(name, _)| name == field) {
        return;
    }
    match resource.fields.iter().find(|f| f.name == field).map(|f| f.class) {
        Some(FieldClass::Modelled) => {}
        Some(FieldClass::Keeps) => {
            reader.error(key.place, "bad-effect", format!("`{field}` is under `keeps` and never changes"));
        }
        Some(FieldClass::Grows) => {
            reader.error(key.place, "bad-effect", format!("`{field}` is under `grows` and changes without a call"));
        }
        None => {
            let modelled = resource.fields.iter().filter(|f| f.class == FieldClass::Modelled);
            let names = modelled.map(|f| f.name.as_str()).chain(resource.remembers.iter().map(|(n, _)| n.as_str()));
            let known: Vec<&str> = names.collect();
            let message = format!("`{}` has no field `{field}`", resource.name);
            reader.error_with(key.place, "unknown-field", message, suggest::hint(field, known.iter().copied()));
        }
    }
}

fn course(reader: &mut Reader, node: &Node, scope: &Scope) -> Vec<Stage> {
    let items = match &node.kind {
        Kind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let stages: Vec<Stage> = items.iter().filter_map(|item| stage(reader, item, scope)).collect();
    let last = items.last().map_or(node.place, |item| item.place);
    if items.is_empty() {
        reader.error(node.place, "bad-transition", "a transition needs at least one stage");
    }
    // `"*"` is only allowed before `gone`, or last, where the pages leave the final state open.
    let ends = matches!(stages.last(), Some(Stage::Gone));
    let loose = stages.iter().position(|s| matches!(s, Stage::Anything));
    if loose.is_some_and(|at| !ends && at + 1 < stages.len()) {
        reader.error(
            last,
            "bad-transition",
            "only `gone` can follow \"*\"; an intermediate state without a name is \"?\"",
        );
    }
    if let Some(at) = stages.iter().position(|s| matches!(s, Stage::Gone)).filter(|at| at + 1 < stages.len()) {
        reader.error(items[at].place, "bad-transition", "no stage can follow `gone`");
    }
    stages
}

fn stage(reader: &mut Reader, node: &Node, scope: &Scope) -> Option<Stage> {
    let text = reader.text(node, "a stage")?;
    Some(match text {
        "*" => Stage::Anything,
        "gone" => Stage::Gone,
        _ => match text.strip_prefix('=') {
            Some(rest) => stage_expression(reader, node, rest, scope)?,
            None => Stage::State(text.to_string()),
        },
    })
}

fn stage_expression(reader: &mut Reader, node: &Node, text: &str, scope: &Scope) -> Option<Stage> {
    let expr: Expr = reader.expr_text(node, text, 1, "a stage", scope)?;
    Some(Stage::Expr(expr))
}
