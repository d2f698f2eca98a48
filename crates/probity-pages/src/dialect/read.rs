//! Reads a page in the dialect that its content shows.

use super::recognise::{self, Dialect};
use super::unreadable::Unreadable;
use super::{markdown, openapi, parameters, pipes, rst};
use crate::document::Document;

/// Whether a text is an OpenAPI description of any version.
pub fn is_description(text: &str) -> bool {
    recognise::is_open_api(text)
}

/// Reads a page without included files: see [`read_with`].
///
/// # Errors
///
/// As [`read_with`].
pub fn read(file_name: &str, bytes: &[u8]) -> Result<Document, Unreadable> {
    read_with(file_name, bytes, &|_| None)
}

/// Reads a page of any dialect. The content determines the dialect; `file_name` is for error messages.
///
/// `file` returns the text of an included file (a list of parameters, an example) by path relative to the page's
/// folder. `None` for a file that does not exist becomes a trouble of the document.
///
/// # Errors
///
/// [`Unreadable`] if the file is no text, is empty or too large, is an HTML or JSON document, is a broken OpenAPI
/// description, or is a rendering of a page without its table columns. All other texts are read, with troubles in the
/// document.
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
