//! The part of a page that a block belongs to, by the words of headings and list items.

use crate::document::{Block, Document, Text};

/// Subject of a part of a page.
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

/// A block with the part around the block.
#[derive(Debug, Clone)]
pub(super) struct Placed<'a> {
    pub part: Part,
    /// The item or short paragraph right before a block: the caption of a table without caption.
    pub hint: Option<&'a Text>,
    /// The block describes a failure.
    pub abnormal: bool,
    pub block: &'a Block,
    /// Title of the section around the block.
    pub heading: &'a str,
    /// Labels of the section around the block.
    pub labels: &'a [String],
}

/// Returns the blocks of a page in order, each with the part around the block.
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

/// Returns the part for "Example" inside a section on requests or responses: an example of a request or a response.
fn within(section: Part, found: Part) -> Part {
    match (section, found) {
        (Part::Request | Part::ExampleRequest, Part::Example) => Part::ExampleRequest,
        (Part::Response | Part::ExampleResponse, Part::Example) => Part::ExampleResponse,
        _ => found,
    }
}

/// Whether a label inside a section can open a part. Labels switch between tables and examples, and never leave
/// prose.
fn may_switch(section: Part, found: Part) -> bool {
    use Part::*;
    matches!(section, Uri | Request | Response | Example | ExampleRequest | ExampleResponse | Other)
        && matches!(found, Uri | Request | Response | Example | ExampleRequest | ExampleResponse)
}

/// Words of headings or labels that open a part of a page.
struct PartWords {
    part: Part,
    /// Words at the start of the text.
    starts: &'static [&'static str],
    /// Words anywhere in the text.
    contains: &'static [&'static str],
}

const fn words(part: Part, starts: &'static [&'static str], contains: &'static [&'static str]) -> PartWords {
    PartWords { part, starts, contains }
}

/// Wordings of headings in all known documentations. The first match decides.
const HEADINGS: [PartWords; 11] = [
    words(
        Part::ExampleRequest,
        &[
            "example request",
            "example requests",
            "request example",
            "request examples",
            "sample request",
            "example http request",
        ],
        &["请求示例", "请求样例", "요청 예시"],
    ),
    words(
        Part::ExampleResponse,
        &[
            "example response",
            "example responses",
            "response example",
            "response examples",
            "sample response",
            "example http response",
        ],
        &["响应示例", "响应样例", "응답 예시"],
    ),
    words(Part::Example, &["example", "examples", "request and response example"], &[]),
    words(Part::Uri, &["uri", "url", "uri format", "request uri"], &[]),
    words(
        Part::Request,
        &[
            "request",
            "requests",
            "request message",
            "request parameters",
            "request header",
            "request body",
            "parameters",
        ],
        &["请求消息", "请求参数", "요청"],
    ),
    words(
        Part::Response,
        &["response", "responses", "response message", "response parameters", "response body"],
        &["响应消息", "响应参数", "응답"],
    ),
    words(
        Part::Statuses,
        &[
            "returned value",
            "returned values",
            "return value",
            "return values",
            "status code",
            "status codes",
            "http status code",
        ],
        &["返回值", "返回码", "状态码", "상태 코드"],
    ),
    words(Part::Errors, &["error code", "error codes"], &["错误码"]),
    words(
        Part::Constraints,
        &[
            "constraint",
            "constraints",
            "restriction",
            "restrictions",
            "usage restrictions",
            "prerequisites",
            "precautions",
            "notes",
            "note",
        ],
        &["约束", "限制"],
    ),
    words(
        Part::Function,
        &["function", "functions", "function description", "description", "api description", "functionality"],
        &["功能介绍", "功能"],
    ),
    words(Part::Other, &[], &["debugging", "调试"]),
];

/// Wordings of list items and short lines inside a section. The first match decides.
const LABELS: [PartWords; 6] = [
    words(
        Part::ExampleRequest,
        &["example request", "example requests", "example of request", "request example", "request examples"],
        &[],
    ),
    words(
        Part::ExampleResponse,
        &["example response", "example responses", "example of response", "response example", "response examples"],
        &[],
    ),
    words(Part::Example, &["example", "examples"], &[]),
    words(Part::Request, &["request parameters", "request parameter", "request body parameters"], &[]),
    words(Part::Response, &["response parameters", "response parameter", "response body parameters"], &[]),
    words(Part::Uri, &["uri format", "url format"], &[]),
];

impl PartWords {
    fn fits(&self, text: &str) -> bool {
        self.starts.iter().any(|it| text == *it || text.starts_with(&format!("{it} ")))
            || self.contains.iter().any(|it| text.contains(it))
    }
}

/// Returns the part that a heading opens.
fn of_heading(title: &str) -> Option<Part> {
    let text = normal(title);
    // Only a heading of exactly this word. Longer headings with the word name a request or a response.
    if text == "示例" {
        return Some(Part::Example);
    }
    HEADINGS.iter().find(|it| it.fits(&text)).map(|it| it.part)
}

/// Returns the part that a list item or a short line opens inside a section.
fn of_label(line: &str) -> Option<Part> {
    let text = normal(line);
    LABELS.iter().find(|it| it.fits(&text)).map(|it| it.part)
}

/// Returns the status of a label such as "Status code: 202".
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
