//! `general` and `clauses`: the promises.

use super::basis::{parse_aliases, parse_basis, parse_id};
use super::decision::parse_decision;
use super::effects::{EffectTargets, parse_effects};
use super::reader::{CALL_ROOTS, MapEntries, RootNames, SuiteReader};
use crate::expr::Expr;
use crate::suite::grammar;
use crate::suite::place::SuitePlace;
use crate::suite::suggest;
use crate::suite::types::{
    AboutEntry, Alternative, Clause, ClauseDecision, ClauseOperations, ClauseTiming, IdExpression, ResourceKind,
};
use crate::suite::yaml::{YamlNode, YamlValue};
use std::collections::{BTreeMap, BTreeSet};

/// The parsed parts of the suite that clauses refer to.
pub(super) struct ParsedDefinitions<'r> {
    pub resources: &'r [ResourceKind],
    pub about: &'r BTreeMap<String, Vec<AboutEntry>>,
}

/// Clauses about all operations, without `call`.
pub(super) fn parse_general_clauses(
    reader: &mut SuiteReader,
    node: Option<&YamlNode>,
    ground: &ParsedDefinitions,
) -> Vec<Clause> {
    let items = node.map(|n| reader.read_list(n, "`general`")).unwrap_or_default();
    items.iter().filter_map(|item| parse_general_clause(reader, item, ground)).collect()
}

/// Clauses about named operations.
pub(super) fn parse_clauses(
    reader: &mut SuiteReader,
    node: Option<&YamlNode>,
    ground: &ParsedDefinitions,
) -> Vec<Clause> {
    let items = node.map(|n| reader.read_list(n, "`clauses`")).unwrap_or_default();
    items.iter().filter_map(|item| parse_clause(reader, item, ground)).collect()
}

fn parse_general_clause(reader: &mut SuiteReader, node: &YamlNode, ground: &ParsedDefinitions) -> Option<Clause> {
    let map = reader.read_map(node, "a general clause", &grammar::GENERAL)?;
    let excepted = map.get("except").map(|n| parse_operations(reader, n)).unwrap_or_default();
    let things: BTreeSet<&str> = list_existing_resources(ground).map(|(_, about)| about.name.as_str()).collect();
    let scope = RootNames::new(&CALL_ROOTS).with_roots(things.iter().copied());
    let none = EffectTargets { resources: Vec::new(), kinds: ground.resources };
    let mut clause = parse_clause_body(reader, map, &scope, &none, ClauseTiming::Any);
    let named = collect_names_read(reader, &clause, &things);
    let catalog = reader.catalog;
    let fits = |operation: &str| {
        named
            .iter()
            .all(|name| list_existing_resources(ground).any(|(op, about)| op == operation && about.name == *name))
    };
    let ids = catalog.operations.iter().map(|o| o.id.as_str());
    let out: Vec<String> = ids.filter(|id| excepted.iter().any(|e| e == id) || !fits(id)).map(str::to_string).collect();
    clause.calls = ClauseOperations::AllBut(out);
    Some(clause)
}

/// Resources that exist before the call. A general clause about a resource cannot apply to the call that creates the
/// resource.
fn list_existing_resources<'r>(ground: &ParsedDefinitions<'r>) -> impl Iterator<Item = (&'r str, &'r AboutEntry)> {
    let pairs = ground.about.iter().flat_map(|(op, things)| things.iter().map(move |about| (op.as_str(), about)));
    pairs.filter(|(_, about)| matches!(about.binding, IdExpression::Existing(_)))
}

fn collect_names_read(reader: &SuiteReader, clause: &Clause, things: &BTreeSet<&str>) -> BTreeSet<String> {
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

fn parse_clause(reader: &mut SuiteReader, node: &YamlNode, ground: &ParsedDefinitions) -> Option<Clause> {
    let map = reader.read_map(node, "a clause", &grammar::CLAUSE)?;
    let calls = map.get("call").map(|n| parse_operations(reader, n)).unwrap_or_default();
    let targets = EffectTargets { resources: list_shared_resources(&calls, ground), kinds: ground.resources };
    let scope = RootNames::new(&CALL_ROOTS).with_roots(targets.resources.iter().map(|(name, _)| name.as_str()));
    let mut clause = parse_clause_body(reader, map, &scope, &targets, ClauseTiming::Settled);
    clause.calls = ClauseOperations::Only(calls);
    Some(clause)
}

/// The resources that all of the calls refer to by the same name.
fn list_shared_resources<'r>(calls: &[String], ground: &ParsedDefinitions<'r>) -> Vec<(String, &'r ResourceKind)> {
    let things = |call: &String| ground.about.get(call).map(Vec::as_slice).unwrap_or_default();
    let Some((first, rest)) = calls.split_first() else {
        return Vec::new();
    };
    let everywhere = |about: &&AboutEntry| {
        rest.iter().all(|c| things(c).iter().any(|a| a.name == about.name && a.resource == about.resource))
    };
    things(first).iter().filter(everywhere).map(|a| (a.name.clone(), &ground.resources[a.resource])).collect()
}

fn parse_clause_body(
    reader: &mut SuiteReader,
    map: MapEntries,
    scope: &RootNames,
    targets: &EffectTargets,
    during: ClauseTiming,
) -> Clause {
    let (basis, rule, cites) = parse_basis(reader, map, "a clause");
    let verb = parse_decision(reader, map);
    let then = parse_effects(reader, map.get("then"), targets, scope);
    let or = parse_alternatives(reader, map.get("or"), targets, scope);
    let with_reply = scope.with_roots(["reply"]);
    let ensure = parse_ensure(reader, map.get("ensure"), &with_reply);
    if !matches!(verb, ClauseDecision::Accept(_)) {
        for key in ["then", "or", "ensure", "order", "reply"] {
            if map.get(key).is_some() {
                let message = format!("a refusal has no effects and promises no response: `{key}` needs `accept`");
                reader.report_error(map.get_key_place(key), "bad-clause", message);
            }
        }
    }
    Clause {
        id: parse_id(reader, map),
        aliases: parse_aliases(reader, map),
        optional: reader.read_boolean(map.get("optional"), "`optional`"),
        says: reader.read_nonempty_text(map.get("says"), "`says`"),
        cites,
        basis,
        rule,
        calls: ClauseOperations::Only(Vec::new()),
        timing: parse_while(reader, map, during),
        when: map.get("when").and_then(|n| reader.read_expression(n, "a guard", scope)),
        decision: verb,
        then,
        or,
        order: parse_order(reader, map.get("order"), targets),
        reply_open: parse_reply_open(reader, map.get("reply")),
        ensure,
        place: map.place,
    }
}

fn parse_reply_open(reader: &mut SuiteReader, node: Option<&YamlNode>) -> bool {
    let Some(node) = node else { return false };
    let open = reader.read_text(node, "`reply`") == Some("open");
    if !open {
        reader.report_error(node.place, "bad-clause", "`reply` must be `open` or absent".to_string());
    }
    open
}

fn parse_operations(reader: &mut SuiteReader, node: &YamlNode) -> Vec<String> {
    let items = match &node.kind {
        YamlValue::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let mut ids = Vec::new();
    for item in items {
        if let Some(id) = reader.read_text(item, "an operation")
            && reader.check_operation(item.place, id)
        {
            ids.push(id.to_string());
        }
    }
    ids
}

fn parse_while(reader: &mut SuiteReader, map: MapEntries, default: ClauseTiming) -> ClauseTiming {
    let Some(node) = map.get("while") else {
        return default;
    };
    match reader.read_text(node, "`while`") {
        Some("rest") => ClauseTiming::Settled,
        Some("any") => ClauseTiming::Any,
        Some(_) => {
            reader.report_error(node.place, "bad-while", "`while` is `rest` or `any`");
            default
        }
        None => default,
    }
}

fn parse_alternatives(
    reader: &mut SuiteReader,
    node: Option<&YamlNode>,
    targets: &EffectTargets,
    scope: &RootNames,
) -> Vec<Alternative> {
    let items = node.map(|n| reader.read_list(n, "`or`")).unwrap_or_default();
    let mut alternatives = Vec::new();
    for item in items {
        let Some(map) = reader.read_map(item, "an alternative", &grammar::ALTERNATIVE) else {
            continue;
        };
        let cites = reader.read_citations(map.get("cites"), "`cites`");
        if map.get("cites").is_none() {
            reader.report_error(item.place, "missing-citation", "an alternative needs a citation");
        }
        alternatives.push(Alternative {
            because: reader.read_nonempty_text(map.get("because"), "`because`"),
            cites,
            when: map.get("when").and_then(|n| reader.read_expression(n, "a guard", scope)),
            then: parse_effects(reader, map.get("then"), targets, scope),
            place: item.place,
        });
    }
    alternatives
}

fn parse_ensure(reader: &mut SuiteReader, node: Option<&YamlNode>, scope: &RootNames) -> Vec<(Expr, SuitePlace)> {
    let Some(node) = node else { return Vec::new() };
    let items = match &node.kind {
        YamlValue::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    items.iter().filter_map(|item| Some((reader.read_expression(item, "`ensure`", scope)?, item.place))).collect()
}

fn parse_order(reader: &mut SuiteReader, node: Option<&YamlNode>, targets: &EffectTargets) -> Vec<(String, String)> {
    let Some(node) = node else { return Vec::new() };
    let items = match &node.kind {
        YamlValue::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let mut pairs = Vec::new();
    for item in items {
        let Some(text) = reader.read_text(item, "`order`") else {
            continue;
        };
        let Some((later, earlier)) = text.split_once(" after ") else {
            reader.report_error(
                item.place,
                "bad-order",
                format!("`{text}` is not an order: expected `<name> after <name>`"),
            );
            continue;
        };
        for name in [later.trim(), earlier.trim()] {
            if !targets.resources.iter().any(|(target, _)| target == name) {
                let hint = suggest::suggest_name(name, targets.resources.iter().map(|(n, _)| n.as_str()));
                reader.report_error_with(
                    item.place,
                    "unknown-resource",
                    format!("the call does not refer to `{name}`"),
                    hint,
                );
            }
        }
        pairs.push((later.trim().to_string(), earlier.trim().to_string()));
    }
    pairs
}
