//! Text that grows while a reader goes through markup, and the targets of links in it.

use crate::document::{Line, Link, Text};

/// Text that grows word by word while a reader goes through markup.
#[derive(Debug, Default)]
pub(super) struct Growing {
    /// Lines that the text cannot leave: broken markup shifts the count, never out of what holds the text.
    within: Option<(u32, u32)>,
    done: Text,
    open: Line,
    strong: Option<String>,
    link: Option<Link>,
    /// Set inside a code block, where white space counts.
    pub(super) verbatim: bool,
}

impl Growing {
    /// Text that stands between two lines.
    pub(super) fn within(first: u32, last: u32) -> Growing {
        Growing { within: Some((first, last.max(first))), ..Growing::default() }
    }

    fn held(&self, line: u32) -> u32 {
        self.within.map_or(line, |(first, last)| line.clamp(first, last))
    }

    /// Appends text that stands on a line of the file; runs of white space become one space.
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
        let line = self.held(line);
        self.link = link_target(target).map(|(label, file)| Link { text: String::new(), label, file, line });
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
    if target.is_empty() || target.contains("://") || target.starts_with("mailto:") || target.starts_with("//") {
        return None;
    }
    let (file, label) = target.split_once('#').unwrap_or((target, ""));
    let file = (!file.is_empty()).then(|| file.to_string());
    Some((label.to_lowercase(), file))
}
