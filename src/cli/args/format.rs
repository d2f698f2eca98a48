//! The name of a report format as an argument.

use crate::report::ReportFormat;
use clap::ValueEnum;
use clap::builder::PossibleValue;

/// The name of a format.
#[derive(Debug, Clone, Copy)]
pub struct FormatArgument(pub ReportFormat);

impl ValueEnum for FormatArgument {
    fn value_variants<'a>() -> &'a [FormatArgument] {
        const ALL: [FormatArgument; ReportFormat::ALL.len()] = {
            let mut all = [FormatArgument(ReportFormat::Json); ReportFormat::ALL.len()];
            let mut index = 0;
            while index < all.len() {
                all[index] = FormatArgument(ReportFormat::ALL[index]);
                index += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()))
    }
}
