//! The steps of a derivation, from pages to catalog, schemas, citations and doubts.

use super::catalog::{build_operation, describe_page};
use super::cited_sources::lock_sources;
use super::doubts::{DraftDoubts, add_doubt, make_side};
use super::duplicates::merge_followers;
use super::field::{DraftField, make_source};
use super::input::{Derivation, DeriveOptions, PageInput};
use super::naming::{assign_doubt_ids, assign_unique_ids, join_repeated_doubts};
use super::operation_draft::DraftOperation;
use super::reading::read_account;
use super::types::FieldType;
use super::version_headers::{add_api_version_header, lend_version_header};
use super::{cross_page, included_files, openapi, operation_page, survey, versioned};
use probity_schema::catalog::{Catalog, FORMAT};
use std::collections::BTreeMap;

/// Derives an API from its pages. The function is pure: equal pages give equal results.
pub fn derive_api(api: &str, inputs: &[PageInput], options: &DeriveOptions) -> Derivation {
    let mut drafts = DraftDoubts { pages: inputs.len(), ..DraftDoubts::default() };
    let survey = survey::survey_pages(inputs, &options.words, &mut drafts);
    let mut made: Vec<DraftOperation> = Vec::new();
    for (nth, input) in inputs.iter().enumerate() {
        match input.document.dialect {
            "pipes" => made.extend(versioned::make_versioned_operation(
                nth,
                input,
                &survey,
                options.today.as_deref(),
                &mut drafts,
            )),
            "openapi" => made.extend(openapi::make_described_operations(nth, input, &mut drafts)),
            _ => made.extend(operation_page::make_operation(nth, input, &survey, &mut drafts)),
        }
    }
    let reading = read_account(inputs, &survey, &made, &mut drafts);
    record_odd_claims(&mut made, &mut drafts);
    let leads = merge_followers(inputs, &mut made, &mut drafts);
    cross_page::convert_example_maps(&mut made, &mut drafts);
    cross_page::record_table_nulls(&survey, &mut made, &mut drafts);
    included_files::record_included_nulls(inputs, &mut made, &mut drafts);
    cross_page::record_list_differences(&survey, &mut made, &mut drafts);
    cross_page::record_returned_dead_fields(&mut made, &mut drafts);
    cross_page::record_spellings(inputs, &survey, &mut made, &mut drafts);
    assign_unique_ids(&mut made, &mut drafts);
    join_repeated_doubts(&mut drafts);
    let (doubts, ids) = assign_doubt_ids(api, inputs, &made, &leads, &drafts);
    let mut schemas = BTreeMap::new();
    lend_version_header(inputs, &survey, &mut made);
    add_api_version_header(&mut made);
    let page_operations: BTreeMap<usize, String> = made.iter().map(|it| (it.unit, it.id.clone())).collect();
    let operations =
        made.into_iter().map(|it| build_operation(api, it, &survey, &page_operations, &ids, &mut schemas)).collect();
    let pages = inputs.iter().map(describe_page).collect();
    let mut catalog = Catalog { format: FORMAT, api: api.to_string(), pages, operations };
    let mut doubts = doubts;
    included_files::resolve_included_sources(inputs, &mut catalog, &mut schemas, &mut doubts);
    let citations = lock_sources(inputs, &catalog, &schemas, &doubts, &options.cited);
    Derivation { catalog, schemas, citations, doubts, reading }
}

/// Records a doubt for each field whose description cannot be meant literally.
fn record_odd_claims(made: &mut [DraftOperation], drafts: &mut DraftDoubts) {
    for one in made {
        let start = drafts.all.len();
        for list in [&mut one.path, &mut one.query, &mut one.headers] {
            record_tree_claims(list, "parameter", drafts);
        }
        for body in one.requests.iter_mut().chain(&mut one.responses) {
            let way = body.way.word();
            record_tree_claims(&mut body.fields, way, drafts);
        }
        drafts.assign_unit(start, one.unit);
    }
}

/// Records the doubts of the fields below `pointer`.
fn record_tree_claims(fields: &mut [DraftField], pointer: &str, drafts: &mut DraftDoubts) {
    for field in fields {
        let here = format!("{pointer}/{}", field.pointer_step());
        for odd in std::mem::take(&mut field.claims.oddities) {
            let at = make_source(&field.at.page, odd.first, odd.last);
            let sides = vec![make_side(odd.says, Some(at)), make_side(odd.taken, None)];
            let rule = match odd.kind {
                "later-than" => "later-means-from",
                "microversion-equality" => "in-means-from",
                "several-limits" => "widest-limit",
                _ => "words-not-literal",
            };
            field.doubts.push(add_doubt(&mut drafts.all, odd.kind, here.clone(), sides, Some(1), rule));
            if odd.kind == "several-limits" {
                field.disputed.extend(match field.value_type {
                    FieldType::Integer | FieldType::Number => ["minimum", "maximum"],
                    _ => ["minLength", "maxLength"],
                });
            }
        }
        let step = format!("{here}{}", field.pointer_below());
        record_tree_claims(&mut field.children, &step, drafts);
    }
}
