//! Text that a reader collects from markup, and the targets of links.

use crate::document::{BlockText, PageLine, PageLink};

/// Collects text, links and strong words from markup.
#[derive(Debug, Default)]
pub(super) struct TextBuilder {
    /// First and last line of the enclosing block. Broken markup may miscount lines; numbers are held between both.
    within: Option<(u32, u32)>,
    done: BlockText,
    open: PageLine,
    strong: Option<String>,
    link: Option<PageLink>,
    /// Set inside a code block, where white space counts.
    pub(super) verbatim: bool,
}

impl TextBuilder {
    /// Collects the text of a block between two lines.
    pub(super) fn between_lines(first: u32, last: u32) -> TextBuilder {
        TextBuilder { within: Some((first, last.max(first))), ..TextBuilder::default() }
    }

    fn clamp_line(&self, line: u32) -> u32 {
        self.within.map_or(line, |(first, last)| line.clamp(first, last))
    }

    /// Appends text from a line of the file. White space is collapsed to one space, unless the text is verbatim.
    pub(super) fn push_text(&mut self, text: &str, line: u32) {
        for (index, part) in text.split('\n').enumerate() {
            let line = self.clamp_line(line + index as u32);
            if index > 0 {
                match self.verbatim {
                    true => self.break_line(),
                    false => self.append_part(" "),
                }
            }
            if part.trim().is_empty() {
                self.append_part(part);
                continue;
            }
            if self.open.text.trim().is_empty() {
                self.open.first = line;
            }
            self.open.last = self.open.last.max(line);
            self.append_part(part);
        }
    }

    fn append_part(&mut self, part: &str) {
        append_collapsed(&mut self.open.text, part, self.verbatim);
        if let Some(word) = &mut self.strong {
            append_collapsed(word, part, false);
        }
        if let Some(link) = &mut self.link {
            append_collapsed(&mut link.text, part, false);
        }
    }

    /// Begins words in bold or in code markup.
    pub(super) fn begin_strong(&mut self) {
        self.strong.get_or_insert_default();
    }

    /// Ends words in bold or in code markup.
    pub(super) fn end_strong(&mut self) {
        if let Some(word) = self.strong.take() {
            let word = word.trim();
            if !word.is_empty() {
                self.open.strong.push(word.to_string());
            }
        }
    }

    /// Begins a link. Of a link to another site, only the text is kept.
    pub(super) fn begin_link(&mut self, target: &str, line: u32) {
        let line = self.clamp_line(line);
        self.link = parse_link_target(target).map(|(label, file)| PageLink { text: String::new(), label, file, line });
    }

    /// Ends the link, if one is open.
    pub(super) fn end_link(&mut self) {
        if let Some(mut link) = self.link.take() {
            link.text = link.text.trim().to_string();
            self.done.links.push(link);
        }
    }

    /// Adds a link whose text is known.
    pub(super) fn add_link(&mut self, link: PageLink) {
        self.done.links.push(link);
    }

    /// Ends the line of text. The next line is no bullet.
    pub(super) fn break_line(&mut self) {
        let bullet = std::mem::take(&mut self.open.bullet);
        let mut line = std::mem::take(&mut self.open);
        let again = self.strong.is_some();
        if let Some(word) = self.strong.take().map(|word| word.trim().to_string()).filter(|word| !word.is_empty()) {
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
            // A bullet without text keeps its sign for the paragraph inside of the item.
            true => self.open.bullet = bullet,
            false => self.done.lines.push(line),
        }
    }

    /// Ends the line of text, and begins an item of a list.
    pub(super) fn begin_bullet(&mut self) {
        self.break_line();
        self.open.bullet = true;
    }

    /// Ends a list. The text after the list is no bullet.
    pub(super) fn end_list(&mut self) {
        self.break_line();
        self.open.bullet = false;
    }

    /// Takes the collected text and starts anew.
    pub(super) fn take_text(&mut self) -> BlockText {
        self.end_link();
        self.break_line();
        let text = std::mem::take(&mut self.done);
        *self = TextBuilder::default();
        text
    }
}

fn append_collapsed(to: &mut String, part: &str, verbatim: bool) {
    if verbatim {
        to.push_str(part);
        return;
    }
    for c in part.chars() {
        // A no-break space is layout too.
        match c.is_whitespace() {
            true if to.is_empty() || to.ends_with(' ') => {}
            true => to.push(' '),
            false => to.push(c),
        }
    }
}

/// Label (lower case) and file of a link; `None` for a link to another site.
pub(super) fn parse_link_target(target: &str) -> Option<(String, Option<String>)> {
    let target = target.trim();
    if target.is_empty() || target.contains("://") || target.starts_with("mailto:") || target.starts_with("//") {
        return None;
    }
    let (file, label) = target.split_once('#').unwrap_or((target, ""));
    let file = (!file.is_empty()).then(|| file.to_string());
    Some((label.to_lowercase(), file))
}
