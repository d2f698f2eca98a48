//! A document as plain text, for tests and for people.

use super::document::{BlockText, Document, PageBlock, PageSection, PageTable, TableCell};
use std::fmt::Write;

impl Document {
    /// The document as indented lines with line numbers. Equal documents have equal outlines.
    pub fn write_outline(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "{} @{} {}{}", self.dialect, self.title_line, self.title, format_labels(&self.labels));
        for section in &self.sections {
            write_section(&mut out, section);
        }
        for trouble in &self.troubles {
            let _ = writeln!(out, "trouble @{} {}", trouble.line, trouble.cause);
        }
        out.lines().flat_map(|line| [line.trim_end(), "\n"]).collect()
    }
}

fn write_section(out: &mut String, section: &PageSection) {
    let _ = writeln!(
        out,
        "section {} @{} {}{}",
        section.level,
        section.line,
        section.title,
        format_labels(&section.labels)
    );
    for block in &section.blocks {
        match block {
            PageBlock::Paragraph(text) => {
                let _ = writeln!(out, "  text {}", format_text(text));
            }
            PageBlock::Item { depth, text } => {
                let _ = writeln!(out, "  item {depth} {}", format_text(text));
            }
            PageBlock::Code { language, text, first, last } => {
                let _ = writeln!(out, "  code {language:?} @{first}-{last}");
                for line in text.lines() {
                    let _ = writeln!(out, "    |{line}");
                }
            }
            PageBlock::Table(table) => write_table(out, table),
        }
    }
}

fn write_table(out: &mut String, table: &PageTable) {
    let caption = if table.caption.lines.is_empty() { String::new() } else { format_text(&table.caption) };
    let _ = writeln!(out, "  table @{}-{} {caption}{}", table.first, table.last, format_labels(&table.labels));
    if !table.header.is_empty() {
        let _ = writeln!(out, "    head {}", format_cells(&table.header));
    }
    for row in &table.rows {
        let _ = writeln!(out, "    row @{}-{} {}", row.first, row.last, format_cells(&row.cells));
    }
}

fn format_cells(cells: &[TableCell]) -> String {
    let cells: Vec<String> = cells
        .iter()
        .map(|cell| match cell.text.lines.is_empty() {
            true => "-".to_string(),
            false => format_text(&cell.text),
        })
        .collect();
    cells.join(" ; ")
}

fn format_text(text: &BlockText) -> String {
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

fn format_labels(labels: &[String]) -> String {
    if labels.is_empty() { String::new() } else { format!(" [{}]", labels.join(" ")) }
}
