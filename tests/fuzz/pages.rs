//! Documentation pages and their manifest.

use crate::runner::InputFate;
use probity::pages::derive::{DeriveOptions, PageInput, derive_api};
use probity::pages::dialect::{UnreadablePage, read_page};
use probity::pages::document::{Document, LINES_APART, PageBlock};
use probity::pages::manifest::{PageEntry, parse_manifest};
use probity::schema::{CatalogFiles, CompiledCatalog};
use std::collections::BTreeMap;
use std::path::Path;

/// A page is refused, or read with lines inside of the page; what is derived from it is the same each time, and loads
/// as a catalog.
pub fn check_page(bytes: &[u8]) -> Result<InputFate, String> {
    let document = match read_page("page", bytes) {
        Ok(document) => document,
        Err(UnreadablePage { cause, .. }) if cause.is_empty() => return Err("the refusal has no cause".into()),
        Err(_) => return Ok(InputFate::Refused),
    };
    let text = std::str::from_utf8(bytes).map_err(|_| "a page that is no text was read")?;
    check_lines(&document, text)?;
    let entry = PageEntry { id: "page".into(), file: "page.md".into(), ..PageEntry::default() };
    let inputs = [PageInput { entry, text: text.to_string(), document }];
    let derived = derive_api("fuzz", &inputs, &DeriveOptions::default());
    if derived != derive_api("fuzz", &inputs, &DeriveOptions::default()) {
        return Err("the second derivation differs".into());
    }
    let catalog = serde_json::to_vec(&derived.catalog).map_err(|error| error.to_string())?;
    let mut files = BTreeMap::from([("catalog.json".to_string(), catalog)]);
    for (name, schema) in &derived.schemas {
        if name.len() > 200 || name.contains(['/', '\\', ':', '\0']) {
            return Err(format!("`{name}` is no name of a file"));
        }
        files.insert(name.clone(), schema.to_string().into_bytes());
    }
    CompiledCatalog::load(&MemoryFiles(files))
        .map_err(|error| format!("the derived catalog does not load: {error}"))?;
    Ok(InputFate::Read)
}

fn check_lines(document: &Document, text: &str) -> Result<(), String> {
    let count = text.lines().count().max(1) as u32;
    let mut lines: Vec<u32> = document.troubles.iter().map(|trouble| trouble.line).collect();
    for section in &document.sections {
        lines.push(section.line);
        for block in &section.blocks {
            match block {
                PageBlock::Paragraph(text) | PageBlock::Item { text, .. } => {
                    lines.extend(text.lines.iter().flat_map(|line| [line.first, line.last]));
                }
                PageBlock::Code { first, last, .. } => lines.extend([*first, *last]),
                PageBlock::Table(table) => {
                    lines.extend([table.first, table.last]);
                    lines.extend(table.rows.iter().flat_map(|row| [row.first, row.last]));
                }
            }
        }
    }
    // Lines of included files are counted further on.
    match lines.into_iter().find(|line| *line < LINES_APART && !(1..=count).contains(line)) {
        Some(line) => Err(format!("line {line} is not in a page of {count} lines")),
        None => Ok(()),
    }
}

/// A manifest is read, or refused with a line inside of the file.
pub fn check_manifest(bytes: &[u8]) -> Result<InputFate, String> {
    let text = String::from_utf8_lossy(bytes);
    match parse_manifest(Path::new("manifest.yaml"), &text) {
        Ok(manifest) if manifest.pages.is_empty() => Err("a manifest without pages was read".into()),
        Ok(_) => Ok(InputFate::Read),
        Err(error) => {
            // A parser names the line after the last one for an end that comes too soon.
            let last = text.split('\n').count() as u64 + 1;
            if error.cause.is_empty() || error.line > last {
                return Err(format!("line {} of {last}: {}", error.line, error.cause));
            }
            Ok(InputFate::Refused)
        }
    }
}

/// The files of a catalog in memory.
pub struct MemoryFiles(pub BTreeMap<String, Vec<u8>>);

impl CatalogFiles for MemoryFiles {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        self.0.get(name).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}
