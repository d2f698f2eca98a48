//! Compares two references operation by operation and field by field.

use super::derived_reference::DerivedReference;
use super::fields::{SchemaField, collect_fields};
use probity_schema::catalog::{Operation, OperationBody, OperationParameter, SourceLines};
use std::collections::{BTreeMap, BTreeSet};

/// What happened to a part of a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// Only the old reference has the part.
    Removed,
    /// Only the new reference has the part.
    Added,
    /// Both have the part, with different values.
    Changed,
}

/// One difference between two references.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceChange {
    /// Id of the operation in the old reference; in the new reference if the operation is new.
    pub operation: String,
    /// The part: empty for the operation as a whole, `binding`, `status`, `query limit`, `request/server/name maxLength`, …
    pub place: String,
    /// What happened.
    pub kind: ChangeKind,
    /// The value in the old reference.
    pub old: Option<String>,
    /// The value in the new reference.
    pub new: Option<String>,
    /// The lines of the part in the old reference.
    pub old_at: Option<SourceLines>,
    /// The lines of the part in the new reference.
    pub new_at: Option<SourceLines>,
}

/// Returns the differences, in the order of the old operations, with new operations at the end.
#[must_use]
pub fn compare_references(old: &DerivedReference, new: &DerivedReference) -> Vec<ReferenceChange> {
    let mut out = Vec::new();
    let mut met: BTreeSet<&str> = BTreeSet::new();
    for one in &old.catalog.operations {
        match find_twin(one, &new.catalog.operations) {
            Some(twin) => {
                met.insert(&twin.id);
                OperationComparison { old, new, operation: &one.id, out: &mut out }.compare(one, twin);
            }
            None => out.push(whole_operation(one, ChangeKind::Removed)),
        }
    }
    let added = new.catalog.operations.iter().filter(|it| !met.contains(it.id.as_str()));
    out.extend(added.map(|it| whole_operation(it, ChangeKind::Added)));
    out
}

/// The same operation: of the same id, or with a binding and an action in common.
fn find_twin<'a>(one: &Operation, all: &'a [Operation]) -> Option<&'a Operation> {
    let action = |it: &Operation| it.action.as_ref().map(|it| it.name.clone());
    let calls =
        |it: &Operation| it.bindings.iter().map(|it| (it.method.clone(), it.path.clone())).collect::<BTreeSet<_>>();
    all.iter()
        .find(|it| it.id == one.id)
        .or_else(|| all.iter().find(|it| action(it) == action(one) && !calls(it).is_disjoint(&calls(one))))
}

fn whole_operation(one: &Operation, kind: ChangeKind) -> ReferenceChange {
    let call = one.bindings.first().map(|it| format!("{} {}", it.method, it.path));
    let (old, new) = if kind == ChangeKind::Added { (None, call) } else { (call, None) };
    let (old_at, new_at) =
        if kind == ChangeKind::Added { (None, Some(one.at.clone())) } else { (Some(one.at.clone()), None) };
    ReferenceChange { operation: one.id.clone(), place: String::new(), kind, old, new, old_at, new_at }
}

struct OperationComparison<'a> {
    old: &'a DerivedReference,
    new: &'a DerivedReference,
    operation: &'a str,
    out: &'a mut Vec<ReferenceChange>,
}

/// A value with its lines.
type PlacedValue = (String, Option<SourceLines>);

impl OperationComparison<'_> {
    fn compare(&mut self, old: &Operation, new: &Operation) {
        let calls = |it: &Operation| {
            let call =
                |it: &probity_schema::catalog::Binding| (format!("{} {}", it.method, it.path), Some(it.at.clone()));
            it.bindings.iter().map(call).collect::<Vec<PlacedValue>>()
        };
        self.compare_sets("binding", &calls(old), &calls(new));
        let codes = |it: &Operation| {
            let own = it.statuses.iter().filter(|it| !it.general);
            own.map(|it| (it.code.to_string(), Some(it.at.clone()))).collect::<Vec<PlacedValue>>()
        };
        self.compare_sets("status", &codes(old), &codes(new));
        if old.deprecated != new.deprecated {
            let says = |it: &Operation| Some((it.deprecated.to_string(), Some(it.at.clone())));
            self.add("deprecated", says(old), says(new));
        }
        for (word, before, after) in
            [("path", &old.path, &new.path), ("query", &old.query, &new.query), ("header", &old.headers, &new.headers)]
        {
            self.compare_fields(&format!("{word} "), &list_parameters(before), &list_parameters(after));
        }
        self.compare_bodies("request", &old.requests, &new.requests);
        self.compare_bodies("response", &old.responses, &new.responses);
    }

    fn compare_sets(&mut self, place: &str, old: &[PlacedValue], new: &[PlacedValue]) {
        for value in old.iter().filter(|it| !new.iter().any(|other| other.0 == it.0)) {
            self.add(place, Some(value.clone()), None);
        }
        for value in new.iter().filter(|it| !old.iter().any(|other| other.0 == it.0)) {
            self.add(place, None, Some(value.clone()));
        }
    }

    /// Compares the bodies that hold for equal versions and statuses.
    fn compare_bodies(&mut self, word: &str, old: &[OperationBody], new: &[OperationBody]) {
        let name = |body: &OperationBody| {
            let codes: Vec<String> = body.statuses.iter().map(u16::to_string).collect();
            let parts = [word.to_string(), body.versions.join("+"), codes.join("+")];
            parts.iter().filter(|it| !it.is_empty()).cloned().collect::<Vec<_>>().join(" ")
        };
        let fields = |from: &DerivedReference, body: Option<&OperationBody>| {
            let schema = body.and_then(|it| it.schema.as_ref()).and_then(|it| from.schemas.get(it));
            schema.map(collect_fields).unwrap_or_default()
        };
        let names: BTreeSet<String> = old.iter().chain(new).map(name).collect();
        for key in names {
            let find = |all: &[OperationBody]| all.iter().position(|it| name(it) == key);
            let before = fields(self.old, find(old).map(|it| &old[it]));
            let after = fields(self.new, find(new).map(|it| &new[it]));
            self.compare_fields(&key, &before, &after);
        }
    }

    fn compare_fields(
        &mut self,
        prefix: &str,
        old: &BTreeMap<String, SchemaField>,
        new: &BTreeMap<String, SchemaField>,
    ) {
        let words = |it: &SchemaField| it.keywords.get("type").cloned().unwrap_or_else(|| "any".into());
        for (pointer, field) in old {
            let place = format!("{prefix}{pointer}");
            let Some(other) = new.get(pointer) else {
                self.add(&place, Some((words(field), field.at.clone())), None);
                continue;
            };
            let keywords: BTreeSet<&String> = field.keywords.keys().chain(other.keywords.keys()).collect();
            for keyword in keywords {
                let (before, after) = (field.keywords.get(keyword), other.keywords.get(keyword));
                if before != after {
                    let value = |it: Option<&String>| it.cloned().unwrap_or_else(|| "nothing".into());
                    let (before, after) = (value(before), value(after));
                    self.add(
                        &format!("{place} {keyword}"),
                        Some((before, field.at.clone())),
                        Some((after, other.at.clone())),
                    );
                }
            }
        }
        for (pointer, field) in new.iter().filter(|(pointer, _)| !old.contains_key(*pointer)) {
            self.add(&format!("{prefix}{pointer}"), None, Some((words(field), field.at.clone())));
        }
    }

    fn add(&mut self, place: &str, old: Option<PlacedValue>, new: Option<PlacedValue>) {
        let kind = match (&old, &new) {
            (Some(_), None) => ChangeKind::Removed,
            (None, _) => ChangeKind::Added,
            _ => ChangeKind::Changed,
        };
        let (old, old_at) = old.map_or((None, None), |(value, at)| (Some(value), at));
        let (new, new_at) = new.map_or((None, None), |(value, at)| (Some(value), at));
        let operation = self.operation.to_string();
        self.out.push(ReferenceChange { operation, place: place.to_string(), kind, old, new, old_at, new_at });
    }
}

/// The parameters of one place by name, with the keywords of their schemas.
fn list_parameters(all: &[OperationParameter]) -> BTreeMap<String, SchemaField> {
    let field = |it: &OperationParameter| {
        let mut field = collect_fields(&it.schema).remove("").unwrap_or_default();
        if it.required {
            field.keywords.insert("required".into(), "true".into());
        }
        (it.name.clone(), SchemaField { at: Some(it.at.clone()), ..field })
    };
    all.iter().map(field).collect()
}
