//! What a table lists, read from its header.

use super::cells::flat;
use crate::document::Table;

/// What a table lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::derive) enum Shape {
    Fields(Columns),
    /// Status codes: column of the code.
    Codes(usize),
    /// Values of a field, as in a table of statuses: the header's word for it.
    Values(String),
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::derive) struct Columns {
    pub name: usize,
    pub is: Option<usize>,
    pub need: Option<usize>,
    pub default: Option<usize>,
    /// First and last microversion.
    pub since: Option<usize>,
    pub until: Option<usize>,
    /// Where the parameter stands: path, query, header or body.
    pub place: Option<usize>,
    pub about: Vec<usize>,
}

/// The shape of a table by its header.
pub(in crate::derive) fn shape(table: &Table) -> Shape {
    let heads: Vec<String> = table.header.iter().map(|cell| flat(&cell.text).to_lowercase()).collect();
    let Some(first) = heads.first() else {
        return Shape::Other;
    };
    let find = |words: &[&str]| heads.iter().position(|head| words.contains(&head.as_str()));
    let codes = [
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
    if codes.contains(&first.as_str()) && !heads.iter().any(|head| head == "type") {
        return Shape::Codes(0);
    }
    if matches!(first.as_str(), "status" | "state" | "状态" | "statuses") {
        return Shape::Values(first.clone());
    }
    let name = find(&[
        "parameter",
        "name",
        "attribute",
        "field",
        "key",
        "parameter name",
        "element",
        "参数",
        "参数名称",
        "名称",
        "이름",
    ]);
    let Some(name) = name else {
        return Shape::Other;
    };
    let is = find(&["type", "parameter type", "data type", "value type", "schema", "参数类型", "类型", "유형"]);
    let need = find(&[
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
    ]);
    let about: Vec<usize> = heads
        .iter()
        .enumerate()
        .filter(|(_, head)| {
            ["description", "remarks", "remark", "constraint", "constraints", "meaning", "说明", "描述", "备注", "설명"]
                .contains(&head.as_str())
        })
        .map(|(at, _)| at)
        .collect();
    if is.is_none() && need.is_none() && about.is_empty() {
        return Shape::Other;
    }
    // A dialect with a schema column has the place of a parameter under "type".
    let schema = heads.iter().position(|head| head == "schema");
    let kind = heads.iter().position(|head| head == "type");
    let place = schema.and(kind);
    let default = find(&["default", "default value"]);
    let (since, until) = (find(&["first microversion"]), find(&["last microversion"]));
    Shape::Fields(Columns { name, is: schema.or(is), need, default, since, until, place, about })
}
