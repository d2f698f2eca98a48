//! HTML inside of pages: tables with line numbers, and the text of fragments.
//!
//! The HTML parser repairs unclosed cells as browsers do, but reports no lines. Therefore `source` gives each start tag
//! an attribute with its place before the text is parsed.

use super::text_builder::TextBuilder;
use crate::document::{BlockText, PageTable, ReadingTrouble, TableCell, TableRow};
use scraper::{ElementRef, Html, Node, Selector};
use source::{MarkedHtml, mark_tags};

mod source;

/// Most columns or rows that one cell may span. HTML has a similar limit.
const SPAN_MAX: usize = 1000;
/// Most cells of one table after spans are expanded.
const CELLS_MAX: usize = 200_000;
/// Deepest nesting of elements that is parsed. The parser needs quadratic time for deep nesting.
const DEPTH_MAX: usize = 200;

/// Reads one `<table>` between the lines `first` and `last`.
pub(super) fn read_html_table(html: &str, first: u32, last: u32, troubles: &mut Vec<ReadingTrouble>) -> PageTable {
    let empty = PageTable { caption: BlockText::default(), labels: vec![], header: vec![], rows: vec![], first, last };
    let marked = mark_tags(html, first);
    if marked.depth > DEPTH_MAX {
        let cause = format!("a table nests elements {} deep; at most {DEPTH_MAX} are read", marked.depth);
        troubles.push(ReadingTrouble { line: first, cause });
        return empty;
    }
    let parsed = Html::parse_fragment(&marked.html);
    let Some(element) = parsed.select(&tag_selector("table")).next() else {
        troubles.push(ReadingTrouble { line: first, cause: "a table could not be parsed".into() });
        return empty;
    };
    let mut table = empty;
    table.labels = element.value().id().map(str::to_lowercase).into_iter().collect();
    if let Some(caption) = element.select(&tag_selector("caption")).next() {
        table.caption = element_text(caption, &marked, last);
    }
    let (header_rows, rows) = collect_rows(element, &marked, last);
    let expanded = expand_spans(rows, troubles);
    let (header, body) = expanded.split_at(header_rows.min(expanded.len()));
    table.header = merge_header(header);
    table.rows = body.to_vec();
    table
}

/// The text of a fragment with a line for each block element, and the anchors.
pub(super) fn read_html_fragment(html: &str, first: u32, last: u32) -> (BlockText, Vec<String>) {
    let marked = mark_tags(html, first);
    if marked.depth > DEPTH_MAX {
        return (BlockText::default(), marked.anchors);
    }
    let parsed = Html::parse_fragment(&marked.html);
    let mut growing = TextBuilder::between_lines(first, last);
    let mut at = first;
    collect_text(parsed.root_element(), &marked, last, &mut at, &mut growing, 0);
    (growing.take_text(), marked.anchors)
}

fn tag_selector(name: &str) -> Selector {
    Selector::parse(name).expect("a tag name is a valid selector")
}

/// A row before spans are expanded: each cell with its number of columns and of rows.
struct UnexpandedRow {
    cells: Vec<(TableCell, usize, usize)>,
    first: u32,
    last: u32,
}

/// The number of header rows, and all rows of the table, without the rows of nested tables.
fn collect_rows(table: ElementRef, marked: &MarkedHtml, last: u32) -> (usize, Vec<UnexpandedRow>) {
    let mut found = Vec::new();
    let mut header_rows = 0;
    let groups = table.child_elements().flat_map(|child| match child.value().name() {
        "tr" => vec![(false, child)],
        name => {
            let head = name == "thead";
            child.child_elements().filter(|row| row.value().name() == "tr").map(|row| (head, row)).collect()
        }
    });
    for (in_head, row) in groups {
        let cells: Vec<ElementRef> =
            row.child_elements().filter(|cell| matches!(cell.value().name(), "td" | "th")).collect();
        let all_heads = !cells.is_empty() && cells.iter().all(|cell| cell.value().name() == "th");
        if found.len() == header_rows && (in_head || (all_heads && header_rows == 0)) {
            header_rows += 1;
        }
        found.push(read_unexpanded_row(row, &cells, marked, last));
    }
    (header_rows, found)
}

fn read_unexpanded_row(row: ElementRef, cells: &[ElementRef], marked: &MarkedHtml, last: u32) -> UnexpandedRow {
    let cells: Vec<(TableCell, usize, usize)> = cells
        .iter()
        .map(|cell| {
            let (first, end) = marked.element_lines(*cell, last);
            let text = element_text(*cell, marked, end);
            let span = |name| cell.attr(name).and_then(|v| v.trim().parse::<usize>().ok()).unwrap_or(1);
            let (columns, rows) = (span("colspan").clamp(1, SPAN_MAX), span("rowspan").min(SPAN_MAX));
            (TableCell { text, first, last: end }, columns, rows)
        })
        .collect();
    // The parser adds a row for cells outside of rows. Such a row has the lines of its cells.
    let (first, end) = match marked.has_place(row) {
        true => marked.element_lines(row, last),
        false => {
            (cells.first().map_or(last, |(cell, ..)| cell.first), cells.last().map_or(last, |(cell, ..)| cell.last))
        }
    };
    let end = cells.iter().map(|(cell, ..)| cell.last).max().unwrap_or(end).max(end);
    UnexpandedRow { cells, first, last: end }
}

/// Repeats each cell in all rows and columns of its span.
fn expand_spans(rows: Vec<UnexpandedRow>, troubles: &mut Vec<ReadingTrouble>) -> Vec<TableRow> {
    let count = rows.len();
    let mut down: Vec<Option<(TableCell, usize)>> = Vec::new();
    let mut made = 0;
    let mut out = Vec::new();
    for (index, row) in rows.into_iter().enumerate() {
        let mut cells = Vec::new();
        let mut own = row.cells.into_iter();
        loop {
            let column = cells.len();
            if let Some((cell, left)) = down.get_mut(column).and_then(Option::take) {
                down[column] = (left > 1).then(|| (cell.clone(), left - 1));
                cells.push(cell);
                continue;
            }
            let Some((cell, columns, spanned)) = own.next() else {
                // A cell of an earlier row still spans a column further right; columns before that column are blank.
                match down.iter().skip(column).any(Option::is_some) {
                    true => cells.push(TableCell { text: BlockText::default(), first: row.first, last: row.first }),
                    false => break,
                }
                continue;
            };
            let spanned = if spanned == 0 { count - index } else { spanned };
            for column in column..column + columns {
                if down.len() <= column {
                    down.resize(column + 1, None);
                }
                down[column] = (spanned > 1).then(|| (cell.clone(), spanned - 1));
                cells.push(cell.clone());
            }
        }
        made += cells.len();
        out.push(TableRow { cells, first: row.first, last: row.last });
        if made > CELLS_MAX {
            let cause = format!("the spans of a table make more than {CELLS_MAX} cells; the rows after are left out");
            troubles.push(ReadingTrouble { line: row.last, cause });
            break;
        }
    }
    out
}

/// One header row from several: each column has the different texts of its rows.
pub(super) fn merge_header(rows: &[TableRow]) -> Vec<TableCell> {
    let mut header: Vec<TableCell> = Vec::new();
    for row in rows {
        for (column, cell) in row.cells.iter().enumerate() {
            match header.get_mut(column) {
                None => header.push(cell.clone()),
                Some(above) if above.text != cell.text => {
                    above.text.lines.extend(cell.text.lines.iter().cloned());
                    above.last = above.last.max(cell.last);
                }
                Some(_) => {}
            }
        }
    }
    header
}

fn element_text(element: ElementRef, marked: &MarkedHtml, last: u32) -> BlockText {
    let first = marked.element_lines(element, last).0;
    let mut growing = TextBuilder::between_lines(first, last);
    let mut at = first;
    collect_text(element, marked, last, &mut at, &mut growing, 0);
    growing.take_text()
}

/// Collects the text of an element in order. `at` is the current line of the file.
fn collect_text(
    element: ElementRef,
    marked: &MarkedHtml,
    last: u32,
    at: &mut u32,
    out: &mut TextBuilder,
    depth: usize,
) {
    if depth > DEPTH_MAX {
        return;
    }
    for child in element.children() {
        match child.value() {
            Node::Text(text) => {
                out.push_text(text, (*at).min(last));
                *at += text.matches('\n').count() as u32;
            }
            Node::Element(_) => {
                let child = ElementRef::wrap(child).expect("the node is an element");
                if let Some(line) = marked.inner_line(child) {
                    *at = line;
                }
                collect_element(child, marked, last, at, out, depth);
            }
            _ => {}
        }
    }
}

fn collect_element(
    child: ElementRef,
    marked: &MarkedHtml,
    last: u32,
    at: &mut u32,
    out: &mut TextBuilder,
    depth: usize,
) {
    let name = child.value().name();
    match name {
        "br" | "hr" => return out.break_line(),
        "script" | "style" => return,
        "li" => out.begin_bullet(),
        "td" | "th" => out.push_text(" ", *at),
        "strong" | "b" | "code" | "kbd" | "tt" => out.begin_strong(),
        "a" => {
            if let Some(target) = child.attr("href") {
                out.begin_link(target, *at);
            }
        }
        "pre" => {
            out.break_line();
            out.verbatim = true;
        }
        "p" | "div" | "tr" | "dd" | "dt" | "blockquote" | "caption" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
            out.break_line()
        }
        "ul" | "ol" | "dl" | "table" => out.end_list(),
        _ => {}
    }
    collect_text(child, marked, last, at, out, depth + 1);
    match name {
        "strong" | "b" | "code" | "kbd" | "tt" => out.end_strong(),
        "a" if child.attr("href").is_some() => out.end_link(),
        "pre" => {
            out.break_line();
            out.verbatim = false;
        }
        "p" | "div" | "tr" | "dd" | "dt" | "blockquote" | "caption" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
            out.break_line()
        }
        "li" | "ul" | "ol" | "dl" | "table" => out.end_list(),
        _ => {}
    }
}
