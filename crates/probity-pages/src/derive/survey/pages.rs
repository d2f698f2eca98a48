//! What is known of every page before any operation is derived.

use crate::derive::field::Way;
use crate::derive::field_table::{FieldTable, PageName, base_name};
use crate::document::Link;
use crate::value::Node;
use probity_schema::catalog::{Source, Status};

/// Values that a table of statuses lists for a field.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::derive) struct ValueTable {
    pub page: usize,
    pub field: String,
    pub values: Vec<(String, Source)>,
    pub at: Source,
}

/// An example document and where it belongs.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::derive) struct Example {
    pub way: Way,
    pub abnormal: bool,
    pub node: Node,
}

/// What one page has.
#[derive(Debug, Clone, Default)]
pub(in crate::derive) struct Page {
    pub examples: Vec<Example>,
    pub codes: Vec<Status>,
    /// Links in the part on returned values.
    pub status_links: Vec<Link>,
    /// Links in the part on the response.
    pub response_links: Vec<Link>,
    /// Header lines shown in example requests.
    pub headers: Vec<(String, Source)>,
    /// "None" in the part on the request, the response, the example response.
    pub no_request: Option<Source>,
    pub no_response: Option<Source>,
    pub no_example: Option<Source>,
}

/// All pages.
#[derive(Debug, Default)]
pub(in crate::derive) struct Survey {
    pub names: Vec<PageName>,
    pub tables: Vec<FieldTable>,
    pub values: Vec<ValueTable>,
    /// Columns of other tables that list null among the values of what heads them.
    pub nulls: Vec<(String, Source)>,
    pub pages: Vec<Page>,
}

impl Survey {
    /// The pages that links lead to, in order, without `from` itself.
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

    /// The page's own codes, then those of the general tables it refers to.
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
