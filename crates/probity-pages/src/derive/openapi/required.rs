//! Compares required fields of a schema with examples.

use crate::derive::doubts::{DraftDoubt, add_doubt, make_side};
use crate::derive::examples::find_member_objects;
use crate::derive::field::{DraftField, FieldNeed, make_source};
use crate::value::SourceValue;

/// Disputes required fields that an example with sibling fields omits.
pub(super) fn compare_required_fields(
    fields: &mut [DraftField],
    examples: &[&SourceValue],
    page: &str,
    pointer: &str,
    drafts: &mut Vec<DraftDoubt>,
) {
    let names: Vec<String> = fields.iter().map(|it| it.name.clone()).collect();
    let akin: Vec<&SourceValue> = examples
        .iter()
        .copied()
        .filter(|it| it.members().iter().any(|(key, _)| names.iter().any(|name| name == key)))
        .collect();
    for field in fields.iter_mut().filter(|it| !it.from_example) {
        let here = format!("{pointer}/{}", field.pointer_step());
        let lacking = akin.iter().find(|it| !field.any_key && it.get(&field.name).is_none());
        field.always_shown = lacking.is_none();
        if let Some(example) = lacking.filter(|_| field.need == FieldNeed::Yes) {
            let sides = vec![
                make_side("required", Some(field.at.clone())),
                make_side("an example without it", Some(make_source(page, example.first, example.first))),
            ];
            field.doubts.push(add_doubt(drafts, "required-not-shown", here.as_str(), sides, None, "both-accepted"));
            field.disputed.insert("required");
        }
        let values: Vec<&SourceValue> = match field.any_key {
            true => akin.iter().flat_map(|it| it.members()).map(|(_, it)| it).collect(),
            false => akin.iter().filter_map(|it| it.get(&field.name)).collect(),
        };
        let inner = find_member_objects(&field.value_type, &values);
        let step = format!("{here}{}", field.pointer_below());
        compare_required_fields(&mut field.children, &inner, page, &step, drafts);
    }
}
