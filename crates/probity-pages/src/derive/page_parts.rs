//! The part of a page that a block belongs to, by the words of headings and list items.

pub(super) use super::page_part::PagePart;
use super::words::{PageWords, normalise_label};
use crate::document::{BlockText, Document, PageBlock};

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
pub(super) fn place_blocks<'a>(document: &'a Document, words: &PageWords) -> Vec<PlacedBlock<'a>> {
    let mut out = Vec::new();
    let mut open: Vec<(u8, PagePart)> = Vec::new();
    for section in &document.sections {
        open.retain(|(level, _)| *level < section.level);
        let inherited = open.last().map(|(_, part)| *part);
        let own = if section.level <= 1 { None } else { words.find_heading_part(&section.title) };
        // "Header parameters" below a response are not those of a request.
        let turns = inherited == Some(PagePart::Response) && own == Some(PagePart::Request);
        let own = own.filter(|_| !turns || section.level <= 2 || section.title.to_lowercase().contains("request"));
        let part = own.or(inherited).unwrap_or(PagePart::Other);
        open.push((section.level, part));
        place_section(section, part, words, &mut out);
    }
    out
}

fn place_section<'a>(
    section: &'a crate::document::PageSection,
    part: PagePart,
    words: &PageWords,
    out: &mut Vec<PlacedBlock<'a>>,
) {
    let mut now = part;
    let mut abnormal = is_failure_label(&section.title);
    let mut hint: Option<&BlockText> = None;
    for block in &section.blocks {
        if let PageBlock::Item { text, .. } | PageBlock::Paragraph(text) = block {
            let first = text.lines.first().map_or("", |line| line.text.as_str());
            let is_item = matches!(block, PageBlock::Item { depth: 0, .. });
            if first.len() <= 80 && text.lines.len() == 1 {
                match words.find_label_part(first) {
                    Some(found) if may_switch(part, found) => now = narrow_part(part, found),
                    _ if is_item => now = part,
                    _ => {}
                }
                if is_item || is_failure_label(first) || is_success_label(first) {
                    let ends = is_success_label(first) || words.find_label_part(first).is_some();
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
        // An example has no table of parameters: a table after an example belongs to the part around the example.
        let is_table = matches!(block, PageBlock::Table(_));
        let shown = matches!(now, PagePart::Example | PagePart::ExampleRequest | PagePart::ExampleResponse);
        let own = if is_table && shown { part } else { now };
        out.push(PlacedBlock { part: own, hint, abnormal, block, heading: &section.title, labels: &section.labels });
        if is_table {
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
    // "Request parameters" below a response is a slip of the page.
    let slip = section == Response && found == Request;
    !slip
        && matches!(section, Uri | Request | Response | Example | ExampleRequest | ExampleResponse | Other)
        && matches!(found, Uri | Request | Response | Example | ExampleRequest | ExampleResponse)
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
