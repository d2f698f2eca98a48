//! The bodies of an operation, from tables and examples.

use super::parameters::find_table_place;
use crate::derive::doubts::{DraftDoubt, add_doubt, make_side};
use crate::derive::example_check::check_examples;
use crate::derive::examples::{self, ExampleScope, find_objects};
use crate::derive::field::{BodyDirection, DraftField, make_source};
use crate::derive::field_table::FieldTable;
use crate::derive::operation_draft::DraftBody;
use crate::derive::page_parts::PagePart;
use crate::derive::survey::PageSurvey;
use crate::derive::table_join;
use crate::derive::types::FieldType;
use crate::derive::uri::is_read_method;
use crate::value::{SourceValue, SourceValueKind};
use probity_schema::catalog::SourceLines;

/// Returns the request body.
pub(super) fn build_request(
    nth: usize,
    survey: &PageSurvey,
    own: &[usize],
    method: &str,
    page: &str,
    drafts: &mut Vec<DraftDoubt>,
) -> Option<DraftBody> {
    if is_read_method(method) {
        return None;
    }
    let holds_body =
        |it: &usize| survey.tables[*it].part == PagePart::Request && find_table_place(&survey.tables[*it]).is_none();
    let mut candidates: Vec<usize> = own.iter().copied().filter(holds_body).collect();
    if candidates.is_empty() {
        candidates = find_lent_request_tables(nth, survey);
    }
    let examples = collect_page_examples(survey, nth, BodyDirection::Request, false);
    build_body(survey, &candidates, examples, BodyDirection::Request, page, drafts)
}

/// Finds the tables of the request on a page without operation that the part on the request links to.
fn find_lent_request_tables(nth: usize, survey: &PageSurvey) -> Vec<usize> {
    let of_page = |page: usize| (0..survey.tables.len()).filter(move |it| survey.tables[*it].page == page);
    let lends = |page: &usize| {
        of_page(*page).next().is_some()
            && of_page(*page).all(|it| matches!(survey.tables[it].part, PagePart::Other | PagePart::Request))
    };
    let linked = survey.find_linked_pages(&survey.pages[nth].request_links, nth);
    linked.into_iter().find(lends).map(|page| of_page(page).collect()).unwrap_or_default()
}

fn collect_page_examples(survey: &PageSurvey, nth: usize, way: BodyDirection, abnormal: bool) -> Vec<SourceValue> {
    survey.pages[nth]
        .examples
        .iter()
        .filter(|it| it.way == way && it.abnormal == abnormal)
        .map(|it| it.node.clone())
        .collect()
}

/// Builds one body from tables and examples.
fn build_body(
    survey: &PageSurvey,
    candidates: &[usize],
    examples: Vec<SourceValue>,
    way: BodyDirection,
    page: &str,
    drafts: &mut Vec<DraftDoubt>,
) -> Option<DraftBody> {
    let start = drafts.len();
    let list = !examples.is_empty() && examples.iter().all(|it| matches!(it.kind, SourceValueKind::Array(_)));
    let examples: Vec<SourceValue> =
        if list { examples.iter().flat_map(find_objects).cloned().collect() } else { examples };
    let mut joined = table_join::join_tables(survey.tables.as_slice(), &survey.names, candidates, &examples, drafts);
    for at in candidates.iter().filter(|it| !joined.used.contains(it)) {
        record_unjoined_table(&survey.tables[*at], &mut joined.fields, way, drafts);
    }
    let by_example = joined.fields.is_empty();
    let examples = remove_failure_examples(&joined.fields, examples);
    if !list {
        examples::gather_nested_rows(&mut joined.fields, &examples, &joined.root, page, way, drafts);
        examples::wrap_fields(&mut joined.fields, &examples, &joined.root, page, way, drafts);
    }
    let shown: Vec<&SourceValue> = examples.iter().filter(|it| matches!(it.kind, SourceValueKind::Object(_))).collect();
    if by_example && shown.is_empty() {
        return None;
    }
    let scene = ExampleScope { page, way, silent: by_example };
    examples::reconcile_fields(&mut joined.fields, &shown, way.word(), scene, drafts, 0);
    let at = joined.root.clone().or_else(|| shown.first().map(|it| make_source(page, it.first, it.last)))?;
    if by_example {
        let sides =
            vec![make_side("no table", None), make_side(format!("{} fields", joined.fields.len()), Some(at.clone()))];
        let nth = add_doubt(drafts, "body-by-example", way.word(), sides, Some(1), "example-adds-optional");
        joined.fields.iter_mut().for_each(|it| it.doubts.push(nth));
    }
    let mut body = DraftBody { fields: joined.fields, list, ..DraftBody::empty(way, at.clone()) };
    if let Some(choice) = joined.choice.filter(|_| !list) {
        add_choice(&mut body, choice, at);
    }
    check_examples(&mut body, &shown, start, drafts);
    Some(body)
}

/// Writes the cases of a body, at the root or in the wrapper that the examples show.
fn add_choice(body: &mut DraftBody, choice: serde_json::Value, at: SourceLines) {
    if let [wrapper] = body.fields.as_mut_slice()
        && wrapper.from_example
    {
        wrapper.copied_keywords.insert("anyOf".into(), choice);
        return;
    }
    let mut root = DraftField::new("", FieldType::Object, at);
    root.copied_keywords.insert("anyOf".into(), choice);
    body.root = Some(Box::new(root));
}

/// Records a table that joins nowhere. In a response the rows are added to the root if the caption is that of a root;
/// a request takes nothing from such a table, because each row would be a promise about the input.
fn record_unjoined_table(
    table: &FieldTable,
    fields: &mut Vec<DraftField>,
    way: BodyDirection,
    drafts: &mut Vec<DraftDoubt>,
) {
    let lower = table.caption.to_lowercase();
    let root_like =
        ["response parameter", "response body", "parameter description"].iter().any(|it| lower.contains(it));
    let fresh: Vec<DraftField> =
        table.fields.iter().filter(|it| !fields.iter().any(|old| old.name == it.name)).cloned().collect();
    let taken = (way == BodyDirection::Response && root_like && !fresh.is_empty()).then_some(1);
    let sides = vec![
        make_side(format!("a table of {} fields that nothing names", table.fields.len()), Some(table.at.clone())),
        make_side("fields of the body", None),
    ];
    add_doubt(
        drafts,
        "table-unjoined",
        format!("{}/{}", way.word(), table.at.first),
        sides,
        taken,
        if taken.is_some() { "second-root" } else { "left-out" },
    );
    if taken.is_some() {
        fields.extend(fresh);
    }
}

/// The tables of a response: of success, of failure, and the page of the tables.
struct ResponseTables {
    tables: Vec<usize>,
    errors: Vec<usize>,
    home: usize,
}

/// Finds the tables of the response, on the page or on a linked page.
fn find_response_tables(
    nth: usize,
    survey: &PageSurvey,
    own: &[usize],
    drafts: &mut Vec<DraftDoubt>,
) -> ResponseTables {
    let pick = |all: &[usize], parts: &[PagePart], abnormal: bool| -> Vec<usize> {
        let fits = |it: &FieldTable| parts.contains(&it.part) && it.abnormal == abnormal;
        all.iter().copied().filter(|it| fits(&survey.tables[*it])).collect()
    };
    let mut tables = pick(own, &[PagePart::Response], false);
    tables.retain(|it| find_table_place(&survey.tables[*it]).is_none());
    let here = ResponseTables { tables, errors: pick(own, &[PagePart::Response], true), home: nth };
    if !here.tables.is_empty() {
        return here;
    }
    // A page can refer to a page without operation for the response.
    let parts = [PagePart::Other, PagePart::Response];
    let of_page = |page: usize| -> Vec<usize> {
        let all = 0..survey.tables.len();
        all.filter(|it| survey.tables[*it].page == page && parts.contains(&survey.tables[*it].part)).collect()
    };
    let linked = survey.find_linked_pages(&survey.pages[nth].response_links, nth);
    let Some(lender) = linked.into_iter().find(|page| !of_page(*page).is_empty()) else {
        return here;
    };
    let all = of_page(lender);
    if let (Some(none), Some(first)) = (&survey.pages[nth].no_example, all.first()) {
        let sides =
            vec![make_side("a body", Some(survey.tables[*first].at.clone())), make_side("none", Some(none.clone()))];
        add_doubt(drafts, "example-none", "response", sides, Some(0), "table-wins-on-presence");
    }
    ResponseTables { tables: pick(&all, &parts, false), errors: pick(&all, &parts, true), home: lender }
}

/// Returns the response bodies: of success, and of failure if the page has tables of failures.
pub(super) fn build_responses(
    nth: usize,
    survey: &PageSurvey,
    own: &[usize],
    page: &str,
    drafts: &mut Vec<DraftDoubt>,
) -> Vec<DraftBody> {
    let mut out = Vec::new();
    let ResponseTables { tables, errors, home } = find_response_tables(nth, survey, own, drafts);
    let mut shown = collect_page_examples(survey, nth, BodyDirection::Response, false);
    let mut failed = collect_page_examples(survey, nth, BodyDirection::Response, true);
    let mut example_page = page;
    if shown.is_empty() && home != nth {
        shown = collect_page_examples(survey, home, BodyDirection::Response, false);
        failed = collect_page_examples(survey, home, BodyDirection::Response, true);
        example_page = &survey.names[home].id;
    }
    separate_failure_examples(survey, &tables, &errors, &mut shown, &mut failed);
    let made = build_body(survey, &tables, shown, BodyDirection::Response, example_page, drafts);
    let none = survey.pages[nth].no_response.as_ref().or(survey.pages[nth].no_example.as_ref());
    match (made, none) {
        (Some(body), _) => out.push(body),
        (None, Some(at)) => out.push(DraftBody::empty(BodyDirection::Response, at.clone())),
        (None, None) => {
            let sides = vec![make_side("no table, no example, no \"none\"", None)];
            add_doubt(drafts, "response-unsaid", "response", sides, None, "nothing-promised");
        }
    }
    if !errors.is_empty()
        && let Some(mut error) = build_body(survey, &errors, failed, BodyDirection::Response, example_page, drafts)
    {
        error.suffix = "error".into();
        error.statuses = survey.collect_codes(nth).into_iter().map(|it| it.code).filter(|it| *it >= 400).collect();
        if error.statuses.is_empty() {
            let sides =
                vec![make_side("the body of an error", Some(error.at)), make_side("no status of an error", None)];
            add_doubt(drafts, "error-without-status", "response", sides, None, "nothing-promised");
        } else {
            out.push(error);
        }
    }
    out
}

/// Removes examples of a failure if a success table has a row for the failure: examples with the field of the row, or
/// with a similar object under a different name.
fn remove_failure_examples(fields: &[DraftField], examples: Vec<SourceValue>) -> Vec<SourceValue> {
    let rows: Vec<&DraftField> =
        fields.iter().filter(|it| it.claims.on_error.is_some() && !it.children.is_empty()).collect();
    if rows.is_empty() || rows.len() == fields.len() {
        return examples;
    }
    let like = |node: &SourceValue| {
        let keys = node.members();
        !keys.is_empty()
            && keys.iter().all(|(key, _)| rows.iter().any(|row| row.children.iter().any(|it| it.name == *key)))
    };
    let fails = |key: &str, node: &SourceValue| {
        let known = fields.iter().any(|it| it.name == key);
        rows.iter().any(|it| it.name == key) || (!known && like(node))
    };
    examples
        .into_iter()
        .filter(|it| it.members().is_empty() || !it.members().iter().all(|(key, node)| fails(key, node)))
        .collect()
}

/// Moves examples of a failure out of the examples of success: all members are in failure tables, and none in success
/// tables.
fn separate_failure_examples(
    survey: &PageSurvey,
    tables: &[usize],
    errors: &[usize],
    shown: &mut Vec<SourceValue>,
    failed: &mut Vec<SourceValue>,
) {
    let listed =
        |all: &[usize], key: &str| all.iter().any(|it| survey.tables[*it].fields.iter().any(|field| field.name == key));
    let (bad, good): (Vec<SourceValue>, Vec<SourceValue>) = std::mem::take(shown).into_iter().partition(|it| {
        let members = it.members();
        !members.is_empty() && members.iter().all(|(key, _)| listed(errors, key) && !listed(tables, key))
    });
    *shown = good;
    failed.extend(bad);
}
