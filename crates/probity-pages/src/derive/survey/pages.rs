//! The contents of every page, known before any operation is derived.

use crate::derive::field::Way;
use crate::derive::field_table::{FieldTable, PageName, base_name};
use crate::document::Link;
use crate::value::Node;
use probity_schema::catalog::{Source, Status};

/// The values of a field, from a table of statuses.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::derive) struct ValueTable {
    pub page: usize,
    pub field: String,
    pub values: Vec<(String, Source)>,
    pub at: Source,
}

/// An example with the body of the example.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::derive) struct Example {
    pub way: Way,
    pub abnormal: bool,
    pub node: Node,
}

/// The contents of one page.
#[derive(Debug, Clone, Default)]
pub(in crate::derive) struct Page {
    pub examples: Vec<Example>,
    pub codes: Vec<Status>,
    /// Links in the part on returned values.
    pub status_links: Vec<Link>,
    /// Links in the part on the response.
    pub response_links: Vec<Link>,
    /// Header lines in example requests.
    pub headers: Vec<(String, Source)>,
    /// The word "None" in the part on the request, the response, the example response.
    pub no_request: Option<Source>,
    pub no_response: Option<Source>,
    pub no_example: Option<Source>,
}

/// The contents of all pages.
#[derive(Debug, Default)]
pub(in crate::derive) struct Survey {
    pub names: Vec<PageName>,
    pub tables: Vec<FieldTable>,
    pub values: Vec<ValueTable>,
    /// Headers of columns with null among the cells, for tables without a known shape.
    pub nulls: Vec<(String, Source)>,
    pub pages: Vec<Page>,
}

impl Survey {
    /// Returns the pages behind links, in order, without `from`.
    pub fn pages_linked(&self, links: &[Link], from: usize) -> Vec<usize> {
        let mut out = Vec::new();
        for link in links {
            let by_file =
                link.file.as_deref().and_then(|file| self.names.iter().position(|it| it.file == base_name(file)));
            let by_label = || {
                let label = &link.label;
                (!label.is_empty()).then(|| self.names.iter().position(|it| it.labels.contains(label))).flatten()
            };
            let found = by_file.or_else(by_label).filter(|it| *it != from);
            out.extend(found.filter(|it| !out.contains(it)));
        }
        out
    }

    /// Returns the statuses of a page, then of the general tables behind the page's links.
    pub fn codes_of(&self, nth: usize) -> Vec<Status> {
        let mut out = self.pages[nth].codes.clone();
        for page in self.pages_linked(&self.pages[nth].status_links, nth) {
            for status in &self.pages[page].codes {
                if !out.iter().any(|it| it.code == status.code) {
                    out.push(Status { general: true, ..status.clone() });
                }
            }
        }
        out
    }
}
