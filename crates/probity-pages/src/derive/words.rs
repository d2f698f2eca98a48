//! The words by which pages head their parts and columns: `words.yaml`, and files of the same form.

use super::page_part::PagePart;
use serde::Deserialize;
use std::sync::{Arc, LazyLock};

/// Longest file of words in bytes.
pub const WORDS_BYTES_MAX: u64 = 256 * 1024;

/// The built-in words.
static BUILT_IN: LazyLock<PageWords> = LazyLock::new(|| {
    let written = serde_saphyr::from_str(include_str!("words.yaml")).expect("the built-in words are well-formed");
    PageWords(Arc::new(written))
});

/// The words by which pages head their parts and columns. The default are the built-in words.
#[derive(Debug, Clone)]
pub struct PageWords(Arc<WrittenWords>);

impl Default for PageWords {
    fn default() -> PageWords {
        BUILT_IN.clone()
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenWords {
    headings: Vec<PartWords>,
    labels: Vec<PartWords>,
    columns: ColumnWords,
}

/// Words of headings or labels that open a part of a page.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartWords {
    part: PagePart,
    /// Words at the start of the text.
    #[serde(default)]
    starts: Vec<String>,
    /// Words anywhere in the text.
    #[serde(default)]
    contains: Vec<String>,
    /// The whole text.
    #[serde(default)]
    exact: Vec<String>,
}

/// Headings of columns, in lower case.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ColumnWords {
    pub name: Vec<String>,
    #[serde(rename = "type")]
    pub value_type: Vec<String>,
    pub need: Vec<String>,
    pub about: Vec<String>,
    pub default: Vec<String>,
    pub ignored: Vec<String>,
    pub code: Vec<String>,
    pub state: Vec<String>,
}

impl PageWords {
    /// Returns these words with the words of a file, which go first.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the text, for the user.
    pub fn with_file(&self, text: &str) -> Result<PageWords, String> {
        let mut written: WrittenWords = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
        written.headings.extend(self.0.headings.iter().cloned());
        written.labels.extend(self.0.labels.iter().cloned());
        let own = &self.0.columns;
        let columns = &mut written.columns;
        for (mine, more) in [
            (&mut columns.name, &own.name),
            (&mut columns.value_type, &own.value_type),
            (&mut columns.need, &own.need),
            (&mut columns.about, &own.about),
            (&mut columns.default, &own.default),
            (&mut columns.ignored, &own.ignored),
            (&mut columns.code, &own.code),
            (&mut columns.state, &own.state),
        ] {
            mine.iter_mut().for_each(|it| *it = it.to_lowercase());
            mine.extend(more.iter().cloned());
        }
        Ok(PageWords(Arc::new(written)))
    }

    /// Returns the part that a heading opens.
    pub(super) fn find_heading_part(&self, title: &str) -> Option<PagePart> {
        find_part(&self.0.headings, title)
    }

    /// Returns the part that a list item or a short line opens inside a section.
    pub(super) fn find_label_part(&self, line: &str) -> Option<PagePart> {
        find_part(&self.0.labels, line)
    }

    /// Returns the headings of columns.
    pub(super) fn columns(&self) -> &ColumnWords {
        &self.0.columns
    }
}

fn find_part(all: &[PartWords], text: &str) -> Option<PagePart> {
    let text = normalise_label(text);
    let matches = |it: &&PartWords| {
        it.exact.contains(&text)
            || it.starts.iter().any(|word| {
                text.strip_prefix(word.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
            })
            || it.contains.iter().any(|word| text.contains(word.as_str()))
    };
    all.iter().find(matches).map(|it| it.part)
}

/// Returns a heading in lower case, with every sign except letters and digits as one space.
pub(super) fn normalise_label(text: &str) -> String {
    let cleaned: String =
        text.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { ' ' }).collect();
    cleaned.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_in_every_wording_open_their_part() {
        for (title, expected) in [
            ("URI", Some(PagePart::Uri)),
            ("Request Message", Some(PagePart::Request)),
            ("Request Parameters", Some(PagePart::Request)),
            ("Response parameters", Some(PagePart::Response)),
            ("Normal Response", Some(PagePart::Response)),
            ("Abnormal Response", Some(PagePart::Response)),
            ("响应消息", Some(PagePart::Response)),
            ("返回值", Some(PagePart::Statuses)),
            ("Example Request (Making a Lamp)", Some(PagePart::ExampleRequest)),
            ("Example Requests", Some(PagePart::ExampleRequest)),
            ("Example Response", Some(PagePart::ExampleResponse)),
            ("Example:", Some(PagePart::Example)),
            ("示例", Some(PagePart::Example)),
            ("Status Codes", Some(PagePart::Statuses)),
            ("Returned Values", Some(PagePart::Statuses)),
            ("Error Code", Some(PagePart::Errors)),
            ("Constraints", Some(PagePart::Constraints)),
            ("Function Description", Some(PagePart::Function)),
            ("Debugging", Some(PagePart::Other)),
            ("Lamps of the World", None),
        ] {
            assert_eq!(PageWords::default().find_heading_part(title), expected, "{title}");
        }
    }

    #[test]
    fn a_file_of_words_adds_a_language() {
        let words = PageWords::default()
            .with_file("headings:\n  - part: request\n    starts: [aufruf]\ncolumns:\n  name: [Schlüssel]\n")
            .expect("well-formed words");
        assert_eq!(words.find_heading_part("Aufruf einer Lampe"), Some(PagePart::Request));
        assert_eq!(words.find_heading_part("Request"), Some(PagePart::Request));
        assert!(words.columns().name.contains(&"schlüssel".to_string()));
        assert!(PageWords::default().with_file("headings: 3").is_err());
    }
}
