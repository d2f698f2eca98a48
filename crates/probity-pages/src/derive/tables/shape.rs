//! The contents of a table, by the header.

use super::cells::flatten_text;
use crate::derive::words::PageWords;
use crate::document::PageTable;

/// The contents of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::derive) enum TableKind {
    Fields(FieldColumns),
    /// Status codes, with the index of the code column.
    Codes(usize),
    /// Values of a field, with the header's word for the field, as in a table of statuses.
    Values(String),
    Other,
}

/// Indexes of the columns of a table of fields.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::derive) struct FieldColumns {
    pub name: usize,
    pub value_type: Option<usize>,
    pub need: Option<usize>,
    pub default: Option<usize>,
    /// First and last microversion.
    pub since: Option<usize>,
    pub until: Option<usize>,
    /// Place of the parameter: path, query, header or body.
    pub place: Option<usize>,
    pub about: Vec<usize>,
}

/// Reads the contents of a table from the header.
pub(in crate::derive) fn recognise_shape(table: &PageTable, words: &PageWords) -> TableKind {
    let heads = list_heads(table);
    let words = words.columns();
    let Some(first) = heads.first() else {
        return TableKind::Other;
    };
    let find = |words: &[String]| heads.iter().position(|head| words.contains(head));
    let find_word = |word: &str| heads.iter().position(|head| head == word);
    // A column `Code` beside a type is a field of that name.
    if words.code.contains(first) && (first.contains(' ') || find_word("type").is_none()) {
        return TableKind::Codes(0);
    }
    if words.state.contains(first) {
        return TableKind::Values(first.clone());
    }
    let Some(name) = find(&words.name) else {
        return TableKind::Other;
    };
    let value_type = find(&words.value_type);
    let need = find(&words.need);
    let about: Vec<usize> = (0..heads.len()).filter(|it| *it != name && words.about.contains(&heads[*it])).collect();
    if value_type.is_none() && need.is_none() && about.is_empty() {
        return TableKind::Other;
    }
    // With a schema column, the column "type" gives the place of a parameter (path, query, …).
    let schema = find_word("schema");
    let place = schema.and(find_word("type"));
    let default = find(&words.default);
    let (since, until) = (find_word("first microversion"), find_word("last microversion"));
    TableKind::Fields(FieldColumns {
        name,
        value_type: schema.or(value_type),
        need,
        default,
        since,
        until,
        place,
        about,
    })
}

/// Returns the headings of columns that no list of words has.
pub(in crate::derive) fn list_unread_columns(table: &PageTable, words: &PageWords) -> Vec<String> {
    let words = words.columns();
    let known = |head: &String| {
        [&words.name, &words.value_type, &words.need, &words.about, &words.default, &words.ignored]
            .iter()
            .any(|all| all.contains(head))
    };
    list_heads(table).into_iter().filter(|it| !it.is_empty() && !known(it)).collect()
}

fn list_heads(table: &PageTable) -> Vec<String> {
    table.header.iter().map(|cell| flatten_text(&cell.text).to_lowercase()).collect()
}
