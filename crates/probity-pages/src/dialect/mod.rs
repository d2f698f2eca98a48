//! The ways in which pages are written, each read into a [`Document`].
//!
//! A reader knows the notation and nothing of what the page says.

mod assembly;
mod growing;
mod html;
mod markdown;
pub(crate) mod openapi;
mod parameters;
mod pipes;
mod recognise;
mod rst;
#[cfg(test)]
mod tests;

use super::document::Document;
use recognise::Dialect;

/// The largest page that is read, in bytes; the largest known real page has a tenth of it.
pub const PAGE_BYTES_MAX: usize = 2 * 1024 * 1024;

/// A file that no reader takes: place, cause and remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {cause}\n  {remedy}")]
pub struct Unreadable {
    /// The file as the caller named it.
    pub file: String,
    /// 1-based line that shows the cause.
    pub line: u32,
    /// What is wrong with the file.
    pub cause: String,
    /// What the user can do.
    pub remedy: String,
}

/// Whether a text is a description for machines (OpenAPI, of whatever version).
pub fn is_description(text: &str) -> bool {
    recognise::is_open_api(text)
}

/// Reads a page that takes in no other files: see [`read_with`].
///
/// # Errors
///
/// As [`read_with`].
pub fn read(file_name: &str, bytes: &[u8]) -> Result<Document, Unreadable> {
    read_with(file_name, bytes, &|_| None)
}

/// Reads a page, whatever its dialect; the dialect is recognised from the content, the name serves errors only.
///
/// `file` gives the text of a file that the page takes in (a list of parameters, an example) by its path
/// relative to the page's folder; `None` where there is no such file, which is a trouble of the document.
///
/// # Errors
///
/// [`Unreadable`] where the file is no text, is empty or too large, is HTML or JSON, is a broken OpenAPI
/// description, or is a rendering of a page that has lost its table columns. Anything else is read, with
/// troubles in the document.
pub fn read_with(file_name: &str, bytes: &[u8], file: &dyn Fn(&str) -> Option<String>) -> Result<Document, Unreadable> {
    let text = recognise::text(file_name, bytes)?;
    let document = match recognise::dialect(file_name, text)? {
        Dialect::Markdown => markdown::read(text),
        Dialect::Rst => rst::read(text, file),
        Dialect::Pipes => pipes::read(text),
        Dialect::Parameters => parameters::read(text),
        Dialect::OpenApi => openapi::read(file_name, text)?,
    };
    Ok(document)
}
