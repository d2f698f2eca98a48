//! A catalog as an OpenAPI 3.1 document, with the sources of each part as extensions.
//!
//! The module knows catalogs and JSON Schemas, and neither suites nor pages. Operations that share a method and a path, such
//! as the actions of one address, become one operation whose body is one of several.

mod document;
mod naming;
mod operations;

#[cfg(test)]
mod tests;

pub use document::export_openapi;
