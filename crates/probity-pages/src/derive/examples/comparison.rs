//! Compares the fields of tables with examples.
//!
//! No source is trusted alone. Examples decide about wrappers. Tables decide about types, unless an example of a
//! response contradicts the table: then both types are accepted.

use super::contradictions::{check_type, check_value};
use super::inferred_fields::{infer_field, infer_members, infer_type};
use super::values::{ExampleScope, find_member_objects, find_objects};
use crate::derive::doubts::{DraftDoubt, add_doubt, make_side};
use crate::derive::field::{DraftField, FieldNeed, make_source};
use crate::derive::types::FieldType;
use crate::value::SourceValue;

const DEPTH_MAX: usize = 24;

/// Marks the fields that examples show, and adds fields that only examples show.
pub(in crate::derive) fn reconcile_fields(
    fields: &mut Vec<DraftField>,
    examples: &[&SourceValue],
    pointer: &str,
    scene: ExampleScope,
    drafts: &mut Vec<DraftDoubt>,
    depth: usize,
) {
    if depth > DEPTH_MAX {
        return;
    }
    let named: Vec<String> = fields.iter().filter(|it| !it.any_key).map(|it| it.name.clone()).collect();
    let akin = examples.iter().filter(|it| it.members().iter().any(|(key, _)| named.contains(key))).count();
    for field in fields.iter_mut() {
        let values: Vec<&SourceValue> = if field.any_key {
            examples
                .iter()
                .flat_map(|it| it.members())
                .filter(|(key, _)| !named.contains(key))
                .map(|(_, node)| node)
                .collect()
        } else {
            examples.iter().filter_map(|it| it.get(&field.name)).collect()
        };
        field.shown = !values.is_empty();
        // For a mandatory field, only examples with at least one of the sibling fields count.
        let asked = if field.need == FieldNeed::Yes { akin } else { examples.len() };
        field.always_shown = asked > 0 && (field.any_key || values.len() == asked);
        let here = format!("{pointer}/{}", field.pointer_step());
        compare_values(field, &values, &here, scene, drafts, depth);
    }
    if fields.iter().any(|it| it.any_key) {
        return;
    }
    for (key, _) in examples.iter().flat_map(|it| it.members()) {
        if fields.iter().any(|it| it.name == *key) {
            continue;
        }
        let values: Vec<&SourceValue> = examples.iter().filter_map(|it| it.get(key)).collect();
        let mut field = infer_field(key, &values, scene.page, 0);
        field.shown = true;
        field.always_shown = values.len() == examples.len();
        if !scene.silent {
            let alike = fields.iter().find(|it| it.name.eq_ignore_ascii_case(key));
            let (kind, first) = match alike {
                Some(it) => ("name-case", make_side(it.name.clone(), Some(it.at.clone()))),
                None => ("only-in-example", make_side("no row", None)),
            };
            let sides =
                vec![first, make_side(format!("{key} {}", field.value_type.type_word()), Some(field.at.clone()))];
            field.doubts.push(add_doubt(
                drafts,
                kind,
                format!("{pointer}/{}", field.pointer_step()),
                sides,
                Some(1),
                "example-adds-optional",
            ));
        }
        fields.push(field);
    }
}

/// Compares one field with the example values of the field.
fn compare_values(
    field: &mut DraftField,
    values: &[&SourceValue],
    here: &str,
    scene: ExampleScope,
    drafts: &mut Vec<DraftDoubt>,
    depth: usize,
) {
    for node in values {
        check_type(field, node, here, scene, drafts);
        check_value(field, node, here, scene, drafts);
    }
    let inner: Vec<&SourceValue> = find_member_objects(&field.value_type, values);
    // Lengths of keys and values show that the members are data.
    if field.claims.key_length.is_some() || field.claims.value_length.is_some() {
        return;
    }
    open_pairs(field, &inner);
    convert_to_map(field, &inner, here, scene, drafts);
    let undescribed =
        field.children.is_empty() && field.value_type.holds_fields() && field.value_type != FieldType::Any;
    if undescribed && !inner.is_empty() {
        field.children = infer_members(&inner, scene.page, 0);
        let maps = matches!(field.value_type, FieldType::Map(_)) || field.children.iter().all(|it| it.any_key);
        if !scene.silent && !maps && !field.children.is_empty() && field.claims.pairs.is_none() {
            let sides = vec![
                make_side(format!("{} without its fields", field.value_type.type_word()), Some(field.at.clone())),
                make_side(
                    format!("{} fields", field.children.len()),
                    inner.first().map(|it| make_source(scene.page, it.first, it.last)),
                ),
            ];
            field.doubts.push(add_doubt(drafts, "undescribed-object", here, sides, Some(1), "example-adds-optional"));
        }
        return;
    }
    if !field.children.is_empty() {
        let scene = ExampleScope {
            silent: scene.silent || field.from_example && !field.children.iter().any(|it| !it.from_example),
            ..scene
        };
        let step = format!("{here}{}", field.pointer_below());
        reconcile_fields(&mut field.children, &inner, &step, scene, drafts, depth + 1);
    }
}

/// Makes one row that stands for all pairs of a key and a value the description of any key.
fn open_pairs(field: &mut DraftField, inner: &[&SourceValue]) {
    if let ([pairs], FieldType::Object) = (field.children.as_mut_slice(), &field.value_type) {
        let shown = inner.iter().any(|it| it.get(&pairs.name).is_some());
        pairs.any_key |= pairs.claims.pairs.is_some() && !inner.is_empty() && !shown;
    }
}

/// Turns an object into a map if the rows below describe members of a map: either rows `key` and `value`, or the
/// fields of each member. The example shows the keys.
fn convert_to_map(
    field: &mut DraftField,
    inner: &[&SourceValue],
    here: &str,
    scene: ExampleScope,
    drafts: &mut Vec<DraftDoubt>,
) {
    let known = |key: &str| field.children.iter().any(|it| it.name == key);
    let members: Vec<&(String, SourceValue)> = inner.iter().flat_map(|it| it.members()).collect();
    let open = field.children.iter().any(|it| it.any_key);
    if field.value_type != FieldType::Object || open || field.children.is_empty() || members.is_empty() {
        return;
    }
    if members.iter().any(|(key, _)| known(key)) {
        return;
    }
    let row = |name: &str| field.children.iter().find(|it| it.name.eq_ignore_ascii_case(name)).cloned();
    let (first, last) = (members[0].1.first, members[0].1.last);
    let shown = make_side("keys of their own", Some(make_source(scene.page, first, last)));
    if let (2, Some(key), Some(mut value)) = (field.children.len(), row("key"), row("value")) {
        let sides = vec![make_side("fields key and value", Some(key.at.clone())), shown];
        field.doubts.push(add_doubt(drafts, "map-by-example", here, sides, Some(1), "example-shows-keys"));
        field.claims.key_length = key.claims.length;
        value.any_key = true;
        value.merged.push(key.at);
        field.children = vec![value];
        return;
    }
    let below = |node: &SourceValue| find_objects(node).iter().any(|it| it.members().iter().any(|(key, _)| known(key)));
    if members.iter().all(|(_, node)| below(node)) {
        let value_type = infer_type(&[&members[0].1], scene.page, 0).0;
        let mut any = DraftField::new("*", value_type, make_source(scene.page, first, last));
        let name = field.children.first().map_or(String::new(), |it| it.name.clone());
        let sides = vec![make_side(format!("{name} within {}", field.name), Some(field.at.clone())), shown];
        field.doubts.push(add_doubt(drafts, "map-by-example", here, sides, Some(1), "example-shows-keys"));
        any.any_key = true;
        any.from_example = true;
        any.children = std::mem::take(&mut field.children);
        field.children = vec![any];
    }
}
