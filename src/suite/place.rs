//! Places in a suite file.

/// A place in a suite file. Line and column count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct SuitePlace {
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
}
