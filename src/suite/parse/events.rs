//! `events`: changes that the endpoint may make without a call.

use super::basis::{parse_basis, parse_id};
use super::effects::{EffectTargets, parse_effects};
use super::reader::{RootNames, SuiteReader};
use crate::suite::grammar;
use crate::suite::suggest;
use crate::suite::types::{Effect, Event, ResourceKind};
use crate::suite::yaml::YamlNode;

/// The events in the order of the file.
pub(super) fn parse_events(
    reader: &mut SuiteReader,
    node: Option<&YamlNode>,
    resources: &[ResourceKind],
) -> Vec<Event> {
    let items = node.map(|n| reader.read_list(n, "`events`")).unwrap_or_default();
    items.iter().filter_map(|item| parse_event(reader, item, resources)).collect()
}

fn parse_event(reader: &mut SuiteReader, node: &YamlNode, resources: &[ResourceKind]) -> Option<Event> {
    let map = reader.read_map(node, "an event", &grammar::EVENT)?;
    let (basis, rule, cites) = parse_basis(reader, map, "an event");
    let name_node = map.get("resource")?;
    let name = reader.read_text(name_node, "`resource`")?;
    let Some(resource) = resources.iter().position(|r| r.name == name) else {
        let hint = suggest::suggest_name(name, resources.iter().map(|r| r.name.as_str()));
        reader.report_error_with(name_node.place, "unknown-resource", format!("there is no resource `{name}`"), hint);
        return None;
    };
    let scope = RootNames::new(&[name, "today", "pools"]);
    let targets = EffectTargets { resources: vec![(name.to_string(), &resources[resource])], kinds: &[] };
    let then: Vec<Effect> = parse_effects(reader, map.get("then"), &targets, &scope);
    Some(Event {
        id: parse_id(reader, map),
        says: reader.read_nonempty_text(map.get("says"), "`says`"),
        cites,
        basis,
        rule,
        resource,
        when: map.get("when").and_then(|n| reader.read_expression(n, "a guard", &scope)),
        then,
        place: node.place,
    })
}
