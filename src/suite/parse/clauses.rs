//! `general` and `clauses`: the promises.

use super::basis::{grounds, id};
use super::effects::{Targets, effects};
use super::reader::{Fields, INPUTS, Reader, Scope};
use super::verb::verb;
use crate::expr::Expr;
use crate::suite::grammar;
use crate::suite::place::Place;
use crate::suite::suggest;
use crate::suite::tree::{Kind, Node};
use crate::suite::types::{About, Alternative, Binding, Calls, Clause, Resource, Verb, While};
use std::collections::{BTreeMap, BTreeSet};

/// The parsed parts of the suite that clauses refer to.
pub(super) struct Ground<'r> {
    pub resources: &'r [Resource],
    pub about: &'r BTreeMap<String, Vec<About>>,
}

/// Clauses about all operations, without `call`.
pub(super) fn general(reader: &mut Reader, node: Option<&Node>, ground: &Ground) -> Vec<Clause> {
    let items = node.map(|n| reader.list(n, "`general`")).unwrap_or_default();
    items.iter().filter_map(|item| general_clause(reader, item, ground)).collect()
}

/// Clauses about named operations.
pub(super) fn clauses(reader: &mut Reader, node: Option<&Node>, ground: &Ground) -> Vec<Clause> {
    let items = node.map(|n| reader.list(n, "`clauses`")).unwrap_or_default();
    items.iter().filter_map(|item| clause(reader, item, ground)).collect()
}

fn general_clause(reader: &mut Reader, node: &Node, ground: &Ground) -> Option<Clause> {
    let map = reader.fields(node, "a general clause", &grammar::GENERAL)?;
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

/// Resources that exist before the call. A general clause about a resource cannot apply to the call that creates the
/// resource.
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
    let map = reader.fields(node, "a clause", &grammar::CLAUSE)?;
    let calls = map.get("call").map(|n| operations(reader, n)).unwrap_or_default();
    let targets = Targets { things: shared_things(&calls, ground), kinds: ground.resources };
    let scope = Scope::of(&INPUTS).and(targets.things.iter().map(|(name, _)| name.as_str()));
    let mut clause = body(reader, map, &scope, &targets, While::Rest);
    clause.calls = Calls::Only(calls);
    Some(clause)
}

/// The resources that all of the calls refer to by the same name.
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
                let message = format!("a refusal has no effects and promises no response: `{key}` needs `accept`");
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
        reader.error(node.place, "bad-clause", "`reply` must be `open` or absent".to_string());
    }
    open
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

fn alternatives(reader: &mut Reader, node: Option<&Node>, targets: &Targets, scope: &Scope) -> Vec<Alternative> {
    let items = node.map(|n| reader.list(n, "`or`")).unwrap_or_default();
    let mut alternatives = Vec::new();
    for item in items {
        let Some(map) = reader.fields(item, "an alternative", &grammar::ALTERNATIVE) else {
            continue;
        };
        let cites = reader.cites(map.get("cites"), "`cites`");
        if map.get("cites").is_none() {
            reader.error(item.place, "missing-citation", "an alternative needs a citation");
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
            reader.error(item.place, "bad-order", format!("`{text}` is not an order: expected `<name> after <name>`"));
            continue;
        };
        for name in [later.trim(), earlier.trim()] {
            if !targets.things.iter().any(|(target, _)| target == name) {
                let hint = suggest::hint(name, targets.things.iter().map(|(n, _)| n.as_str()));
                reader.error_with(item.place, "unknown-resource", format!("the call does not refer to `{name}`"), hint);
            }
        }
        pairs.push((later.trim().to_string(), earlier.trim().to_string()));
    }
    pairs
}
