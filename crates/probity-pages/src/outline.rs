//! A document as plain text, for tests and for people.

use super::document::{Block, Cell, Document, Section, Table, Text};
use std::fmt::Write;

impl Document {
    /// The document as indented lines with line numbers. Equal documents have equal outlines.
    pub fn outline(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "{} @{} {}{}", self.dialect, self.title_line, self.title, labels(&self.labels));
        for section in &self.sections {
            write_section(&mut out, section);
        }
        for trouble in &self.troubles {
            let _ = writeln!(out, "trouble @{} {}", trouble.line, trouble.cause);
        }
        out.lines().flat_map(|line| [line.trim_end(), "\n"]).collect()
    }
}

fn write_section(out: &mut String, section: &Section) {
    let _ = writeln!(out, "section {} @{} {}{}", section.level, section.line, section.title, labels(&section.labels));
    for block in &section.blocks {
        match block {
            Block::Paragraph(text) => {
                let _ = writeln!(out, "  text {}", written(text));
            }
            Block::Item { depth, text } => {
                let _ = writeln!(out, "  item {depth} {}", written(text));
            }
            Block::Code { language, text, first, last } => {
                let _ = writeln!(out, "  code {language:?} @{first}-{last}");
                for line in text.lines() {
                    let _ = writeln!(out, "    |{line}");
                }
            }
            Block::Table(table) => write_table(out, table),
        }
    }
}

fn write_table(out: &mut String, table: &Table) {
    let caption = if table.caption.lines.is_empty() { String::new() } else { written(&table.caption) };
    let _ = writeln!(out, "  table @{}-{} {caption}{}", table.first, table.last, labels(&table.labels));
    if !table.header.is_empty() {
        let _ = writeln!(out, "    head {}", written_cells(&table.header));
    }
    for row in &table.rows {
        let _ = writeln!(out, "    row @{}-{} {}", row.first, row.last, written_cells(&row.cells));
    }
}

fn written_cells(cells: &[Cell]) -> String {
    let cells: Vec<String> = cells
        .iter()
        .map(|cell| match cell.text.lines.is_empty() {
            true => "-".to_string(),
            false => written(&cell.text),
        })
        .collect();
    cells.join(" ; ")
}

fn written(text: &Text) -> String {
    let mut parts = Vec::new();
    for line in &text.lines {
        let mut part = format!("@{}", line.first);
        if line.last != line.first {
            let _ = write!(part, "-{}", line.last);
        }
        part.push_str(if line.bullet { " * " } else { " " });
        part.push_str(&line.text);
        if !line.strong.is_empty() {
            let _ = write!(part, " !{}", line.strong.join("!"));
        }
        parts.push(part);
    }
    let mut out = parts.join(" / ");
    for link in &text.links {
        let _ = write!(out, " ->({}|{}|{})@{}", link.text, link.file.as_deref().unwrap_or(""), link.label, link.line);
    }
    out
}

fn labels(labels: &[String]) -> String {
    if labels.is_empty() { String::new() } else { format!(" [{}]", labels.join(" ")) }
}
