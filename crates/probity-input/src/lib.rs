//! What comes from outside of the program: input files, and texts of unknown origin.
//!
//! - `input_file`: the only reader of input files, for regular files up to a limit;
//! - `foreign_text`: the only escaping of texts that an endpoint, a page or a file wrote;
//! - `url_secrets`: addresses without user names, passwords and secret parameters.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod foreign_text;
mod input_file;
mod url_secrets;

pub use foreign_text::{FIELD_CHARS_MAX, escape_field, escape_line, escape_lines, shorten_text};
pub use input_file::{InputFileError, check_regular_file, open_input_file, read_input_bytes, read_input_text};
pub use url_secrets::{has_url_secret, redact_urls};
