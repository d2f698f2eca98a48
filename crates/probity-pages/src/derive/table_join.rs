//! Joins the tables of a page into one tree of fields.
//!
//! A row is joined to the table that its link points to, then to the one whose caption
//! names the field, then to the one that the example shows under it, then by order.
//! Table numbers are never keys: pages repeat them across pages.

use super::doubts::{Draft, doubt, side};
use super::examples::objects;
use super::field::Field;
use super::field_table::{FieldTable, PageName, base_name, caption_names, says_nothing, squeeze};
use super::types::Type;
use crate::value::Node;
use probity_schema::catalog::Source;
use std::collections::BTreeSet;

/// Nesting beyond what any page has.
const DEPTH_MAX: usize = 16;
/// Fields in one tree; tables that link to each other could make it grow without end.
const FIELDS_MAX: usize = 20_000;

/// The trees below the root tables, and the tables that stayed outside.
pub(super) struct Joined {
    pub fields: Vec<Field>,
    pub root: Option<Source>,
    pub used: BTreeSet<usize>,
}

/// Joins `candidates` (indexes into `tables`, in the order of the page) into one tree.
pub(super) fn join(
    tables: &[FieldTable],
    names: &[PageName],
    candidates: &[usize],
    examples: &[Node],
    drafts: &mut Vec<Draft>,
) -> Joined {
    let mut used = BTreeSet::new();
    let linked = linked_from(tables, names, candidates);
    let named_by_earlier = |at: usize| {
        candidates.iter().take_while(|it| **it != at).any(|earlier| {
            tables[*earlier]
                .fields
                .iter()
                .any(|field| field.is.holds_fields() && caption_names(&tables[at], &field.name))
        })
    };
    let root = candidates
        .iter()
        .copied()
        .find(|it| !linked.contains(it) && !named_by_earlier(*it))
        .or(candidates.first().copied());
    let Some(root) = root else {
        return Joined { fields: Vec::new(), root: None, used };
    };
    let mut count = 0;
    let mut fields = grow(tables, names, root, &mut vec![root], &mut used, &mut count);
    used.insert(root);
    let examples: Vec<&Node> = examples.iter().collect();
    loop {
        let rest: Vec<usize> =
            candidates.iter().copied().filter(|it| !used.contains(it) && !linked.contains(it)).collect();
        let before = used.len();
        for at in rest {
            attach(tables, names, at, &mut fields, &examples, &mut used, &mut count, drafts);
        }
        if used.len() == before || count > FIELDS_MAX {
            break;
        }
    }
    Joined { fields, root: Some(tables[root].at.clone()), used }
}

/// Tables that some row of the candidates points to.
fn linked_from(tables: &[FieldTable], names: &[PageName], candidates: &[usize]) -> BTreeSet<usize> {
    let mut out = BTreeSet::new();
    for at in candidates {
        for field in &tables[*at].fields {
            if field.is.holds_fields() {
                out.extend(target(tables, names, tables[*at].page, field).filter(|it| it != at));
            }
        }
    }
    out
}

fn grow(
    tables: &[FieldTable],
    names: &[PageName],
    at: usize,
    stack: &mut Vec<usize>,
    used: &mut BTreeSet<usize>,
    count: &mut usize,
) -> Vec<Field> {
    let mut fields = tables[at].fields.clone();
    *count += fields.len();
    for field in &mut fields {
        if !field.is.holds_fields() || stack.len() >= DEPTH_MAX || *count > FIELDS_MAX {
            continue;
        }
        let Some(next) = target(tables, names, tables[at].page, field).filter(|it| !stack.contains(it)) else {
            continue;
        };
        stack.push(next);
        field.children = grow(tables, names, next, stack, used, count);
        stack.pop();
        used.insert(next);
    }
    fields
}

/// The table that a row's links point to: a label in the page, a label of another page, or another page as a whole.
fn target(tables: &[FieldTable], names: &[PageName], page: usize, field: &Field) -> Option<usize> {
    for link in &field.links {
        let file = link.file.as_deref().map(base_name);
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
        // A link to a whole page means the table that bears the field's name or the link's words.
        let words = squeeze(&link.text);
        let meant = there.iter().copied().find(|it| {
            caption_names(&tables[*it], &field.name)
                || (!words.is_empty()
                    && (squeeze(&tables[*it].caption) == words || squeeze(&tables[*it].heading) == words))
        });
        if meant.is_some() || there.len() == 1 {
            return meant.or(there.first().copied());
        }
    }
    None
}

#[allow(clippy::too_many_arguments, reason = "the join's state is its arguments; a struct would only hide them")]
fn attach(
    tables: &[FieldTable],
    names: &[PageName],
    at: usize,
    fields: &mut [Field],
    examples: &[&Node],
    used: &mut BTreeSet<usize>,
    count: &mut usize,
    drafts: &mut Vec<Draft>,
) {
    let table = &tables[at];
    let mut places: Vec<Vec<usize>> = Vec::new();
    open_places(fields, &mut Vec::new(), &mut places);
    let named: Vec<Vec<usize>> = places
        .iter()
        .filter(|place| field_at(fields, place).is_some_and(|it| caption_names(table, &it.name)))
        .cloned()
        .collect();
    let shown = || places.iter().find(|place| example_has(examples, fields, place, table)).cloned();
    let (chosen, how) = if !named.is_empty() {
        (named, "caption")
    } else if let Some(place) = shown() {
        (vec![place], "example")
    } else if places.len() == 1 && says_nothing(&table.caption) {
        (places.clone(), "order")
    } else {
        return;
    };
    for place in &chosen {
        let children = grow(tables, names, at, &mut vec![at], used, count);
        if let Some(field) = field_mut(fields, place) {
            if how == "order" {
                let sides = vec![
                    side("a table without name or link", Some(table.at.clone())),
                    side(format!("fields of {}", field.name), Some(field.at.clone())),
                ];
                field.doubts.push(doubt(
                    drafts,
                    "table-by-order",
                    field.name.clone(),
                    sides,
                    Some(1),
                    "next-open-field",
                ));
            }
            field.children = children;
        }
    }
    used.insert(at);
}

/// Paths of the fields that could hold a table and have none.
fn open_places(fields: &[Field], path: &mut Vec<usize>, out: &mut Vec<Vec<usize>>) {
    for (nth, field) in fields.iter().enumerate() {
        path.push(nth);
        let described = field.is == Type::Any && field.claims.values.is_some();
        if field.children.is_empty() && field.is.holds_fields() && !described {
            out.push(path.clone());
        }
        open_places(&field.children, path, out);
        path.pop();
    }
}

fn field_at<'a>(fields: &'a [Field], path: &[usize]) -> Option<&'a Field> {
    let (first, rest) = path.split_first()?;
    let field = fields.get(*first)?;
    if rest.is_empty() { Some(field) } else { field_at(&field.children, rest) }
}

fn field_mut<'a>(fields: &'a mut [Field], path: &[usize]) -> Option<&'a mut Field> {
    let (first, rest) = path.split_first()?;
    let field = fields.get_mut(*first)?;
    if rest.is_empty() { Some(field) } else { field_mut(&mut field.children, rest) }
}

/// The examples show, under a field, members that the table lists.
fn example_has(examples: &[&Node], fields: &[Field], path: &[usize], table: &FieldTable) -> bool {
    let mut nodes: Vec<&Node> = examples.to_vec();
    let mut here = fields;
    for step in path {
        let Some(field) = here.get(*step) else {
            return false;
        };
        nodes = nodes.iter().filter_map(|node| node.get(&field.name)).flat_map(objects).collect();
        here = &field.children;
    }
    nodes.iter().any(|node| {
        let keys = node.members();
        let hits = keys.iter().filter(|(key, _)| table.fields.iter().any(|field| field.name == *key)).count();
        hits > 0 && hits * 2 >= keys.len()
    })
}
