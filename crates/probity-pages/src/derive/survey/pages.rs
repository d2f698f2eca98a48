//! The contents of every page, known before any operation is derived.

use crate::derive::field::BodyDirection;
use crate::derive::field_table::{FieldTable, PageNames, extract_base_name};
use crate::derive::words::PageWords;
use crate::document::PageLink;
use crate::value::SourceValue;
use probity_schema::catalog::{DocumentedStatus, SourceLines};

/// The values of a field, from a table of statuses.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::derive) struct ValueTable {
    pub field: String,
    pub values: Vec<(String, SourceLines)>,
    pub at: SourceLines,
}

/// An example with the body of the example.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::derive) struct PageExample {
    pub way: BodyDirection,
    pub abnormal: bool,
    pub node: SourceValue,
}

/// The contents of one page.
#[derive(Debug, Clone, Default)]
pub(in crate::derive) struct PageContents {
    /// Whether the page has a part on the request.
    pub has_request: bool,
    pub examples: Vec<PageExample>,
    pub codes: Vec<DocumentedStatus>,
    /// Links in the part on returned values.
    pub status_links: Vec<PageLink>,
    /// Links in the part on the request, the response.
    pub request_links: Vec<PageLink>,
    pub response_links: Vec<PageLink>,
    /// Header lines in example requests.
    pub headers: Vec<(String, SourceLines)>,
    /// The word "None" in the part on the request, the response, the example response.
    pub no_request: Option<SourceLines>,
    pub no_response: Option<SourceLines>,
    pub no_example: Option<SourceLines>,
}

/// The contents of all pages.
#[derive(Debug, Default)]
pub(in crate::derive) struct PageSurvey {
    pub names: Vec<PageNames>,
    pub tables: Vec<FieldTable>,
    pub values: Vec<ValueTable>,
    /// Headers of columns with null among the cells, for tables without a known shape.
    pub nulls: Vec<(String, SourceLines)>,
    pub pages: Vec<PageContents>,
    pub words: PageWords,
    /// Tables in the parts on the URI, the request and the response whose headings have no known meaning.
    pub strange: Vec<StrangeTable>,
    /// Headings of columns in such parts that no list of words has.
    pub strange_columns: Vec<(String, SourceLines)>,
}

/// A table whose headings have no known meaning.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::derive) struct StrangeTable {
    pub page: usize,
    /// The headings, joined by `, `.
    pub heads: String,
    pub at: SourceLines,
}

impl PageSurvey {
    /// Returns the pages behind links, in order, without `from`.
    pub fn find_linked_pages(&self, links: &[PageLink], from: usize) -> Vec<usize> {
        let mut out = Vec::new();
        for link in links {
            let by_file = link
                .file
                .as_deref()
                .and_then(|file| self.names.iter().position(|it| it.file == extract_base_name(file)));
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
    pub fn collect_codes(&self, nth: usize) -> Vec<DocumentedStatus> {
        let mut out = self.pages[nth].codes.clone();
        for page in self.find_linked_pages(&self.pages[nth].status_links, nth) {
            for status in &self.pages[page].codes {
                if !out.iter().any(|it| it.code == status.code) {
                    out.push(DocumentedStatus { general: true, ..status.clone() });
                }
            }
        }
        out
    }
}
