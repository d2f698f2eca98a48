//! What the paths of an API say: collections, their items, actions on items, and what stands alone.

use super::words::{to_name, to_singular};
use crate::schema::catalog::{Catalog, Operation};
use std::collections::{BTreeMap, BTreeSet};

/// A collection of resources of one kind, with the operations on it.
#[derive(Debug)]
pub(super) struct ApiCollection<'a> {
    /// Name of the resource kind.
    pub kind: String,
    /// Path parameter with the id of an item.
    pub parameter: String,
    /// The segments of an item's path, up to the parameter.
    template: Vec<String>,
    pub create: Option<&'a Operation>,
    pub show: Option<&'a Operation>,
    pub delete: Option<&'a Operation>,
    /// Operations that change an item: `PUT` or `PATCH` on its path.
    pub updates: Vec<&'a Operation>,
    pub lists: Vec<&'a Operation>,
    /// Other operations on an item that change something.
    pub actions: Vec<&'a Operation>,
    /// Index of the collection whose items contain this collection.
    pub parent: Option<usize>,
}

/// The collections of an API, and the remaining operations.
#[derive(Debug, Default)]
pub(super) struct ApiPaths<'a> {
    pub collections: Vec<ApiCollection<'a>>,
    /// Operations on no collection, and further reads of items.
    pub others: Vec<&'a Operation>,
}

/// One segment of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum PathSegment {
    Fixed(String),
    Parameter(String),
}

/// A path without the names of its parameters, and with words in the singular: some APIs list `/lamps` and show
/// `/lamp/{id}`.
type PathKey = Vec<Option<String>>;

impl<'a> ApiPaths<'a> {
    /// Sorts the operations of a catalog by their paths. Only the first binding of an operation counts.
    pub fn new(catalog: &'a Catalog) -> ApiPaths<'a> {
        let identities = find_identity_parameters(catalog);
        let all: Vec<(&Operation, Vec<PathSegment>)> =
            catalog.operations.iter().map(|it| (it, split_path(it, &identities))).collect();
        let mut index: BTreeMap<PathKey, usize> = BTreeMap::new();
        let mut paths = ApiPaths::default();
        for (operation, segments) in &all {
            let [before @ .., PathSegment::Fixed(word), PathSegment::Parameter(parameter)] = segments.as_slice() else {
                continue;
            };
            let key = make_key(&segments[..segments.len() - 1]);
            index.entry(key).or_insert_with(|| {
                let taken: BTreeSet<&str> = paths.collections.iter().map(|it| it.kind.as_str()).collect();
                let kind = name_kind(before, word, &taken);
                paths.collections.push(ApiCollection::new(kind, parameter, split_text(operation)));
                paths.collections.len() - 1
            });
        }
        for key in index.keys() {
            let parent = (1..key.len()).rev().find_map(|end| (key[end].is_none()).then(|| index.get(&key[..end]))?);
            paths.collections[index[key]].parent = parent.copied();
        }
        for (operation, segments) in &all {
            if !paths.place_operation(operation, segments, &index) {
                paths.others.push(operation);
            }
        }
        paths
    }

    /// Gives an operation to its collection. Returns false if there is none.
    fn place_operation(
        &mut self,
        operation: &'a Operation,
        segments: &[PathSegment],
        index: &BTreeMap<PathKey, usize>,
    ) -> bool {
        let method = operation.bindings.first().map(|it| it.method.as_str()).unwrap_or_default();
        let key = make_key(segments);
        if let Some(at) = index.get(&key) {
            let collection = &mut self.collections[*at];
            match method {
                "GET" => collection.lists.push(operation),
                "POST" if collection.create.is_none() && operation.action.is_none() => {
                    collection.create = Some(operation);
                }
                _ => return false,
            }
            return true;
        }
        let of_item = (1..key.len()).rev().find(|end| key[*end].is_none() && index.contains_key(&key[..*end]));
        if let Some(end) = of_item {
            let collection = &mut self.collections[index[&key[..end]]];
            match (method, end + 1 == key.len()) {
                ("GET", true) if collection.show.is_none() => collection.show = Some(operation),
                ("GET" | "HEAD" | "OPTIONS", _) => return false,
                ("DELETE", true) if collection.delete.is_none() => collection.delete = Some(operation),
                ("PUT" | "PATCH", true) => collection.updates.push(operation),
                _ => collection.actions.push(operation),
            }
            return true;
        }
        // A list under a word of its own, such as `/servers/detail`.
        let below = segments.len().checked_sub(1).and_then(|end| index.get(&key[..end]));
        match below {
            Some(at) if method == "GET" => self.collections[*at].lists.push(operation),
            _ => return false,
        }
        true
    }
}

impl ApiCollection<'_> {
    fn new(kind: String, parameter: &str, template: Vec<String>) -> Self {
        ApiCollection {
            kind,
            parameter: parameter.to_string(),
            template,
            create: None,
            show: None,
            delete: None,
            updates: Vec::new(),
            lists: Vec::new(),
            actions: Vec::new(),
            parent: None,
        }
    }

    /// The path parameter with the id of an item in an operation; `None` if the operation names no item.
    pub fn find_parameter(&self, operation: &Operation) -> Option<String> {
        let segments = split_text(operation);
        let is_parameter = |text: &str| text.starts_with('{');
        let same = |(known, asked): (&String, &String)| known == asked || is_parameter(known) && is_parameter(asked);
        if segments.len() < self.template.len() || !self.template.iter().zip(&segments).all(same) {
            return None;
        }
        let segment = &segments[self.template.len() - 1];
        Some(segment.strip_prefix('{')?.strip_suffix('}')?.to_string())
    }
}

/// Path parameters of every operation that end no path: they belong to the caller, such as a project.
pub(super) fn find_identity_parameters(catalog: &Catalog) -> BTreeSet<String> {
    let names = |it: &Operation| -> BTreeSet<String> { it.path.iter().map(|it| it.name.clone()).collect() };
    let mut all = catalog.operations.iter().map(names);
    let first = all.next().unwrap_or_default();
    let everywhere = all.fold(first, |known, names| known.intersection(&names).cloned().collect());
    let ends = |name: &String| {
        let end = format!("{{{name}}}");
        catalog.operations.iter().flat_map(|it| &it.bindings).any(|it| it.path.trim_end_matches('/').ends_with(&end))
    };
    everywhere.into_iter().filter(|name| !ends(name)).collect()
}

fn split_path(operation: &Operation, identities: &BTreeSet<String>) -> Vec<PathSegment> {
    let path = operation.bindings.first().map(|it| it.path.as_str()).unwrap_or_default();
    let segment = |text: &str| match text.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
        Some(name) if !identities.contains(name) => PathSegment::Parameter(name.to_string()),
        _ => PathSegment::Fixed(text.to_string()),
    };
    path.trim_end_matches('/').split('/').map(segment).collect()
}

fn split_text(operation: &Operation) -> Vec<String> {
    let path = operation.bindings.first().map(|it| it.path.as_str()).unwrap_or_default();
    path.trim_end_matches('/').split('/').map(str::to_string).collect()
}

fn make_key(segments: &[PathSegment]) -> PathKey {
    let part = |segment: &PathSegment| match segment {
        PathSegment::Fixed(text) => Some(to_singular(text)),
        PathSegment::Parameter(_) => None,
    };
    segments.iter().map(part).collect()
}

/// The name of a kind: the singular of the last word of the path, with the word before it if the name is taken.
fn name_kind(before: &[PathSegment], word: &str, taken: &BTreeSet<&str>) -> String {
    let short = to_name(&to_singular(&super::words::to_snake(word)));
    let words = before.iter().rev().filter_map(|it| match it {
        PathSegment::Fixed(text) if !text.is_empty() && !text.starts_with('{') => Some(text),
        _ => None,
    });
    let longer = words.map(|it| to_name(&format!("{}_{short}", to_singular(&super::words::to_snake(it)))));
    let numbered = (2..).map(|number| format!("{short}_{number}"));
    let mut names = std::iter::once(short.clone()).chain(longer).chain(numbered);
    names.find(|name| !taken.contains(name.as_str())).unwrap_or(short)
}
