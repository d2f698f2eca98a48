//! `probity derive --figures`: how much of each reference below a folder is read.

use crate::pages::derive::{
    DeriveError, DeriveOptions, ExampleCount, PageSources, PageWords, ReadingSummary, derive_files,
};
use crate::session::{ExitKind, UserError};
use crate::terminal;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Prints the figures of each folder below `folder`, each taken as one reference.
pub(super) fn print_figures(folder: &Path, words: &PageWords) -> Result<ExitKind, UserError> {
    let fail = |cause: String| {
        UserError::input(folder.display().to_string(), cause, "name a folder with one folder for each reference")
    };
    let entries = std::fs::read_dir(folder).map_err(|error| fail(error.to_string()))?;
    let mut references: Vec<PathBuf> =
        entries.filter_map(|it| it.ok().map(|it| it.path())).filter(|path| path.is_dir()).collect();
    references.sort();
    if references.is_empty() {
        return Err(fail("the folder has no folders".into()));
    }
    let mut total = FigureRow::default();
    let mut named = String::new();
    terminal::print_line(&FigureRow::head());
    for path in references {
        let name = path.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        let options = DeriveOptions { words: words.clone(), ..DeriveOptions::default() };
        let sources = PageSources::Pages { api: "figures".into(), paths: vec![path] };
        match derive_files(&sources, Path::new(""), &options) {
            Ok((derived, _)) => {
                let row = FigureRow::count(&derived.reading, derived.catalog.operations.len(), derived.doubts.len());
                terminal::print_line(&row.render(&name));
                total.add(&row);
                for page in derived.reading.pages.iter().filter(|it| it.missed) {
                    let _ = writeln!(named, "  {name}/{}: {}", page.file, page.reason);
                }
            }
            Err(DeriveError::NoOperation { pages, .. }) => {
                terminal::print_line(&format!("{name}: {pages} pages without an operation"));
            }
            Err(error) => terminal::print_line(&format!("{name}: {error}")),
        }
    }
    terminal::print_line(&total.render("all"));
    if !named.is_empty() {
        terminal::print_text(&format!("\npages with parts of an operation and no operation:\n{named}"));
    }
    Ok(ExitKind::Passed)
}

/// The figures of one reference.
#[derive(Debug, Default)]
struct FigureRow {
    pages: usize,
    operation_pages: usize,
    missed_pages: usize,
    operations: usize,
    rows: usize,
    joined_rows: usize,
    requests: ExampleCount,
    responses: ExampleCount,
    doubts: usize,
    unread_parts: usize,
}

impl FigureRow {
    fn count(reading: &ReadingSummary, operations: usize, doubts: usize) -> FigureRow {
        FigureRow {
            pages: reading.pages.len(),
            operation_pages: reading.count_pages(crate::pages::derive::PageKind::Operation),
            missed_pages: reading.pages.iter().filter(|it| it.missed).count(),
            operations,
            rows: reading.rows,
            joined_rows: reading.joined_rows,
            requests: reading.requests,
            responses: reading.responses,
            doubts,
            unread_parts: reading.unread_parts,
        }
    }

    fn add(&mut self, other: &FigureRow) {
        self.pages += other.pages;
        self.operation_pages += other.operation_pages;
        self.missed_pages += other.missed_pages;
        self.operations += other.operations;
        self.rows += other.rows;
        self.joined_rows += other.joined_rows;
        self.requests = add_counts(self.requests, other.requests);
        self.responses = add_counts(self.responses, other.responses);
        self.doubts += other.doubts;
        self.unread_parts += other.unread_parts;
    }

    fn head() -> String {
        format!(
            "{:28} {:>5} {:>11} {:>5} {:>13} {:>17} {:>17} {:>6} {:>6}",
            "reference", "pages", "op. pages", "ops", "rows", "requests", "responses", "doubts", "unread"
        )
    }

    fn render(&self, name: &str) -> String {
        let examples = |it: &ExampleCount| format!("{}+{}/{}", it.agreeing, it.doubted, it.all);
        format!(
            "{name:28} {:>5} {:>11} {:>5} {:>13} {:>17} {:>17} {:>6} {:>6}",
            self.pages,
            format!("{}/{}", self.operation_pages, self.operation_pages + self.missed_pages),
            self.operations,
            format!("{}/{}", self.joined_rows, self.rows),
            examples(&self.requests),
            examples(&self.responses),
            self.doubts,
            self.unread_parts,
        )
    }
}

fn add_counts(one: ExampleCount, other: ExampleCount) -> ExampleCount {
    ExampleCount {
        all: one.all + other.all,
        agreeing: one.agreeing + other.agreeing,
        doubted: one.doubted + other.doubted,
    }
}
