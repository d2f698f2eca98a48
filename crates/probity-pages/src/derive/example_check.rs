//! Validates the examples of a page against the schema that the page gave: what the comparison field by field left
//! unsaid becomes a doubt.

use super::doubts::{DraftDoubt, add_doubt, make_side};
use super::emit::{self, SchemaContext};
use super::field::{BodyDirection, DraftField, make_source};
use super::operation_draft::{DraftBody, ExampleCheck};
use crate::value::{SourceValue, SourceValueKind};
use jsonschema::error::ValidationErrorKind;
use probity_schema::catalog::SourceLines;

/// Most differences of one example that become doubts.
const DIFFERENCES_MAX: usize = 20;

/// Kinds of doubts by which an example disagrees with its page.
const DISAGREEMENTS: [&str; 14] = [
    "missing-wrapper",
    "flat-table",
    "type-by-example",
    "null-by-example",
    "blank-by-example",
    "enum-by-example",
    "limit-by-example",
    "format-by-example",
    "only-in-example",
    "name-case",
    "map-by-example",
    "body-by-example",
    "required-not-shown",
    "example-invalid",
];

/// Validates the examples of a body. `start` is the number of doubts before the body was built.
pub(super) fn check_examples(
    body: &mut DraftBody,
    examples: &[&SourceValue],
    start: usize,
    drafts: &mut Vec<DraftDoubt>,
) {
    let frame = SchemaContext { way: body.way, doubt_ids: &[] };
    let schema = match &body.root {
        Some(root) => emit::build_whole_schema(root, &body.fields, "urn:example", &body.at, frame),
        None => emit::build_body_schema(&body.fields, "urn:example", &body.at, frame),
    };
    let Ok(validator) = jsonschema::draft202012::new(&schema) else {
        return;
    };
    // An example of a failure among those of success has no field of the table.
    let tabled = |it: &DraftField| !it.from_example || it.children.iter().any(|child| !child.from_example);
    let known = |key: &str| body.fields.iter().any(|it| tabled(it) && (it.any_key || it.name == key));
    let failure = |it: &SourceValue| {
        body.fields.iter().any(tabled) && !it.members().is_empty() && !it.members().iter().any(|(key, _)| known(key))
    };
    let examples: Vec<&SourceValue> =
        examples.iter().copied().filter(|it| body.way == BodyDirection::Request || !failure(it)).collect();
    let mut valid = Vec::new();
    for example in examples.iter().copied() {
        let value = example.to_json();
        let found: Vec<Difference> =
            validator.iter_errors(&value).take(DIFFERENCES_MAX).map(|it| Difference::read(&it)).collect();
        valid.push(found.is_empty());
        for difference in found {
            record_difference(body, example, &difference, drafts);
        }
    }
    let page = &body.at.page;
    let inside = |at: &SourceLines, example: &SourceValue| {
        at.page == *page && example.first <= at.last && at.first <= example.last
    };
    let doubted = |example: &SourceValue| {
        let mut all = drafts[start..].iter().filter(|it| DISAGREEMENTS.contains(&it.kind));
        all.any(|it| it.sides.iter().filter_map(|side| side.at.as_ref()).any(|at| inside(at, example)))
    };
    let checks = valid
        .iter()
        .zip(&examples)
        .map(|(valid, example)| ExampleCheck { valid: *valid, doubted: !valid || doubted(example) });
    body.checks = checks.collect();
}

/// A place where an example breaks a schema.
struct Difference {
    /// Steps of the pointer to the value, with the absent property at the end.
    steps: Vec<String>,
    keyword: String,
}

impl Difference {
    fn read(error: &jsonschema::ValidationError) -> Difference {
        let pointer = error.instance_path().to_string();
        let mut steps: Vec<String> =
            pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
        if let ValidationErrorKind::Required { property } = error.kind() {
            steps.extend(property.as_str().map(str::to_string));
        }
        Difference { steps, keyword: error.kind().keyword().to_string() }
    }
}

/// Keywords that a difference disputes.
const KEYWORDS: [&str; 10] = [
    "required",
    "type",
    "enum",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "format",
    "additionalProperties",
];

fn record_difference(
    body: &mut DraftBody,
    example: &SourceValue,
    difference: &Difference,
    drafts: &mut Vec<DraftDoubt>,
) {
    let way = body.way;
    let shown = find_lines(example, &difference.steps, &body.at.page);
    let known = KEYWORDS.iter().copied().find(|it| *it == difference.keyword);
    let absent = known == Some("required");
    let kind = if absent { "required-not-shown" } else { "example-invalid" };
    let says = if absent { "mandatory".to_string() } else { difference.keyword.clone() };
    let shows = make_side(if absent { "absent from the example" } else { "another" }, Some(shown));
    let mut pointer = way.word().to_string();
    let Some(field) = find_field(&mut body.fields, &difference.steps, &mut pointer) else {
        let sides = vec![make_side(says, Some(body.at.clone())), shows];
        let pointer = format!("{}:{}", way.word(), difference.keyword);
        if !drafts.iter().any(|it| it.kind == kind && it.subject.as_deref() == Some(&pointer) && it.sides == sides) {
            add_doubt(drafts, kind, pointer, sides, None, "both-accepted");
        }
        return;
    };
    let told = known.is_some_and(|it| field.disputed.contains(it));
    if let Some(keyword) = known {
        field.disputed.insert(keyword);
        if way == BodyDirection::Response {
            field.dropped.insert(keyword);
            field.always_shown &= !absent;
        }
    }
    if told || !absent && !field.doubts.is_empty() {
        return;
    }
    let sides = vec![make_side(says, Some(field.at.clone())), shows];
    field.doubts.push(add_doubt(drafts, kind, pointer, sides, None, "both-accepted"));
}

/// Finds the field of an instance pointer, and writes the pointer with `*` for elements and keys.
fn find_field<'a>(fields: &'a mut [DraftField], steps: &[String], pointer: &mut String) -> Option<&'a mut DraftField> {
    let (name, rest) = steps.split_first()?;
    let nth = fields.iter().position(|it| !it.any_key && it.name == *name);
    let field = match nth.or_else(|| fields.iter().position(|it| it.any_key)) {
        Some(nth) => &mut fields[nth],
        None => return None,
    };
    pointer.push('/');
    pointer.push_str(&field.pointer_step());
    let mut rest = rest;
    // Elements of lists have no field of their own.
    while rest.first().is_some_and(|it| it.parse::<usize>().is_ok()) && field.is_list() {
        pointer.push_str("/*");
        rest = &rest[1..];
    }
    if rest.is_empty() { Some(field) } else { find_field(&mut field.children, rest, pointer) }
}

/// The lines of the value, or of the nearest value around an absent one.
fn find_lines(example: &SourceValue, steps: &[String], page: &str) -> SourceLines {
    let mut here = example;
    for step in steps {
        let next = match &here.kind {
            SourceValueKind::Array(items) => step.parse::<usize>().ok().and_then(|at| items.get(at)),
            _ => here.get(step),
        };
        let Some(next) = next else { break };
        here = next;
    }
    make_source(page, here.first, here.last)
}
