//! Citations locked to the text they were made for.

use crate::document::{Block, Document, Section, Table};
use crate::text::{digest, lines, normalise};
use probity_schema::catalog::{Citation, Source};

/// How a cited text fares on a page as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The same words on the same lines.
    Fresh,
    /// The same words, on other lines.
    Moved(Source),
    /// The lines are there and say something else; the words are nowhere on the page.
    Stale,
    /// The page has no such lines, and the words are nowhere on it.
    Missing,
}

/// Windows this many lines shorter or longer are tried, for text that was wrapped anew.
const REWRAP_LINES: usize = 6;
/// Lines of a citation; beyond, only the same place is checked.
const CITED_LINES_MAX: usize = 2_000;

/// Locks a source to the page's text: digest of its lines, its heading, its table row.
///
/// `None` where the page has no such lines, or nothing but white space on them.
pub fn lock(at: &Source, text: &str, document: &Document) -> Option<Citation> {
    let words = normalise(lines(text, at.first, at.last));
    if words.is_empty() || at.last as usize > text.lines().count() {
        return None;
    }
    Some(Citation { at: at.clone(), digest: digest(&words), heading: heading(at, document), row: row(at, document) })
}

/// Where a locked citation stands on the page as it is now.
pub fn check(citation: &Citation, text: &str, document: &Document) -> Standing {
    let at = &citation.at;
    let inside = at.last as usize <= text.lines().count();
    if inside && digest(&normalise(lines(text, at.first, at.last))) == citation.digest {
        return Standing::Fresh;
    }
    let mut found = elsewhere(citation, text);
    // The same words may stand twice; the heading and the row tell which is meant.
    found.sort_by_key(|place| {
        let same_heading = heading(place, document) == citation.heading;
        let same_row = row(place, document) == citation.row;
        (!same_row, !same_heading, place.first.abs_diff(at.first))
    });
    match found.into_iter().next() {
        Some(place) => Standing::Moved(place),
        None if inside => Standing::Stale,
        None => Standing::Missing,
    }
}

/// Runs of lines with the cited digest. A run begins and ends on lines that are not empty.
fn elsewhere(citation: &Citation, text: &str) -> Vec<Source> {
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
            words.push_str(&normalise([*line]));
            if digest(&words) == citation.digest {
                out.push(Source { page: citation.at.page.clone(), first: all[start].0, last: *first });
                break;
            }
        }
    }
    out
}

/// Digest of the heading above a place; the heading's text is the page's.
fn heading(at: &Source, document: &Document) -> Option<String> {
    let section = document.sections.iter().rev().find(|it| it.line <= at.first && !it.title.is_empty())?;
    Some(digest(&normalise([section.title.as_str()])))
}

/// Number of the table on the page and first cell of the row, where a place stands in one.
fn row(at: &Source, document: &Document) -> Option<String> {
    let tables = document.sections.iter().flat_map(tables);
    let (number, table) = tables.enumerate().find(|(_, it)| it.first <= at.first && at.last <= it.last)?;
    let row = table.rows.iter().find(|row| row.first <= at.first && at.first <= row.last)?;
    let cell = row.cells.first()?;
    let name = normalise(cell.text.lines.iter().map(|line| line.text.as_str()));
    // A first cell of several words is a text of the page.
    let name = if name.contains(' ') { digest(&name)[..19].to_string() } else { name };
    Some(format!("{}/{name}", number + 1))
}

fn tables(section: &Section) -> impl Iterator<Item = &Table> {
    section.blocks.iter().filter_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect;

    const PAGE: &str = "# Lamps\n\n## Rules\n\nA lamp is lit\nby hand.\n\nShades are not washed.\n\n## More\n\nShades are not washed.\n";

    fn standing(cited: &str, now: &str) -> Standing {
        let at: Source = cited.parse().expect("a citation");
        let before = dialect::read("lamps.md", PAGE.as_bytes()).expect("a page");
        let citation = lock(&at, PAGE, &before).expect("cited lines");
        let document = dialect::read("lamps.md", now.as_bytes()).expect("a page");
        check(&citation, now, &document)
    }

    #[test]
    fn the_same_words_on_the_same_lines_are_fresh() {
        assert_eq!(standing("p:5-6", PAGE), Standing::Fresh);
        assert_eq!(standing("p:5-6", &PAGE.replace("lit\nby", "lit  by\n")), Standing::Fresh);
    }

    #[test]
    fn words_that_moved_are_found_again_even_when_wrapped_anew() {
        let now = PAGE.replace("## Rules\n\nA lamp is lit\nby hand.", "## Rules\n\nNew.\n\nA lamp\nis lit\nby hand.");
        assert_eq!(standing("p:5-6", &now), Standing::Moved("p:7-9".parse().expect("a citation")));
    }

    #[test]
    fn of_two_equal_places_the_heading_decides() {
        let now = PAGE.replace("# Lamps\n", "# Lamps\n\nAn introduction.\n");
        assert_eq!(standing("p:12", &now), Standing::Moved("p:14".parse().expect("a citation")));
        assert_eq!(standing("p:8", &now), Standing::Moved("p:10".parse().expect("a citation")));
    }

    #[test]
    fn changed_words_are_stale_and_cut_pages_miss_them() {
        assert_eq!(standing("p:5-6", &PAGE.replace("hand", "foot")), Standing::Stale);
        assert_eq!(standing("p:5-6", "# Lamps\n"), Standing::Missing);
    }

    #[test]
    fn lines_outside_the_page_cannot_be_locked() {
        let document = dialect::read("lamps.md", PAGE.as_bytes()).expect("a page");
        assert_eq!(lock(&"p:99".parse().expect("a citation"), PAGE, &document), None);
        assert_eq!(lock(&"p:2".parse().expect("a citation"), PAGE, &document), None);
    }
}
