//! OpenAPI 3.0 and 3.1, in YAML or JSON.
//!
//! The document keeps the whole description as a value with lines. `check` refuses a description without paths or with
//! a reference to nothing, so that later readers can follow every local reference.

mod check;
mod methods;
mod tree;

use super::unreadable::UnreadablePage;
use crate::document::{Document, PageSection, ReadingTrouble};
use crate::value::{SourceValue, SourceValueKind};

pub(crate) use methods::METHODS;

/// Reads a description.
///
/// # Errors
///
/// [`UnreadablePage`] with the line of malformed YAML or JSON, of an unsupported version of OpenAPI, of a missing mandatory
/// part, or of a reference without target.
pub(super) fn read_openapi(file: &str, text: &str) -> Result<Document, UnreadablePage> {
    let root = tree::read_value(file, text)?;
    let mut troubles = Vec::new();
    check::check_description(file, &root, &mut troubles)?;
    Ok(make_document(root, troubles))
}

fn make_document(root: SourceValue, troubles: Vec<ReadingTrouble>) -> Document {
    let title = root.get("info").and_then(|it| it.get("title"));
    let (name, line) = match title {
        Some(SourceValue { kind: SourceValueKind::String(text), first, .. }) => (text.clone(), *first),
        _ => ("OpenAPI description".to_string(), 1),
    };
    let mut sections = vec![PageSection { level: 1, title: name.clone(), line, ..PageSection::default() }];
    let mut head = |title: String, line: u32| {
        sections.push(PageSection { level: 2, title, line, ..PageSection::default() });
    };
    for (path, item) in root.get("paths").map_or(&[][..], SourceValue::members) {
        for (method, operation) in item.members().iter().filter(|(it, _)| METHODS.contains(&it.as_str())) {
            head(format!("{} {path}", method.to_uppercase()), operation.first);
        }
    }
    for (kind, all) in root.get("components").map_or(&[][..], SourceValue::members) {
        for (name, component) in all.members() {
            head(format!("{kind}/{name}"), component.first);
        }
    }
    sections.sort_by_key(|it| it.line);
    Document {
        dialect: "openapi",
        title: name,
        title_line: line,
        labels: Vec::new(),
        sections,
        included: Vec::new(),
        troubles,
        described: Some(root),
    }
}
