//! Expressions of a suite: values, parsing, three-valued evaluation, types.
//!
//! The language is a subset of CEL (<https://cel.dev>). The `cel` crate parses
//! it; evaluation is ours, because a guard over a world that is only partly
//! known must be able to answer *unknown*. This room knows values and
//! expressions. It does not know suites, HTTP or time.
//!
//! # Where we differ from CEL
//!
//! - `null` and *absent* are one: selecting a missing key gives `null`, and so
//!   does selecting from `null`. `has(a.b)` is true when `a.b` is present and
//!   not `null`. Misspelt names are found before the run, by [`check`].
//! - `has(a["k"])` is accepted like `has(a.k)`, for keys that are no identifiers.
//! - Integers are signed 64 bits wide; `1u` is the integer 1. There are no bytes,
//!   timestamps, durations or optional values, and map keys are strings.
//! - An integer and a float may be added, multiplied and so on: JSON does not
//!   tell 3 from 3.0.
//! - `min(list)` and `max(list)`, also as `list.min()`, are built in.
//!
//! # What unknown means
//!
//! [`Val::Unknown`] stands for some value that we have not seen. A result is
//! definite only if every value that could stand there, and that does not make
//! the expression fail, would give that same result. Hence `&&`, `||`, `?:`,
//! `exists` and `all` answer through an unknown where one side decides, and
//! where an unknown meets an error there, the unknown wins (another value might
//! have decided). All other operators and functions need each operand: an error
//! in one is an error whatever the unknown is, so there the error wins, and
//! otherwise an unknown operand gives unknown.

mod ast;
mod calls;
mod check;
mod compare;
mod elements;
mod eval;
mod expression;
mod facts;
mod filtered;
mod loops;
mod lower;
mod mine;
mod nearest;
mod parse;
mod path;
mod print;
mod terms;
mod types;
mod value;

#[cfg(test)]
mod tests;

pub use check::{Severity, TypeError, check};
pub use eval::{EvalError, Scope};
pub use expression::{Expr, ParseError};
pub use filtered::Filtered;
pub use mine::{Comparison, Relation};
pub use nearest::nearest;
pub use path::{Key, Path, assign, get};
pub use types::{Field, Type};
pub use value::{Float, Val};
