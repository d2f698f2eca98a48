//! Derivation: the documents of an API become its catalog, JSON Schemas, citations and doubts.
//!
//! Tables, examples and prose are read apart and held against each other; what they
//! leave open or contradict is a doubt with both sides and the rule that settled it
//! (`docs/DOUBTS.md`). Nothing here knows a particular operation, field or state.

mod across;
pub mod cite;
mod claims;
mod doubts;
mod emit;
mod field;
mod files;
mod json;
mod layout;
mod nest;
mod notes;
mod operation;
mod pipes;
mod reconcile;
mod survey;
mod tables;
#[cfg(test)]
mod tests;
mod types;
mod uri;

pub use files::{DeriveError, Sources, Warning, derive_files, write};

use super::document::Document;
use super::manifest::PageEntry;
use super::text::{digest, normalise};
use crate::schema::catalog::{
    Body, Catalog, Citation, Doubt, FORMAT, FieldBound, Note, Operation, Page, Parameter, Source,
};
use emit::Frame;
use field::{Field, Need, Way};
use operation::{Made, MadeBody};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A page as derivation takes it: what the manifest says of it, its text, and the text as a document.
#[derive(Debug, Clone)]
pub struct PageInput {
    /// Id, file, edition, and what a person settled about it.
    pub entry: PageEntry,
    /// The whole page.
    pub text: String,
    /// The page as its dialect's reader gives it.
    pub document: Document,
}

/// Everything that the pages of an API give.
#[derive(Debug, Clone, PartialEq)]
pub struct Derived {
    /// The operations; each schema it names is in `schemas`.
    pub catalog: Catalog,
    /// JSON Schemas by file name.
    pub schemas: BTreeMap<String, Value>,
    /// Every place that the catalog or a schema names, and those asked for, locked to its text.
    pub citations: Vec<Citation>,
    /// What the pages leave open, and how it was settled.
    pub doubts: Vec<Doubt>,
}

/// What else derivation is told.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Places that suites cite; they are locked beside those of the catalog.
    pub cited: Vec<Source>,
    /// `YYYY-MM-DD`. With it, doubts about lifecycles that a date decides are decided.
    pub today: Option<String>,
}

/// Doubts of all pages, and the page that each belongs to (none: the API as a whole).
#[derive(Debug, Default)]
struct Drafts {
    all: Vec<doubts::Draft>,
    owner: BTreeMap<usize, Option<usize>>,
}

impl Drafts {
    /// Gives the doubts from `start` on to a page, unless they have an owner.
    fn tag(&mut self, start: usize, page: usize) {
        for nth in start..self.all.len() {
            self.owner.entry(nth).or_insert(Some(page));
        }
    }

    fn own(&mut self, nth: usize, page: Option<usize>) {
        self.owner.insert(nth, page);
    }
}

/// Derives an API from its pages. Pure: the same pages give the same values.
pub fn derive(api: &str, inputs: &[PageInput], options: &Options) -> Derived {
    let mut drafts = Drafts::default();
    let survey = survey::survey(inputs, &mut drafts);
    let mut made: Vec<Made> = Vec::new();
    for (nth, input) in inputs.iter().enumerate() {
        let one = if input.document.dialect == "pipes" {
            pipes::make(nth, input, &survey, options.today.as_deref(), &mut drafts)
        } else {
            operation::make(nth, input, &survey, &mut drafts)
        };
        made.extend(one);
    }
    oddities(&mut made, &mut drafts);
    let leads = follow_leaders(inputs, &mut made, &mut drafts);
    across::lists(&survey, &mut made, &mut drafts);
    across::dead_but_returned(&mut made, &mut drafts);
    across::spelling(inputs, &survey, &mut made, &mut drafts);
    unique_ids(&mut made, &mut drafts);
    let (doubts, ids) = named_doubts(api, inputs, &made, &leads, &drafts);
    let mut schemas = BTreeMap::new();
    lend_version_header(&mut made);
    let page_operations: BTreeMap<usize, String> =
        made.iter().map(|it| (it.page, it.id.clone())).collect();
    let operations = made
        .into_iter()
        .map(|it| finish(api, it, &survey, &page_operations, &ids, &mut schemas))
        .collect();
    let pages = inputs.iter().map(page).collect();
    let catalog = Catalog {
        format: FORMAT,
        api: api.to_string(),
        pages,
        operations,
    };
    let citations = citations(inputs, &catalog, &schemas, &doubts, &options.cited);
    Derived {
        catalog,
        schemas,
        citations,
        doubts,
    }
}

fn page(input: &PageInput) -> Page {
    Page {
        id: input.entry.id.clone(),
        file: input.entry.file.clone(),
        title: input
            .entry
            .title
            .clone()
            .unwrap_or_else(|| input.document.title.clone()),
        edition: input.entry.edition.clone(),
        url: input.entry.url.clone(),
        digest: digest(&normalise(input.text.lines())),
        dialect: input.document.dialect.to_string(),
    }
}

/// What descriptions say in words that cannot be meant literally becomes a doubt of its field.
fn oddities(made: &mut [Made], drafts: &mut Drafts) {
    fn go(fields: &mut [Field], pointer: &str, drafts: &mut Drafts) {
        for field in fields {
            let here = format!("{pointer}/{}", field.step());
            for odd in std::mem::take(&mut field.claims.oddities) {
                let at = field::source(&field.at.page, odd.first, odd.last);
                let sides = vec![
                    doubts::side(odd.says, Some(at)),
                    doubts::side(odd.taken, None),
                ];
                let rule = match odd.kind {
                    "later-than" => "later-means-from",
                    "microversion-equality" => "in-means-from",
                    "several-limits" => "widest-limit",
                    _ => "words-not-literal",
                };
                field.doubts.push(doubts::doubt(
                    &mut drafts.all,
                    odd.kind,
                    here.clone(),
                    sides,
                    Some(1),
                    rule,
                ));
                if odd.kind == "several-limits" {
                    field.disputed.extend(match field.is {
                        types::Type::Integer | types::Type::Number => ["minimum", "maximum"],
                        _ => ["minLength", "maxLength"],
                    });
                }
            }
            let step = format!("{here}{}", field.below());
            go(&mut field.children, &step, drafts);
        }
    }
    for one in made {
        let start = drafts.all.len();
        for list in [&mut one.path, &mut one.query, &mut one.headers] {
            go(list, "parameter", drafts);
        }
        for body in one.requests.iter_mut().chain(&mut one.responses) {
            let way = body.way.word();
            go(&mut body.fields, way, drafts);
        }
        drafts.tag(start, one.page);
    }
}

/// Takes the operations of following pages out, after holding them against their leaders.
/// Pages that describe the same call follow the first of them even if no one says so.
fn follow_leaders(
    inputs: &[PageInput],
    made: &mut Vec<Made>,
    drafts: &mut Drafts,
) -> BTreeMap<usize, usize> {
    let mut leads: BTreeMap<usize, usize> = BTreeMap::new();
    for follower in made.iter() {
        let entry = &inputs[follower.page].entry;
        let declared = entry
            .follows
            .as_ref()
            .and_then(|id| inputs.iter().position(|it| it.entry.id == *id));
        let same_call = made.iter().find(|it| {
            it.page < follower.page
                && inputs[it.page].entry.follows.is_none()
                && entry.operation.as_ref().is_none_or(|id| *id == it.id)
                && it.action.as_ref().map(|it| &it.name)
                    == follower.action.as_ref().map(|it| &it.name)
                && it.bindings.iter().any(|mine| {
                    follower
                        .bindings
                        .iter()
                        .any(|other| mine.method == other.method && mine.path == other.path)
                })
        });
        // An action URL without an action known is shared by different calls.
        let shared = follower.action.is_none()
            && follower
                .bindings
                .iter()
                .any(|it| it.path.ends_with("/action"));
        let found = declared.filter(|page| made.iter().any(|it| it.page == *page));
        if let Some(page) = found.or(same_call
            .filter(|_| declared.is_none() && !shared)
            .map(|it| it.page))
        {
            leads.insert(follower.page, page);
            if declared.is_none() {
                let sides = vec![
                    doubts::side(
                        "one operation",
                        made.iter()
                            .find(|it| it.page == page)
                            .map(|it| it.at.clone()),
                    ),
                    doubts::side("the same operation", Some(follower.at.clone())),
                ];
                let nth = doubts::doubt(
                    &mut drafts.all,
                    "described-twice",
                    "",
                    sides,
                    Some(0),
                    "first-page-leads",
                );
                drafts.own(nth, Some(page));
            }
        }
    }
    // A follower of a follower has the same leader.
    let resolved: BTreeMap<usize, usize> = leads
        .iter()
        .map(|(page, lead)| (*page, *leads.get(lead).unwrap_or(lead)))
        .collect();
    let (followers, mut rest): (Vec<Made>, Vec<Made>) = std::mem::take(made)
        .into_iter()
        .partition(|it| resolved.contains_key(&it.page));
    for follower in &followers {
        if let Some(leader) = rest
            .iter_mut()
            .find(|it| Some(&it.page) == resolved.get(&follower.page))
        {
            across::follow(leader, follower, drafts);
        }
    }
    *made = rest;
    resolved
}

/// Ids are unique in a catalog; a page's id tells apart what titles do not.
fn unique_ids(made: &mut [Made], drafts: &mut Drafts) {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for one in made {
        if seen.insert(one.id.clone()) {
            continue;
        }
        let old = one.id.clone();
        let mut count = 2;
        while !seen.insert(format!("{old}{count}")) {
            count += 1;
        }
        one.id = format!("{old}{count}");
        let sides = vec![
            doubts::side(old, Some(one.at.clone())),
            doubts::side(one.id.clone(), None),
        ];
        let nth = doubts::doubt(&mut drafts.all, "same-name", "", sides, Some(1), "numbered");
        drafts.own(nth, Some(one.page));
    }
}

/// The doubts under their stable names, and the name of each draft.
fn named_doubts(
    api: &str,
    inputs: &[PageInput],
    made: &[Made],
    leads: &BTreeMap<usize, usize>,
    drafts: &Drafts,
) -> (Vec<Doubt>, Vec<String>) {
    let mut groups: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for nth in 0..drafts.all.len() {
        groups
            .entry(drafts.owner.get(&nth).copied().flatten())
            .or_default()
            .push(nth);
    }
    let mut ids = vec![String::new(); drafts.all.len()];
    let mut out = Vec::new();
    for (page, members) in groups {
        let operation_of = |page: usize| {
            made.iter()
                .find(|it| it.page == page)
                .map(|it| it.id.clone())
        };
        let own = page.and_then(operation_of);
        let operation = own.clone().or_else(|| {
            page.and_then(|it| leads.get(&it).copied())
                .and_then(operation_of)
        });
        let owner =
            own.unwrap_or_else(|| page.map_or(api.to_string(), |it| inputs[it].entry.id.clone()));
        let all: Vec<doubts::Draft> = members.iter().map(|it| drafts.all[*it].clone()).collect();
        for (nth, doubt) in members
            .iter()
            .zip(doubts::named(&all, &owner, operation.as_deref()))
        {
            ids[*nth] = doubt.id.clone();
            out.push(doubt);
        }
    }
    out.sort_by(|a, b| a.id.cmp(&b.id));
    // A page and an operation may bear one name; ids stay unique all the same.
    out.dedup_by(|a, b| a.id == b.id && a == b);
    (out, ids)
}

/// Where one page names the header that asks for a microversion, every operation with
/// bounds has it.
fn lend_version_header(made: &mut [Made]) {
    let named = made
        .iter()
        .flat_map(|it| &it.headers)
        .find(|it| it.name.ends_with("-Version") && it.name.contains("API"))
        .cloned();
    let Some(header) = named else { return };
    for one in made {
        let mut bounds: Vec<FieldBound> = Vec::new();
        for body in one.requests.iter().chain(&one.responses) {
            emit::bounds(&body.fields, "", body.way, &mut bounds);
        }
        if !bounds.is_empty() && !one.headers.iter().any(|it| it.name == header.name) {
            one.headers.push(header.clone());
        }
    }
}

fn finish(
    api: &str,
    made: Made,
    survey: &survey::Survey,
    page_operations: &BTreeMap<usize, String>,
    ids: &[String],
    schemas: &mut BTreeMap<String, Value>,
) -> Operation {
    let nothing = BTreeMap::new();
    let frame = |way| Frame {
        way,
        doubt_ids: ids,
        disputes: &nothing,
    };
    let parameters = |fields: &[Field], path: bool| -> Vec<Parameter> {
        fields
            .iter()
            .map(|it| {
                let mut schema = emit::field(it, "", frame(Way::Request), 0);
                if let Some(map) = schema
                    .as_object_mut()
                    .filter(|_| !it.shown_values.is_empty())
                {
                    map.insert("x-asks-for-version".into(), json!(it.shown_values));
                }
                Parameter {
                    name: it.name.clone(),
                    required: path || it.need == Need::Yes,
                    schema,
                    at: it.at.clone(),
                }
            })
            .collect()
    };
    let mut microversions = Vec::new();
    for body in made.requests.iter().chain(&made.responses) {
        emit::bounds(&body.fields, "", body.way, &mut microversions);
    }
    let write = |bodies: &[MadeBody], schemas: &mut BTreeMap<String, Value>| -> Vec<Body> {
        bodies
            .iter()
            .enumerate()
            .map(|(nth, body)| {
                let file = (!body.is_empty()).then(|| file_name(&made.id, bodies, nth));
                if let Some(file) = &file {
                    let id = format!("urn:probity:{api}:{}", file.trim_end_matches(".json"));
                    let schema = if body.list {
                        let mut items = Field::new(
                            "*",
                            types::Type::Array(Box::new(types::Type::Object)),
                            body.at.clone(),
                        );
                        items.children = body.fields.clone();
                        emit::list_body(&items, &id, &body.at, frame(body.way))
                    } else {
                        emit::body(&body.fields, &id, &body.at, frame(body.way))
                    };
                    schemas.insert(file.clone(), schema);
                }
                Body {
                    versions: body.versions.clone(),
                    statuses: body.statuses.clone(),
                    schema: file,
                    at: body.at.clone(),
                }
            })
            .collect()
    };
    let requests = write(&made.requests, schemas);
    let responses = write(&made.responses, schemas);
    Operation {
        path: parameters(&made.path, true),
        query: parameters(&made.query, false),
        headers: parameters(&made.headers, false),
        requests,
        responses,
        notes: made
            .noted
            .iter()
            .map(|(note, _, links)| linked(note, links, made.page, survey, page_operations))
            .collect(),
        id: made.id,
        title: made.title,
        at: made.at,
        deprecated: made.deprecated,
        bindings: made.bindings,
        action: made.action,
        statuses: made.statuses,
        versions: made.versions,
        microversions,
    }
}

/// `<operation>.request.json`; a version or an ending where one name would serve several.
fn file_name(operation: &str, bodies: &[MadeBody], nth: usize) -> String {
    let body = &bodies[nth];
    let mut parts = vec![operation.to_string(), body.way.word().to_string()];
    let rivals = bodies
        .iter()
        .enumerate()
        .filter(|(other, it)| *other != nth && it.suffix == body.suffix && !it.is_empty());
    if rivals.count() > 0 {
        parts.push(
            body.versions
                .first()
                .cloned()
                .unwrap_or_else(|| nth.to_string()),
        );
        if let Some(status) = body.statuses.first().filter(|_| body.suffix.is_empty()) {
            parts.push(status.to_string());
        }
    }
    if !body.suffix.is_empty() {
        parts.push(body.suffix.clone());
    }
    parts.push("json".into());
    parts.join(".")
}

/// A note with the operations that its links lead to.
fn linked(
    note: &Note,
    links: &[super::document::Link],
    page: usize,
    survey: &survey::Survey,
    operations: &BTreeMap<usize, String>,
) -> Note {
    let mut note = note.clone();
    for page in survey.pages_linked(links, page) {
        if let Some(id) = operations.get(&page) {
            let list = note.tokens.entry("operations".to_string()).or_default();
            if !list.contains(id) {
                list.push(id.clone());
            }
        }
    }
    note
}

/// Locks every source that is named anywhere, sorted by page and line.
fn citations(
    inputs: &[PageInput],
    catalog: &Catalog,
    schemas: &BTreeMap<String, Value>,
    doubts: &[Doubt],
    cited: &[Source],
) -> Vec<Citation> {
    let mut sources: BTreeSet<Source> = cited.iter().cloned().collect();
    let value =
        serde_json::to_value(catalog).expect("a catalog is JSON: its maps have string keys");
    collect(&value, &mut sources);
    for schema in schemas.values() {
        collect(schema, &mut sources);
    }
    sources.extend(
        doubts
            .iter()
            .flat_map(|it| &it.sides)
            .filter_map(|it| it.at.clone()),
    );
    sources
        .iter()
        .filter_map(|at| {
            let input = inputs.iter().find(|it| it.entry.id == at.page)?;
            cite::lock(at, &input.text, &input.document)
        })
        .collect()
}

/// Sources named by the keys that hold them.
fn collect(value: &Value, out: &mut BTreeSet<Source>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                match (key.as_str(), inner) {
                    ("at" | "x-source", Value::String(text)) => out.extend(text.parse::<Source>()),
                    ("x-sources", Value::Object(all)) => out.extend(
                        all.values()
                            .filter_map(Value::as_str)
                            .filter_map(|it| it.parse::<Source>().ok()),
                    ),
                    _ => collect(inner, out),
                }
            }
        }
        Value::Array(all) => all.iter().for_each(|it| collect(it, out)),
        _ => {}
    }
}
