//! The part of a page that a block belongs to, by the words of headings and list items.

use crate::document::{BlockText, Document, PageBlock};

/// Subject of a part of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PagePart {
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
pub(super) struct PlacedBlock<'a> {
    pub part: PagePart,
    /// The item or short paragraph right before a block: the caption of a table without caption.
    pub hint: Option<&'a BlockText>,
    /// The block describes a failure.
    pub abnormal: bool,
    pub block: &'a PageBlock,
    /// Title of the section around the block.
    pub heading: &'a str,
    /// Labels of the section around the block.
    pub labels: &'a [String],
}

/// Returns the blocks of a page in order, each with the part around the block.
pub(super) fn place_blocks(document: &Document) -> Vec<PlacedBlock<'_>> {
    let mut out = Vec::new();
    let mut open: Vec<(u8, PagePart)> = Vec::new();
    for section in &document.sections {
        open.retain(|(level, _)| *level < section.level);
        let inherited = open.last().map(|(_, part)| *part);
        let own = if section.level <= 1 { None } else { find_heading_part(&section.title) };
        let part = own.or(inherited).unwrap_or(PagePart::Other);
        open.push((section.level, part));
        place_section(section, part, &mut out);
    }
    out
}

fn place_section<'a>(section: &'a crate::document::PageSection, part: PagePart, out: &mut Vec<PlacedBlock<'a>>) {
    let mut now = part;
    let mut abnormal = is_failure_label(&section.title);
    let mut hint: Option<&BlockText> = None;
    for block in &section.blocks {
        if let PageBlock::Item { text, .. } | PageBlock::Paragraph(text) = block {
            let first = text.lines.first().map_or("", |line| line.text.as_str());
            let is_item = matches!(block, PageBlock::Item { depth: 0, .. });
            if first.len() <= 80 && text.lines.len() == 1 {
                match find_label_part(first) {
                    Some(found) if may_switch(part, found) => now = narrow_part(part, found),
                    _ if is_item => now = part,
                    _ => {}
                }
                if is_item || is_failure_label(first) || is_success_label(first) {
                    let ends = is_success_label(first) || find_label_part(first).is_some();
                    abnormal = (abnormal && !ends) || is_failure_label(first);
                }
            } else if is_item {
                now = part;
            }
            out.push(PlacedBlock {
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
        out.push(PlacedBlock { part: now, hint, abnormal, block, heading: &section.title, labels: &section.labels });
        if matches!(block, PageBlock::Table(_)) {
            hint = None;
        }
    }
}

/// Returns the part for "Example" inside a section on requests or responses: an example of a request or a response.
fn narrow_part(section: PagePart, found: PagePart) -> PagePart {
    match (section, found) {
        (PagePart::Request | PagePart::ExampleRequest, PagePart::Example) => PagePart::ExampleRequest,
        (PagePart::Response | PagePart::ExampleResponse, PagePart::Example) => PagePart::ExampleResponse,
        _ => found,
    }
}

/// Whether a label inside a section can open a part. Labels switch between tables and examples, and never leave
/// prose.
fn may_switch(section: PagePart, found: PagePart) -> bool {
    use PagePart::*;
    matches!(section, Uri | Request | Response | Example | ExampleRequest | ExampleResponse | Other)
        && matches!(found, Uri | Request | Response | Example | ExampleRequest | ExampleResponse)
}

/// Words of headings or labels that open a part of a page.
struct PartWords {
    part: PagePart,
    /// Words at the start of the text.
    starts: &'static [&'static str],
    /// Words anywhere in the text.
    contains: &'static [&'static str],
}

const fn make_part_words(
    part: PagePart,
    starts: &'static [&'static str],
    contains: &'static [&'static str],
) -> PartWords {
    PartWords { part, starts, contains }
}

/// Wordings of headings in all known documentations. The first match decides.
const HEADINGS: [PartWords; 11] = [
    make_part_words(
        PagePart::ExampleRequest,
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
    make_part_words(
        PagePart::ExampleResponse,
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
    make_part_words(PagePart::Example, &["example", "examples", "request and response example"], &[]),
    make_part_words(PagePart::Uri, &["uri", "url", "uri format", "request uri"], &[]),
    make_part_words(
        PagePart::Request,
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
    make_part_words(
        PagePart::Response,
        &["response", "responses", "response message", "response parameters", "response body"],
        &["响应消息", "响应参数", "응답"],
    ),
    make_part_words(
        PagePart::Statuses,
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
    make_part_words(PagePart::Errors, &["error code", "error codes"], &["错误码"]),
    make_part_words(
        PagePart::Constraints,
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
    make_part_words(
        PagePart::Function,
        &["function", "functions", "function description", "description", "api description", "functionality"],
        &["功能介绍", "功能"],
    ),
    make_part_words(PagePart::Other, &[], &["debugging", "调试"]),
];

/// Wordings of list items and short lines inside a section. The first match decides.
const LABELS: [PartWords; 6] = [
    make_part_words(
        PagePart::ExampleRequest,
        &["example request", "example requests", "example of request", "request example", "request examples"],
        &[],
    ),
    make_part_words(
        PagePart::ExampleResponse,
        &["example response", "example responses", "example of response", "response example", "response examples"],
        &[],
    ),
    make_part_words(PagePart::Example, &["example", "examples"], &[]),
    make_part_words(PagePart::Request, &["request parameters", "request parameter", "request body parameters"], &[]),
    make_part_words(
        PagePart::Response,
        &["response parameters", "response parameter", "response body parameters"],
        &[],
    ),
    make_part_words(PagePart::Uri, &["uri format", "url format"], &[]),
];

impl PartWords {
    fn matches_text(&self, text: &str) -> bool {
        self.starts.iter().any(|it| text == *it || text.starts_with(&format!("{it} ")))
            || self.contains.iter().any(|it| text.contains(it))
    }
}

/// Returns the part that a heading opens.
fn find_heading_part(title: &str) -> Option<PagePart> {
    let text = normalise_label(title);
    // Only a heading of exactly this word. Longer headings with the word name a request or a response.
    if text == "示例" {
        return Some(PagePart::Example);
    }
    HEADINGS.iter().find(|it| it.matches_text(&text)).map(|it| it.part)
}

/// Returns the part that a list item or a short line opens inside a section.
fn find_label_part(line: &str) -> Option<PagePart> {
    let text = normalise_label(line);
    LABELS.iter().find(|it| it.matches_text(&text)).map(|it| it.part)
}

/// Returns the status of a label such as "Status code: 202".
pub(super) fn parse_status_label(text: &str) -> Option<u16> {
    let words = normalise_label(text);
    let rest = words.strip_prefix("status code ")?;
    rest.get(..3)?.parse().ok()
}

fn is_failure_label(text: &str) -> bool {
    if let Some(code) = parse_status_label(text) {
        return code >= 300;
    }
    let words = normalise_label(text);
    words.starts_with("abnormal")
        || words.starts_with("error response")
        || words.starts_with("exception")
        || words.contains("异常")
}

fn is_success_label(text: &str) -> bool {
    if let Some(code) = parse_status_label(text) {
        return code < 300;
    }
    let words = normalise_label(text);
    words.starts_with("normal") || words.contains("正常")
}

fn normalise_label(text: &str) -> String {
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
            ("URI", Some(PagePart::Uri)),
            ("Request Message", Some(PagePart::Request)),
            ("Request Parameters", Some(PagePart::Request)),
            ("Response parameters", Some(PagePart::Response)),
            ("响应消息", Some(PagePart::Response)),
            ("返回值", Some(PagePart::Statuses)),
            ("Example Request (Making a Lamp)", Some(PagePart::ExampleRequest)),
            ("Example Requests", Some(PagePart::ExampleRequest)),
            ("Example Response", Some(PagePart::ExampleResponse)),
            ("Example:", Some(PagePart::Example)),
            ("Status Codes", Some(PagePart::Statuses)),
            ("Returned Values", Some(PagePart::Statuses)),
            ("Error Code", Some(PagePart::Errors)),
            ("Constraints", Some(PagePart::Constraints)),
            ("Function Description", Some(PagePart::Function)),
            ("Debugging", Some(PagePart::Other)),
            ("Lamps of the World", None),
        ] {
            assert_eq!(find_heading_part(title), expected, "{title}");
        }
    }
}
