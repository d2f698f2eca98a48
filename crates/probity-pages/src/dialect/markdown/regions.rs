//! Tables and preformatted text in HTML, in the source of a page.

use super::line_index::LineIndex;
use crate::dialect::pattern::compile_pattern;
use crate::document::ReadingTrouble;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// A table or preformatted text in HTML.
pub(super) struct HtmlRegion {
    pub(super) html: String,
    /// Bytes in the source.
    pub(super) range: Range<usize>,
    pub(super) first: u32,
    pub(super) last: u32,
    /// Whether the region is preformatted text and not a table.
    pub(super) is_code: bool,
}

static TAG: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"(?i)<(/?)(table|pre)\b"));
static PRE_END: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"(?i)</pre\s*>"));
static FENCE: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"^[\s>]*(`{3,}|~{3,})"));
static HEADING: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"^#{1,6} "));

/// The regions of a text, and the text with an HTML comment of the same length in place of each region, so that other
/// offsets do not change.
pub(super) fn cut_regions(
    text: &str,
    lines: &LineIndex,
    troubles: &mut Vec<ReadingTrouble>,
) -> (String, Vec<HtmlRegion>) {
    let mut regions: Vec<HtmlRegion> = Vec::new();
    let blocked = find_fences(text);
    let stops = find_headings(text, &blocked);
    let code_ends: Vec<Range<usize>> = PRE_END.find_iter(text).map(|end| end.range()).collect();
    let mut open: Option<(usize, usize)> = None;
    for found in TAG.captures_iter(text) {
        let whole = found.get(0).expect("group 0 is the match");
        let closing = !found[1].is_empty();
        let is_code = found[2].eq_ignore_ascii_case("pre");
        let known = regions.last().is_some_and(|region| whole.start() < region.range.end);
        if known || is_inside(&blocked, whole.start()) || is_quoted(text, whole.start()) {
            continue;
        }
        if let Some((start, _)) = open
            && let Some(stop) = find_stop(&stops, start, whole.start())
        {
            regions.push(make_unclosed_region(text, start, stop, lines, troubles));
            open = None;
        }
        if is_code {
            let next = code_ends.partition_point(|end| end.start < whole.end());
            if let (None, false, Some(end)) = (open, closing, code_ends.get(next)) {
                regions.push(make_region(text, whole.start()..end.end, true, lines));
            }
            continue;
        }
        open = match (open, closing) {
            (None, false) => Some((whole.start(), 1)),
            (None, true) => None,
            (Some((start, depth)), false) => Some((start, depth + 1)),
            (Some((start, depth)), true) if depth > 1 => Some((start, depth - 1)),
            (Some((start, _)), true) => {
                let end = text[whole.end()..].find('>').map_or(text.len(), |at| whole.end() + at + 1);
                regions.push(make_region(text, start..end, false, lines));
                None
            }
        };
    }
    if let Some((start, _)) = open {
        let stop = find_stop(&stops, start, text.len()).unwrap_or(text.len());
        regions.push(make_unclosed_region(text, start, stop, lines, troubles));
    }
    (mask_regions(text, &regions), regions)
}

fn make_region(text: &str, range: Range<usize>, is_code: bool, lines: &LineIndex) -> HtmlRegion {
    let last = lines.line_at(range.end.saturating_sub(1).max(range.start));
    HtmlRegion { html: text[range.clone()].to_string(), first: lines.line_at(range.start), last, range, is_code }
}

/// The region of a table without end tag: up to the next heading, or to the end of the page.
fn make_unclosed_region(
    text: &str,
    start: usize,
    stop: usize,
    lines: &LineIndex,
    troubles: &mut Vec<ReadingTrouble>,
) -> HtmlRegion {
    let end = start + text[start..stop].trim_end().len();
    let cause = "a table has no end tag; it is taken to reach to the next heading".into();
    troubles.push(ReadingTrouble { line: lines.line_at(start), cause });
    make_region(text, start..end, false, lines)
}

fn find_stop(stops: &[usize], start: usize, end: usize) -> Option<usize> {
    let next = stops.partition_point(|stop| *stop <= start);
    stops.get(next).copied().filter(|stop| *stop < end)
}

fn mask_regions(text: &str, regions: &[HtmlRegion]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for region in regions {
        out.push_str(&text[at..region.range.start]);
        out.push_str("<!--");
        out.extend(std::iter::repeat_n(' ', region.range.len().saturating_sub(7)));
        out.push_str("-->");
        at = region.range.end;
    }
    out.push_str(&text[at..]);
    out
}

/// The byte ranges of fenced code blocks.
fn find_fences(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut open: Option<(usize, &str)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some(found) = FENCE.captures(line) {
            let sign = found.get(1).expect("the group takes part in every match").as_str();
            let after = line[found.get(0).expect("group 0 is the match").end()..].trim();
            match open {
                None => open = Some((at, sign)),
                Some((start, begun)) if sign.starts_with(begun) && after.is_empty() => {
                    out.push(start..at + line.len());
                    open = None;
                }
                Some(_) => {}
            }
        }
        at += line.len();
    }
    if let Some((start, _)) = open {
        out.push(start..text.len());
    }
    out
}

fn find_headings(text: &str, blocked: &[Range<usize>]) -> Vec<usize> {
    let mut out = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if HEADING.is_match(line) && !is_inside(blocked, at) {
            out.push(at);
        }
        at += line.len();
    }
    out
}

fn is_inside(ranges: &[Range<usize>], at: usize) -> bool {
    let next = ranges.partition_point(|range| range.start <= at);
    next > 0 && ranges[next - 1].contains(&at)
}

/// Whether a byte stands between backticks on its line, or behind a backslash.
fn is_quoted(text: &str, at: usize) -> bool {
    let start = text[..at].rfind('\n').map_or(0, |found| found + 1);
    let before = &text[start..at];
    before.ends_with('\\') || before.len() < 500 && before.matches('`').count() % 2 == 1
}
