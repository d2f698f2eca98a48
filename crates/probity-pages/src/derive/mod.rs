//! Derivation: the documents of an API become its catalog, JSON Schemas, citations and doubts.
//!
//! Tables, examples and prose are read apart and held against each other; what they
//! leave open or contradict is a doubt with both sides and the rule that settled it
//! (`docs/DOUBTS.md`). Nothing here knows a particular operation, field or state.

mod across;
mod address;
mod body;
pub mod cite;
mod claims;
mod contradict;
mod doubts;
mod emit;
mod field;
mod files;
mod finish;
mod flat;
mod follow;
mod included;
mod json;
mod layout;
mod leaders;
mod nest;
mod notes;
mod older;
mod openapi;
mod operation;
mod pipes;
mod reconcile;
mod shape;
mod survey;
mod tables;
#[cfg(test)]
mod tests;
mod types;
mod uri;

pub use files::{DeriveError, Sources, Warning, derive_files, write};

use super::document::Document;
use super::manifest::PageEntry;
use field::Field;
use finish::{citations, finish, lend_version_choice, lend_version_header, page};
use leaders::{follow_leaders, named_doubts, unique_ids};
use operation::Made;
use probity_schema::catalog::{Catalog, Citation, Doubt, FORMAT, Source};
use serde_json::Value;
use std::collections::BTreeMap;

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

/// Doubts of all pages, and the unit that each belongs to (none: the API as a whole). A unit is a page,
/// or one operation of a page that holds many.
#[derive(Debug, Default)]
struct Drafts {
    all: Vec<doubts::Draft>,
    owner: BTreeMap<usize, Option<usize>>,
    pages: usize,
    /// Units beyond the pages: the page of each, and the name that tells it from the others there.
    beyond: Vec<(usize, String)>,
}

impl Drafts {
    /// Gives the doubts from `start` on to a unit, unless they have an owner.
    fn tag(&mut self, start: usize, unit: usize) {
        for nth in start..self.all.len() {
            self.owner.entry(nth).or_insert(Some(unit));
        }
    }

    fn own(&mut self, nth: usize, unit: Option<usize>) {
        self.owner.insert(nth, unit);
    }

    /// A unit of its own for one operation of a page that holds many.
    fn unit(&mut self, page: usize, name: &str) -> usize {
        self.beyond.push((page, name.to_string()));
        self.pages + self.beyond.len() - 1
    }

    /// What a unit without an operation of its own is called: its page, and what tells it from others there.
    fn name_of(&self, unit: usize, inputs: &[PageInput]) -> String {
        match unit.checked_sub(self.pages).and_then(|it| self.beyond.get(it)) {
            Some((page, name)) => format!("{}.{name}", inputs[*page].entry.id),
            None => inputs[unit].entry.id.clone(),
        }
    }
}

/// Derives an API from its pages. Pure: the same pages give the same values.
pub fn derive(api: &str, inputs: &[PageInput], options: &Options) -> Derived {
    let mut drafts = Drafts { pages: inputs.len(), ..Drafts::default() };
    let survey = survey::survey(inputs, &mut drafts);
    let mut made: Vec<Made> = Vec::new();
    for (nth, input) in inputs.iter().enumerate() {
        match input.document.dialect {
            "pipes" => made.extend(pipes::make(nth, input, &survey, options.today.as_deref(), &mut drafts)),
            "openapi" => made.extend(openapi::make(nth, input, &mut drafts)),
            _ => made.extend(operation::make(nth, input, &survey, &mut drafts)),
        }
    }
    oddities(&mut made, &mut drafts);
    let leads = follow_leaders(inputs, &mut made, &mut drafts);
    across::maps(&mut made, &mut drafts);
    across::nulls(&survey, &mut made, &mut drafts);
    included::nulls(inputs, &mut made, &mut drafts);
    across::lists(&survey, &mut made, &mut drafts);
    across::dead_but_returned(&mut made, &mut drafts);
    across::spelling(inputs, &survey, &mut made, &mut drafts);
    unique_ids(&mut made, &mut drafts);
    let (doubts, ids) = named_doubts(api, inputs, &made, &leads, &drafts);
    let mut schemas = BTreeMap::new();
    lend_version_header(inputs, &survey, &mut made);
    lend_version_choice(&mut made);
    let page_operations: BTreeMap<usize, String> = made.iter().map(|it| (it.unit, it.id.clone())).collect();
    let operations =
        made.into_iter().map(|it| finish(api, it, &survey, &page_operations, &ids, &mut schemas)).collect();
    let pages = inputs.iter().map(page).collect();
    let mut catalog = Catalog { format: FORMAT, api: api.to_string(), pages, operations };
    let mut doubts = doubts;
    included::settle(inputs, &mut catalog, &mut schemas, &mut doubts);
    let citations = citations(inputs, &catalog, &schemas, &doubts, &options.cited);
    Derived { catalog, schemas, citations, doubts }
}

/// What descriptions say in words that cannot be meant literally becomes a doubt of its field.
fn oddities(made: &mut [Made], drafts: &mut Drafts) {
    fn go(fields: &mut [Field], pointer: &str, drafts: &mut Drafts) {
        for field in fields {
            let here = format!("{pointer}/{}", field.step());
            for odd in std::mem::take(&mut field.claims.oddities) {
                let at = field::source(&field.at.page, odd.first, odd.last);
                let sides = vec![doubts::side(odd.says, Some(at)), doubts::side(odd.taken, None)];
                let rule = match odd.kind {
                    "later-than" => "later-means-from",
                    "microversion-equality" => "in-means-from",
                    "several-limits" => "widest-limit",
                    _ => "words-not-literal",
                };
                field.doubts.push(doubts::doubt(&mut drafts.all, odd.kind, here.clone(), sides, Some(1), rule));
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
        drafts.tag(start, one.unit);
    }
}
