//! Doubts between pages: two spellings of a word, different lists of values, null in a table, keys that are data.

use super::doubts::{DraftDoubts, add_doubt, make_side};
use super::field::{DraftField, make_source};
use super::field_tree::{NULL_MARK, mark_field, visit_fields, visit_fields_mut};
use super::input::PageInput;
use super::notes;
use super::operation_draft::DraftOperation;
use super::page_parts::place_blocks;
use super::survey::PageSurvey;
use super::types::FieldType;
use crate::document::PageBlock;
use probity_schema::catalog::SourceLines;
use std::collections::{BTreeMap, BTreeSet};

/// Spellings of values with their sources, by field.
type ValueSpellings = BTreeMap<String, BTreeMap<String, SourceLines>>;

/// Records values of a field that pages write in upper case and in lower case.
pub(super) fn record_spellings(
    inputs: &[PageInput],
    survey: &PageSurvey,
    made: &mut [DraftOperation],
    drafts: &mut DraftDoubts,
) {
    let mut spoken: ValueSpellings = BTreeMap::new();
    let mut say = |field: &str, value: &str, at: SourceLines| {
        spoken.entry(field.to_string()).or_default().entry(value.to_string()).or_insert(at);
    };
    for input in inputs {
        for it in place_blocks(&input.document, &survey.words) {
            let (PageBlock::Paragraph(text) | PageBlock::Item { text, .. }) = it.block else {
                continue;
            };
            for line in &text.lines {
                for (field, value) in notes::extract_pairs(&line.text) {
                    say(&field, &value, make_source(&input.entry.id, line.first, line.last));
                }
            }
        }
    }
    for table in &survey.values {
        for (value, at) in &table.values {
            say(&table.field, value, at.clone());
        }
    }
    for one in made.iter() {
        for body in one.requests.iter().chain(&one.responses) {
            visit_fields(&body.fields, "", &mut |_, field| {
                if let Some(values) = &field.claims.values {
                    for value in &values.value {
                        say(&field.name, value, make_source(&field.at.page, values.first, values.last));
                    }
                }
            });
        }
    }
    for (field, values) in &spoken {
        let mut alike: BTreeMap<String, Vec<(&String, &SourceLines)>> = BTreeMap::new();
        for (value, at) in values {
            alike.entry(value.to_lowercase()).or_default().push((value, at));
        }
        for (_, spelt) in alike.into_iter().filter(|(_, spelt)| spelt.len() > 1) {
            let sides = spelt.iter().map(|(value, at)| make_side((*value).clone(), Some((*at).clone()))).collect();
            let nth = add_doubt(
                &mut drafts.all,
                "case-differs",
                format!("{field}/{}", spelt[0].0.to_lowercase()),
                sides,
                None,
                "any-case-of-these",
            );
            drafts.set_owner(nth, None);
            let known: Vec<&str> = spelt.iter().map(|(value, _)| value.as_str()).collect();
            for body in made.iter_mut().flat_map(|it| it.requests.iter_mut().chain(&mut it.responses)) {
                visit_fields_mut(&mut body.fields, &mut |it| {
                    let listed = it
                        .claims
                        .values
                        .as_ref()
                        .is_some_and(|all| all.value.iter().any(|value| known.contains(&value.as_str())));
                    if it.name == *field && listed {
                        it.disputed.insert("enum");
                        it.doubts.push(nth);
                    }
                });
            }
        }
    }
}

/// Records lists of values that differ from the table of the field's values on a second page.
pub(super) fn record_list_differences(survey: &PageSurvey, made: &mut [DraftOperation], drafts: &mut DraftDoubts) {
    for one in made.iter_mut() {
        let unit = one.unit;
        let start = drafts.all.len();
        for body in one.requests.iter_mut().chain(&mut one.responses) {
            let way = body.way.word();
            let mut found = Vec::new();
            visit_fields(&body.fields, way, &mut |pointer, field| {
                let Some(values) = &field.claims.values else {
                    return;
                };
                for table in survey.values.iter().filter(|it| it.field == field.name) {
                    let there: Vec<&str> = table.values.iter().map(|(value, _)| value.as_str()).collect();
                    let common = values.value.iter().filter(|it| there.contains(&it.as_str())).count();
                    let lacks: Vec<&str> =
                        there.iter().copied().filter(|it| !values.value.iter().any(|mine| mine == it)).collect();
                    let adds: Vec<&str> =
                        values.value.iter().map(String::as_str).filter(|it| !there.contains(it)).collect();
                    let same_thing = common * 2 >= values.value.len().min(there.len());
                    if same_thing && (!lacks.is_empty() || !adds.is_empty()) {
                        let says = |words: &[&str], what: &str| {
                            if words.is_empty() { String::new() } else { format!("{what} {}", words.join(", ")) }
                        };
                        let mine = make_side(
                            format!(
                                "{} values; {}",
                                values.value.len(),
                                [says(&lacks, "lacks"), says(&adds, "adds")].join(" ").trim()
                            ),
                            Some(make_source(&field.at.page, values.first, values.last)),
                        );
                        found.push((
                            pointer.to_string(),
                            mine,
                            make_side(format!("{} values", there.len()), Some(table.at.clone())),
                        ));
                    }
                }
            });
            for (pointer, mine, theirs) in found {
                let nth = add_doubt(
                    &mut drafts.all,
                    "values-differ",
                    pointer.clone(),
                    vec![mine, theirs],
                    Some(0),
                    "own-page-first",
                );
                mark_field(&mut body.fields, way, &pointer, "enum", nth);
            }
        }
        drafts.assign_unit(start, unit);
    }
}

/// Records null in a table that relates fields. A response may then contain null in the field.
pub(super) fn record_table_nulls(survey: &PageSurvey, made: &mut [DraftOperation], drafts: &mut DraftDoubts) {
    for one in made.iter_mut() {
        let start = drafts.all.len();
        for body in &mut one.responses {
            let way = body.way.word();
            let mut found = Vec::new();
            visit_fields(&body.fields, way, &mut |pointer, field| {
                let named = |name: &str| {
                    field.name == name || field.name.rsplit_once(':').is_some_and(|(_, last)| last == name)
                };
                let listed = survey.nulls.iter().find(|(name, _)| named(name));
                if let Some((_, at)) = listed.filter(|_| field.claims.nullable.is_none() && !field.shown_null) {
                    found.push((pointer.to_string(), field.value_type.type_word(), field.at.clone(), at.clone()));
                }
            });
            for (pointer, value_type, row, at) in found {
                let sides = vec![make_side(value_type, Some(row)), make_side("null", Some(at))];
                let nth = add_doubt(&mut drafts.all, "null-by-table", pointer.clone(), sides, None, "null-accepted");
                mark_field(&mut body.fields, way, &pointer, NULL_MARK, nth);
            }
        }
        drafts.assign_unit(start, one.unit);
    }
}

/// Turns undescribed objects into maps if their examples have disjoint members of text: the members are data, not
/// fields.
pub(super) fn convert_example_maps(made: &mut [DraftOperation], drafts: &mut DraftDoubts) {
    let mut keys: BTreeMap<String, Vec<BTreeSet<String>>> = BTreeMap::new();
    for body in made.iter().flat_map(|it| it.requests.iter().chain(&it.responses)) {
        visit_fields(&body.fields, "", &mut |_, field| {
            if is_undescribed_text(field) {
                keys.entry(field.name.clone())
                    .or_default()
                    .push(field.children.iter().map(|it| it.name.clone()).collect());
            }
        });
    }
    let differs = |all: &Vec<BTreeSet<String>>| {
        all.first().is_some_and(|first| all.iter().skip(1).any(|it| it.is_disjoint(first)))
    };
    keys.retain(|_, all| differs(all));
    for one in made.iter_mut() {
        let start = drafts.all.len();
        for body in one.requests.iter_mut().chain(&mut one.responses) {
            let mut found = Vec::new();
            visit_fields(&body.fields, body.way.word(), &mut |pointer, field| {
                let told = field.claims.pairs.is_some();
                if keys.contains_key(&field.name) && is_undescribed_text(field) && !told {
                    let shown = field.children.first().map(|it| it.at.clone());
                    let sides = vec![
                        make_side("an object", Some(field.at.clone())),
                        make_side("other keys in each example", shown),
                    ];
                    found.push(add_doubt(
                        &mut drafts.all,
                        "map-by-example",
                        pointer,
                        sides,
                        Some(1),
                        "example-shows-keys",
                    ));
                }
            });
            let mut found = found.into_iter();
            visit_fields_mut(&mut body.fields, &mut |field| {
                if keys.contains_key(&field.name) && is_undescribed_text(field) {
                    if field.claims.pairs.is_none() {
                        field.doubts.extend(found.next());
                    }
                    field.children.truncate(1);
                    field.children[0].any_key = true;
                    field.children[0].name = "*".into();
                }
            });
        }
        drafts.assign_unit(start, one.unit);
    }
}

fn is_undescribed_text(field: &DraftField) -> bool {
    let plain = |it: &DraftField| it.from_example && !it.any_key && it.value_type == FieldType::String;
    field.value_type == FieldType::Object && !field.children.is_empty() && field.children.iter().all(plain)
}

/// Records request fields without effect that the response returns nevertheless.
pub(super) fn record_returned_dead_fields(made: &mut [DraftOperation], drafts: &mut DraftDoubts) {
    for one in made.iter_mut() {
        let start = drafts.all.len();
        let mut dead: BTreeMap<String, SourceLines> = BTreeMap::new();
        for body in &one.requests {
            visit_fields(&body.fields, "", &mut |_, field| {
                if let Some(it) = &field.claims.dead {
                    dead.insert(field.name.clone(), make_source(&field.at.page, it.first, it.last));
                }
            });
        }
        for body in &mut one.responses {
            let way = body.way.word();
            let mut found = Vec::new();
            visit_fields(&body.fields, way, &mut |pointer, field| {
                // A reserved or unused field may be returned; a field that the API does not support may not.
                let gone = |word: &str| matches!(word, "unsupported" | "discarded");
                if let Some(it) = field.claims.dead.as_ref().filter(|it| field.shown && gone(it.value)) {
                    found.push((pointer.to_string(), make_source(&field.at.page, it.first, it.last), field.at.clone()));
                } else if let Some(at) = dead.get(&field.name).filter(|_| field.shown || field.claims.values.is_some())
                {
                    found.push((pointer.to_string(), at.clone(), field.at.clone()));
                }
            });
            for (pointer, dead, at) in found {
                let sides = vec![make_side("without effect", Some(dead)), make_side("returned", Some(at))];
                let nth =
                    add_doubt(&mut drafts.all, "dead-but-returned", pointer.clone(), sides, None, "kept-as-annotation");
                mark_field(&mut body.fields, way, &pointer, "", nth);
            }
        }
        drafts.assign_unit(start, one.unit);
    }
}
