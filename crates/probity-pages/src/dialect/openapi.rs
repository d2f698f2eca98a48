//! OpenAPI 2.0 (Swagger) and 3.0 to 3.2, in YAML or JSON, in one file or several.
//!
//! The document keeps the whole description as a value with lines, in the form of version 3: `outside_files` joins the
//! files, `swagger` converts version 2.0. `check` refuses a description without paths or with a reference to nothing, so
//! that later readers can follow every local reference.

mod check;
mod methods;
mod outside_files;
mod swagger;
mod tree;

use super::unreadable::UnreadablePage;
use crate::document::{Document, IncludedFile, PageSection, ReadingTrouble};
use check::DescriptionVersion;
use outside_files::JoinedDescription;

use crate::value::{SourceValue, SourceValueKind};

pub(crate) use methods::METHODS;

/// Reads a description. `files` returns the text of a file that a reference names, by path relative to the description.
///
/// # Errors
///
/// [`UnreadablePage`] with the line of malformed YAML or JSON, of an unsupported version of OpenAPI, of a missing mandatory
/// part, or of a reference without target.
pub(super) fn read_openapi(
    file: &str,
    text: &str,
    files: &dyn Fn(&str) -> Option<String>,
) -> Result<Document, UnreadablePage> {
    let root = tree::read_value(file, text)?;
    let version = check::check_version(file, &root)?;
    let mut troubles = Vec::new();
    let JoinedDescription { root, included } = outside_files::join_files(root, files, &mut troubles);
    let root = if version == DescriptionVersion::Swagger { swagger::convert_swagger(root) } else { root };
    check::check_description(file, &root, &mut troubles)?;
    Ok(make_document(root, included, troubles))
}

fn make_document(root: SourceValue, included: Vec<IncludedFile>, troubles: Vec<ReadingTrouble>) -> Document {
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
        included,
        troubles,
        described: Some(root),
    }
}
