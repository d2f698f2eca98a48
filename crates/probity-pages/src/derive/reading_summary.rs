//! What became of the pages, rows and examples of a derivation.

/// What became of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PageKind {
    /// The page describes operations.
    Operation,
    /// The page has tables, statuses or examples that operations share.
    Structure,
    /// The page has nothing to derive.
    Prose,
    /// The page could not be read.
    Unread,
}

impl PageKind {
    /// The kind in one word.
    pub fn word(self) -> &'static str {
        match self {
            PageKind::Operation => "operation",
            PageKind::Structure => "structure",
            PageKind::Prose => "prose",
            PageKind::Unread => "unread",
        }
    }
}

/// What became of one page, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageReading {
    /// Path of the file from the folder of pages.
    pub file: String,
    /// What the page became.
    pub kind: PageKind,
    /// The reason, for the user.
    pub reason: String,
    /// The page has parts of an operation, or lines with a method and a path, and gave no operation.
    pub missed: bool,
}

/// Examples of one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExampleCount {
    /// All examples that are compared with a schema.
    pub all: usize,
    /// Examples that are valid, on pages where no doubt names a difference between example and table.
    pub agreeing: usize,
    /// Examples that differ from their page in a way that a doubt names.
    pub doubted: usize,
}

/// The account of a derivation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadingSummary {
    /// Every page, in the order of reading.
    pub pages: Vec<PageReading>,
    /// Rows of the tables of fields on pages with operations, and on pages whose tables operations use.
    pub rows: usize,
    /// Rows among these that became a parameter or a field.
    pub joined_rows: usize,
    /// Lines with a method and a path, tables and headings that gave nothing.
    pub unread_parts: usize,
    /// Examples of requests.
    pub requests: ExampleCount,
    /// Examples of responses.
    pub responses: ExampleCount,
}

impl ReadingSummary {
    /// Number of pages of a kind.
    pub fn count_pages(&self, kind: PageKind) -> usize {
        self.pages.iter().filter(|it| it.kind == kind).count()
    }
}
