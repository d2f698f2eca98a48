//! Objects that examples show around the fields of a table.

use super::values::find_objects;
use crate::derive::doubts::{DraftDoubt, add_doubt, make_side};
use crate::derive::field::{BodyDirection, DraftField, FieldNeed, make_source};
use crate::derive::types::FieldType;
use crate::value::{SourceValue, SourceValueKind};
use probity_schema::catalog::SourceLines;

/// Moves rows below the one row of an object under which examples show the rows.
pub(in crate::derive) fn gather_nested_rows(
    fields: &mut Vec<DraftField>,
    examples: &[SourceValue],
    root: &Option<SourceLines>,
    page: &str,
    way: BodyDirection,
    drafts: &mut Vec<DraftDoubt>,
) {
    let at_top = |name: &str| examples.iter().any(|it| it.get(name).is_some());
    if fields.iter().any(|it| it.any_key) || !fields.iter().any(|it| at_top(&it.name)) {
        return;
    }
    let beside: Vec<String> = fields.iter().map(|it| it.name.clone()).filter(|it| !at_top(it)).collect();
    let held = |field: &DraftField| {
        let inside: Vec<&SourceValue> =
            examples.iter().filter_map(|it| it.get(&field.name)).flat_map(find_objects).collect();
        beside.iter().filter(|name| inside.iter().any(|node| node.get(name).is_some())).count()
    };
    let counts: Vec<usize> =
        fields.iter().map(|it| if it.value_type.holds_fields() && at_top(&it.name) { held(it) } else { 0 }).collect();
    let most = counts.iter().copied().max().unwrap_or(0);
    let Some(nth) = counts.iter().position(|it| *it == most).filter(|_| most > 0) else {
        return;
    };
    let name = fields[nth].name.clone();
    let (rest, mut top): (Vec<DraftField>, Vec<DraftField>) =
        std::mem::take(fields).into_iter().partition(|it| beside.contains(&it.name));
    let outer = top.iter_mut().find(|it| it.name == name).expect("the chosen row is among the rows at the top");
    let shown = examples.iter().find_map(|it| it.get(&name)).map(|it| make_source(page, it.first, it.last));
    let first = rest.first().map_or(String::new(), |it| it.name.clone());
    let sides = vec![
        make_side(format!("{first} beside {name}"), root.clone()),
        make_side(format!("{first} within {name}"), shown),
    ];
    let subject = format!("{}/{name}", way.word());
    outer.doubts.push(add_doubt(drafts, "flat-table", subject, sides, Some(1), "example-shows-nesting"));
    for field in rest {
        if !outer.children.iter().any(|it| it.name == field.name) {
            outer.children.push(field);
        }
    }
    *fields = top;
}

/// Puts the fields under a wrapper that every example has and the table omits.
pub(in crate::derive) fn wrap_fields(
    fields: &mut Vec<DraftField>,
    examples: &[SourceValue],
    root: &Option<SourceLines>,
    page: &str,
    way: BodyDirection,
    drafts: &mut Vec<DraftDoubt>,
) {
    if fields.is_empty() || fields.iter().any(|it| it.any_key) {
        return;
    }
    let known = |key: &str| fields.iter().any(|field| field.name == key);
    if examples.iter().any(|it| it.members().iter().any(|(key, _)| known(key))) {
        return;
    }
    for example in examples {
        let members = example.members();
        let wrapper = members
            .iter()
            .find(|(_, node)| find_objects(node).iter().any(|inner| inner.members().iter().any(|(key, _)| known(key))));
        let Some((name, node)) = wrapper else {
            continue;
        };
        let value_type = if matches!(node.kind, SourceValueKind::Array(_)) {
            FieldType::Array(Box::new(FieldType::Object))
        } else {
            FieldType::Object
        };
        let mut outer = DraftField::new(name, value_type, make_source(page, node.first, node.last));
        outer.from_example = true;
        outer.need = FieldNeed::Yes;
        let names = fields.first().map_or(String::new(), |it| it.name.clone());
        let sides = vec![
            make_side(format!("{names} at the top"), root.clone()),
            make_side(format!("{names} within {name}"), Some(outer.at.clone())),
        ];
        outer.doubts.push(add_doubt(
            drafts,
            "missing-wrapper",
            format!("{}/{name}", way.word()),
            sides,
            Some(1),
            "example-wins-on-wrappers",
        ));
        outer.children = std::mem::take(fields);
        fields.push(outer);
        return;
    }
}
