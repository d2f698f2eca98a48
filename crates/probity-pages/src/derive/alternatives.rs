//! Tables that describe one object for several cases, such as the body of a call that creates two kinds of things.

use super::field::{DraftField, FieldNeed};
use super::field_table::FieldTable;
use serde_json::{Value, json};

/// Whether two captions differ only in the case in brackets: "lamp field (on a wall)" and "lamp field (on a desk)".
pub(super) fn describe_one_object(one: &FieldTable, other: &FieldTable) -> bool {
    let stem = |caption: &str| {
        let start = caption.split(['(', '（']).next().unwrap_or_default();
        start.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
    };
    let cased = one.caption.contains(['(', '（']) || other.caption.contains(['(', '（']);
    cased && one.caption != other.caption && stem(&one.caption) == stem(&other.caption)
}

/// Joins the fields of several cases. A field is mandatory if it is mandatory in every case; the second result holds the
/// fields that each case adds, as `anyOf`, if every case adds some.
pub(super) fn combine_cases(cases: Vec<Vec<DraftField>>) -> (Vec<DraftField>, Option<Value>) {
    if cases.len() < 2 {
        return (cases.into_iter().flatten().collect(), None);
    }
    let everywhere = |name: &str, fits: &dyn Fn(&DraftField) -> bool| {
        cases.iter().all(|case| case.iter().any(|it| it.name == name && fits(it)))
    };
    let mandatory = |it: &DraftField| it.need == FieldNeed::Yes;
    let mut out: Vec<DraftField> = Vec::new();
    for field in cases.iter().flatten() {
        if let Some(first) = out.iter_mut().find(|it| it.name == field.name) {
            add_rows(first, field);
            continue;
        }
        let mut field = field.clone();
        let always = everywhere(&field.name, &mandatory);
        if !always && (field.need == FieldNeed::Yes || !everywhere(&field.name, &|_| true)) {
            field.need = FieldNeed::No;
        }
        out.push(field);
    }
    let own = |case: &Vec<DraftField>| {
        let names = case.iter().filter(|it| mandatory(it) && !everywhere(&it.name, &mandatory));
        names.map(|it| it.name.clone()).collect::<Vec<_>>()
    };
    let added: Vec<Vec<String>> = cases.iter().map(own).collect();
    let choice = added.iter().all(|it| !it.is_empty());
    let branches: Vec<Value> = added.iter().map(|names| json!({ "required": names })).collect();
    (out, choice.then_some(Value::Array(branches)))
}

/// Notes the rows of a further case at the field that stands for them.
fn add_rows(field: &mut DraftField, more: &DraftField) {
    if field.at != more.at {
        field.merged.push(more.at.clone());
    }
    for child in &more.children {
        match field.children.iter_mut().find(|it| it.name == child.name) {
            Some(first) => add_rows(first, child),
            None => field.children.push(DraftField { need: FieldNeed::No, ..child.clone() }),
        }
    }
}
