//! A page as blocks with line numbers: what every dialect is read into.
//!
//! Readers of dialects make it, derivation reads it; neither knows the other.
//! Line numbers are those of the file, 1-based and inclusive, for every text.

use super::value::Node;

/// A documentation page, whatever it was written in.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// `markdown`, `rst`, `pipes`, `parameters` or `openapi`.
    pub dialect: &'static str,
    /// Text of the first heading, without markup and anchors.
    pub title: String,
    pub title_line: u32,
    /// Labels of the page itself (topic ids, lower case), for links from other pages.
    pub labels: Vec<String>,
    /// The page's sections in order; level 1 is the title. Text before any heading is in a section of level 0.
    pub sections: Vec<Section>,
    /// Files that the page takes in, in the order in which it first names them.
    pub included: Vec<Included>,
    /// What the reader could not make sense of. A reader never fails on a page that is text.
    pub troubles: Vec<Trouble>,
    /// The whole page as a value, where it was written for machines; its sections are then only headings.
    pub described: Option<Node>,
}

impl Document {
    /// The document without what stands outside of a section; nothing if it has no section of that title.
    ///
    /// The section becomes the title, and what is below it moves up with it, except sections that
    /// describe a call of their own. Lines stay what they are.
    #[must_use]
    pub fn cut(&self, title: &str) -> Option<Document> {
        let from = self.sections.iter().position(|it| it.title == title)?;
        let level = self.sections[from].level;
        let below = self.sections[from + 1..].iter().take_while(|it| it.level > level).count();
        let mut sections = without_calls(&self.sections[from..=from + below], level);
        let end = self.sections.get(from + below + 1).map_or(u32::MAX, |it| it.line);
        for section in &mut sections {
            section.level = section.level.saturating_sub(level.saturating_sub(1));
        }
        let inside = |line: u32| (sections[0].line..end).contains(&line);
        Some(Document {
            title: sections[0].title.clone(),
            title_line: sections[0].line,
            labels: sections[0].labels.clone(),
            troubles: self.troubles.iter().filter(|it| inside(it.line)).cloned().collect(),
            sections,
            ..self.clone()
        })
    }
}

/// Sections one level down that have a part of their own on the URI are left out, with all below them.
fn without_calls(sections: &[Section], level: u8) -> Vec<Section> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < sections.len() {
        let end = at + 1 + sections[at + 1..].iter().take_while(|it| it.level > level + 1).count();
        let child = sections[at].level == level + 1;
        let call = child && sections[at + 1..end].iter().any(|it| it.level == level + 2 && it.title == "URI");
        if !call {
            out.extend_from_slice(if child { &sections[at..end] } else { &sections[at..=at] });
        }
        at = if child { end } else { at + 1 };
    }
    out
}

/// Lines of an included file are numbered behind those of the page: the first file's from
/// this number on, the second's from twice this number on. A page is shorter than that.
pub const LINES_APART: u32 = 1 << 22;

/// A file that a page takes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Included {
    /// Its path, relative to the page's folder, as the page writes it.
    pub file: String,
    /// The page's line that first names it.
    pub line: u32,
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
