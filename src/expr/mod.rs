//! Expressions of a suite: parsing, three-valued evaluation, type checking.
//!
//! The language is a subset of CEL (<https://cel.dev>). The `cel` crate parses an expression. The
//! evaluator is our own, because a guard over partly known documents has to evaluate to *unknown*.
//! This module knows values and expressions, and does not know suites, HTTP or time.
//!
//! # Differences from CEL
//!
//! - `null` and *absent* are equal: selecting a missing key gives `null`, and so does selecting
//!   from `null`. `has(a.b)` is true if `a.b` is present and not `null`. [`check_types`] finds misspelt
//!   names before the run.
//! - `has(a["k"])` is accepted like `has(a.k)`, for keys that are not identifiers.
//! - Integers are signed 64 bits wide, and values up to 64 bits without a sign compare exactly; `1u` is the integer 1. Bytes, timestamps, durations and
//!   optional values are not supported, and map keys are texts.
//! - A text that a schema or a suite declares to be a time, or to be without case, compares as that value. A
//!   comparison with a plain text reads the plain text in the same way; functions take the text as it was written.
//! - Arithmetic mixes integers and floats, because JSON does not distinguish 3 from 3.0.
//! - `min(list)`, `max(list)`, `list.min()` and `list.max()` are built in, and so is
//!   `versionAtLeast(version, bound)`.
//!
//! # Unknown values
//!
//! [`ExprValue::Unknown`] stands for a value that no response has shown. A result is definite only if
//! every value in place of the unknown, except values that fail the expression, gives an equal
//! result. Hence `&&`, `||`, `?:`, `exists` and `all` can be definite with an unknown operand. If
//! they meet an unknown and an error, the result is unknown, because another value could have
//! decided. All other operators and functions need every operand: an error of one operand is the
//! error of the whole, and otherwise an unknown operand gives unknown.
//!
//! # Modules, in reading order
//!
//! - `value`, `notated_text`, `notation`, `path`: values, texts with several notations, and paths into
//!   documents;
//! - `expression`, `error`: the type [`Expr`] and the errors;
//! - `ast`, `parse`, `lower`, `pattern`, `print`: text to tree and tree to text;
//! - `eval`, `calls`, `compare`: evaluation;
//! - `types`, `type_schema`, `check_types`, `facts`, `find_nearest`: the type check;
//! - `reading`, `comparisons`, `elements`, `filtered`, `terms`: the analysis of guards.

mod ast;
mod calls;
mod check;
mod compare;
mod comparisons;
mod elements;
mod error;
mod eval;
mod explain;
mod expression;
mod present_paths;
mod filtered;
mod lower;
mod nearest;
mod notated_text;
mod notation;
mod parse;
mod path;
mod pattern;
mod print;
mod reading;
mod terms;
mod type_schema;
mod types;
mod value;

#[cfg(test)]
mod tests;

pub use check::check_types;
pub use comparisons::{Comparison, ComparisonRelation};
pub use error::{EvalFailure, ExprEvalError, ExprParseError, ExprTypeError, TypeErrorSeverity};
pub use eval::ExprScope;
pub use explain::DecidingPart;
pub use expression::Expr;
pub use filtered::FilteredField;
pub use nearest::find_nearest;
pub use notated_text::{NotatedText, TextNotation};
pub use path::{FieldPath, PathKey, assign_at_path, get_at_path};
pub use types::{RecordField, ValueType};
pub use value::{ExprValue, OrderedFloat};
