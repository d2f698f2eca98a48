//! `general`, `clauses` and `events`: the promises.

use super::super::suggest;
use super::super::tree::{Kind, Node};
use super::super::types::{
    About, Alternative, Basis, Binding, Calls, Clause, Effect, Event, Place, Resource, Statuses, Verb, While,
};
use super::effects::{Targets, effects};
use super::reader::{Fields, INPUTS, Reader, Scope};
use crate::expr::Expr;
use crate::schema::catalog::Source;
use std::collections::{BTreeMap, BTreeSet};

/// What clauses are read against.
pub(super) struct Ground<'r> {
    pub resources: &'r [Resource],
    pub about: &'r BTreeMap<String, Vec<About>>,
}

pub(super) const COMMON: [&str; 10] =
    ["says", "cites", "basis", "rule", "while", "when", "accept", "refuse", "may refuse", "ensure"];

pub(super) const GENERAL: [&str; 1] = ["except"];
pub(super) const CLAUSE: [&str; 4] = ["then", "or", "order", "reply"];
pub(super) const ALTERNATIVE: [&str; 3] = ["cites", "when", "then"];
pub(super) const EVENT_NEEDS: [&str; 3] = ["id", "resource", "then"];
pub(super) const EVENT: [&str; 5] = ["says", "cites", "basis", "rule", "when"];

/// Clauses without `call`.
pub(super) fn general(reader: &mut Reader, node: Option<&Node>, ground: &Ground) -> Vec<Clause> {
    let items = node.map(|n| reader.list(n, "`general`")).unwrap_or_default();
    items.iter().filter_map(|item| general_clause(reader, item, ground)).collect()
}

/// Clauses of named operations.
pub(super) fn clauses(reader: &mut Reader, node: Option<&Node>, ground: &Ground) -> Vec<Clause> {
    let items = node.map(|n| reader.list(n, "`clauses`")).unwrap_or_default();
    items.iter().filter_map(|item| clause(reader, item, ground)).collect()
}

fn general_clause(reader: &mut Reader, node: &Node, ground: &Ground) -> Option<Clause> {
    let optional: Vec<&str> = COMMON.iter().copied().chain(GENERAL).collect();
    let map = reader.fields(node, "a general clause", &["id"], &optional)?;
    let excepted = map.get("except").map(|n| operations(reader, n)).unwrap_or_default();
    let things: BTreeSet<&str> = existing(ground).map(|(_, about)| about.name.as_str()).collect();
    let scope = Scope::of(&INPUTS).and(things.iter().copied());
    let none = Targets { things: Vec::new(), kinds: ground.resources };
    let mut clause = body(reader, map, &scope, &none, While::Any);
    let named = names_read(reader, &clause, &things);
    let catalog = reader.catalog;
    let fits = |operation: &str| {
        named.iter().all(|name| existing(ground).any(|(op, about)| op == operation && about.name == *name))
    };
    let ids = catalog.operations.iter().map(|o| o.id.as_str());
    let out: Vec<String> = ids.filter(|id| excepted.iter().any(|e| e == id) || !fits(id)).map(str::to_string).collect();
    clause.calls = Calls::AllBut(out);
    Some(clause)
}

/// Things that are there before the call: a general clause about a thing cannot mean the call
/// that brings it to life.
fn existing<'r>(ground: &Ground<'r>) -> impl Iterator<Item = (&'r str, &'r About)> {
    let pairs = ground.about.iter().flat_map(|(op, things)| things.iter().map(move |about| (op.as_str(), about)));
    pairs.filter(|(_, about)| matches!(about.binding, Binding::Existing(_)))
}

fn names_read(reader: &Reader, clause: &Clause, things: &BTreeSet<&str>) -> BTreeSet<String> {
    let exprs = clause.when.iter().chain(clause.ensure.iter().map(|(expr, _)| expr));
    let mut read = BTreeSet::new();
    for root in exprs.flat_map(|e| e.roots().iter()).map(AsRef::<str>::as_ref) {
        match reader.lets.get(root) {
            Some(roots) => read.extend(roots.iter().cloned()),
            None => drop(read.insert(root.to_string())),
        }
    }
    read.retain(|root| things.contains(root.as_str()));
    read
}

fn clause(reader: &mut Reader, node: &Node, ground: &Ground) -> Option<Clause> {
    let optional: Vec<&str> = COMMON.iter().copied().chain(CLAUSE).collect();
    let map = reader.fields(node, "a clause", &["id", "call"], &optional)?;
    let calls = map.get("call").map(|n| operations(reader, n)).unwrap_or_default();
    let targets = Targets { things: shared_things(&calls, ground), kinds: ground.resources };
    let scope = Scope::of(&INPUTS).and(targets.things.iter().map(|(name, _)| name.as_str()));
    let mut clause = body(reader, map, &scope, &targets, While::Rest);
    clause.calls = Calls::Only(calls);
    Some(clause)
}

/// The things that every one of the calls speaks of under the same name.
fn shared_things<'r>(calls: &[String], ground: &Ground<'r>) -> Vec<(String, &'r Resource)> {
    let things = |call: &String| ground.about.get(call).map(Vec::as_slice).unwrap_or_default();
    let Some((first, rest)) = calls.split_first() else {
        return Vec::new();
    };
    let everywhere = |about: &&About| {
        rest.iter().all(|c| things(c).iter().any(|a| a.name == about.name && a.resource == about.resource))
    };
    things(first).iter().filter(everywhere).map(|a| (a.name.clone(), &ground.resources[a.resource])).collect()
}

fn body(reader: &mut Reader, map: Fields, scope: &Scope, targets: &Targets, during: While) -> Clause {
    let (basis, rule, cites) = grounds(reader, map, "a clause");
    let verb = verb(reader, map);
    let then = effects(reader, map.get("then"), targets, scope);
    let or = alternatives(reader, map.get("or"), targets, scope);
    let with_reply = scope.and(["reply"]);
    let ensure = ensures(reader, map.get("ensure"), &with_reply);
    if !matches!(verb, Verb::Accept(_)) {
        for key in ["then", "or", "ensure", "order", "reply"] {
            if map.get(key).is_some() {
                let message = format!("a refusal changes nothing and promises no reply: `{key}` belongs to `accept`");
                reader.error(map.key_place(key), "bad-clause", message);
            }
        }
    }
    Clause {
        id: id(reader, map),
        says: reader.words(map.get("says"), "`says`"),
        cites,
        basis,
        rule,
        calls: Calls::Only(Vec::new()),
        during: during_of(reader, map, during),
        when: map.get("when").and_then(|n| reader.expr(n, "a guard", scope)),
        verb,
        then,
        or,
        order: order(reader, map.get("order"), targets),
        reply_open: reply_open(reader, map.get("reply")),
        ensure,
        place: map.place,
    }
}

fn reply_open(reader: &mut Reader, node: Option<&Node>) -> bool {
    let Some(node) = node else { return false };
    let open = reader.text(node, "`reply`") == Some("open");
    if !open {
        reader.error(node.place, "bad-clause", "`reply` is `open`, or it is left out".to_string());
    }
    open
}

/// Suffixes and infixes of the ids that are generated for every suite.
fn is_generated(id: &str) -> bool {
    id.ends_with(".no-server-error") || id.ends_with(".settles") || id.contains(".frame.")
}

fn id(reader: &mut Reader, map: Fields) -> String {
    let Some(node) = map.get("id") else {
        return String::new();
    };
    let id = reader.text(node, "`id`").unwrap_or_default().to_string();
    let part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if !id.split(['.', '-']).all(part) {
        let hint = "lower-case words joined by `-` and `.`: resize.needs-rest".to_string();
        reader.error_with(node.place, "bad-id", format!("`{id}` is not an id"), hint);
    } else if is_generated(&id) {
        reader.error(node.place, "bad-id", format!("`{id}` has the form of a generated clause's id"));
    }
    id
}

fn grounds(reader: &mut Reader, map: Fields, what: &str) -> (Basis, Option<String>, Vec<Source>) {
    let basis = match map.get("basis").map(|n| (reader.text(n, "`basis`").unwrap_or_default().to_string(), n.place)) {
        None => Basis::Stated,
        Some((word, place)) => match word.as_str() {
            "stated" => Basis::Stated,
            "example" => Basis::Example,
            "convention" => Basis::Convention,
            _ => {
                let hint = suggest::hint(&word, ["stated", "example", "convention"]);
                reader.error_with(place, "bad-basis", format!("`{word}` is not a basis"), hint);
                Basis::Stated
            }
        },
    };
    let rule = map.get("rule").and_then(|n| reader.text(n, "`rule`")).map(str::to_string);
    let cites = reader.cites(map.get("cites"), "`cites`");
    match basis {
        Basis::Convention if rule.is_none() => {
            reader.error(map.place, "missing-key", format!("{what} by convention names its `rule`"));
        }
        Basis::Stated | Basis::Example if rule.is_some() => {
            let message = format!("only {what} by convention has a `rule`");
            reader.error(map.key_place("rule"), "bad-basis", message);
        }
        Basis::Stated | Basis::Example
            if map.get("cites").is_none() || (cites.is_empty() && is_empty(map.get("cites"))) =>
        {
            let hint = "add `cites: [\"<page>:<lines>\"]`, or `basis: convention` with its `rule`".to_string();
            reader.error_with(map.place, "missing-citation", format!("{what} needs a citation"), hint);
        }
        _ => {}
    }
    (basis, rule, cites)
}

fn is_empty(node: Option<&Node>) -> bool {
    matches!(node.map(|n| &n.kind), Some(Kind::List(items)) if items.is_empty())
}

fn operations(reader: &mut Reader, node: &Node) -> Vec<String> {
    let items = match &node.kind {
        Kind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let mut ids = Vec::new();
    for item in items {
        if let Some(id) = reader.text(item, "an operation")
            && reader.operation_known(item.place, id)
        {
            ids.push(id.to_string());
        }
    }
    ids
}

fn during_of(reader: &mut Reader, map: Fields, default: While) -> While {
    let Some(node) = map.get("while") else {
        return default;
    };
    match reader.text(node, "`while`") {
        Some("rest") => While::Rest,
        Some("any") => While::Any,
        Some(_) => {
            reader.error(node.place, "bad-while", "`while` is `rest` or `any`");
            default
        }
        None => default,
    }
}

fn verb(reader: &mut Reader, map: Fields) -> Verb {
    let found: Vec<&str> =
        ["accept", "refuse", "may refuse"].into_iter().filter(|key| map.get(key).is_some()).collect();
    let [key] = found[..] else {
        let message = "a clause has exactly one of `accept`, `refuse` and `may refuse`";
        let place = found.get(1).map_or(map.place, |key| map.key_place(key));
        reader.error(place, "bad-verb", message);
        return Verb::MayRefuse(Statuses::Documented);
    };
    let node = map.get(key).expect("it was found there");
    let statuses = statuses(reader, node, key);
    match key {
        "accept" => Verb::Accept(statuses),
        "refuse" => Verb::Refuse(statuses),
        _ => Verb::MayRefuse(statuses),
    }
}

fn statuses(reader: &mut Reader, node: &Node, verb: &str) -> Statuses {
    let word = if verb == "accept" { "success" } else { "client-error" };
    if matches!(&node.kind, Kind::Text(text) if text == word) {
        return Statuses::Documented;
    }
    let items = match &node.kind {
        Kind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let fits = if verb == "accept" { 200..=399 } else { 400..=599 };
    let mut codes = Vec::new();
    for item in items {
        match item.kind {
            Kind::Int(code) if fits.contains(&code) => codes.push(code as u16),
            _ => {
                let wanted = format!("`{verb}` takes `{word}` or statuses from {} to {}", fits.start(), fits.end());
                reader.error(item.place, "bad-status", wanted);
            }
        }
    }
    if items.is_empty() {
        reader.error(node.place, "bad-status", format!("`{verb}` names no status"));
    }
    Statuses::Exactly(codes)
}

fn alternatives(reader: &mut Reader, node: Option<&Node>, targets: &Targets, scope: &Scope) -> Vec<Alternative> {
    let items = node.map(|n| reader.list(n, "`or`")).unwrap_or_default();
    let mut alternatives = Vec::new();
    for item in items {
        let Some(map) = reader.fields(item, "an alternative", &["because"], &ALTERNATIVE) else {
            continue;
        };
        let cites = reader.cites(map.get("cites"), "`cites`");
        if map.get("cites").is_none() {
            reader.error(item.place, "missing-citation", "an alternative needs a citation of its own");
        }
        alternatives.push(Alternative {
            because: reader.words(map.get("because"), "`because`"),
            cites,
            when: map.get("when").and_then(|n| reader.expr(n, "a guard", scope)),
            then: effects(reader, map.get("then"), targets, scope),
            place: item.place,
        });
    }
    alternatives
}

fn ensures(reader: &mut Reader, node: Option<&Node>, scope: &Scope) -> Vec<(Expr, Place)> {
    let Some(node) = node else { return Vec::new() };
    let items = match &node.kind {
        Kind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    items.iter().filter_map(|item| Some((reader.expr(item, "`ensure`", scope)?, item.place))).collect()
}

fn order(reader: &mut Reader, node: Option<&Node>, targets: &Targets) -> Vec<(String, String)> {
    let Some(node) = node else { return Vec::new() };
    let items = match &node.kind {
        Kind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let mut pairs = Vec::new();
    for item in items {
        let Some(text) = reader.text(item, "`order`") else {
            continue;
        };
        let Some((later, earlier)) = text.split_once(" after ") else {
            reader.error(item.place, "bad-order", format!("`{text}` is no order: expected `<thing> after <thing>`"));
            continue;
        };
        for name in [later.trim(), earlier.trim()] {
            if !targets.things.iter().any(|(target, _)| target == name) {
                let hint = suggest::hint(name, targets.things.iter().map(|(n, _)| n.as_str()));
                reader.error_with(item.place, "unknown-thing", format!("the call does not speak of `{name}`"), hint);
            }
        }
        pairs.push((later.trim().to_string(), earlier.trim().to_string()));
    }
    pairs
}

/// What the endpoint may do by itself.
pub(super) fn events(reader: &mut Reader, node: Option<&Node>, resources: &[Resource]) -> Vec<Event> {
    let items = node.map(|n| reader.list(n, "`events`")).unwrap_or_default();
    items.iter().filter_map(|item| event(reader, item, resources)).collect()
}

fn event(reader: &mut Reader, node: &Node, resources: &[Resource]) -> Option<Event> {
    let map = reader.fields(node, "an event", &EVENT_NEEDS, &EVENT)?;
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
