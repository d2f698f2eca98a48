//! The contents of a table, by the header.

use super::cells::flatten_text;
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

const CODE_HEADERS: [&str; 11] = [
    "returned value",
    "returned values",
    "return value",
    "status code",
    "status codes",
    "http code",
    "http status code",
    "code",
    "normal",
    "返回值",
    "状态码",
];
const STATE_HEADERS: [&str; 4] = ["status", "state", "状态", "statuses"];
const NAME_HEADERS: [&str; 11] =
    ["parameter", "name", "attribute", "field", "key", "parameter name", "element", "参数", "参数名称", "名称", "이름"];
const TYPE_HEADERS: [&str; 8] =
    ["type", "parameter type", "data type", "value type", "schema", "参数类型", "类型", "유형"];
const NEED_HEADERS: [&str; 10] = [
    "mandatory",
    "required",
    "mandatory (yes/no)",
    "mandatory or not",
    "mandatory/optional",
    "optional or mandatory",
    "是否必选",
    "是否必须",
    "必选",
    "필수",
];
const ABOUT_HEADERS: [&str; 10] =
    ["description", "remarks", "remark", "constraint", "constraints", "meaning", "说明", "描述", "备注", "설명"];

/// Reads the contents of a table from the header.
pub(in crate::derive) fn recognise_shape(table: &PageTable) -> TableKind {
    let heads: Vec<String> = table.header.iter().map(|cell| flatten_text(&cell.text).to_lowercase()).collect();
    let Some(first) = heads.first() else {
        return TableKind::Other;
    };
    let find = |words: &[&str]| heads.iter().position(|head| words.contains(&head.as_str()));
    if CODE_HEADERS.contains(&first.as_str()) && find(&["type"]).is_none() {
        return TableKind::Codes(0);
    }
    if STATE_HEADERS.contains(&first.as_str()) {
        return TableKind::Values(first.clone());
    }
    let Some(name) = find(&NAME_HEADERS) else {
        return TableKind::Other;
    };
    let value_type = find(&TYPE_HEADERS);
    let need = find(&NEED_HEADERS);
    let about: Vec<usize> = (0..heads.len()).filter(|it| ABOUT_HEADERS.contains(&heads[*it].as_str())).collect();
    if value_type.is_none() && need.is_none() && about.is_empty() {
        return TableKind::Other;
    }
    // With a schema column, the column "type" gives the place of a parameter (path, query, …).
    let schema = find(&["schema"]);
    let place = schema.and(find(&["type"]));
    let default = find(&["default", "default value"]);
    let (since, until) = (find(&["first microversion"]), find(&["last microversion"]));
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
