//! Text that a reader collects from markup, and the targets of links.

use crate::document::{Line, Link, Text};

/// Collects text, links and strong words from markup.
#[derive(Debug, Default)]
pub(super) struct Growing {
    /// First and last line of the enclosing block. Broken markup may miscount lines; numbers are held between both.
    within: Option<(u32, u32)>,
    done: Text,
    open: Line,
    strong: Option<String>,
    link: Option<Link>,
    /// Set inside a code block, where white space counts.
    pub(super) verbatim: bool,
}

impl Growing {
    /// Collects the text of a block between two lines.
    pub(super) fn within(first: u32, last: u32) -> Growing {
        Growing { within: Some((first, last.max(first))), ..Growing::default() }
    }

    fn held(&self, line: u32) -> u32 {
        self.within.map_or(line, |(first, last)| line.clamp(first, last))
    }

    /// Appends text from a line of the file. White space is collapsed to one space, unless the text is verbatim.
    pub(super) fn push(&mut self, text: &str, line: u32) {
        for (index, part) in text.split('\n').enumerate() {
            let line = self.held(line + index as u32);
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

    /// Begins words in bold or in code markup.
    pub(super) fn strong_begin(&mut self) {
        self.strong.get_or_insert_default();
    }

    /// Ends words in bold or in code markup.
    pub(super) fn strong_end(&mut self) {
        if let Some(word) = self.strong.take() {
            let word = word.trim();
            if !word.is_empty() {
                self.open.strong.push(word.to_string());
            }
        }
    }

    /// Begins a link. Of a link to another site, only the text is kept.
    pub(super) fn link_begin(&mut self, target: &str, line: u32) {
        let line = self.held(line);
        self.link = link_target(target).map(|(label, file)| Link { text: String::new(), label, file, line });
    }

    /// Ends the link, if one is open.
    pub(super) fn link_end(&mut self) {
        if let Some(mut link) = self.link.take() {
            link.text = link.text.trim().to_string();
            self.done.links.push(link);
        }
    }

    /// Adds a link whose text is known.
    pub(super) fn add_link(&mut self, link: Link) {
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
    pub(super) fn bullet(&mut self) {
        self.break_line();
        self.open.bullet = true;
    }

    /// Ends a list. The text after the list is no bullet.
    pub(super) fn end_list(&mut self) {
        self.break_line();
        self.open.bullet = false;
    }

    /// Takes the collected text and starts anew.
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
        // A no-break space is layout too.
        match c.is_whitespace() {
            true if to.is_empty() || to.ends_with(' ') => {}
            true => to.push(' '),
            false => to.push(c),
        }
    }
}

/// Label (lower case) and file of a link; `None` for a link to another site.
pub(super) fn link_target(target: &str) -> Option<(String, Option<String>)> {
    let target = target.trim();
    if target.is_empty() || target.contains("://") || target.starts_with("mailto:") || target.starts_with("//") {
        return None;
    }
    let (file, label) = target.split_once('#').unwrap_or((target, ""));
    let file = (!file.is_empty()).then(|| file.to_string());
    Some((label.to_lowercase(), file))
}
