//! The arguments of `probity diagram`.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct DiagramArguments {
    /// Name of the suite
    #[arg(value_name = "SUITE")]
    pub suite: String,
    /// Form of the diagram
    #[arg(long, value_name = "FORMAT", default_value = "svg")]
    pub format: DiagramFormat,
    /// Draw the states of this resource kind alone
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// Where to write the diagram [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// The form of a diagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiagramFormat {
    /// An image for browsers
    Svg,
    /// A Mermaid state diagram for Markdown
    Mermaid,
    /// A graph for Graphviz
    Dot,
}
