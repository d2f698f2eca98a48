//! The steps of a derivation, from pages to catalog, schemas, citations and doubts.

use super::catalog::{build_operation, page};
use super::cited_sources::citations;
use super::doubts::{Drafts, doubt, side};
use super::duplicates::follow_leaders;
use super::field::{Field, source};
use super::input::{Derived, Options, PageInput};
use super::naming::{named_doubts, unique_ids};
use super::operation_draft::Made;
use super::types::Type;
use super::version_headers::{lend_version_choice, lend_version_header};
use super::{cross_page, included_files, openapi, operation_page, survey, versioned};
use probity_schema::catalog::{Catalog, FORMAT};
use std::collections::BTreeMap;

/// Derives an API from its pages. The function is pure: equal pages give equal results.
pub fn derive(api: &str, inputs: &[PageInput], options: &Options) -> Derived {
    let mut drafts = Drafts { pages: inputs.len(), ..Drafts::default() };
    let survey = survey::survey(inputs, &mut drafts);
    let mut made: Vec<Made> = Vec::new();
    for (nth, input) in inputs.iter().enumerate() {
        match input.document.dialect {
            "pipes" => made.extend(versioned::make(nth, input, &survey, options.today.as_deref(), &mut drafts)),
            "openapi" => made.extend(openapi::make(nth, input, &mut drafts)),
            _ => made.extend(operation_page::make(nth, input, &survey, &mut drafts)),
        }
    }
    oddities(&mut made, &mut drafts);
    let leads = follow_leaders(inputs, &mut made, &mut drafts);
    cross_page::maps(&mut made, &mut drafts);
    cross_page::nulls(&survey, &mut made, &mut drafts);
    included_files::nulls(inputs, &mut made, &mut drafts);
    cross_page::lists(&survey, &mut made, &mut drafts);
    cross_page::dead_but_returned(&mut made, &mut drafts);
    cross_page::spelling(inputs, &survey, &mut made, &mut drafts);
    unique_ids(&mut made, &mut drafts);
    let (doubts, ids) = named_doubts(api, inputs, &made, &leads, &drafts);
    let mut schemas = BTreeMap::new();
    lend_version_header(inputs, &survey, &mut made);
    lend_version_choice(&mut made);
    let page_operations: BTreeMap<usize, String> = made.iter().map(|it| (it.unit, it.id.clone())).collect();
    let operations =
        made.into_iter().map(|it| build_operation(api, it, &survey, &page_operations, &ids, &mut schemas)).collect();
    let pages = inputs.iter().map(page).collect();
    let mut catalog = Catalog { format: FORMAT, api: api.to_string(), pages, operations };
    let mut doubts = doubts;
    included_files::settle(inputs, &mut catalog, &mut schemas, &mut doubts);
    let citations = citations(inputs, &catalog, &schemas, &doubts, &options.cited);
    Derived { catalog, schemas, citations, doubts }
}

/// Records a doubt for each field whose description cannot be meant literally.
fn oddities(made: &mut [Made], drafts: &mut Drafts) {
    for one in made {
        let start = drafts.all.len();
        for list in [&mut one.path, &mut one.query, &mut one.headers] {
            tree_oddities(list, "parameter", drafts);
        }
        for body in one.requests.iter_mut().chain(&mut one.responses) {
            let way = body.way.word();
            tree_oddities(&mut body.fields, way, drafts);
        }
        drafts.tag(start, one.unit);
    }
}

/// Records the doubts of the fields below `pointer`.
fn tree_oddities(fields: &mut [Field], pointer: &str, drafts: &mut Drafts) {
    for field in fields {
        let here = format!("{pointer}/{}", field.step());
        for odd in std::mem::take(&mut field.claims.oddities) {
            let at = source(&field.at.page, odd.first, odd.last);
            let sides = vec![side(odd.says, Some(at)), side(odd.taken, None)];
            let rule = match odd.kind {
                "later-than" => "later-means-from",
                "microversion-equality" => "in-means-from",
                "several-limits" => "widest-limit",
                _ => "words-not-literal",
            };
            field.doubts.push(doubt(&mut drafts.all, odd.kind, here.clone(), sides, Some(1), rule));
            if odd.kind == "several-limits" {
                field.disputed.extend(match field.value_type {
                    Type::Integer | Type::Number => ["minimum", "maximum"],
                    _ => ["minLength", "maxLength"],
                });
            }
        }
        let step = format!("{here}{}", field.below());
        tree_oddities(&mut field.children, &step, drafts);
    }
}
