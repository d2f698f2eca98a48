//! The bodies of an operation, from tables and examples.

use super::parameters::placed_by_caption;
use crate::derive::doubts::{Draft, doubt, side};
use crate::derive::examples::{self, Scene, objects};
use crate::derive::field::{Field, Way, source};
use crate::derive::field_table::FieldTable;
use crate::derive::operation_draft::MadeBody;
use crate::derive::page_parts::Part;
use crate::derive::survey::Survey;
use crate::derive::table_join;
use crate::derive::uri::is_read;
use crate::value::{Kind, Node};

/// Returns the request body.
pub(super) fn request(
    nth: usize,
    survey: &Survey,
    own: &[usize],
    method: &str,
    page: &str,
    drafts: &mut Vec<Draft>,
) -> Option<MadeBody> {
    if is_read(method) {
        return None;
    }
    let candidates: Vec<usize> = own
        .iter()
        .copied()
        .filter(|it| survey.tables[*it].part == Part::Request && placed_by_caption(&survey.tables[*it]).is_none())
        .collect();
    let examples = examples(survey, nth, Way::Request, false);
    body(survey, &candidates, examples, Way::Request, page, drafts)
}

fn examples(survey: &Survey, nth: usize, way: Way, abnormal: bool) -> Vec<Node> {
    survey.pages[nth]
        .examples
        .iter()
        .filter(|it| it.way == way && it.abnormal == abnormal)
        .map(|it| it.node.clone())
        .collect()
}

/// Builds one body from tables and examples.
fn body(
    survey: &Survey,
    candidates: &[usize],
    examples: Vec<Node>,
    way: Way,
    page: &str,
    drafts: &mut Vec<Draft>,
) -> Option<MadeBody> {
    let list = !examples.is_empty() && examples.iter().all(|it| matches!(it.kind, Kind::Array(_)));
    let examples: Vec<Node> = if list { examples.iter().flat_map(objects).cloned().collect() } else { examples };
    let mut joined = table_join::join(survey.tables.as_slice(), &survey.names, candidates, &examples, drafts);
    for at in candidates.iter().filter(|it| !joined.used.contains(it)) {
        leftover(&survey.tables[*at], &mut joined.fields, way, drafts);
    }
    let by_example = joined.fields.is_empty();
    let examples = without_failures(&joined.fields, examples);
    if !list {
        examples::gather(&mut joined.fields, &examples, &joined.root, page, way, drafts);
        examples::wrap(&mut joined.fields, &examples, &joined.root, page, way, drafts);
    }
    let shown: Vec<&Node> = examples.iter().filter(|it| matches!(it.kind, Kind::Object(_))).collect();
    if by_example && shown.is_empty() {
        return None;
    }
    let scene = Scene { page, way, silent: by_example };
    examples::reconcile(&mut joined.fields, &shown, way.word(), scene, drafts, 0);
    let at = joined.root.clone().or_else(|| shown.first().map(|it| source(page, it.first, it.last)))?;
    if by_example {
        let sides = vec![side("no table", None), side(format!("{} fields", joined.fields.len()), Some(at.clone()))];
        let nth = doubt(drafts, "body-by-example", way.word(), sides, Some(1), "example-adds-optional");
        joined.fields.iter_mut().for_each(|it| it.doubts.push(nth));
    }
    Some(MadeBody { fields: joined.fields, list, ..MadeBody::empty(way, at) })
}

/// Records a table that joins nowhere. The rows are added to the root if the caption is that of a root.
fn leftover(table: &FieldTable, fields: &mut Vec<Field>, way: Way, drafts: &mut Vec<Draft>) {
    let lower = table.caption.to_lowercase();
    let root_like =
        ["request parameter", "response parameter", "request body", "response body", "parameter description"]
            .iter()
            .any(|it| lower.contains(it));
    let fresh: Vec<Field> =
        table.fields.iter().filter(|it| !fields.iter().any(|old| old.name == it.name)).cloned().collect();
    let taken = if root_like && !fresh.is_empty() { Some(1) } else { None };
    let sides = vec![
        side(format!("a table of {} fields that nothing names", table.fields.len()), Some(table.at.clone())),
        side("fields of the body", None),
    ];
    doubt(
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
struct Described {
    tables: Vec<usize>,
    errors: Vec<usize>,
    home: usize,
}

/// Finds the tables of the response, on the page or on a linked page.
fn described(nth: usize, survey: &Survey, own: &[usize], drafts: &mut Vec<Draft>) -> Described {
    let pick = |all: &[usize], parts: &[Part], abnormal: bool| -> Vec<usize> {
        let fits = |it: &FieldTable| parts.contains(&it.part) && it.abnormal == abnormal;
        all.iter().copied().filter(|it| fits(&survey.tables[*it])).collect()
    };
    let mut tables = pick(own, &[Part::Response], false);
    tables.retain(|it| placed_by_caption(&survey.tables[*it]).is_none());
    let here = Described { tables, errors: pick(own, &[Part::Response], true), home: nth };
    if !here.tables.is_empty() {
        return here;
    }
    // A page can refer to a page without operation for the response.
    let parts = [Part::Other, Part::Response];
    let of_page = |page: usize| -> Vec<usize> {
        let all = 0..survey.tables.len();
        all.filter(|it| survey.tables[*it].page == page && parts.contains(&survey.tables[*it].part)).collect()
    };
    let linked = survey.pages_linked(&survey.pages[nth].response_links, nth);
    let Some(lender) = linked.into_iter().find(|page| !of_page(*page).is_empty()) else {
        return here;
    };
    let all = of_page(lender);
    if let (Some(none), Some(first)) = (&survey.pages[nth].no_example, all.first()) {
        let sides = vec![side("a body", Some(survey.tables[*first].at.clone())), side("none", Some(none.clone()))];
        doubt(drafts, "example-none", "response", sides, Some(0), "table-wins-on-presence");
    }
    Described { tables: pick(&all, &parts, false), errors: pick(&all, &parts, true), home: lender }
}

/// Returns the response bodies: of success, and of failure if the page has tables of failures.
pub(super) fn responses(
    nth: usize,
    survey: &Survey,
    own: &[usize],
    page: &str,
    drafts: &mut Vec<Draft>,
) -> Vec<MadeBody> {
    let mut out = Vec::new();
    let Described { tables, errors, home } = described(nth, survey, own, drafts);
    let mut shown = examples(survey, nth, Way::Response, false);
    let mut failed = examples(survey, nth, Way::Response, true);
    let mut example_page = page;
    if shown.is_empty() && home != nth {
        shown = examples(survey, home, Way::Response, false);
        failed = examples(survey, home, Way::Response, true);
        example_page = &survey.names[home].id;
    }
    part_failures(survey, &tables, &errors, &mut shown, &mut failed);
    let made = body(survey, &tables, shown, Way::Response, example_page, drafts);
    match (made, &survey.pages[nth].no_response) {
        (Some(body), _) => out.push(body),
        (None, Some(at)) => out.push(MadeBody::empty(Way::Response, at.clone())),
        (None, None) => {
            let sides = vec![side("no table, no example, no \"none\"", None)];
            doubt(drafts, "response-unsaid", "response", sides, None, "nothing-promised");
        }
    }
    if !errors.is_empty()
        && let Some(mut error) = body(survey, &errors, failed, Way::Response, example_page, drafts)
    {
        error.suffix = "error".into();
        error.statuses = survey.codes_of(nth).into_iter().map(|it| it.code).filter(|it| *it >= 400).collect();
        if error.statuses.is_empty() {
            let sides = vec![side("the body of an error", Some(error.at)), side("no status of an error", None)];
            doubt(drafts, "error-without-status", "response", sides, None, "nothing-promised");
        } else {
            out.push(error);
        }
    }
    out
}

/// Removes examples of a failure if a success table has a row for the failure: examples with the field of the row, or
/// with a similar object under a different name.
fn without_failures(fields: &[Field], examples: Vec<Node>) -> Vec<Node> {
    let rows: Vec<&Field> =
        fields.iter().filter(|it| it.claims.on_error.is_some() && !it.children.is_empty()).collect();
    if rows.is_empty() || rows.len() == fields.len() {
        return examples;
    }
    let like = |node: &Node| {
        let keys = node.members();
        !keys.is_empty()
            && keys.iter().all(|(key, _)| rows.iter().any(|row| row.children.iter().any(|it| it.name == *key)))
    };
    let fails = |key: &str, node: &Node| {
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
fn part_failures(survey: &Survey, tables: &[usize], errors: &[usize], shown: &mut Vec<Node>, failed: &mut Vec<Node>) {
    let listed =
        |all: &[usize], key: &str| all.iter().any(|it| survey.tables[*it].fields.iter().any(|field| field.name == key));
    let (bad, good): (Vec<Node>, Vec<Node>) = std::mem::take(shown).into_iter().partition(|it| {
        let members = it.members();
        !members.is_empty() && members.iter().all(|(key, _)| listed(errors, key) && !listed(tables, key))
    });
    *shown = good;
    failed.extend(bad);
}
