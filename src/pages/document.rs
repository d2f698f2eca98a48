//! A page as blocks with line numbers: what every dialect is read into.
//!
//! Readers of dialects make it, derivation reads it; neither knows the other.
//! Line numbers are those of the file, 1-based and inclusive, for every text.

/// A documentation page, whatever it was written in.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// `markdown`, `rst` or `pipes`.
    pub dialect: &'static str,
    /// Text of the first heading, without markup and anchors.
    pub title: String,
    pub title_line: u32,
    /// Labels of the page itself (topic ids, lower case), for links from other pages.
    pub labels: Vec<String>,
    /// The page's sections in order; level 1 is the title. Text before any heading is in a section of level 0.
    pub sections: Vec<Section>,
    /// What the reader could not make sense of. A reader never fails on a page that is text.
    pub troubles: Vec<Trouble>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Section {
    pub level: u8,
    pub title: String,
    /// Labels (anchors) by which links reach this section, lower case.
    pub labels: Vec<String>,
    pub line: u32,
    pub blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    Paragraph(Text),
    /// An item of a list; `depth` is 0 for the outermost. Blocks inside an item follow it in order.
    Item {
        depth: u8,
        text: Text,
    },
    /// A definition or field such as `State ACTIVE (CURRENT)` stays a paragraph.
    Code {
        language: String,
        text: String,
        first: u32,
        last: u32,
    },
    Table(Table),
}

/// Text without markup, with what the markup said.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Text {
    /// One line per block element (paragraph, list item, br) inside; escapes resolved.
    pub lines: Vec<Line>,
    pub links: Vec<Link>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Line {
    pub text: String,
    /// It is an item of a list inside the cell or paragraph.
    pub bullet: bool,
    /// Words set in bold or as code, in order.
    pub strong: Vec<String>,
    pub first: u32,
    pub last: u32,
}

/// A reference, by its target: in the page (`#x`, a label), or another page with or without a fragment.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    pub text: String,
    /// Lower-case label or fragment; empty for a link to a whole page by file name.
    pub label: String,
    /// File name of the other page, where the dialect names it.
    pub file: Option<String>,
    pub line: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Caption without its number, e.g. `resize field description`; empty without caption.
    pub caption: Text,
    /// Labels (anchors) by which links reach this table, lower case.
    pub labels: Vec<String>,
    pub header: Vec<Cell>,
    pub rows: Vec<Row>,
    pub first: u32,
    pub last: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// As many as the page has; ragged rows stay ragged. A row span repeats its cell in each row it covers.
    pub cells: Vec<Cell>,
    pub first: u32,
    pub last: u32,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cell {
    pub text: Text,
    pub first: u32,
    pub last: u32,
}

/// Something a reader could not make sense of: place and cause, in our words.
#[derive(Debug, Clone, PartialEq)]
pub struct Trouble {
    pub line: u32,
    pub cause: String,
}
