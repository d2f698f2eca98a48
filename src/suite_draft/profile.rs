//! A profile to start from: address and credentials, the caller's parameters, and how offered values are listed.

use super::api_paths::{ApiPaths, find_identity_parameters};
use super::clauses::draft_kind_clauses;
use super::document::{OpenQuestion, YamlNode, render_comment, render_indented, render_question};
use super::inputs::{ApiContext, PoolDraft};
use super::kinds::{find_kinds, find_success_body};
use super::shapes::find_list_place;
use super::suite::collect_pools;
use crate::schema::CompiledCatalog;
use serde_json::Value;

/// What a description says about an endpoint.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProfileFacts {
    /// The address; none if the description names none.
    pub endpoint: Option<String>,
    /// The entry of an identity, such as `headers` with `{"X-Key": "env:KEY"}`; none if the description has no scheme
    /// that a profile can express.
    pub credentials: Option<(String, Value)>,
    /// What a person has to decide besides.
    pub questions: Vec<OpenQuestion>,
}

/// Drafts the profile of an endpoint for the suite of a catalog.
pub fn draft_profile(schemas: &CompiledCatalog, facts: &ProfileFacts) -> String {
    let paths = ApiPaths::new(&schemas.catalog);
    let kinds = find_kinds(&paths, schemas);
    let context = ApiContext { schemas, paths: &paths, kinds: &kinds };
    let drafted: Vec<_> = (0..kinds.len()).map(|index| draft_kind_clauses(&context, index)).collect();
    let pools = collect_pools(&context, &drafted);
    let mut out = render_comment(HEAD, 0);
    out.push('\n');
    out.extend(facts.questions.iter().map(|it| render_question(it, 0)));
    let endpoint = facts.endpoint.clone().unwrap_or_else(|| "https://api.example.org".to_string());
    out += &entry("endpoint", YamlNode::Text(endpoint));
    out += "\n# Without `allowed`, a run sends only calls that read.\n";
    out += &entry("changes", YamlNode::text("forbidden"));
    out.push('\n');
    out += &entry("identities", YamlNode::Block(vec![("owner".to_string(), describe_owner(schemas, facts))]));
    let (listed, unlisted): (Vec<_>, Vec<_>) =
        pools.into_iter().map(|pool| (describe_offer(&context, &pool), pool)).partition(|(offer, _)| offer.is_some());
    if !unlisted.is_empty() {
        out += "\n# Values that this endpoint offers.\n";
        let missing = unlisted.iter().map(|(_, pool)| pool.name.as_str()).collect::<Vec<_>>().join(", ");
        let text = format!("Which values does the endpoint offer? Name them for: {missing}.");
        out += &render_question(&OpenQuestion { id: "pools".to_string(), text }, 0);
        out += "# pools:\n";
        out.extend(unlisted.iter().map(|(_, pool)| format!("#   {}: []\n", pool.name)));
    }
    if !listed.is_empty() {
        out += "\n# How the offered values are listed before a run.\n";
        let offers = listed.into_iter().filter_map(|(offer, pool)| Some((pool.name, offer?)));
        out += &entry("offers", YamlNode::Block(offers.collect()));
    }
    out += "\nlimits:\n  requests: 2000\n  seconds: 3600\n  live: 3\n  plans: 3\n  rate: 5\n";
    out
}

const HEAD: &str = "The profile of an endpoint, drafted by `probity init profile` from the documentation. The file \
docs/profile.yaml of the project explains every key, and `probity init profile` prints it. Credentials are references: env:NAME, file:PATH or command:LINE.";

fn entry(key: &str, value: YamlNode) -> String {
    render_indented(&YamlNode::Block(vec![(key.to_string(), value)]), 0)
}

fn describe_owner(schemas: &CompiledCatalog, facts: &ProfileFacts) -> YamlNode {
    let mut pairs = Vec::new();
    if let Some((key, value)) = &facts.credentials {
        pairs.push((key.clone(), YamlNode::Json(value.clone())));
    }
    let parameters: Vec<(String, YamlNode)> = find_identity_parameters(&schemas.catalog)
        .into_iter()
        .map(|name| (name.clone(), YamlNode::Text(format!("env:{}", name.to_uppercase()))))
        .collect();
    if !parameters.is_empty() {
        pairs.push(("parameters".to_string(), YamlNode::Block(parameters)));
    }
    if pairs.is_empty() { YamlNode::Line(Vec::new()) } else { YamlNode::Block(pairs) }
}

/// How the values of a pool are listed: the path, and JSON pointers to the list and to the value of an element.
fn describe_offer(context: &ApiContext<'_>, pool: &PoolDraft) -> Option<YamlNode> {
    let collection = &context.paths.collections[pool.collection?];
    let list = collection.lists.iter().find(|it| it.query.iter().all(|parameter| !parameter.required))?;
    let (schema, _) = find_success_body(list, context.schemas)?;
    let (place, id) = find_list_place(schema, &collection.kind, &collection.parameter)?;
    let path = &list.bindings.first()?.path;
    let identities = find_identity_parameters(&context.schemas.catalog);
    if list.path.iter().any(|parameter| !identities.contains(&parameter.name)) {
        return None;
    }
    let pointer = |steps: &[String]| {
        steps.iter().map(|it| format!("/{}", it.replace('~', "~0").replace('/', "~1"))).collect::<String>()
    };
    Some(YamlNode::Line(vec![
        ("get".to_string(), YamlNode::text(path)),
        ("each".to_string(), YamlNode::Text(pointer(&place))),
        ("value".to_string(), YamlNode::Text(pointer(&[id]))),
    ]))
}
