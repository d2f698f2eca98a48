//! `views`: where responses show a resource.

use super::reader::{CALL_ROOTS, MapEntries, RootNames, SuiteReader};
use crate::expr::Expr;
use crate::suite::grammar;
use crate::suite::place::SuitePlace;
use crate::suite::suggest;
use crate::suite::types::{PagingPromise, ResourceView};
use crate::suite::yaml::{YamlKey, YamlNode, YamlValue};
use std::collections::BTreeMap;

pub(super) fn parse_views(
    reader: &mut SuiteReader,
    node: Option<&YamlNode>,
    shown: &[String],
) -> BTreeMap<String, ResourceView> {
    let entries = node.and_then(|n| reader.read_entries(n, "`views`")).unwrap_or_default();
    let mut views = BTreeMap::new();
    for (operation, node) in entries {
        reader.check_operation(operation.place, &operation.text);
        if let Some(view) = parse_view(reader, operation, node, shown) {
            views.insert(operation.text.clone(), view);
        }
    }
    views
}

fn parse_view(
    reader: &mut SuiteReader,
    operation: &YamlKey,
    node: &YamlNode,
    shown: &[String],
) -> Option<ResourceView> {
    let reply = RootNames::new(&["reply"]);
    let place = operation.place;
    let whole_reply = |at: Expr| ResourceView {
        at,
        each: false,
        whole: false,
        whole_when: None,
        only: None,
        when: None,
        next: BTreeMap::new(),
        paging: None,
        cites: Vec::new(),
        place,
    };
    if !matches!(node.kind, YamlValue::Map(_)) {
        return reader.read_expression(node, "a view", &reply).map(whole_reply);
    }
    let map = reader.read_map(node, "a view", &grammar::DETAILED_VIEW)?;
    let (at, each) = match (map.get("at"), map.get("each")) {
        (Some(at), None) => (at, false),
        (None, Some(each)) => (each, true),
        _ => {
            reader.report_error(
                node.place,
                "missing-key",
                "a view needs either `at` (one resource) or `each` (a list of resources)",
            );
            return None;
        }
    };
    let at = reader.read_expression(at, "a view", &reply)?;
    let whole = reader.read_boolean(map.get("whole"), "`whole`");
    if whole && !each {
        reader.report_error(map.get_key_place("whole"), "bad-view", "only a list (`each`) can be `whole`");
    }
    let whole_when = map.get("whole_when").and_then(|n| reader.read_expression(n, "`whole_when`", &reply));
    if whole_when.is_some() && !whole {
        reader.report_error(map.get_key_place("whole_when"), "bad-view", "`whole_when` needs a list with `whole`");
    }
    let when = map.get("when").and_then(|n| reader.read_expression(n, "`when`", &RootNames::new(&CALL_ROOTS)));
    let only = parse_shown_fields(reader, map, shown);
    let next = parse_next(reader, map.get("next"));
    if !next.is_empty() && !each {
        reader.report_error(map.get_key_place("next"), "bad-view", "only a list (`each`) has pages");
    }
    let paging = map.get("paging").and_then(|node| parse_paging(reader, map.get_key_place("paging"), node));
    if paging.is_some() && (!whole || next.is_empty()) {
        let message = "`paging` needs a list with `whole` and `next`";
        reader.report_error(map.get_key_place("paging"), "bad-view", message);
    }
    let cites = reader.read_citations(map.get("cites"), "`cites`");
    Some(ResourceView { at, each, whole, whole_when, only, when, next, paging, cites, place })
}

fn parse_paging(reader: &mut SuiteReader, place: SuitePlace, node: &YamlNode) -> Option<PagingPromise> {
    let map = reader.read_map(node, "`paging`", &grammar::PAGING)?;
    let limit = reader.read_text(map.get("limit")?, "`limit`")?.to_string();
    Some(PagingPromise { limit, cites: reader.read_citations(map.get("cites"), "`cites`"), place })
}

fn parse_next(reader: &mut SuiteReader, node: Option<&YamlNode>) -> BTreeMap<String, Expr> {
    let page = RootNames::new(&["query", "reply"]);
    let entries = node.and_then(|n| reader.read_entries(n, "`next`")).unwrap_or_default();
    entries
        .iter()
        .filter_map(|(name, node)| Some((name.text.clone(), reader.read_expression(node, "`next`", &page)?)))
        .collect()
}

fn parse_shown_fields(reader: &mut SuiteReader, map: MapEntries, shown: &[String]) -> Option<Vec<String>> {
    let (key, node) = match (map.get("only"), map.get("except")) {
        (None, None) => return None,
        (Some(node), None) => ("only", node),
        (None, Some(node)) => ("except", node),
        (Some(_), Some(_)) => {
            let place = map.get_key_place("except");
            reader.report_error(place, "bad-view", "a view can have `only` or `except`, not both");
            return None;
        }
    };
    let named = reader.read_texts(node, "a list of fields");
    for name in &named {
        if !shown.contains(name) {
            let hint = suggest::suggest_name(name, shown.iter().map(String::as_str));
            let message = format!("the resource has no field `{name}`");
            reader.report_error_with(node.place, "unknown-field", message, hint);
        }
    }
    let wanted = |name: &&String| named.contains(name) == (key == "only");
    Some(shown.iter().filter(wanted).cloned().collect())
}
