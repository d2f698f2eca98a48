//! `views`: where responses show a resource.

use super::reader::{Fields, INPUTS, Reader, Scope};
use crate::expr::Expr;
use crate::suite::grammar;
use crate::suite::place::Place;
use crate::suite::suggest;
use crate::suite::tree::{Key, Kind, Node};
use crate::suite::types::{Paging, View};
use std::collections::BTreeMap;

pub(super) fn views(reader: &mut Reader, node: Option<&Node>, shown: &[String]) -> BTreeMap<String, View> {
    let entries = node.and_then(|n| reader.entries(n, "`views`")).unwrap_or_default();
    let mut views = BTreeMap::new();
    for (operation, node) in entries {
        reader.operation_known(operation.place, &operation.text);
        if let Some(view) = view(reader, operation, node, shown) {
            views.insert(operation.text.clone(), view);
        }
    }
    views
}

fn view(reader: &mut Reader, operation: &Key, node: &Node, shown: &[String]) -> Option<View> {
    let reply = Scope::of(&["reply"]);
    let place = operation.place;
    let whole_reply = |at: Expr| View {
        at,
        each: false,
        whole: false,
        only: None,
        when: None,
        next: BTreeMap::new(),
        paging: None,
        cites: Vec::new(),
        place,
    };
    if !matches!(node.kind, Kind::Map(_)) {
        return reader.expr(node, "a view", &reply).map(whole_reply);
    }
    let map = reader.fields(node, "a view", &grammar::DETAILED_VIEW)?;
    let (at, each) = match (map.get("at"), map.get("each")) {
        (Some(at), None) => (at, false),
        (None, Some(each)) => (each, true),
        _ => {
            reader.error(
                node.place,
                "missing-key",
                "a view needs either `at` (one resource) or `each` (a list of resources)",
            );
            return None;
        }
    };
    let at = reader.expr(at, "a view", &reply)?;
    let whole = reader.truth(map.get("whole"), "`whole`");
    if whole && !each {
        reader.error(map.key_place("whole"), "bad-view", "only a list (`each`) can be `whole`");
    }
    let when = map.get("when").and_then(|n| reader.expr(n, "`when`", &Scope::of(&INPUTS)));
    let only = only(reader, map, shown);
    let next = next(reader, map.get("next"));
    if !next.is_empty() && !each {
        reader.error(map.key_place("next"), "bad-view", "only a list (`each`) has pages");
    }
    let paging = map.get("paging").and_then(|node| paging(reader, map.key_place("paging"), node));
    if paging.is_some() && (!whole || next.is_empty()) {
        let message = "`paging` needs a list with `whole` and `next`";
        reader.error(map.key_place("paging"), "bad-view", message);
    }
    let cites = reader.cites(map.get("cites"), "`cites`");
    Some(View { at, each, whole, only, when, next, paging, cites, place })
}

fn paging(reader: &mut Reader, place: Place, node: &Node) -> Option<Paging> {
    let map = reader.fields(node, "`paging`", &grammar::PAGING)?;
    let limit = reader.text(map.get("limit")?, "`limit`")?.to_string();
    Some(Paging { limit, cites: reader.cites(map.get("cites"), "`cites`"), place })
}

fn next(reader: &mut Reader, node: Option<&Node>) -> BTreeMap<String, Expr> {
    let page = Scope::of(&["query", "reply"]);
    let entries = node.and_then(|n| reader.entries(n, "`next`")).unwrap_or_default();
    entries.iter().filter_map(|(name, node)| Some((name.text.clone(), reader.expr(node, "`next`", &page)?))).collect()
}

fn only(reader: &mut Reader, map: Fields, shown: &[String]) -> Option<Vec<String>> {
    let (key, node) = match (map.get("only"), map.get("except")) {
        (None, None) => return None,
        (Some(node), None) => ("only", node),
        (None, Some(node)) => ("except", node),
        (Some(_), Some(_)) => {
            let place = map.key_place("except");
            reader.error(place, "bad-view", "a view can have `only` or `except`, not both");
            return None;
        }
    };
    let named = reader.texts(node, "a list of fields");
    for name in &named {
        if !shown.contains(name) {
            let hint = suggest::hint(name, shown.iter().map(String::as_str));
            let message = format!("the resource has no field `{name}`");
            reader.error_with(node.place, "unknown-field", message, hint);
        }
    }
    let wanted = |name: &&String| named.contains(name) == (key == "only");
    Some(shown.iter().filter(wanted).cloned().collect())
}
