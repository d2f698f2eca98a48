//! Doubts between pages: two spellings of a word, different lists of values, null in a table, keys that are data.

use super::doubts::{Drafts, doubt, side};
use super::field::{Field, source};
use super::field_tree::{NULL, each, each_mut, mark};
use super::input::PageInput;
use super::notes;
use super::operation_draft::Made;
use super::page_parts::place;
use super::survey::Survey;
use super::types::Type;
use crate::document::Block;
use probity_schema::catalog::Source;
use std::collections::{BTreeMap, BTreeSet};

/// Spellings of values with their sources, by field.
type Spoken = BTreeMap<String, BTreeMap<String, Source>>;

/// Records values of a field that pages write in upper case and in lower case.
pub(super) fn spelling(inputs: &[PageInput], survey: &Survey, made: &mut [Made], drafts: &mut Drafts) {
    let mut spoken: Spoken = BTreeMap::new();
    let mut say = |field: &str, value: &str, at: Source| {
        spoken.entry(field.to_string()).or_default().entry(value.to_string()).or_insert(at);
    };
    for input in inputs {
        for it in place(&input.document) {
            let (Block::Paragraph(text) | Block::Item { text, .. }) = it.block else {
                continue;
            };
            for line in &text.lines {
                for (field, value) in notes::pairs(&line.text) {
                    say(&field, &value, source(&input.entry.id, line.first, line.last));
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
            each(&body.fields, "", &mut |_, field| {
                if let Some(values) = &field.claims.values {
                    for value in &values.value {
                        say(&field.name, value, source(&field.at.page, values.first, values.last));
                    }
                }
            });
        }
    }
    for (field, values) in &spoken {
        let mut alike: BTreeMap<String, Vec<(&String, &Source)>> = BTreeMap::new();
        for (value, at) in values {
            alike.entry(value.to_lowercase()).or_default().push((value, at));
        }
        for (_, spelt) in alike.into_iter().filter(|(_, spelt)| spelt.len() > 1) {
            let sides = spelt.iter().map(|(value, at)| side((*value).clone(), Some((*at).clone()))).collect();
            let nth = doubt(
                &mut drafts.all,
                "case-differs",
                format!("{field}/{}", spelt[0].0.to_lowercase()),
                sides,
                None,
                "any-case-of-these",
            );
            drafts.own(nth, None);
            let known: Vec<&str> = spelt.iter().map(|(value, _)| value.as_str()).collect();
            for body in made.iter_mut().flat_map(|it| it.requests.iter_mut().chain(&mut it.responses)) {
                each_mut(&mut body.fields, &mut |it| {
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
pub(super) fn lists(survey: &Survey, made: &mut [Made], drafts: &mut Drafts) {
    for one in made.iter_mut() {
        let unit = one.unit;
        let start = drafts.all.len();
        for body in one.requests.iter_mut().chain(&mut one.responses) {
            let way = body.way.word();
            let mut found = Vec::new();
            each(&body.fields, way, &mut |pointer, field| {
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
                        let mine = side(
                            format!(
                                "{} values; {}",
                                values.value.len(),
                                [says(&lacks, "lacks"), says(&adds, "adds")].join(" ").trim()
                            ),
                            Some(source(&field.at.page, values.first, values.last)),
                        );
                        found.push((
                            pointer.to_string(),
                            mine,
                            side(format!("{} values", there.len()), Some(table.at.clone())),
                        ));
                    }
                }
            });
            for (pointer, mine, theirs) in found {
                let nth = doubt(
                    &mut drafts.all,
                    "values-differ",
                    pointer.clone(),
                    vec![mine, theirs],
                    Some(0),
                    "own-page-first",
                );
                mark(&mut body.fields, way, &pointer, "enum", nth);
            }
        }
        drafts.tag(start, unit);
    }
}

/// Records null in a table that relates fields. A response may then contain null in the field.
pub(super) fn nulls(survey: &Survey, made: &mut [Made], drafts: &mut Drafts) {
    for one in made.iter_mut() {
        let start = drafts.all.len();
        for body in &mut one.responses {
            let way = body.way.word();
            let mut found = Vec::new();
            each(&body.fields, way, &mut |pointer, field| {
                let named = |name: &str| {
                    field.name == name || field.name.rsplit_once(':').is_some_and(|(_, last)| last == name)
                };
                let listed = survey.nulls.iter().find(|(name, _)| named(name));
                if let Some((_, at)) = listed.filter(|_| field.claims.nullable.is_none() && !field.shown_null) {
                    found.push((pointer.to_string(), field.value_type.word(), field.at.clone(), at.clone()));
                }
            });
            for (pointer, value_type, row, at) in found {
                let sides = vec![side(value_type, Some(row)), side("null", Some(at))];
                let nth = doubt(&mut drafts.all, "null-by-table", pointer.clone(), sides, None, "null-accepted");
                mark(&mut body.fields, way, &pointer, NULL, nth);
            }
        }
        drafts.tag(start, one.unit);
    }
}

/// Turns undescribed objects into maps if their examples have disjoint members of text: the members are data, not
/// fields.
pub(super) fn maps(made: &mut [Made], drafts: &mut Drafts) {
    let mut keys: BTreeMap<String, Vec<BTreeSet<String>>> = BTreeMap::new();
    for body in made.iter().flat_map(|it| it.requests.iter().chain(&it.responses)) {
        each(&body.fields, "", &mut |_, field| {
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
            each(&body.fields, body.way.word(), &mut |pointer, field| {
                if keys.contains_key(&field.name) && is_undescribed_text(field) {
                    let shown = field.children.first().map(|it| it.at.clone());
                    let sides =
                        vec![side("an object", Some(field.at.clone())), side("other keys in each example", shown)];
                    found.push(doubt(&mut drafts.all, "map-by-example", pointer, sides, Some(1), "example-shows-keys"));
                }
            });
            let mut found = found.into_iter();
            each_mut(&mut body.fields, &mut |field| {
                if keys.contains_key(&field.name) && is_undescribed_text(field) {
                    field.doubts.extend(found.next());
                    field.children.truncate(1);
                    field.children[0].any_key = true;
                    field.children[0].name = "*".into();
                }
            });
        }
        drafts.tag(start, one.unit);
    }
}

fn is_undescribed_text(field: &Field) -> bool {
    let plain = |it: &Field| it.from_example && !it.any_key && it.value_type == Type::String;
    field.value_type == Type::Object && !field.children.is_empty() && field.children.iter().all(plain)
}

/// Records request fields without effect that the response returns nevertheless.
pub(super) fn dead_but_returned(made: &mut [Made], drafts: &mut Drafts) {
    for one in made.iter_mut() {
        let start = drafts.all.len();
        let mut dead: BTreeMap<String, Source> = BTreeMap::new();
        for body in &one.requests {
            each(&body.fields, "", &mut |_, field| {
                if let Some(it) = &field.claims.dead {
                    dead.insert(field.name.clone(), source(&field.at.page, it.first, it.last));
                }
            });
        }
        for body in &mut one.responses {
            let way = body.way.word();
            let mut found = Vec::new();
            each(&body.fields, way, &mut |pointer, field| {
                if let Some(it) = field.claims.dead.as_ref().filter(|_| field.shown) {
                    found.push((pointer.to_string(), source(&field.at.page, it.first, it.last), field.at.clone()));
                } else if let Some(at) = dead.get(&field.name).filter(|_| field.shown || field.claims.values.is_some())
                {
                    found.push((pointer.to_string(), at.clone(), field.at.clone()));
                }
            });
            for (pointer, dead, at) in found {
                let sides = vec![side("without effect", Some(dead)), side("returned", Some(at))];
                let nth =
                    doubt(&mut drafts.all, "dead-but-returned", pointer.clone(), sides, None, "kept-as-annotation");
                mark(&mut body.fields, way, &pointer, "", nth);
            }
        }
        drafts.tag(start, one.unit);
    }
}
