//! Reads that show the end of a deletion, although the resource is shown.

use super::super::calls::make_show_call;
use super::super::kept_states::{list_kept_states, shows_kept_state};
use crate::history::{Outcome, Reply, ReplyBody};
use crate::model::{Model, ResourceId, ResourceOwner};
use crate::schema::{CatalogFolder, CompiledCatalog};
use crate::suite::parse_suite;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// The lamps, whose removal has these outcomes. Returns the kept states, and whether a read of a lamp with each state shows
/// the end of its removal.
fn check(outcomes: &str, kept: &[&str], ends: &[(&str, bool)]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps");
    let schemas = CompiledCatalog::load(&CatalogFolder(root.join("schemas/lamps"))).expect("the schemas are there");
    let text = std::fs::read_to_string(root.join("suites/lamps.yaml")).expect("the suite is there");
    let text = text.replace("then: { lamp.state: [\"*\", gone] }", outcomes);
    let suite = parse_suite("lamps.yaml", &text, &schemas.catalog).unwrap_or_else(|_| panic!("{text}"));
    let model = Model::new(Arc::new(suite), &schemas, "2026-11-20").expect("the suite is sound");
    let states = list_kept_states(&model, 0);
    assert_eq!(states.iter().map(String::as_str).collect::<Vec<_>>(), kept, "{outcomes}");
    let id = ResourceId { kind: 0, id: "l1".into() };
    let read = make_show_call(&model, &schemas, &id, ResourceOwner::Owner).expect("a lamp can be read");
    for (state, end) in ends {
        let body = ReplyBody::Json(json!({ "id": "l1", "state": state, "color": "red" }));
        let shown = Outcome::Replied(Reply { status: 200, headers: BTreeMap::new(), body });
        assert_eq!(shows_kept_state(&model, &id, &states, &read, &shown), *end, "{outcomes}: {state}");
    }
}

#[test]
fn a_state_in_which_the_suite_lets_a_removed_lamp_stay_is_the_end_of_the_removal() {
    let soft = "then: { lamp.state: [\"*\", gone] }\n    or: [{ because: it may stay, cites: [\"light:62\"], then: { lamp.state: [DIMMING, DIM] } }]";
    check(soft, &["DIM"], &[("DIM", true), ("BRIGHT", false), ("DIMMING", false)]);
    check("then: { lamp.state: [\"*\", gone] }", &[], &[("DIM", false), ("BRIGHT", false)]);
}
