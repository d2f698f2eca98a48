//! Clauses of every operation: credentials, absent resources, requests that break their description; and reads of what
//! no call creates.

use super::api_paths::ApiCollection;
use super::clauses::{accept_success, cite_operation, join_cites, spell_one};
use super::document::{ClauseCalls, ClauseDraft, OpenQuestion, YamlNode};
use super::inputs::{ApiContext, PoolDraft, describe_query, find_path_pools};
use super::words::to_kebab;
use crate::schema::catalog::{Catalog, Operation, SourceLines};
use std::collections::{BTreeMap, BTreeSet};

/// The resources that each operation names in its path: the parameter, and the index of the kind.
pub(super) fn list_path_resources(context: &ApiContext<'_>, operation: &Operation) -> BTreeMap<String, usize> {
    let named = context.kinds.iter().enumerate().filter_map(|(index, kind)| {
        Some((context.paths.collections[kind.collection].find_parameter(operation)?, index))
    });
    named.collect()
}

/// Clauses about credentials, as far as the pages list 401.
pub(super) fn draft_credential_clauses(catalog: &Catalog) -> (Vec<ClauseDraft>, Option<OpenQuestion>) {
    let status = |operation: &Operation| operation.statuses.iter().find(|it| it.code == 401).map(|it| it.at.clone());
    let cites: Vec<SourceLines> = catalog.operations.iter().filter_map(status).collect();
    if cites.is_empty() {
        let text = "How is a call without credentials, or with forged ones, refused? Add clauses with \
                    `when: caller == \"none\"` and `when: caller == \"forged\"`, if the API has credentials.";
        return (Vec::new(), Some(OpenQuestion { id: "credentials".to_string(), text: text.to_string() }));
    }
    let without = catalog.operations.iter().filter(|it| status(it).is_none());
    let except: Vec<String> = without.map(|it| it.id.clone()).collect();
    let clause = |caller: &str, says: &str| {
        let refused = ("refuse", YamlNode::Number(401));
        let mut clause = ClauseDraft::new(format!("credentials.{caller}"), says.to_string(), "", refused);
        clause.cites = join_cites([], &cites);
        clause.calls = ClauseCalls::AllBut(except.clone());
        clause.when = Some(format!("caller == \"{caller}\""));
        clause
    };
    let all = vec![
        clause("none", "a call without credentials is refused as unauthorized"),
        clause("forged", "a call with forged credentials is refused as unauthorized"),
        clause("expired", "a call with expired credentials is refused as unauthorized"),
    ];
    (all, None)
}

/// Clauses about calls on resources that do not exist.
pub(super) fn draft_absence_clauses(
    context: &ApiContext<'_>,
    by_body: &BTreeMap<String, BTreeSet<usize>>,
) -> Vec<ClauseDraft> {
    let catalog = &context.schemas.catalog;
    let mut all = Vec::new();
    for (index, kind) in context.kinds.iter().enumerate() {
        let names_it = |operation: &&Operation| list_path_resources(context, operation).values().any(|it| *it == index);
        let listed = |operation: &&Operation| operation.statuses.iter().any(|it| it.code == 404 && !it.general);
        let named: Vec<&Operation> = catalog.operations.iter().filter(names_it).collect();
        let in_body =
            by_body.iter().filter(|(_, kinds)| kinds.contains(&index)).map(|(operation, _)| operation.clone());
        let in_body: Vec<String> = in_body.filter(|id| !named.iter().any(|it| it.id == *id)).collect();
        let (with, without): (Vec<&Operation>, Vec<&Operation>) = named.into_iter().partition(listed);
        // A deletion may be documented as idempotent, and a replacement as a create, without a word about absence.
        let open =
            |operation: &&Operation| operation.bindings.iter().any(|it| matches!(it.method.as_str(), "DELETE" | "PUT"));
        let (silent, unlisted): (Vec<&Operation>, Vec<&Operation>) = without.into_iter().partition(open);
        let ids = |operations: &[&Operation]| operations.iter().map(|it| it.id.clone()).collect::<Vec<String>>();
        let noun = spell_one(&kind.name);
        let clause = |id: String, says: String, except: Vec<Vec<String>>, statuses: YamlNode| {
            let mut clause = ClauseDraft::new(id, says, "", ("refuse", statuses));
            clause.calls = ClauseCalls::AllBut(except.concat());
            clause.when = Some(format!("{} == null", kind.name));
            clause
        };
        if !with.is_empty() {
            let says = format!("{noun} that does not exist is not found");
            let except = vec![ids(&silent), ids(&unlisted), in_body.clone()];
            let mut found = clause(format!("{}.absent", to_kebab(&kind.name)), says, except, YamlNode::Number(404));
            let statuses = with.iter().filter_map(|it| it.statuses.iter().find(|status| status.code == 404));
            found.cites = join_cites([], &statuses.map(|it| it.at.clone()).collect::<Vec<_>>());
            all.push(found);
        }
        if !unlisted.is_empty() || !in_body.is_empty() {
            let says = format!("a call on {noun} that does not exist is refused");
            let statuses = YamlNode::text("client-error");
            let mut found = clause(
                format!("{}.absent-elsewhere", to_kebab(&kind.name)),
                says,
                vec![ids(&silent), ids(&with)],
                statuses,
            );
            let first =
                unlisted.first().copied().or_else(|| catalog.operations.iter().find(|it| in_body.contains(&it.id)));
            found.cites = first.map(cite_operation).unwrap_or_default();
            found.rule = Some("absent-is-refused");
            all.push(found);
        }
    }
    all
}

/// The clause about requests that break their description. Lists are left out: few pages say what a filter does that is
/// no filter.
pub(super) fn draft_input_clause(catalog: &Catalog, lists: &BTreeSet<String>) -> Option<ClauseDraft> {
    let described = |it: &&Operation| !it.requests.is_empty();
    let cites: Vec<SourceLines> = catalog.operations.iter().filter(described).map(|it| it.at.clone()).collect();
    if cites.is_empty() {
        return None;
    }
    let says = "a request that breaks its description is refused".to_string();
    let mut clause =
        ClauseDraft::new("input.invalid".to_string(), says, "", ("refuse", YamlNode::text("client-error")));
    let bare = catalog.operations.iter().filter(|it| it.requests.is_empty()).map(|it| it.id.clone());
    let except: BTreeSet<String> = bare.chain(lists.iter().cloned()).collect();
    clause.calls = ClauseCalls::AllBut(except.into_iter().collect());
    clause.cites = join_cites([], &cites);
    clause.rule = Some("table-is-binding");
    clause.when = Some(r#"input == "invalid""#.to_string());
    Some(clause)
}

/// Clauses about reads of what no call creates, with the pools of the values in their paths.
pub(super) fn draft_read_clauses(
    context: &ApiContext<'_>,
    operations: &[&Operation],
) -> (Vec<ClauseDraft>, Vec<PoolDraft>) {
    let (mut clauses, mut pools) = (Vec::new(), Vec::new());
    for operation in operations {
        let named = list_path_resources(context, operation);
        let mut terms = vec![r#"input == "valid""#.to_string()];
        terms.extend(named.values().map(|kind| format!("{} != null", context.kinds[*kind].name)));
        for (pool, place) in find_path_pools(context, operation, &named) {
            terms.push(format!("{place} in pools.{}", pool.name));
            pools.push(pool);
        }
        if !operation.query.is_empty() {
            terms.push(describe_query(operation));
        }
        let name = to_kebab(&operation.id);
        let mut clause = ClauseDraft::new(
            format!("{name}.answers"),
            format!("{} is answered", operation.id),
            &operation.id,
            accept_success(),
        );
        clause.cites = cite_operation(operation);
        clause.anytime = true;
        clause.when = Some(terms.join(" && "));
        clauses.push(clause);
    }
    (clauses, pools)
}

/// Reads of collections without a kind, and of nothing in particular. A read with a body, or with a query parameter
/// whose value nobody knows, is left out.
pub(super) fn list_plain_reads<'a>(context: &ApiContext<'a>) -> Vec<&'a Operation> {
    let has_kind = |collection: usize| context.kinds.iter().any(|it| it.collection == collection);
    let bare = context.paths.collections.iter().enumerate().filter(|(index, _)| !has_kind(*index));
    let of_collection = |it: &ApiCollection<'a>| it.lists.iter().copied().chain(it.show).collect::<Vec<_>>();
    let reads = bare.flat_map(|(_, it)| of_collection(it)).chain(context.paths.others.iter().copied());
    reads
        .filter(|it| {
            let reads = it.bindings.iter().all(|it| it.method == "GET");
            reads && it.requests.is_empty() && it.query.iter().all(|parameter| !parameter.required)
        })
        .collect()
}
