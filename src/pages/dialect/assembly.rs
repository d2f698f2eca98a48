//! Pieces of a page, in order, put together: sections, and captions and labels joined to their tables.

use crate::pages::document::{Block, Document, Line, Link, Section, Table, Text, Trouble};
use regex::Regex;
use std::sync::LazyLock;

/// What a reader finds, in the order of the page.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Piece {
    Heading {
        level: u8,
        title: String,
        line: u32,
        labels: Vec<String>,
    },
    /// A target that stands before what it names.
    Label(String),
    Block(Block),
}

impl Piece {
    pub(super) fn paragraph(text: Text) -> Piece {
        Piece::Block(Block::Paragraph(text))
    }
}

static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    super::recognise::pattern(r"^(?i:table|表)\s*\d+(?:[-.]\d+)*[.:：]?(?:\s+|$)")
});

/// Puts pieces together into a document.
pub(super) fn assemble(
    dialect: &'static str,
    pieces: Vec<Piece>,
    troubles: Vec<Trouble>,
) -> Document {
    let mut document = Document {
        dialect,
        title: String::new(),
        title_line: 1,
        labels: Vec::new(),
        sections: Vec::new(),
        troubles,
    };
    let mut pending = Pending::default();
    for piece in pieces {
        match piece {
            Piece::Label(label) => pending.label(label),
            Piece::Heading {
                level,
                title,
                line,
                labels,
            } => {
                pending.flush(&mut document);
                pending
                    .labels
                    .extend(labels.into_iter().map(|label| label.to_lowercase()));
                open_section(
                    &mut document,
                    Section {
                        level,
                        title,
                        line,
                        labels: pending.take(),
                        blocks: Vec::new(),
                    },
                );
            }
            Piece::Block(Block::Table(table)) => pending.table(&mut document, table),
            Piece::Block(Block::Paragraph(text)) if captions(&text) => {
                pending.flush(&mut document);
                pending.caption = Some(text);
            }
            Piece::Block(block) => {
                pending.flush(&mut document);
                pending.pass();
                push(&mut document, block);
            }
        }
    }
    pending.flush(&mut document);
    if document.title.is_empty() {
        document.troubles.push(Trouble {
            line: 1,
            cause: "the page has no heading".into(),
        });
    }
    document
}

/// Removes `Table 3` from the front of a caption, wherever its markup divides it.
pub(super) fn without_number(mut caption: Text) -> Text {
    if let Some(line) = caption.lines.first_mut() {
        let cut = NUMBER.find(&line.text).map_or(0, |found| found.end());
        line.text = line.text[cut..].to_string();
        if line
            .strong
            .first()
            .is_some_and(|word| NUMBER.is_match(word))
        {
            let word = NUMBER.replace(&line.strong[0], "").to_string();
            match word.is_empty() {
                true => drop(line.strong.remove(0)),
                false => line.strong[0] = word,
            }
        }
    }
    caption.lines.retain(|line| !line.text.is_empty());
    caption
}

/// A paragraph names the table after it if it begins with a number of a table that is set in bold,
/// or is short and no sentence: `Table 1 describes ...` is prose about a table.
fn captions(text: &Text) -> bool {
    let [line] = text.lines.as_slice() else {
        return false;
    };
    if !NUMBER.is_match(&line.text) || !text.links.is_empty() {
        return false;
    }
    let bold = line
        .strong
        .first()
        .is_some_and(|word| NUMBER.is_match(word));
    bold || (line.text.chars().count() < 80 && !line.text.ends_with(['.', ':', '。']))
}

/// What waits for the table that it belongs to.
#[derive(Default)]
struct Pending {
    caption: Option<Text>,
    labels: Vec<String>,
    passed: u32,
}

impl Pending {
    fn label(&mut self, label: String) {
        if self.passed > 0 {
            self.labels.clear();
        }
        self.passed = 0;
        self.labels.push(label.to_lowercase());
    }

    /// A label reaches a table over one paragraph or item, as in a list item that introduces its table.
    fn pass(&mut self) {
        self.passed += 1;
        if self.passed > 1 {
            self.labels.clear();
        }
    }

    fn take(&mut self) -> Vec<String> {
        self.passed = 0;
        let mut labels = std::mem::take(&mut self.labels);
        let mut seen = std::collections::BTreeSet::new();
        labels.retain(|label| seen.insert(label.clone()));
        labels
    }

    fn flush(&mut self, document: &mut Document) {
        if let Some(text) = self.caption.take() {
            push(document, Block::Paragraph(text));
        }
    }

    fn table(&mut self, document: &mut Document, mut table: Table) {
        match self.caption.take() {
            Some(caption) if table.caption.lines.is_empty() => table.caption = caption,
            Some(caption) => push(document, Block::Paragraph(caption)),
            None => {}
        }
        table.caption = without_number(table.caption);
        let mut labels = self.take();
        for label in &table.labels {
            let label = label.to_lowercase();
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        table.labels = labels;
        push(document, Block::Table(table));
    }
}

fn open_section(document: &mut Document, section: Section) {
    let named = !document.title.is_empty();
    if !named {
        document.title = section.title.clone();
        document.title_line = section.line;
    }
    if !named || section.level == 1 {
        document.labels.extend(section.labels.iter().cloned());
    }
    document.sections.push(section);
}

fn push(document: &mut Document, block: Block) {
    if document.sections.is_empty() {
        let line = first_line(&block);
        document.sections.push(Section {
            line,
            ..Section::default()
        });
    }
    let section = document
        .sections
        .last_mut()
        .expect("a section was just made");
    section.blocks.push(block);
}

fn first_line(block: &Block) -> u32 {
    match block {
        Block::Paragraph(text) | Block::Item { text, .. } => {
            text.lines.first().map_or(1, |line| line.first)
        }
        Block::Code { first, .. } => *first,
        Block::Table(table) => table.first,
    }
}

/// Text that grows word by word while a reader goes through markup.
#[derive(Debug, Default)]
pub(super) struct Growing {
    done: Text,
    open: Line,
    strong: Option<String>,
    link: Option<Link>,
    /// Set inside a code block, where white space counts.
    pub(super) verbatim: bool,
}

impl Growing {
    /// Appends text that stands on a line of the file; runs of white space become one space.
    pub(super) fn push(&mut self, text: &str, line: u32) {
        for (index, part) in text.split('\n').enumerate() {
            let line = line + index as u32;
            if index > 0 {
                match self.verbatim {
                    true => self.break_line(),
                    false => self.glue(" "),
                }
            }
            if part.trim().is_empty() {
                self.glue(part);
                continue;
            }
            if self.open.text.trim().is_empty() {
                self.open.first = line;
            }
            self.open.last = self.open.last.max(line);
            self.glue(part);
        }
    }

    fn glue(&mut self, part: &str) {
        append(&mut self.open.text, part, self.verbatim);
        if let Some(word) = &mut self.strong {
            append(word, part, false);
        }
        if let Some(link) = &mut self.link {
            append(&mut link.text, part, false);
        }
    }

    /// Begins words set in bold or as code.
    pub(super) fn strong_begin(&mut self) {
        self.strong.get_or_insert_default();
    }

    pub(super) fn strong_end(&mut self) {
        if let Some(word) = self.strong.take() {
            let word = word.trim();
            if !word.is_empty() {
                self.open.strong.push(word.to_string());
            }
        }
    }

    /// Begins a link; one to somewhere outside the documentation keeps its text only.
    pub(super) fn link_begin(&mut self, target: &str, line: u32) {
        self.link = link_target(target).map(|(label, file)| Link {
            text: String::new(),
            label,
            file,
            line,
        });
    }

    pub(super) fn link_end(&mut self) {
        if let Some(mut link) = self.link.take() {
            link.text = link.text.trim().to_string();
            self.done.links.push(link);
        }
    }

    pub(super) fn add_link(&mut self, link: Link) {
        self.done.links.push(link);
    }

    /// Ends the line of text; the next one is no bullet.
    pub(super) fn break_line(&mut self) {
        let bullet = std::mem::take(&mut self.open.bullet);
        let mut line = std::mem::take(&mut self.open);
        let again = self.strong.is_some();
        if let Some(word) = self
            .strong
            .take()
            .map(|word| word.trim().to_string())
            .filter(|word| !word.is_empty())
        {
            line.strong.push(word);
        }
        if again {
            self.strong = Some(String::new());
        }
        line.bullet = bullet;
        line.text = match self.verbatim {
            true => line.text.trim_end().to_string(),
            false => line.text.trim().to_string(),
        };
        match line.text.trim().is_empty() {
            // A bullet without text yet keeps its sign for the paragraph inside it.
            true => self.open.bullet = bullet,
            false => self.done.lines.push(line),
        }
    }

    /// Ends the line of text and begins one that is an item of a list.
    pub(super) fn bullet(&mut self) {
        self.break_line();
        self.open.bullet = true;
    }

    /// Ends a list: what follows is no bullet.
    pub(super) fn end_list(&mut self) {
        self.break_line();
        self.open.bullet = false;
    }

    /// The text so far; the value is empty again afterwards.
    pub(super) fn take(&mut self) -> Text {
        self.link_end();
        self.break_line();
        let text = std::mem::take(&mut self.done);
        *self = Growing::default();
        text
    }
}

fn append(to: &mut String, part: &str, verbatim: bool) {
    if verbatim {
        to.push_str(part);
        return;
    }
    for c in part.chars() {
        // A no-break space is white space of the page's layout as well.
        match c.is_whitespace() {
            true if to.is_empty() || to.ends_with(' ') => {}
            true => to.push(' '),
            false => to.push(c),
        }
    }
}

/// Label and file of a link, lower case; nothing for a link to another site.
pub(super) fn link_target(target: &str) -> Option<(String, Option<String>)> {
    let target = target.trim();
    if target.is_empty()
        || target.contains("://")
        || target.starts_with("mailto:")
        || target.starts_with("//")
    {
        return None;
    }
    let (file, label) = target.split_once('#').unwrap_or((target, ""));
    let file = (!file.is_empty()).then(|| file.to_string());
    Some((label.to_lowercase(), file))
}
