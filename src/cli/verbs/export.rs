//! `probity export openapi`: a catalog as an OpenAPI document.

use crate::cli::args::{ExportArguments, ExportFormat};
use crate::cli::embedded::find_schemas;
use crate::openapi_export::export_openapi;
use crate::report::write_file;
use crate::schema::CompiledCatalog;
use crate::session::{ExitKind, UserError};
use crate::terminal;

/// Writes or prints the document.
pub fn export_catalog(arguments: &ExportArguments) -> Result<ExitKind, UserError> {
    let ExportFormat::Openapi { api, out } = &arguments.format;
    let files = find_schemas()?.open_catalog(api)?;
    let schemas = CompiledCatalog::load(files.as_ref())
        .map_err(|error| UserError::input(format!("schemas/{api}/{}", error.place), error.cause, error.remedy))?;
    let mut text = serde_json::to_string_pretty(&export_openapi(&schemas)).expect("a document has a JSON form");
    text.push('\n');
    match out {
        None => terminal::print_text(&text),
        Some(path) => {
            write_file(path, text.as_bytes()).map_err(|error| UserError::unwritable(path, &error))?;
            terminal::print_line(&format!("{}: {} operations", path.display(), schemas.catalog.operations.len()));
        }
    }
    Ok(ExitKind::Passed)
}
