//! The structure of the sources, read with a Rust parser: a broken rule fails with its place, its cause and a remedy.
//!
//! | file | rule |
//! |---|---|
//! | `modules` | Imports between modules follow a table without circles, and each file begins with its purpose. |
//! | `circles` | Files of a crate do not import each other in a circle. |
//! | `printing` | Only `src/terminal.rs` writes to standard output and standard error. |
//! | `type_names` | Each public type has a unique name. |
//! | `unsafe_code` | Every crate forbids unsafe code. |
//! | `input_files` | Only `probity-input` opens and reads input files. |
//! | `vendors` | No vendor, operation or state is named outside of page readers and authentication. |
//!
//! `sources` reads the files, and `imports` resolves the imports between files. Exceptions from a rule have a reason.

mod circles;
mod imports;
mod input_files;
mod modules;
mod printing;
mod sources;
mod type_names;
mod unsafe_code;
mod vendors;

/// Panics with all violations, one in each line.
fn assert_none(violations: &[String]) {
    assert!(violations.is_empty(), "{}\n", violations.join("\n"));
}
