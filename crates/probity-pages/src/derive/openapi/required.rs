//! Compares required fields of a schema with examples.

use crate::derive::doubts::{Draft, doubt, side};
use crate::derive::examples::members_of;
use crate::derive::field::{Field, Need, source};
use crate::value::Node;

/// Disputes required fields that an example with sibling fields omits.
pub(super) fn settle(fields: &mut [Field], examples: &[&Node], page: &str, pointer: &str, drafts: &mut Vec<Draft>) {
    let names: Vec<String> = fields.iter().map(|it| it.name.clone()).collect();
    let akin: Vec<&Node> = examples
        .iter()
        .copied()
        .filter(|it| it.members().iter().any(|(key, _)| names.iter().any(|name| name == key)))
        .collect();
    for field in fields.iter_mut().filter(|it| !it.from_example) {
        let here = format!("{pointer}/{}", field.step());
        let lacking = akin.iter().find(|it| !field.any_key && it.get(&field.name).is_none());
        field.always_shown = lacking.is_none();
        if let Some(example) = lacking.filter(|_| field.need == Need::Yes) {
            let sides = vec![
                side("required", Some(field.at.clone())),
                side("an example without it", Some(source(page, example.first, example.first))),
            ];
            field.doubts.push(doubt(drafts, "required-not-shown", here.as_str(), sides, None, "both-accepted"));
            field.disputed.insert("required");
        }
        let values: Vec<&Node> = match field.any_key {
            true => akin.iter().flat_map(|it| it.members()).map(|(_, it)| it).collect(),
            false => akin.iter().filter_map(|it| it.get(&field.name)).collect(),
        };
        let inner = members_of(&field.value_type, &values);
        let step = format!("{here}{}", field.below());
        settle(&mut field.children, &inner, page, &step, drafts);
    }
}
