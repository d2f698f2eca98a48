//! The arguments of `probity merge`.

use super::format::FormatArgument;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct MergeArguments {
    /// The folders of the shards' reports, one for each shard of the run
    #[arg(value_name = "RUN", required = true)]
    pub runs: Vec<PathBuf>,
    /// Folder of the merged reports: DIR/SUITE/report.json and other files
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub reports: PathBuf,
    /// Write the report in this format too, beside report.json (repeatable)
    #[arg(long = "format", value_name = "FORMAT")]
    pub formats: Vec<FormatArgument>,
}
