//! `events`: changes that the endpoint may make without a call.

use super::basis::{grounds, id};
use super::effects::{Targets, effects};
use super::reader::{Reader, Scope};
use crate::suite::grammar;
use crate::suite::suggest;
use crate::suite::tree::Node;
use crate::suite::types::{Effect, Event, Resource};

/// The events in the order of the file.
pub(super) fn events(reader: &mut Reader, node: Option<&Node>, resources: &[Resource]) -> Vec<Event> {
    let items = node.map(|n| reader.list(n, "`events`")).unwrap_or_default();
    items.iter().filter_map(|item| event(reader, item, resources)).collect()
}

fn event(reader: &mut Reader, node: &Node, resources: &[Resource]) -> Option<Event> {
    let map = reader.fields(node, "an event", &grammar::EVENT)?;
    let (basis, rule, cites) = grounds(reader, map, "an event");
    let name_node = map.get("resource")?;
    let name = reader.text(name_node, "`resource`")?;
    let Some(resource) = resources.iter().position(|r| r.name == name) else {
        let hint = suggest::hint(name, resources.iter().map(|r| r.name.as_str()));
        reader.error_with(name_node.place, "unknown-resource", format!("there is no resource `{name}`"), hint);
        return None;
    };
    let scope = Scope::of(&[name, "today", "pools"]);
    let targets = Targets { things: vec![(name.to_string(), &resources[resource])], kinds: &[] };
    let then: Vec<Effect> = effects(reader, map.get("then"), &targets, &scope);
    Some(Event {
        id: id(reader, map),
        says: reader.words(map.get("says"), "`says`"),
        cites,
        basis,
        rule,
        resource,
        when: map.get("when").and_then(|n| reader.expr(n, "a guard", &scope)),
        then,
        place: node.place,
    })
}
