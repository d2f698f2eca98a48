//! Reads a page in the dialect that its content shows.

use super::recognise::{self, PageDialect};
use super::unreadable::UnreadablePage;
use super::{markdown, openapi, parameters, pipes, rst};
use crate::document::Document;

/// Whether a text is an OpenAPI description of any version.
pub fn is_api_description(text: &str) -> bool {
    recognise::is_open_api(text)
}

/// Reads a page without included files: see [`read_page_with_files`].
///
/// # Errors
///
/// As [`read_page_with_files`].
pub fn read_page(file_name: &str, bytes: &[u8]) -> Result<Document, UnreadablePage> {
    read_page_with_files(file_name, bytes, &|_| None)
}

/// Reads a page of any dialect. The content determines the dialect; `file_name` is for error messages.
///
/// `file` returns the text of an included file (a list of parameters, an example, a part of an OpenAPI description) by path
/// relative to the page's folder. `None` for a file that does not exist becomes a trouble of the document.
///
/// # Errors
///
/// [`UnreadablePage`] if the file is no text, is empty or too large, is an HTML or JSON document, is a broken OpenAPI
/// description, or is a rendering of a page without its table columns. All other texts are read, with troubles in the
/// document.
pub fn read_page_with_files(
    file_name: &str,
    bytes: &[u8],
    file: &dyn Fn(&str) -> Option<String>,
) -> Result<Document, UnreadablePage> {
    let text = recognise::decode_text(file_name, bytes)?;
    let document = match recognise::recognise_dialect(file_name, text)? {
        PageDialect::Markdown => markdown::read_markdown(text),
        PageDialect::Rst => rst::read_rst(text, file),
        PageDialect::Pipes => pipes::read_pipe_page(text),
        PageDialect::Parameters => parameters::read_parameter_list(text),
        PageDialect::OpenApi => openapi::read_openapi(file_name, text, file)?,
    };
    Ok(document)
}
