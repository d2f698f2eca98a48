//! Reads a page in the dialect that its content shows.

use super::recognise::{self, Dialect};
use super::unreadable::Unreadable;
use super::{markdown, openapi, parameters, pipes, rst};
use crate::document::Document;

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
