//! The formats of reports for other programs and for readers, each rendered from stored runs alone.

mod clause_lines;
mod ctrf;
mod github;
mod gitlab;
#[cfg(feature = "cli")]
mod html;
mod json;
mod junit;
mod markdown;
mod report_format;
mod sarif;
#[cfg(test)]
mod tests;

pub(super) use markdown::escape_text as escape_markdown;
pub use report_format::ReportFormat;
