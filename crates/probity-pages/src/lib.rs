//! Reads documentation pages of APIs, and derives operations, JSON Schemas, citations and doubts from the pages.
//!
//! The crate knows the notations of pages and the form in which pages describe operations. The crate does not know
//! suites, states or endpoints, and names no operation of a vendor.
//!
//! # Reading order
//!
//! 1. [`document`]: a page as sections, paragraphs, tables and code, each with its lines. Every reader writes a
//!    document, and derivation reads documents only.
//! 2. [`dialect`]: the readers, one for each notation (Markdown, reStructuredText, tables of pipes, lists of parameters,
//!    OpenAPI).
//! 3. [`manifest`]: the list of pages of one API.
//! 4. [`derive`](mod@derive): documents to a catalog, with the doubts about the pages.
//! 5. [`doubt_report`] and [`reference_diff`]: the doubts in several formats, with rulings, and the differences between two
//!    derivations.
//! 6. [`api_access`]: addresses and security schemes of an OpenAPI description.
//! 7. [`text`] and [`value`]: normalised text for digests, and JSON values with lines.
//!
//! # Example
//!
//! ```
//! use probity_pages::dialect;
//! use probity_pages::document::PageBlock;
//!
//! let page = "# Dimming a Lamp\n\n| Name | Type |\n|---|---|\n| level | Integer |\n";
//! let document = dialect::read_page("dim.md", page.as_bytes())?;
//!
//! assert_eq!((document.dialect, document.title.as_str()), ("markdown", "Dimming a Lamp"));
//! let PageBlock::Table(table) = &document.sections[0].blocks[0] else { panic!("the section has a table") };
//! assert_eq!(table.rows[0].cells[0].text.lines[0].text, "level");
//! assert_eq!(table.rows[0].first, 5);
//! # Ok::<(), dialect::UnreadablePage>(())
//! ```

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod api_access;
pub mod derive;
pub mod dialect;
pub mod document;
pub mod doubt_report;
pub mod manifest;
mod outline;
pub mod reference_diff;
pub mod text;
pub mod value;
