//! Citations that are locked to the cited text.

use crate::document::{Document, PageBlock, PageSection, PageTable};
use crate::text::{digest_text, normalise_lines, select_lines};
use probity_schema::catalog::{Citation, SourceLines};

/// State of a citation on the present edition of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CitationState {
    /// The cited words stand on the cited lines.
    Fresh,
    /// The cited words stand on different lines.
    Moved(SourceLines),
    /// The cited lines exist with different words, and the cited words are nowhere on the page.
    Stale,
    /// The page has no such lines, and the cited words are nowhere on the page.
    Missing,
}

/// The search for re-wrapped text also tries spans with up to so many lines more or fewer.
const REWRAP_LINES: usize = 6;
/// Limit of the lines of a citation. Longer citations are only checked at their place.
const CITED_LINES_MAX: usize = 2_000;

/// Locks a source to the text of a page: digest of the lines, heading, table row.
///
/// Returns `None` if the page has no such lines, or only white space on the lines.
pub fn lock_citation(at: &SourceLines, text: &str, document: &Document) -> Option<Citation> {
    let words = normalise_lines(select_lines(text, at.first, at.last));
    if words.is_empty() || at.last as usize > text.lines().count() {
        return None;
    }
    Some(Citation {
        at: at.clone(),
        digest: digest_text(&words),
        heading: digest_heading(at, document),
        row: describe_row(at, document),
    })
}

/// Compares a locked citation with the present text of the page.
pub fn check_citation(citation: &Citation, text: &str, document: &Document) -> CitationState {
    let at = &citation.at;
    let inside = at.last as usize <= text.lines().count();
    if inside && digest_text(&normalise_lines(select_lines(text, at.first, at.last))) == citation.digest {
        return CitationState::Fresh;
    }
    let mut found = find_moved_text(citation, text);
    // The cited words can stand twice on a page. Heading and row select the intended place.
    found.sort_by_key(|place| {
        let same_heading = digest_heading(place, document) == citation.heading;
        let same_row = describe_row(place, document) == citation.row;
        (!same_row, !same_heading, place.first.abs_diff(at.first))
    });
    match found.into_iter().next() {
        Some(place) => CitationState::Moved(place),
        None if inside => CitationState::Stale,
        None => CitationState::Missing,
    }
}

/// Returns the spans of lines with the cited digest. A span begins and ends on non-empty lines.
fn find_moved_text(citation: &Citation, text: &str) -> Vec<SourceLines> {
    let all: Vec<(u32, &str)> = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| (at as u32 + 1, line))
        .collect();
    let span = (citation.at.last - citation.at.first + 1) as usize;
    if span > CITED_LINES_MAX {
        return Vec::new();
    }
    let mut out = Vec::new();
    for start in 0..all.len() {
        let mut words = String::new();
        for (first, line) in all[start..].iter().take(span + REWRAP_LINES) {
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(&normalise_lines([*line]));
            if digest_text(&words) == citation.digest {
                out.push(SourceLines { page: citation.at.page.clone(), first: all[start].0, last: *first });
                break;
            }
        }
    }
    out
}

/// Returns the digest of the heading above a place. The heading itself is text of the page.
fn digest_heading(at: &SourceLines, document: &Document) -> Option<String> {
    let section = document.sections.iter().rev().find(|it| it.line <= at.first && !it.title.is_empty())?;
    Some(digest_text(&normalise_lines([section.title.as_str()])))
}

/// Returns the number of the table on the page and the first cell of the row, for a place inside a table.
fn describe_row(at: &SourceLines, document: &Document) -> Option<String> {
    let tables = document.sections.iter().flat_map(iterate_tables);
    let (number, table) = tables.enumerate().find(|(_, it)| it.first <= at.first && at.last <= it.last)?;
    let row = table.rows.iter().find(|row| row.first <= at.first && at.first <= row.last)?;
    let cell = row.cells.first()?;
    let name = normalise_lines(cell.text.lines.iter().map(|line| line.text.as_str()));
    // A first cell of several words is text of the page, so only a digest is kept.
    let name = if name.contains(' ') { digest_text(&name)[..19].to_string() } else { name };
    Some(format!("{}/{name}", number + 1))
}

fn iterate_tables(section: &PageSection) -> impl Iterator<Item = &PageTable> {
    section.blocks.iter().filter_map(|block| match block {
        PageBlock::Table(table) => Some(table),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect;

    const PAGE: &str = "# Lamps\n\n## Rules\n\nA lamp is lit\nby hand.\n\nShades are not washed.\n\n## More\n\nShades are not washed.\n";

    fn check_after_edit(cited: &str, now: &str) -> CitationState {
        let at: SourceLines = cited.parse().expect("a citation");
        let before = dialect::read_page("lamps.md", PAGE.as_bytes()).expect("a page");
        let citation = lock_citation(&at, PAGE, &before).expect("cited lines");
        let document = dialect::read_page("lamps.md", now.as_bytes()).expect("a page");
        check_citation(&citation, now, &document)
    }

    #[test]
    fn the_same_words_on_the_same_lines_are_fresh() {
        assert_eq!(check_after_edit("p:5-6", PAGE), CitationState::Fresh);
        assert_eq!(check_after_edit("p:5-6", &PAGE.replace("lit\nby", "lit  by\n")), CitationState::Fresh);
    }

    #[test]
    fn moved_words_are_found_even_when_re_wrapped() {
        let now = PAGE.replace("## Rules\n\nA lamp is lit\nby hand.", "## Rules\n\nNew.\n\nA lamp\nis lit\nby hand.");
        assert_eq!(check_after_edit("p:5-6", &now), CitationState::Moved("p:7-9".parse().expect("a citation")));
    }

    #[test]
    fn the_heading_decides_between_two_equal_places() {
        let now = PAGE.replace("# Lamps\n", "# Lamps\n\nAn introduction.\n");
        assert_eq!(check_after_edit("p:12", &now), CitationState::Moved("p:14".parse().expect("a citation")));
        assert_eq!(check_after_edit("p:8", &now), CitationState::Moved("p:10".parse().expect("a citation")));
    }

    #[test]
    fn changed_words_are_stale_and_removed_words_are_missing() {
        assert_eq!(check_after_edit("p:5-6", &PAGE.replace("hand", "foot")), CitationState::Stale);
        assert_eq!(check_after_edit("p:5-6", "# Lamps\n"), CitationState::Missing);
    }

    #[test]
    fn lines_outside_the_page_cannot_be_locked() {
        let document = dialect::read_page("lamps.md", PAGE.as_bytes()).expect("a page");
        assert_eq!(lock_citation(&"p:99".parse().expect("a citation"), PAGE, &document), None);
        assert_eq!(lock_citation(&"p:2".parse().expect("a citation"), PAGE, &document), None);
    }
}
