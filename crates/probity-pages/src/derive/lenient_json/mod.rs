//! JSON as written in documentation, read leniently, with a report of every departure from JSON.
//!
//! Example blocks contain comments, trailing commas, typographic quotes, placeholders without quotes, and several
//! documents in one block. The reader returns the intended value, and a `Fault` with a line for every departure.

mod parser;
mod scanner;
#[cfg(test)]
mod tests;

pub(super) use parser::read_documents;
