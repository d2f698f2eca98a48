//! Which part of a page a block belongs to, by the words of headings and list items.

use crate::document::{Block, Document, Text};

/// What a part of a page is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Function,
    Constraints,
    Uri,
    Request,
    Response,
    Example,
    ExampleRequest,
    ExampleResponse,
    Statuses,
    Errors,
    Other,
}

/// A block with the part it stands in.
#[derive(Debug, Clone)]
pub(super) struct Placed<'a> {
    pub part: Part,
    /// The item or short paragraph right before it: the caption of a table without one.
    pub hint: Option<&'a Text>,
    /// It describes what comes back when something went wrong.
    pub abnormal: bool,
    pub block: &'a Block,
    /// Title of its section.
    pub heading: &'a str,
    /// Labels of its section.
    pub labels: &'a [String],
}

/// The blocks of a page in order, each with its part.
pub(super) fn place(document: &Document) -> Vec<Placed<'_>> {
    let mut out = Vec::new();
    let mut open: Vec<(u8, Part)> = Vec::new();
    for section in &document.sections {
        open.retain(|(level, _)| *level < section.level);
        let inherited = open.last().map(|(_, part)| *part);
        let own = if section.level <= 1 { None } else { of_heading(&section.title) };
        let part = own.or(inherited).unwrap_or(Part::Other);
        open.push((section.level, part));
        place_section(section, part, &mut out);
    }
    out
}

fn place_section<'a>(section: &'a crate::document::Section, part: Part, out: &mut Vec<Placed<'a>>) {
    let mut now = part;
    let mut abnormal = is_abnormal(&section.title);
    let mut hint: Option<&Text> = None;
    for block in &section.blocks {
        if let Block::Item { text, .. } | Block::Paragraph(text) = block {
            let first = text.lines.first().map_or("", |line| line.text.as_str());
            let is_item = matches!(block, Block::Item { depth: 0, .. });
            if first.len() <= 80 && text.lines.len() == 1 {
                match of_label(first) {
                    Some(found) if may_switch(part, found) => now = within(part, found),
                    _ if is_item => now = part,
                    _ => {}
                }
                if is_item || is_abnormal(first) || is_normal(first) {
                    let ends = is_normal(first) || of_label(first).is_some();
                    abnormal = (abnormal && !ends) || is_abnormal(first);
                }
            } else if is_item {
                now = part;
            }
            out.push(Placed {
                part: now,
                hint: None,
                abnormal,
                block,
                heading: &section.title,
                labels: &section.labels,
            });
            hint = Some(text).filter(|_| first.len() <= 160);
            continue;
        }
        out.push(Placed { part: now, hint, abnormal, block, heading: &section.title, labels: &section.labels });
        if matches!(block, Block::Table(_)) {
            hint = None;
        }
    }
}

/// "Example" inside a part on one way is an example of that way.
fn within(section: Part, found: Part) -> Part {
    match (section, found) {
        (Part::Request | Part::ExampleRequest, Part::Example) => Part::ExampleRequest,
        (Part::Response | Part::ExampleResponse, Part::Example) => Part::ExampleResponse,
        _ => found,
    }
}

/// Words inside a section move between its tables and its examples, not out of prose.
fn may_switch(section: Part, found: Part) -> bool {
    use Part::*;
    matches!(section, Uri | Request | Response | Example | ExampleRequest | ExampleResponse | Other)
        && matches!(found, Uri | Request | Response | Example | ExampleRequest | ExampleResponse)
}

/// The part that a heading opens, in the wordings of all corpora.
pub(super) fn of_heading(title: &str) -> Option<Part> {
    let words = normal(title);
    let starts = |all: &[&str]| all.iter().any(|it| words == *it || words.starts_with(&format!("{it} ")));
    let any = |all: &[&str]| all.iter().any(|it| words.contains(it));
    let part = if starts(&[
        "example request",
        "example requests",
        "request example",
        "request examples",
        "sample request",
        "example http request",
    ]) || any(&["请求示例", "请求样例", "요청 예시"])
    {
        Part::ExampleRequest
    } else if starts(&[
        "example response",
        "example responses",
        "response example",
        "response examples",
        "sample response",
        "example http response",
    ]) || any(&["响应示例", "响应样例", "응답 예시"])
    {
        Part::ExampleResponse
    } else if starts(&["example", "examples", "request and response example"]) || words == "示例" {
        Part::Example
    } else if starts(&["uri", "url", "uri format", "request uri"]) {
        Part::Uri
    } else if starts(&[
        "request",
        "requests",
        "request message",
        "request parameters",
        "request header",
        "request body",
        "parameters",
    ]) || any(&["请求消息", "请求参数", "요청"])
    {
        Part::Request
    } else if starts(&["response", "responses", "response message", "response parameters", "response body"])
        || any(&["响应消息", "响应参数", "응답"])
    {
        Part::Response
    } else if starts(&[
        "returned value",
        "returned values",
        "return value",
        "return values",
        "status code",
        "status codes",
        "http status code",
    ]) || any(&["返回值", "返回码", "状态码", "상태 코드"])
    {
        Part::Statuses
    } else if starts(&["error code", "error codes"]) || any(&["错误码"]) {
        Part::Errors
    } else if starts(&[
        "constraint",
        "constraints",
        "restriction",
        "restrictions",
        "usage restrictions",
        "prerequisites",
        "precautions",
        "notes",
        "note",
    ]) || any(&["约束", "限制"])
    {
        Part::Constraints
    } else if starts(&[
        "function",
        "functions",
        "function description",
        "description",
        "api description",
        "functionality",
    ]) || any(&["功能介绍", "功能"])
    {
        Part::Function
    } else if any(&["debugging", "调试"]) {
        Part::Other
    } else {
        return None;
    };
    Some(part)
}

/// The part that a list item or a short line opens inside a section.
fn of_label(line: &str) -> Option<Part> {
    let words = normal(line);
    let is = |all: &[&str]| all.iter().any(|it| words == *it || words.starts_with(&format!("{it} ")));
    if is(&["example request", "example requests", "example of request", "request example", "request examples"]) {
        Some(Part::ExampleRequest)
    } else if is(&[
        "example response",
        "example responses",
        "example of response",
        "response example",
        "response examples",
    ]) {
        Some(Part::ExampleResponse)
    } else if is(&["example", "examples"]) {
        Some(Part::Example)
    } else if is(&["request parameters", "request parameter", "request body parameters"]) {
        Some(Part::Request)
    } else if is(&["response parameters", "response parameter", "response body parameters"]) {
        Some(Part::Response)
    } else if is(&["uri format", "url format"]) {
        Some(Part::Uri)
    } else {
        None
    }
}

/// The status of a label such as "Status code: 202".
pub(super) fn status_label(text: &str) -> Option<u16> {
    let words = normal(text);
    let rest = words.strip_prefix("status code ")?;
    rest.get(..3)?.parse().ok()
}

fn is_abnormal(text: &str) -> bool {
    if let Some(code) = status_label(text) {
        return code >= 300;
    }
    let words = normal(text);
    words.starts_with("abnormal")
        || words.starts_with("error response")
        || words.starts_with("exception")
        || words.contains("异常")
}

fn is_normal(text: &str) -> bool {
    if let Some(code) = status_label(text) {
        return code < 300;
    }
    let words = normal(text);
    words.starts_with("normal") || words.contains("正常")
}

fn normal(text: &str) -> String {
    let cleaned: String =
        text.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { ' ' }).collect();
    cleaned.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_in_every_wording_open_their_part() {
        for (title, expected) in [
            ("URI", Some(Part::Uri)),
            ("Request Message", Some(Part::Request)),
            ("Request Parameters", Some(Part::Request)),
            ("Response parameters", Some(Part::Response)),
            ("响应消息", Some(Part::Response)),
            ("返回值", Some(Part::Statuses)),
            ("Example Request (Making a Lamp)", Some(Part::ExampleRequest)),
            ("Example Requests", Some(Part::ExampleRequest)),
            ("Example Response", Some(Part::ExampleResponse)),
            ("Example:", Some(Part::Example)),
            ("Status Codes", Some(Part::Statuses)),
            ("Returned Values", Some(Part::Statuses)),
            ("Error Code", Some(Part::Errors)),
            ("Constraints", Some(Part::Constraints)),
            ("Function Description", Some(Part::Function)),
            ("Debugging", Some(Part::Other)),
            ("Lamps of the World", None),
        ] {
            assert_eq!(of_heading(title), expected, "{title}");
        }
    }
}
