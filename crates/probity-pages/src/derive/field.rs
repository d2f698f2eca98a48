//! A field while it is being made out of tables and examples, before it becomes a schema.

use super::claims::Claims;
use super::types::Type;
use crate::document::Link;
use probity_schema::catalog::Source;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Whether a field must be there, as its table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Yes,
    No,
    /// It depends: the cell is a sentence, or the description names a condition.
    When,
    /// The table has no such column, or the cell is empty.
    Unsaid,
}

/// Which body a field belongs to. The two differ in whom a doubt should spare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Request,
    Response,
}

impl Way {
    pub fn word(self) -> &'static str {
        match self {
            Way::Request => "request",
            Way::Response => "response",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    pub name: String,
    /// The name cell is prose about a key that the user or the system chooses.
    pub any_key: bool,
    pub is: Type,
    /// Name of the model that describes it elsewhere.
    pub model: Option<String>,
    pub need: Need,
    /// The table row, or the lines of the example that shows it.
    pub at: Source,
    pub claims: Claims,
    pub links: Vec<Link>,
    pub children: Vec<Field>,
    /// What an element of a list must be, beside its type and its fields.
    pub item: Option<Box<Field>>,
    /// `anyOf` and `oneOf`, each with what one of must hold.
    pub choices: Vec<(&'static str, Vec<Field>)>,
    /// Keywords that are taken over as they were written.
    pub more: Map<String, Value>,
    /// No table has it.
    pub from_example: bool,
    /// Further types that only an example shows, with what they hold.
    pub also: Vec<(Type, Vec<Field>)>,
    /// It was in every example that has its parent, and there was one.
    pub always_shown: bool,
    pub shown: bool,
    /// Values that an example shows beyond those listed.
    pub shown_values: Vec<String>,
    /// An example shows null.
    pub shown_null: bool,
    /// An example shows an empty string where a shape is claimed.
    pub shown_blank: bool,
    /// Keywords on which sources differ.
    pub disputed: BTreeSet<&'static str>,
    /// Keywords that an example of a response contradicts, so that they are not demanded.
    pub dropped: BTreeSet<&'static str>,
    /// Indexes into the page's doubts.
    pub doubts: Vec<usize>,
}

impl Field {
    pub fn new(name: &str, is: Type, at: Source) -> Field {
        Field {
            name: name.to_string(),
            any_key: false,
            is,
            model: None,
            need: Need::Unsaid,
            at,
            claims: Claims::default(),
            links: Vec::new(),
            children: Vec::new(),
            item: None,
            choices: Vec::new(),
            more: Map::new(),
            from_example: false,
            also: Vec::new(),
            always_shown: false,
            shown: false,
            shown_values: Vec::new(),
            shown_null: false,
            shown_blank: false,
            disputed: BTreeSet::new(),
            dropped: BTreeSet::new(),
            doubts: Vec::new(),
        }
    }

    /// The step of a JSON pointer that leads to it; `*` for any key.
    pub fn step(&self) -> String {
        if self.any_key { "*".to_string() } else { self.name.replace('~', "~0").replace('/', "~1") }
    }

    /// The steps between its own pointer and those of its children: `*` for an element
    /// of a list or a member of a map.
    pub fn below(&self) -> String {
        let open = self.children.iter().any(|it| it.any_key);
        below(&self.is, open)
    }

    pub fn is_list(&self) -> bool {
        match &self.is {
            Type::Array(_) => true,
            Type::Union(all) => all.iter().any(|it| matches!(it, Type::Array(_))),
            _ => false,
        }
    }
}

fn below(is: &Type, open: bool) -> String {
    match is {
        Type::Array(inner) => format!("/*{}", below(inner, open)),
        // A child for any key is that step itself.
        Type::Map(_) if open => String::new(),
        Type::Map(inner) => format!("/*{}", below(inner, open)),
        Type::Union(all) => all.iter().map(|it| below(it, open)).find(|it| !it.is_empty()).unwrap_or_default(),
        _ => String::new(),
    }
}

/// Lines `first` to `last` of a page.
pub(super) fn source(page: &str, first: u32, last: u32) -> Source {
    let first = first.max(1);
    Source { page: page.to_string(), first, last: last.max(first) }
}
