//! Checks of the readers on vendors' pages, if `PROBITY_PAGES` names a folder of pages.

use crate::dialect::read_page;
use crate::document::{Document, PageBlock, PageTable, TableRow};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The pages in the folder `PROBITY_PAGES`; `None` if the variable is not set.
fn find_pages() -> Option<Vec<PathBuf>> {
    let Some(folder) = std::env::var_os("PROBITY_PAGES") else {
        println!("skipped: PROBITY_PAGES names no folder of pages");
        return None;
    };
    let folder = PathBuf::from(folder);
    assert!(folder.is_dir(), "PROBITY_PAGES names {}, which is no folder", folder.display());
    let mut found = Vec::new();
    gather_pages(&folder, &mut found);
    assert!(!found.is_empty(), "PROBITY_PAGES names {}, which holds no page", folder.display());
    Some(found)
}

fn gather_pages(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("the folder can be listed").map(|e| e.expect("an entry").path()).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            gather_pages(&entry, found);
        } else if entry.extension().is_some_and(|e| e == "md" || e == "rst" || e == "txt") {
            found.push(entry);
        }
    }
}

fn all_tables(document: &Document) -> impl Iterator<Item = &PageTable> {
    document.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
        PageBlock::Table(table) => Some(table),
        _ => None,
    })
}

#[test]
fn every_real_page_is_read_with_all_its_rows() {
    let Some(pages) = find_pages() else { return };
    let mut faults = Vec::new();
    for page in &pages {
        let bytes = std::fs::read(page).expect("the page can be read");
        let name = page.display().to_string();
        let document = match read_page(&name, &bytes) {
            Ok(document) => document,
            Err(error) => {
                faults.push(error.to_string());
                continue;
            }
        };
        let text = String::from_utf8(bytes).expect("a page that was read is UTF-8");
        faults.extend(document.troubles.iter().map(|t| format!("{name}:{}: {}", t.line, t.cause)));
        super::assert_lines_in_bounds(&document, &text);
        let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        if read_page(&name, windows.as_bytes()).map(|other| other.write_outline()) != Ok(document.write_outline()) {
            faults.push(format!("{name}: another line end makes another document"));
        }
        for table in all_tables(&document).filter(|_| document.dialect != "pipes") {
            let uneven = table.rows.iter().find(|row| row.cells.len() != table.header.len());
            let lost = table.rows.iter().find(|row| !has_row_markup(&text, row));
            faults.extend(lost.map(|row| format!("{name}:{}: a row does not stand on its lines", row.first)));
            faults.extend(uneven.map(|row| format!("{name}:{}: a row of other length than its header", row.first)));
        }
        let expected = match document.dialect {
            "markdown" => text.matches("<tr").count(),
            "rst" => count_grid_rows(&text),
            _ => count_pipe_rows(&text),
        };
        let found: usize = match document.dialect {
            "rst" => all_tables(&document)
                .filter(|t| text.lines().nth(t.first as usize - 1).is_some_and(|l| l.trim_start().starts_with('+')))
                .map(count_rows)
                .sum(),
            _ => all_tables(&document).map(count_rows).sum(),
        };
        if expected != found {
            faults.push(format!("{name}: {expected} rows in the source, {found} read"));
        }
    }
    println!("{} pages", pages.len());
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

fn count_rows(table: &PageTable) -> usize {
    table.rows.len() + !table.header.is_empty() as usize
}

/// Whether the lines of a row begin and end with the markup of a row.
fn has_row_markup(text: &str, row: &TableRow) -> bool {
    let line = |number: u32| text.lines().nth(number as usize - 1).unwrap_or("").trim();
    let rule = |number: u32| line(number).starts_with("+-") || line(number).starts_with("+=");
    match line(row.first) {
        first if first.contains("<tr") => line(row.last).contains("</tr>"),
        first if first.starts_with('|') => rule(row.first - 1) && rule(row.last + 1),
        first => !first.starts_with(['=', '+', '<']),
    }
}

/// Counts the rows of grid tables: a table has one rule more than rows.
fn count_grid_rows(text: &str) -> usize {
    let mut count = 0;
    let mut before = false;
    for line in text.lines().map(str::trim) {
        let rule = line.starts_with('+') && line.ends_with('+') && line.chars().all(|c| matches!(c, '+' | '-' | '='));
        let row = line.starts_with('|');
        count += (rule && before) as usize;
        before = row || (rule && before);
    }
    count
}

/// Counts the rows of pipe tables: all lines except the rules.
fn count_pipe_rows(text: &str) -> usize {
    let is_row = |line: &&str| line.starts_with('|') && !line.starts_with("|---");
    text.lines().filter(is_row).count()
}

#[test]
fn most_pages_of_one_topic_have_the_same_tables_in_two_dialects() {
    let Some(pages) = find_pages() else { return };
    let mut topics: BTreeMap<String, Vec<(String, Document)>> = BTreeMap::new();
    for page in &pages {
        let bytes = std::fs::read(page).expect("the page can be read");
        let Ok(document) = read_page(&page.display().to_string(), &bytes) else {
            continue;
        };
        for label in document.labels.iter().filter(|label| label.starts_with("en-us_topic_")) {
            topics.entry(label.clone()).or_default().push((page.display().to_string(), document.clone()));
        }
    }
    let mut pairs = 0;
    let mut alike = 0;
    for documents in topics.values() {
        for (name, markdown) in documents.iter().filter(|(_, d)| d.dialect == "markdown") {
            for (other, rst) in documents.iter().filter(|(_, d)| d.dialect == "rst") {
                pairs += 1;
                let (left, right) = (table_headers(markdown), table_headers(rst));
                match left == right {
                    true => alike += 1,
                    false => println!("{name}\n{other}\n  {}\n  {}", left.join(" / "), right.join(" / ")),
                }
            }
        }
    }
    println!("{pairs} pairs, {alike} with the same tables");
    // A vendor changes some pages between editions, and keeps most.
    assert!(alike * 2 >= pairs, "only {alike} of {pairs} pages have the same tables in two dialects");
}

/// The headers of all tables, in order.
fn table_headers(document: &Document) -> Vec<String> {
    let words = |table: &PageTable| {
        let cells =
            table.header.iter().map(|c| c.text.lines.iter().map(|l| l.text.as_str()).collect::<Vec<_>>().join(" "));
        cells.collect::<Vec<_>>().join(",")
    };
    all_tables(document).map(words).collect()
}
