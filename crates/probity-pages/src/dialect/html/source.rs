//! The lines on which the tags of HTML begin and end.

use scraper::ElementRef;

/// The attribute with the index of the tag.
const PLACE: &str = "data-probity-place";

/// HTML with an attribute for the place in each start tag, and all tags.
pub(super) struct MarkedHtml {
    pub(super) html: String,
    /// Deepest nesting, of elements that need an end tag.
    pub(super) depth: usize,
    /// Names of anchors, in order, lower case.
    pub(super) anchors: Vec<String>,
    tags: Vec<SourceTag>,
}

struct SourceTag {
    name: String,
    closing: bool,
    /// Line of `<` and of `>`.
    first: u32,
    end: u32,
}

/// Adds its place to every start tag.
pub(super) fn mark_tags(html: &str, first_line: u32) -> MarkedHtml {
    let mut marked =
        MarkedHtml { html: String::with_capacity(html.len() * 2), depth: 0, anchors: vec![], tags: vec![] };
    let mut line = first_line;
    let mut depth = 0usize;
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        line += count_newlines(before);
        marked.html.push_str(before);
        let (tag, after) = split_tag(from);
        rest = after;
        let first = line;
        line += count_newlines(tag);
        let Some((name, closing)) = parse_tag_name(tag) else {
            marked.html.push_str(tag);
            continue;
        };
        let number = marked.tags.len();
        if closing {
            marked.html.push_str(tag);
            depth = depth.saturating_sub(needs_end_tag(&name) as usize);
        } else {
            let attributes = &tag[1 + name.len()..];
            marked.html.push_str(&format!("<{name} {PLACE}=\"{number}\"{attributes}"));
            depth += (needs_end_tag(&name) && !tag.ends_with("/>")) as usize;
            marked.anchors.extend(find_anchor(&name, attributes));
        }
        marked.depth = marked.depth.max(depth);
        marked.tags.push(SourceTag { name, closing, first, end: line });
    }
    marked.html.push_str(rest);
    marked
}

impl MarkedHtml {
    /// First and last line of an element, from its start tag to the tag that ends the element.
    pub(super) fn element_lines(&self, element: ElementRef, otherwise: u32) -> (u32, u32) {
        let Some(number) = self.tag_index(element) else {
            return (otherwise, otherwise);
        };
        let tag = &self.tags[number];
        let mut tables = 0usize;
        for next in &self.tags[number + 1..] {
            match (next.name.as_str(), next.closing) {
                ("table", false) => tables += 1,
                ("table", true) if tables > 0 => tables -= 1,
                (name, closing) if tables == 0 && ends_element(&tag.name, name, closing) => {
                    // An end tag belongs to the element; the start tag of the next element does not.
                    let own = closing && name == tag.name;
                    let last = if own || next.first == tag.first { next.first } else { next.first - 1 };
                    return (tag.first, last.clamp(tag.first, otherwise.max(tag.first)));
                }
                _ => {}
            }
        }
        (tag.first, otherwise.max(tag.first))
    }

    /// The line on which the content of an element begins.
    pub(super) fn inner_line(&self, element: ElementRef) -> Option<u32> {
        self.tag_index(element).map(|number| self.tags[number].end)
    }

    /// Whether the source has a tag for the element. The parser adds elements without one.
    pub(super) fn has_place(&self, element: ElementRef) -> bool {
        self.tag_index(element).is_some()
    }

    fn tag_index(&self, element: ElementRef) -> Option<usize> {
        element.attr(PLACE)?.parse().ok().filter(|number| *number < self.tags.len())
    }
}

/// Whether a tag ends an open element. Cells and rows end without their end tag too.
fn ends_element(open: &str, name: &str, closing: bool) -> bool {
    let table = matches!(name, "table" | "tbody" | "thead" | "tfoot");
    match open {
        "td" | "th" => matches!(name, "td" | "th" | "tr") || table,
        "tr" => name == "tr" || table,
        _ => closing && name == open,
    }
}

/// Splits after the `>` outside of quotes, or after the end of a comment.
fn split_tag(from: &str) -> (&str, &str) {
    if from.starts_with("<!--") {
        return match from.find("-->") {
            Some(at) => from.split_at(at + 3),
            None => from.split_at(from.len()),
        };
    }
    let mut quote = None;
    for (at, byte) in from.bytes().enumerate().skip(1) {
        match (byte, quote) {
            (b'"' | b'\'', None) => quote = Some(byte),
            (b'>', None) => return from.split_at(at + 1),
            // A tag inside of a tag: the first `<` began no tag.
            (b'<', None) => return from.split_at(at),
            (_, Some(open)) if open == byte => quote = None,
            _ => {}
        }
    }
    from.split_at(1)
}

fn parse_tag_name(tag: &str) -> Option<(String, bool)> {
    let inner = tag.strip_prefix('<')?.strip_suffix('>')?;
    let (closing, inner) = match inner.strip_prefix('/') {
        Some(inner) => (true, inner),
        None => (false, inner),
    };
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
    let name = &inner[..end];
    let known = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && inner[end..].starts_with(|c: char| c.is_whitespace() || c == '/' || c == '>') | inner[end..].is_empty();
    known.then(|| (name.to_lowercase(), closing))
}

/// Whether an element stays open until its end tag, so that unclosed elements nest.
fn needs_end_tag(name: &str) -> bool {
    !matches!(
        name,
        "a" | "p"
            | "li"
            | "td"
            | "th"
            | "tr"
            | "tbody"
            | "thead"
            | "tfoot"
            | "dt"
            | "dd"
            | "option"
            | "br"
            | "img"
            | "hr"
            | "input"
            | "col"
            | "meta"
            | "link"
            | "wbr"
            | "area"
            | "base"
            | "source"
            | "colgroup"
    )
}

fn find_anchor(name: &str, attributes: &str) -> Option<String> {
    let keys: &[&str] = if name == "a" { &[" name=\"", " id=\""] } else { &[" id=\""] };
    keys.iter().find_map(|key| {
        let value = &attributes[attributes.find(key)? + key.len()..];
        value.find('"').map(|end| value[..end].to_lowercase())
    })
}

fn count_newlines(text: &str) -> u32 {
    text.matches('\n').count() as u32
}
