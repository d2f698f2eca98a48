//! A page as blocks with line numbers, the same for every dialect.
//!
//! Readers of dialects write a [`Document`] and derivation reads the document; neither knows the other part.
//! Line numbers are 1-based, inclusive, and count the lines of the file.

use super::value::SourceValue;

/// A documentation page of any dialect.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// `markdown`, `rst`, `pipes`, `parameters` or `openapi`.
    pub dialect: &'static str,
    /// Text of the first heading, without markup and anchors.
    pub title: String,
    /// Line of the first heading; 1 without a heading.
    pub title_line: u32,
    /// Labels of the page itself (topic ids, lower case), for links from other pages.
    pub labels: Vec<String>,
    /// The page's sections in order; level 1 is the title. Text before the first heading is in a section of level 0.
    pub sections: Vec<PageSection>,
    /// Included files, in the order of the first mention on the page.
    pub included: Vec<IncludedFile>,
    /// Parts that the reader could not read as written. Such a part is no error of the whole page.
    pub troubles: Vec<ReadingTrouble>,
    /// The whole page as a value, if the page is an OpenAPI description; the sections then hold headings only.
    pub described: Option<SourceValue>,
}

impl Document {
    /// The section with this title as a document of its own; `None` if no section has the title.
    ///
    /// The title of the section becomes the title of the document, and subsections move up accordingly. A subsection
    /// that describes an operation of its own is left out. Line numbers do not change.
    #[must_use]
    pub fn cut_section(&self, title: &str) -> Option<Document> {
        let from = self.sections.iter().position(|it| it.title == title)?;
        let level = self.sections[from].level;
        let below = self.sections[from + 1..].iter().take_while(|it| it.level > level).count();
        let mut sections = drop_nested_calls(&self.sections[from..=from + below], level);
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

/// Leaves out each subsection with a part `URI`, because such a subsection describes another operation.
fn drop_nested_calls(sections: &[PageSection], level: u8) -> Vec<PageSection> {
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

/// Distance between the line numbers of two files. Lines of the first included file are counted from this number,
/// lines of the second file from twice this number, and so on. A page has fewer lines.
pub const LINES_APART: u32 = 1 << 22;

/// A file that a page includes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncludedFile {
    /// Path relative to the page's folder, as written on the page.
    pub file: String,
    /// Line of the first mention on the page.
    pub line: u32,
}

/// A heading with the blocks up to the next heading.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PageSection {
    /// 1 for the title, 2 for its sections, and so on; 0 for text before the first heading.
    pub level: u8,
    /// Text of the heading.
    pub title: String,
    /// Labels (anchors) of the section for links, lower case.
    pub labels: Vec<String>,
    /// Line of the heading.
    pub line: u32,
    /// Content in order, without the content of later sections.
    pub blocks: Vec<PageBlock>,
}

/// One part of a section.
#[derive(Debug, Clone, PartialEq)]
pub enum PageBlock {
    /// A paragraph. A definition or field such as `State ACTIVE (CURRENT)` is a paragraph too.
    Paragraph(BlockText),
    /// An item of a list. Further blocks of the item follow in order.
    Item {
        /// 0 for the outermost list.
        depth: u8,
        /// First paragraph of the item.
        text: BlockText,
    },
    /// Literal text.
    Code {
        /// As named on the page; empty if the page names none.
        language: String,
        /// Each line with its line end.
        text: String,
        /// First line of the text.
        first: u32,
        /// Last line of the text.
        last: u32,
    },
    /// A table.
    Table(PageTable),
}

/// Text without markup, and the meaning of the markup.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BlockText {
    /// One line per block element (paragraph, list item, br) inside; escapes resolved.
    pub lines: Vec<PageLine>,
    /// Links in order.
    pub links: Vec<PageLink>,
}

/// A line of text. One line may stand on several lines of the file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PageLine {
    /// The words, without markup.
    pub text: String,
    /// Whether the line is an item of a list inside of the cell or paragraph.
    pub bullet: bool,
    /// Words in bold or in code markup, in order.
    pub strong: Vec<String>,
    /// First line of the file.
    pub first: u32,
    /// Last line of the file.
    pub last: u32,
}

/// A link to a place of the same page (`#x`, a label), or to another page with or without a fragment.
#[derive(Debug, Clone, PartialEq)]
pub struct PageLink {
    /// The words of the link.
    pub text: String,
    /// Lower-case label or fragment; empty for a link to a whole page by file name.
    pub label: String,
    /// File name of the other page, if the dialect has file names in links.
    pub file: Option<String>,
    /// Line of the link.
    pub line: u32,
}

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct PageTable {
    /// Caption without its number, e.g. `resize field description`; empty without caption.
    pub caption: BlockText,
    /// Labels (anchors) of the table for links, lower case.
    pub labels: Vec<String>,
    /// Titles of the columns; empty if the table marks no header.
    pub header: Vec<TableCell>,
    /// Rows below the header.
    pub rows: Vec<TableRow>,
    /// First line of the table.
    pub first: u32,
    /// Last line of the table.
    pub last: u32,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableRow {
    /// The cells of the page; rows may differ in length. A cell that spans several rows occurs in each row.
    pub cells: Vec<TableCell>,
    /// First line of the row.
    pub first: u32,
    /// Last line of the row.
    pub last: u32,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TableCell {
    /// The content. Blocks inside of the cell are lines of the text.
    pub text: BlockText,
    /// First line of the cell.
    pub first: u32,
    /// Last line of the cell.
    pub last: u32,
}

/// A part of a page that a reader could not read as written.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadingTrouble {
    /// Line of the part.
    pub line: u32,
    /// What is wrong, for the user.
    pub cause: String,
}
