//! OpenAPI 3.0 and 3.1, in YAML or JSON.
//!
//! The document keeps the whole description as a value with lines. `check` refuses a description without paths or with
//! a reference to nothing, so that later readers can follow every local reference.

mod check;
mod methods;
mod tree;

use super::unreadable::Unreadable;
use crate::document::{Document, Section, Trouble};
use crate::value::{Kind, Node};

pub(crate) use methods::METHODS;

/// Reads a description.
///
/// # Errors
///
/// [`Unreadable`] with the line of malformed YAML or JSON, of an unsupported version of OpenAPI, of a missing mandatory
/// part, or of a reference without target.
pub(super) fn read(file: &str, text: &str) -> Result<Document, Unreadable> {
    let root = tree::read(file, text)?;
    let mut troubles = Vec::new();
    check::check(file, &root, &mut troubles)?;
    Ok(document(root, troubles))
}

fn document(root: Node, troubles: Vec<Trouble>) -> Document {
    let title = root.get("info").and_then(|it| it.get("title"));
    let (name, line) = match title {
        Some(Node { kind: Kind::String(text), first, .. }) => (text.clone(), *first),
        _ => ("OpenAPI description".to_string(), 1),
    };
    let mut sections = vec![Section { level: 1, title: name.clone(), line, ..Section::default() }];
    let mut head = |title: String, line: u32| {
        sections.push(Section { level: 2, title, line, ..Section::default() });
    };
    for (path, item) in root.get("paths").map_or(&[][..], Node::members) {
        for (method, operation) in item.members().iter().filter(|(it, _)| METHODS.contains(&it.as_str())) {
            head(format!("{} {path}", method.to_uppercase()), operation.first);
        }
    }
    for (kind, all) in root.get("components").map_or(&[][..], Node::members) {
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
