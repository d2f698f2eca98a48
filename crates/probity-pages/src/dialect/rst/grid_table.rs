//! Grid tables: cells are boxes of `+`, `-`, `=` and `|`, and may span rows and columns.

use super::cells;
use super::page::{RstPage, SourceLine};
use crate::dialect::html::merge_header;
use crate::document::{BlockText, PageTable, TableCell, TableRow};
use std::collections::{BTreeMap, BTreeSet};

/// Most characters that are read while boxes are traced.
const WORK_MAX: usize = 20_000_000;

/// Reads the lines of one table, from the first rule to the last. `None` if the lines are no table.
pub(super) fn read_grid_table(page: &mut RstPage, lines: &[SourceLine], depth: usize) -> Option<PageTable> {
    let canvas = GridCanvas::new(lines);
    let boxes = trace_boxes(&canvas)?;
    let mut tops: BTreeSet<usize> = boxes.iter().map(|b| b.top).collect();
    let mut lefts: BTreeSet<usize> = boxes.iter().map(|b| b.left).collect();
    tops.insert(canvas.height - 1);
    lefts.insert(canvas.width - 1);
    let tops: Vec<usize> = tops.into_iter().collect();
    let lefts: Vec<usize> = lefts.into_iter().collect();
    let mut grid: BTreeMap<(usize, usize), TableCell> = BTreeMap::new();
    for part in &boxes {
        let inner: Vec<SourceLine> =
            (part.top + 1..part.bottom).map(|row| canvas.slice_row(row, part.left + 1, part.right, lines)).collect();
        let mut cell = cells::read_cell(page, &inner, depth);
        if inner.is_empty() {
            let line = lines[part.top].number;
            cell = TableCell { text: BlockText::default(), first: line, last: line };
        }
        let rows = tops.iter().enumerate().filter(|(_, top)| **top >= part.top && **top < part.bottom);
        for (row, _) in rows {
            for (column, left) in lefts.iter().enumerate() {
                if *left >= part.left && *left < part.right {
                    grid.insert((row, column), cell.clone());
                }
            }
        }
    }
    let header_rows = canvas.find_header_rule().map_or(0, |rule| tops.iter().filter(|top| **top < rule).count());
    let mut rows: Vec<TableRow> = Vec::new();
    for (row, pair) in tops.windows(2).enumerate() {
        let cells: Vec<TableCell> =
            (0..lefts.len() - 1).filter_map(|column| grid.get(&(row, column)).cloned()).collect();
        // Between the rules. A row without lines has the line of its rule.
        let first = lines[(pair[0] + 1).min(pair[1] - 1).max(pair[0])].number;
        let last = lines[(pair[1] - 1).max(pair[0])].number;
        rows.push(TableRow { cells, first, last });
    }
    let body = rows.split_off(header_rows.min(rows.len()));
    Some(PageTable {
        caption: BlockText::default(),
        labels: vec![],
        header: merge_header(&rows),
        rows: body,
        first: lines[0].number,
        last: lines[lines.len() - 1].number,
    })
}

/// The corners of a box, as indices of lines and columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct GridBox {
    top: usize,
    left: usize,
    bottom: usize,
    right: usize,
}

/// The lines as characters by column on a screen.
struct GridCanvas {
    rows: Vec<Vec<char>>,
    height: usize,
    width: usize,
}

impl GridCanvas {
    fn new(lines: &[SourceLine]) -> GridCanvas {
        let mut rows: Vec<Vec<char>> = lines.iter().map(|line| split_columns(&line.text)).collect();
        let width = rows.first().map_or(0, Vec::len);
        for row in &mut rows {
            row.resize(width.max(row.len()), ' ');
        }
        GridCanvas { height: rows.len(), width, rows }
    }

    fn char_at(&self, row: usize, column: usize) -> char {
        self.rows[row].get(column).copied().unwrap_or(' ')
    }

    fn slice_row(&self, row: usize, from: usize, to: usize, lines: &[SourceLine]) -> SourceLine {
        let text: String = self.rows[row][from..to].iter().filter(|c| **c != '\0').collect();
        SourceLine { number: lines[row].number, text: text.trim_end().to_string() }
    }

    /// The rule of `=` under the header.
    fn find_header_rule(&self) -> Option<usize> {
        (1..self.height.saturating_sub(1)).find(|row| {
            let line: String = self.rows[*row].iter().collect();
            let line = line.trim_end();
            line.contains('=') && line.chars().all(|c| matches!(c, '=' | '+'))
        })
    }
}

/// Characters by column. A character of two columns is followed by a filler.
pub(super) fn split_columns(text: &str) -> Vec<char> {
    let mut out = Vec::with_capacity(text.len());
    for c in text.chars() {
        out.push(c);
        if is_wide(c) {
            out.push('\0');
        }
    }
    out
}

/// Whether a character has two columns: the blocks of East Asian characters.
fn is_wide(c: char) -> bool {
    matches!(c as u32,
        0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0x33FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF
        | 0xA000..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE4F | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6 | 0x20000..=0x3FFFD)
}

/// Finds all boxes from the top left. The corners of a box are the corners of further boxes.
fn trace_boxes(canvas: &GridCanvas) -> Option<Vec<GridBox>> {
    let mut work = 0usize;
    let (bottom, right) = (canvas.height.checked_sub(1)?, canvas.width.checked_sub(1)?);
    if bottom < 2 {
        return None;
    }
    let mut done: Vec<Option<usize>> = vec![None; canvas.width];
    let mut corners: BTreeSet<(usize, usize)> = BTreeSet::from([(0, 0)]);
    let mut boxes = Vec::new();
    while let Some((top, left)) = corners.pop_first() {
        if top == bottom || left == right || done[left].is_some_and(|row| top <= row) {
            continue;
        }
        work += canvas.width;
        let Some(found) = find_box(canvas, top, left, &mut work) else {
            if work > WORK_MAX {
                return None;
            }
            continue;
        };
        for column in &mut done[found.left..found.right] {
            *column = Some(found.bottom - 1);
        }
        corners.insert((found.top, found.right));
        corners.insert((found.bottom, found.left));
        boxes.push(found);
    }
    // The boxes of a table cover every column down to the last rule.
    done[..right].iter().all(|row| *row == Some(bottom - 1)).then_some(boxes)
}

/// The smallest box with this top left corner.
fn find_box(canvas: &GridCanvas, top: usize, left: usize, work: &mut usize) -> Option<GridBox> {
    if canvas.char_at(top, left) != '+' {
        return None;
    }
    for right in left + 1..canvas.width {
        *work += 1;
        match canvas.char_at(top, right) {
            '+' => {}
            '-' | '=' => continue,
            _ => return None,
        }
        for bottom in top + 1..canvas.height {
            *work += 1;
            if *work > WORK_MAX {
                return None;
            }
            match canvas.char_at(bottom, right) {
                '|' => continue,
                '+' if is_closed(canvas, top, left, bottom, right, work) => {
                    return Some(GridBox { top, left, bottom, right });
                }
                '+' => continue,
                _ => break,
            }
        }
    }
    None
}

/// Whether the lower and the left edge of a box are drawn.
fn is_closed(canvas: &GridCanvas, top: usize, left: usize, bottom: usize, right: usize, work: &mut usize) -> bool {
    *work += right - left + bottom - top;
    canvas.char_at(bottom, left) == '+'
        && (left + 1..right).all(|column| matches!(canvas.char_at(bottom, column), '-' | '=' | '+'))
        && (top + 1..bottom).all(|row| matches!(canvas.char_at(row, left), '|' | '+'))
}
