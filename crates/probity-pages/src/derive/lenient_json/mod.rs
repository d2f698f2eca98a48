//! JSON as documentation writes it, read leniently. Every departure from JSON is reported.
//!
//! Example blocks hold comments, trailing commas, typographic quotes, placeholders without quotes, and
//! several documents in one block. The reader returns the intended value and a `Fault` with its line for
//! every departure.

mod documents;
mod scanner;
#[cfg(test)]
mod tests;

pub(super) use documents::documents;
