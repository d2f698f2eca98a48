//! `probity doubts`: where the pages of an API contradict each other or leave a question open, and rulings about it.

use crate::cli::args::{DoubtsAction, DoubtsArguments, DoubtsFormat, DoubtsOrder, SettleArguments};
use crate::cli::embedded::find_schemas;
use crate::pages::doubt_report::{
    DoubtListing, DoubtOrder, DoubtRuling, RULINGS_BYTES_MAX, RulingsFile, choose_side, list_digests,
    render_doubts_json, render_doubts_markdown, render_doubts_sarif, render_doubts_text,
};
use crate::report::write_file;
use crate::schema::catalog::{Catalog, Citation, Doubt};
use crate::session::{ExitKind, SuiteStore, UserError, suggest_name};
use crate::terminal;
use probity_input::read_input_text;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};

/// Lists the doubts of one API, or of all APIs; or records a ruling.
pub fn list_doubts(arguments: &DoubtsArguments) -> Result<ExitKind, UserError> {
    let store = find_schemas()?;
    if let Some(DoubtsAction::Settle(settled)) = &arguments.action {
        return settle_doubt(&store, settled);
    }
    let order = match arguments.by {
        None => DoubtOrder::Id,
        Some(DoubtsOrder::Page) => DoubtOrder::Page,
        Some(DoubtsOrder::Weight) => DoubtOrder::Weight,
    };
    let mut listings = Vec::new();
    for api in select_apis(&store, arguments.api.as_deref())? {
        let files = DoubtFiles::read(&store, &api)?;
        listings.push(DoubtListing::build(&files.catalog, files.doubts, &files.citations, &read_rulings(&api)?, order));
    }
    let text: String = match arguments.format {
        DoubtsFormat::Text => listings.iter().map(render_doubts_text).collect(),
        DoubtsFormat::Markdown => listings.iter().map(render_doubts_markdown).collect::<Vec<_>>().join("\n"),
        DoubtsFormat::Json => listings.iter().map(render_doubts_json).collect(),
        DoubtsFormat::Sarif => render_doubts_sarif(&listings, env!("CARGO_PKG_VERSION")),
    };
    terminal::print_text(&text);
    Ok(ExitKind::Passed)
}

/// The named API, or all APIs with schemas.
fn select_apis(store: &SuiteStore, named: Option<&str>) -> Result<Vec<String>, UserError> {
    let known = store.list_catalogs();
    match named {
        Some(api) if !known.iter().any(|it| it == api) => {
            let all: Vec<&str> = known.iter().map(String::as_str).collect();
            Err(UserError::usage(
                format!("API `{api}`"),
                format!("there are no schemas of that name in {}", store.describe_place()),
                suggest_name(api, &all),
            ))
        }
        Some(api) => Ok(vec![api.to_string()]),
        None => Ok(known),
    }
}

/// The files of an API that a list of doubts needs.
struct DoubtFiles {
    catalog: Catalog,
    doubts: Vec<Doubt>,
    citations: Vec<Citation>,
}

impl DoubtFiles {
    fn read(store: &SuiteStore, api: &str) -> Result<DoubtFiles, UserError> {
        Ok(DoubtFiles {
            catalog: read_file(store, api, "catalog.json")?,
            doubts: read_file(store, api, "doubts.json")?,
            citations: read_file(store, api, "citations.json")?,
        })
    }
}

fn read_file<T: DeserializeOwned>(store: &SuiteStore, api: &str, name: &str) -> Result<T, UserError> {
    let place = format!("schemas/{api}/{name}");
    let again = "derive the schemas again";
    let bytes = store.open_catalog(api)?.read(name);
    let bytes = bytes.ok_or_else(|| UserError::input(&place, "the file is missing or cannot be read", again))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| UserError::input(&place, format!("the file is not as `derive` writes it: {error}"), again))
}

/// The place of the rulings: beside the manifest of the API.
fn place_rulings(api: &str) -> PathBuf {
    Path::new("suites").join("sources").join(format!("{api}.rulings.json"))
}

fn read_rulings(api: &str) -> Result<RulingsFile, UserError> {
    let path = place_rulings(api);
    if !path.exists() {
        return Ok(RulingsFile::default());
    }
    let remedy = "correct the file, or delete it and settle the doubts again";
    let text = read_input_text(&path, RULINGS_BYTES_MAX)
        .map_err(|error| UserError::input(path.display().to_string(), error.cause, remedy))?;
    RulingsFile::parse(&text).map_err(|cause| UserError::input(path.display().to_string(), cause, remedy))
}

/// Records a ruling about a doubt.
fn settle_doubt(store: &SuiteStore, settled: &SettleArguments) -> Result<ExitKind, UserError> {
    let mut found = None;
    let mut ids = Vec::new();
    for api in select_apis(store, settled.api.as_deref())? {
        let files = DoubtFiles::read(store, &api)?;
        ids.extend(files.doubts.iter().map(|it| it.id.clone()));
        if let Some(doubt) = files.doubts.iter().find(|it| it.id == settled.doubt) {
            if let Some((other, _)) = found.replace((api, list_digests(doubt, &files.citations))) {
                let cause = format!("`{other}` has a doubt of that id too");
                return Err(UserError::usage(format!("doubt `{}`", settled.doubt), cause, "add --api NAME"));
            }
            choose_side(doubt, &settled.take).map_err(|words| {
                UserError::usage(
                    format!("--take {}", settled.take),
                    format!("the doubt `{}` has no such side", settled.doubt),
                    format!("take one of: {}", words.join(", ")),
                )
            })?;
        }
    }
    let Some((api, digests)) = found else {
        let all: Vec<&str> = ids.iter().map(String::as_str).collect();
        return Err(UserError::usage(
            format!("doubt `{}`", settled.doubt),
            "no API has a doubt of that id",
            suggest_name(&settled.doubt, &all),
        ));
    };
    let path = place_rulings(&api);
    if !path.parent().is_some_and(Path::is_dir) {
        return Err(UserError::input(
            path.display().to_string(),
            "the folder does not exist",
            "run the command in the folder that holds `suites`",
        ));
    }
    let mut rulings = read_rulings(&api)?;
    let (doubt, take, because) = (settled.doubt.clone(), settled.take.clone(), settled.because.clone());
    rulings.record(DoubtRuling { doubt, take, because, digests });
    write_file(&path, rulings.render().as_bytes()).map_err(|error| UserError::unwritable(&path, &error))?;
    terminal::print_line(&format!("{}: {} settled, written to {}", api, settled.doubt, path.display()));
    Ok(ExitKind::Passed)
}
