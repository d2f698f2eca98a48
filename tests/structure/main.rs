//! The structure of the sources, read with a Rust parser: a broken rule fails with its place, its cause and a remedy.
//!
//! | file | rule |
//! |---|---|
//! | `modules` | Imports between modules run one way, without circles, and each file says what it is for. |
//! | `circles` | No two files of a crate import each other, directly or through other files. |
//! | `type_names` | No two public types share a name. |
//! | `vendors` | No vendor, operation or state is named outside of page readers and authentication. |
//!
//! `sources` reads the files, and `imports` finds out which file imports which. A rule may have exceptions, each with
//! its reason.

mod circles;
mod imports;
mod modules;
mod sources;
mod type_names;
mod vendors;

/// Panics with all violations, one in each line.
fn assert_none(violations: &[String]) {
    assert!(violations.is_empty(), "{}\n", violations.join("\n"));
}
