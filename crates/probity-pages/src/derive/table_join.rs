//! Joins the tables of a page into one tree of fields.
//!
//! A row is joined to a table by four rules, in this order: the link of the row, a caption with the field's name, an
//! example with the table's fields below the field, and the order on the page. Table numbers are never keys, because
//! pages repeat them.

use super::alternatives::{combine_cases, describe_one_object};
use super::doubts::{DraftDoubt, add_doubt, make_side};
use super::examples::find_objects;
use super::field::DraftField;
use super::field_table::{
    FieldTable, PageNames, caption_names_field, extract_base_name, is_generic_caption, squeeze_text,
};
use super::page_parts::PagePart;
use super::types::FieldType;
use crate::value::SourceValue;
use probity_schema::catalog::SourceLines;
use serde_json::Value;
use std::collections::BTreeSet;

/// Limit of nested tables. No known page reaches the limit.
const DEPTH_MAX: usize = 16;
/// Limit of fields in one tree. Without a limit, tables with mutual links would grow a tree without end.
const FIELDS_MAX: usize = 20_000;

/// The tree below the root table.
pub(super) struct JoinedTables {
    pub fields: Vec<DraftField>,
    /// Lines of the root table; `None` without tables.
    pub root: Option<SourceLines>,
    /// Indexes of the joined tables.
    pub used: BTreeSet<usize>,
    /// `anyOf` of a request whose body has several cases.
    pub choice: Option<Value>,
}

/// Joins `candidates` (indexes into `tables`, in the order of the page) into one tree.
pub(super) fn join_tables(
    tables: &[FieldTable],
    names: &[PageNames],
    candidates: &[usize],
    examples: &[SourceValue],
    drafts: &mut Vec<DraftDoubt>,
) -> JoinedTables {
    let mut join = TableJoiner { tables, names, used: BTreeSet::new(), count: 0, retyped: Vec::new() };
    let linked = join.find_linked_tables(candidates);
    let named_by_earlier = |at: usize| {
        candidates.iter().take_while(|it| **it != at).any(|earlier| {
            tables[*earlier]
                .fields
                .iter()
                .any(|field| field.value_type.holds_fields() && caption_names_field(&tables[at], &field.name))
        })
    };
    let root = candidates
        .iter()
        .copied()
        .find(|it| !linked.contains(it) && !named_by_earlier(*it))
        .or(candidates.first().copied());
    let Some(root) = root else {
        return JoinedTables { fields: Vec::new(), root: None, used: join.used, choice: None };
    };
    let mut fields = join.build_subtree(root, &mut vec![root]);
    join.used.insert(root);
    let examples: Vec<&SourceValue> = examples.iter().collect();
    loop {
        let rest: Vec<usize> =
            candidates.iter().copied().filter(|it| !join.used.contains(it) && !linked.contains(it)).collect();
        let before = join.used.len();
        for at in rest.iter().copied() {
            if !join.used.contains(&at) {
                join.attach_table(at, &rest, &mut fields, &examples, drafts);
            }
        }
        if join.used.len() == before || join.count > FIELDS_MAX {
            break;
        }
    }
    for RetypedField { name, type_word, at, table } in std::mem::take(&mut join.retyped) {
        let sides = vec![make_side(type_word, Some(at)), make_side("a table of fields", Some(table))];
        add_doubt(drafts, "type-by-link", name, sides, Some(1), "link-shows-fields");
    }
    let alike = |it: &&usize| !join.used.contains(it) && describe_one_object(&tables[root], &tables[**it]);
    let others: Vec<usize> = candidates.iter().filter(alike).copied().collect();
    let mut cases = vec![fields];
    for at in others {
        cases.push(join.build_subtree(at, &mut vec![at]));
        join.used.insert(at);
    }
    let (fields, choice) = combine_cases(cases);
    let choice = choice.filter(|_| tables[root].part == PagePart::Request);
    JoinedTables { fields, root: Some(tables[root].at.clone()), used: join.used, choice }
}

/// The tables of all pages during a join.
struct TableJoiner<'a> {
    tables: &'a [FieldTable],
    names: &'a [PageNames],
    /// Indexes of the joined tables.
    used: BTreeSet<usize>,
    /// Number of fields in the tree so far.
    count: usize,
    /// Fields with the type of a single value, whose links lead to a table of fields.
    retyped: Vec<RetypedField>,
}

/// A field whose link to a table of fields contradicts the type of the field.
struct RetypedField {
    name: String,
    type_word: String,
    at: SourceLines,
    table: SourceLines,
}

impl TableJoiner<'_> {
    /// Returns the tables that rows of the candidates link to.
    fn find_linked_tables(&self, candidates: &[usize]) -> BTreeSet<usize> {
        let mut out = BTreeSet::new();
        for at in candidates {
            for field in &self.tables[*at].fields {
                out.extend(self.find_link_targets(*at, field).into_iter().filter(|it| it != at));
            }
        }
        out
    }

    /// Returns the fields of a table, with the linked tables below the fields. `stack` holds the tables above.
    fn build_subtree(&mut self, at: usize, stack: &mut Vec<usize>) -> Vec<DraftField> {
        let mut fields = self.tables[at].fields.clone();
        self.count += fields.len();
        for field in &mut fields {
            if stack.len() >= DEPTH_MAX || self.count > FIELDS_MAX {
                continue;
            }
            let mut targets = self.find_link_targets(at, field);
            targets.retain(|it| !stack.contains(it));
            let mut cases = Vec::new();
            for next in targets {
                stack.push(next);
                cases.push(self.build_subtree(next, stack));
                stack.pop();
                self.used.insert(next);
                self.retype_field(field, next);
            }
            self.add_cases(field, cases, at);
        }
        fields
    }

    /// Puts the fields of the tables under a field.
    fn add_cases(&self, field: &mut DraftField, cases: Vec<Vec<DraftField>>, at: usize) {
        if cases.is_empty() {
            return;
        }
        let (children, choice) = combine_cases(cases);
        field.children = children;
        let request = self.tables[at].part == PagePart::Request;
        if let Some(choice) = choice.filter(|_| request && field.value_type == FieldType::Object) {
            field.copied_keywords.insert("anyOf".into(), choice);
        }
    }

    /// Gives a field room for the rows of a table.
    fn retype_field(&mut self, field: &mut DraftField, table: usize) {
        if field.value_type.holds_fields() {
            return;
        }
        // A map of texts is what some pages call an object.
        let map = |it: &FieldType| matches!(it, FieldType::Map(_));
        let alike = map(&field.value_type) || matches!(&field.value_type, FieldType::Array(inner) if map(inner));
        if !alike {
            self.retyped.push(RetypedField {
                name: field.name.clone(),
                type_word: field.value_type.type_word(),
                at: field.at.clone(),
                table: self.tables[table].at.clone(),
            });
            field.disputed.insert("type");
        }
        let list = matches!(field.value_type, FieldType::Array(_));
        field.value_type = if list { FieldType::Array(Box::new(FieldType::Object)) } else { FieldType::Object };
    }

    /// Returns the tables behind the links of a row: one table, or the tables of several cases of one object. The link
    /// of a row with the type of a single value counts if the table is named after the field.
    fn find_link_targets(&self, at: usize, field: &DraftField) -> Vec<usize> {
        let page = self.tables[at].page;
        let Some(first) = self.find_link_target(page, field) else {
            return Vec::new();
        };
        if !field.value_type.holds_fields() {
            let one = &self.tables[first];
            let named = caption_names_field(one, &field.name) && one.part == self.tables[at].part;
            return if named && first != at { vec![first] } else { Vec::new() };
        }
        let mut out = vec![first];
        for link in &field.links {
            let reached = |it: &FieldTable| it.page == page && it.labels.contains(&link.label);
            let next = self.tables.iter().position(reached).filter(|it| !out.contains(it));
            out.extend(next.filter(|it| describe_one_object(&self.tables[first], &self.tables[*it])));
        }
        out
    }

    /// Returns the table behind the links of a row: by a label on the row's page, by a label on a second page, or by
    /// a link to a whole page.
    fn find_link_target(&self, page: usize, field: &DraftField) -> Option<usize> {
        let (tables, names) = (self.tables, self.names);
        for link in &field.links {
            let file = link.file.as_deref().map(extract_base_name);
            let home = match &file {
                None => Some(page),
                Some(file) => names.iter().position(|it| it.file == *file),
            };
            if !link.label.is_empty() {
                let reached = |it: &FieldTable| it.labels.contains(&link.label);
                let near = tables.iter().position(|it| home == Some(it.page) && reached(it));
                let found = near.or_else(|| file.is_none().then(|| tables.iter().position(reached)).flatten());
                let below = |it: &FieldTable| it.page != page && it.section_labels.contains(&link.label);
                let found = found.or_else(|| tables.iter().position(below));
                if found.is_some() {
                    return found;
                }
            }
            let other = home
                .filter(|it| *it != page)
                .or_else(|| names.iter().position(|it| it.labels.contains(&link.label)).filter(|it| *it != page));
            let Some(other) = other else { continue };
            let there: Vec<usize> = (0..tables.len()).filter(|it| tables[*it].page == other).collect();
            // A link to a whole page means the table with the field's name or the link's words in the caption.
            let words = squeeze_text(&link.text);
            let meant = there.iter().copied().find(|it| {
                caption_names_field(&tables[*it], &field.name)
                    || (!words.is_empty()
                        && (squeeze_text(&tables[*it].caption) == words || squeeze_text(&tables[*it].heading) == words))
            });
            if meant.is_some() || there.len() == 1 {
                return meant.or(there.first().copied());
            }
        }
        None
    }

    /// Puts a table without links under the field that the caption, the examples or the order point to.
    fn attach_table(
        &mut self,
        at: usize,
        rest: &[usize],
        fields: &mut [DraftField],
        examples: &[&SourceValue],
        drafts: &mut Vec<DraftDoubt>,
    ) {
        let table = &self.tables[at];
        let mut places: Vec<Vec<usize>> = Vec::new();
        collect_open_paths(fields, &mut Vec::new(), &mut places);
        let named: Vec<Vec<usize>> = places
            .iter()
            .filter(|place| get_field(fields, place).is_some_and(|it| caption_names_field(table, &it.name)))
            .cloned()
            .collect();
        let shown = || places.iter().find(|place| example_shows_table(examples, fields, place, table)).cloned();
        let (chosen, by_order) = if !named.is_empty() {
            (named, false)
        } else if let Some(place) = shown() {
            (vec![place], false)
        } else if places.len() == 1 && is_generic_caption(&table.caption) {
            (places.clone(), true)
        } else {
            return;
        };
        let alike = |it: &&usize| !self.used.contains(it) && describe_one_object(table, &self.tables[**it]);
        let mut together = vec![at];
        together.extend(rest.iter().filter(alike));
        for place in &chosen {
            let cases = together.iter().map(|it| self.build_subtree(*it, &mut vec![*it])).collect();
            let Some(field) = get_field_mut(fields, place) else { continue };
            if by_order {
                let sides = vec![
                    make_side("a table without name or link", Some(table.at.clone())),
                    make_side(format!("fields of {}", field.name), Some(field.at.clone())),
                ];
                let name = field.name.clone();
                field.doubts.push(add_doubt(drafts, "table-by-order", name, sides, Some(1), "next-open-field"));
            }
            self.add_cases(field, cases, at);
        }
        self.used.extend(together);
    }
}

/// Collects the paths of fields that can hold a table and have no children.
fn collect_open_paths(fields: &[DraftField], path: &mut Vec<usize>, out: &mut Vec<Vec<usize>>) {
    for (nth, field) in fields.iter().enumerate() {
        path.push(nth);
        let described = field.value_type == FieldType::Any && field.claims.values.is_some();
        if field.children.is_empty() && field.value_type.holds_fields() && !described {
            out.push(path.clone());
        }
        collect_open_paths(&field.children, path, out);
        path.pop();
    }
}

fn get_field<'a>(fields: &'a [DraftField], path: &[usize]) -> Option<&'a DraftField> {
    let (first, rest) = path.split_first()?;
    let field = fields.get(*first)?;
    if rest.is_empty() { Some(field) } else { get_field(&field.children, rest) }
}

fn get_field_mut<'a>(fields: &'a mut [DraftField], path: &[usize]) -> Option<&'a mut DraftField> {
    let (first, rest) = path.split_first()?;
    let field = fields.get_mut(*first)?;
    if rest.is_empty() { Some(field) } else { get_field_mut(&mut field.children, rest) }
}

/// Whether examples show members of the table under a field.
fn example_shows_table(examples: &[&SourceValue], fields: &[DraftField], path: &[usize], table: &FieldTable) -> bool {
    let mut nodes: Vec<&SourceValue> = examples.to_vec();
    let mut here = fields;
    for step in path {
        let Some(field) = here.get(*step) else {
            return false;
        };
        nodes = nodes.iter().filter_map(|node| node.get(&field.name)).flat_map(find_objects).collect();
        here = &field.children;
    }
    nodes.iter().any(|node| {
        let keys = node.members();
        let hits = keys.iter().filter(|(key, _)| table.fields.iter().any(|field| field.name == *key)).count();
        hits > 0 && hits * 2 >= keys.len()
    })
}
