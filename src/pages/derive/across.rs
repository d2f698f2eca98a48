//! Doubts between pages: one word in two spellings, lists that differ, two pages on one operation.

use super::Drafts;
use super::PageInput;
use super::doubts::{doubt, side};
use super::field::{Field, Way, source};
use super::layout::place;
use super::notes;
use super::operation::{Made, MadeBody};
use super::survey::Survey;
use crate::pages::document::{Block, Line};
use crate::schema::catalog::Source;
use std::collections::BTreeMap;

/// Values by field: how each is written, and where.
type Spoken = BTreeMap<String, BTreeMap<String, Source>>;

/// Lines of text outside tables and code.
pub(super) fn lines_of(block: &Block) -> Vec<&Line> {
    match block {
        Block::Paragraph(text) | Block::Item { text, .. } => text.lines.iter().collect(),
        Block::Table(table) => table
            .rows
            .iter()
            .flat_map(|row| row.cells.iter().flat_map(|cell| cell.text.lines.iter()))
            .collect(),
        Block::Code { .. } => Vec::new(),
    }
}

/// The same value of the same field in upper and lower case, on whatever pages.
pub(super) fn spelling(
    inputs: &[PageInput],
    survey: &Survey,
    made: &mut [Made],
    drafts: &mut Drafts,
) {
    let mut spoken: Spoken = BTreeMap::new();
    let mut say = |field: &str, value: &str, at: Source| {
        spoken
            .entry(field.to_string())
            .or_default()
            .entry(value.to_string())
            .or_insert(at);
    };
    for input in inputs {
        for it in place(&input.document) {
            let (Block::Paragraph(text) | Block::Item { text, .. }) = it.block else {
                continue;
            };
            for line in &text.lines {
                for (field, value) in notes::pairs(&line.text) {
                    say(
                        &field,
                        &value,
                        source(&input.entry.id, line.first, line.last),
                    );
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
                        say(
                            &field.name,
                            value,
                            source(&field.at.page, values.first, values.last),
                        );
                    }
                }
            });
        }
    }
    for (field, values) in &spoken {
        let mut alike: BTreeMap<String, Vec<(&String, &Source)>> = BTreeMap::new();
        for (value, at) in values {
            alike
                .entry(value.to_lowercase())
                .or_default()
                .push((value, at));
        }
        for (_, spelt) in alike.into_iter().filter(|(_, spelt)| spelt.len() > 1) {
            let sides = spelt
                .iter()
                .map(|(value, at)| side((*value).clone(), Some((*at).clone())))
                .collect();
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
            for body in made
                .iter_mut()
                .flat_map(|it| it.requests.iter_mut().chain(&mut it.responses))
            {
                each_mut(&mut body.fields, &mut |it| {
                    let listed = it.claims.values.as_ref().is_some_and(|all| {
                        all.value
                            .iter()
                            .any(|value| known.contains(&value.as_str()))
                    });
                    if it.name == *field && listed {
                        it.disputed.insert("enum");
                        it.doubts.push(nth);
                    }
                });
            }
        }
    }
}

/// A list of values beside the table of another page that lists the same field's values.
pub(super) fn lists(survey: &Survey, made: &mut [Made], drafts: &mut Drafts) {
    for one in made.iter_mut() {
        let page = one.page;
        let start = drafts.all.len();
        for body in one.requests.iter_mut().chain(&mut one.responses) {
            let way = body.way.word();
            let mut found = Vec::new();
            each(&body.fields, way, &mut |pointer, field| {
                let Some(values) = &field.claims.values else {
                    return;
                };
                for table in survey.values.iter().filter(|it| it.field == field.name) {
                    let there: Vec<&str> = table
                        .values
                        .iter()
                        .map(|(value, _)| value.as_str())
                        .collect();
                    let common = values
                        .value
                        .iter()
                        .filter(|it| there.contains(&it.as_str()))
                        .count();
                    let lacks: Vec<&str> = there
                        .iter()
                        .copied()
                        .filter(|it| !values.value.iter().any(|mine| mine == it))
                        .collect();
                    let adds: Vec<&str> = values
                        .value
                        .iter()
                        .map(String::as_str)
                        .filter(|it| !there.contains(it))
                        .collect();
                    let same_thing = common * 2 >= values.value.len().min(there.len());
                    if same_thing && (!lacks.is_empty() || !adds.is_empty()) {
                        let says = |words: &[&str], what: &str| {
                            if words.is_empty() {
                                String::new()
                            } else {
                                format!("{what} {}", words.join(", "))
                            }
                        };
                        let mine = side(
                            format!(
                                "{} values; {}",
                                values.value.len(),
                                [says(&lacks, "lacks"), says(&adds, "adds")]
                                    .join(" ")
                                    .trim()
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
        drafts.tag(start, page);
    }
}

/// A request field without effect that the response returns all the same.
pub(super) fn dead_but_returned(made: &mut [Made], drafts: &mut Drafts) {
    for one in made.iter_mut() {
        let start = drafts.all.len();
        let mut dead: BTreeMap<String, Source> = BTreeMap::new();
        for body in &one.requests {
            each(&body.fields, "", &mut |_, field| {
                if let Some(it) = &field.claims.dead {
                    dead.insert(
                        field.name.clone(),
                        source(&field.at.page, it.first, it.last),
                    );
                }
            });
        }
        for body in &mut one.responses {
            let way = body.way.word();
            let mut found = Vec::new();
            each(&body.fields, way, &mut |pointer, field| {
                if let Some(it) = field.claims.dead.as_ref().filter(|_| field.shown) {
                    found.push((
                        pointer.to_string(),
                        source(&field.at.page, it.first, it.last),
                        field.at.clone(),
                    ));
                } else if let Some(at) = dead
                    .get(&field.name)
                    .filter(|_| field.shown || field.claims.values.is_some())
                {
                    found.push((pointer.to_string(), at.clone(), field.at.clone()));
                }
            });
            for (pointer, dead, at) in found {
                let sides = vec![
                    side("without effect", Some(dead)),
                    side("returned", Some(at)),
                ];
                let nth = doubt(
                    &mut drafts.all,
                    "dead-but-returned",
                    pointer.clone(),
                    sides,
                    None,
                    "kept-as-annotation",
                );
                mark(&mut body.fields, way, &pointer, "", nth);
            }
        }
        drafts.tag(start, one.page);
    }
}

fn mark(fields: &mut [Field], way: &str, pointer: &str, keyword: &'static str, nth: usize) {
    fn go(fields: &mut [Field], here: &str, pointer: &str, keyword: &'static str, nth: usize) {
        for field in fields {
            let at = format!("{here}/{}", field.step());
            if at == pointer {
                if !keyword.is_empty() {
                    field.disputed.insert(keyword);
                }
                field.doubts.push(nth);
            }
            let step = format!("{at}{}", field.below());
            go(&mut field.children, &step, pointer, keyword, nth);
        }
    }
    go(fields, way, pointer, keyword, nth);
}

/// Walks a tree with pointers; elements of lists are `*`.
pub(super) fn each(fields: &[Field], pointer: &str, visit: &mut impl FnMut(&str, &Field)) {
    for field in fields {
        let here = format!("{pointer}/{}", field.step());
        visit(&here, field);
        let step = format!("{here}{}", field.below());
        each(&field.children, &step, visit);
    }
}

fn each_mut(fields: &mut [Field], visit: &mut impl FnMut(&mut Field)) {
    for field in fields {
        visit(field);
        each_mut(&mut field.children, visit);
    }
}

/// Two pages on one operation: the leader stays, what the follower says otherwise is a doubt
/// and disputes the leader's keyword.
pub(super) fn follow(leader: &mut Made, follower: &Made, drafts: &mut Drafts) {
    let start = drafts.all.len();
    for way in [Way::Request, Way::Response] {
        let side_of = |made: &Made| -> Vec<Field> {
            bodies(made, way)
                .iter()
                .filter(|it| it.suffix.is_empty())
                .flat_map(|it| it.fields.clone())
                .collect()
        };
        let mut theirs: BTreeMap<String, Field> = BTreeMap::new();
        each(&side_of(follower), way.word(), &mut |pointer, field| {
            theirs.insert(pointer.to_string(), field.clone());
        });
        let mut mine: BTreeMap<String, Field> = BTreeMap::new();
        each(&side_of(leader), way.word(), &mut |pointer, field| {
            mine.insert(pointer.to_string(), field.clone());
        });
        for (pointer, other) in &theirs {
            let Some(own) = mine.get(pointer) else {
                // Only the topmost of what the leader lacks.
                let parent = pointer
                    .rsplit_once('/')
                    .map_or("", |(it, _)| it)
                    .trim_end_matches("/*");
                if parent == way.word() || mine.contains_key(parent) {
                    let sides = vec![
                        side("no such field", Some(leader.at.clone())),
                        side(other.is.word(), Some(other.at.clone())),
                    ];
                    doubt(
                        &mut drafts.all,
                        "pages-differ",
                        format!("{pointer}:present"),
                        sides,
                        Some(0),
                        "leader-wins",
                    );
                }
                continue;
            };
            for (keyword, mine, theirs) in differences(own, other) {
                let sides = vec![
                    side(mine, Some(own.at.clone())),
                    side(theirs, Some(other.at.clone())),
                ];
                let nth = doubt(
                    &mut drafts.all,
                    "pages-differ",
                    format!("{pointer}:{keyword}"),
                    sides,
                    Some(0),
                    "leader-wins",
                );
                for body in bodies_mut(leader, way) {
                    mark(&mut body.fields, way.word(), pointer, keyword, nth);
                }
            }
        }
        for (pointer, own) in &mine {
            let parent = pointer
                .rsplit_once('/')
                .map_or("", |(it, _)| it)
                .trim_end_matches("/*");
            if !theirs.contains_key(pointer)
                && !own.from_example
                && (parent == way.word() || theirs.contains_key(parent))
            {
                let sides = vec![
                    side(own.is.word(), Some(own.at.clone())),
                    side("no such field", Some(follower.at.clone())),
                ];
                doubt(
                    &mut drafts.all,
                    "pages-differ",
                    format!("{pointer}:present"),
                    sides,
                    Some(0),
                    "leader-wins",
                );
            }
        }
    }
    drafts.tag(start, leader.page);
}

fn bodies(made: &Made, way: Way) -> &[MadeBody] {
    if way == Way::Request {
        &made.requests
    } else {
        &made.responses
    }
}

fn bodies_mut(made: &mut Made, way: Way) -> &mut [MadeBody] {
    if way == Way::Request {
        &mut made.requests
    } else {
        &mut made.responses
    }
}

/// Keywords in which two descriptions of one field differ, with what each says.
fn differences(own: &Field, other: &Field) -> Vec<(&'static str, String, String)> {
    let mut out = Vec::new();
    let mut compare = |keyword, mine: Option<String>, theirs: Option<String>| {
        if mine != theirs {
            let shown = |it: Option<String>| it.unwrap_or_else(|| "nothing".into());
            out.push((keyword, shown(mine), shown(theirs)));
        }
    };
    if !own.from_example && !other.from_example {
        compare("type", Some(own.is.word()), Some(other.is.word()));
        compare(
            "required",
            Some(format!("{:?}", own.need).to_lowercase()),
            Some(format!("{:?}", other.need).to_lowercase()),
        );
    }
    let bound = |it: Option<i64>| it.map(|it| it.to_string());
    let length = |it: &Field| {
        it.claims
            .length
            .as_ref()
            .map_or((None, None), |it| it.value)
    };
    let range = |it: &Field| it.claims.range.as_ref().map_or((None, None), |it| it.value);
    compare("minLength", bound(length(own).0), bound(length(other).0));
    compare("maxLength", bound(length(own).1), bound(length(other).1));
    compare("minimum", bound(range(own).0), bound(range(other).0));
    compare("maximum", bound(range(own).1), bound(range(other).1));
    let list = |it: &Field| {
        it.claims.values.as_ref().map(|it| {
            let mut all = it.value.clone();
            all.sort();
            all.join(", ")
        })
    };
    compare("enum", list(own), list(other));
    compare(
        "default",
        own.claims.default.as_ref().map(|it| it.value.clone()),
        other.claims.default.as_ref().map(|it| it.value.clone()),
    );
    compare(
        "x-since",
        own.claims.since.as_ref().map(|it| it.value.clone()),
        other.claims.since.as_ref().map(|it| it.value.clone()),
    );
    compare(
        "x-until",
        own.claims.until.as_ref().map(|it| it.value.clone()),
        other.claims.until.as_ref().map(|it| it.value.clone()),
    );
    compare(
        "x-dead",
        own.claims.dead.as_ref().map(|it| it.value.to_string()),
        other.claims.dead.as_ref().map(|it| it.value.to_string()),
    );
    out
}
