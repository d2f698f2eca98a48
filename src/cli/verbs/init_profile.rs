//! `probity init profile`: a profile to fill in, or one drafted from documentation.

use super::derive::list_cited_places;
use super::init_suite::{load_catalog, name_api};
use crate::cli::args::InitProfileArguments;
use crate::pages::api_access::{ApiAccess, SecurityScheme, read_access};
use crate::pages::dialect;
use crate::report::write_file;
use crate::session::{ExitKind, UserError};
use crate::suite_draft::{OpenQuestion, ProfileFacts, draft_profile};
use crate::terminal;
use probity_input::read_input_bytes;
use serde_json::json;
use std::path::{Path, PathBuf};

/// A profile with a comment for every key; `docs/profile.schema.json` is the schema.
pub const TEMPLATE: &str = include_str!("../../../docs/profile.yaml");

/// Writes or prints a profile.
pub fn write_profile(arguments: &InitProfileArguments) -> Result<ExitKind, UserError> {
    if let Some(path) = arguments.out.as_ref().filter(|path| path.exists()) {
        return Err(UserError::usage(path.display().to_string(), "the file exists already", "name another path"));
    }
    let text = if arguments.from.is_empty() { TEMPLATE.to_string() } else { draft_from(&arguments.from)? };
    let Some(path) = &arguments.out else {
        terminal::print_text(&text);
        return Ok(ExitKind::Passed);
    };
    write_file(path, text.as_bytes()).map_err(|error| UserError::unwritable(path, &error))?;
    terminal::print_line(&format!("{} is ready to be filled in", path.display()));
    Ok(ExitKind::Passed)
}

fn draft_from(from: &[PathBuf]) -> Result<String, UserError> {
    let api = name_api(from)?;
    let cited = list_cited_places(&api, Path::new("suites"));
    let schemas = load_catalog(from, &api, cited)?;
    let accesses = from.iter().filter_map(|path| read_description(path));
    let access = accesses.max_by_key(|it| (it.servers.len(), it.schemes.len())).unwrap_or_default();
    Ok(draft_profile(&schemas, &describe_access(&api, &access)))
}

/// The servers and schemes of a file; none if the file is no OpenAPI description.
fn read_description(path: &Path) -> Option<ApiAccess> {
    let bytes = read_input_bytes(path, dialect::PAGE_BYTES_MAX as u64).ok()?;
    let document = dialect::read_page(&path.display().to_string(), &bytes).ok()?;
    document.described.as_ref().map(read_access)
}

/// The facts of a profile. Names of variables begin with the name of the API.
fn describe_access(api: &str, access: &ApiAccess) -> ProfileFacts {
    let ask = |id: &str, text: String| OpenQuestion { id: id.to_string(), text };
    let variable = |word: &str| format!("env:{}_{word}", api.to_uppercase().replace(['-', '.'], "_"));
    let mut questions = Vec::new();
    let absolute = |url: &&String| url.starts_with("http://") || url.starts_with("https://");
    let endpoint = access.servers.iter().find(absolute).cloned();
    match (&endpoint, access.servers.as_slice()) {
        (None, [relative, ..]) => {
            let text = format!("Which host serves the API? The description has only the path `{relative}`.");
            questions.push(ask("endpoint", text));
        }
        (None, []) => questions.push(ask("endpoint", "Which address has the API?".to_string())),
        (Some(_), [_]) => {}
        (Some(_), all) => {
            questions.push(ask("endpoint", format!("Which of the servers is tested: {}?", all.join(", "))));
        }
    }
    let expressible = access.schemes.iter().find_map(|scheme| match scheme {
        SecurityScheme::HeaderKey(name) => Some(("headers", json!({ name: variable("KEY") }))),
        SecurityScheme::Bearer => Some(("auth", json!({ "bearer": { "token": variable("TOKEN") } }))),
        SecurityScheme::Basic => {
            Some(("auth", json!({ "basic": { "username": variable("USERNAME"), "password": variable("PASSWORD") } })))
        }
        SecurityScheme::ClientCredentials(url) => Some((
            "auth",
            json!({ "client-credentials": {
                "token_url": url, "client_id": variable("CLIENT_ID"), "client_secret": variable("CLIENT_SECRET") } }),
        )),
        SecurityScheme::Other(_) => None,
    });
    if expressible.is_none() {
        let others: Vec<&str> = access
            .schemes
            .iter()
            .filter_map(|it| if let SecurityScheme::Other(name) = it { Some(name.as_str()) } else { None })
            .collect();
        let named =
            if others.is_empty() { String::new() } else { format!(" The description has: {}.", others.join(", ")) };
        let text = format!("How does a caller authenticate? Add `headers` or `auth` to the owner, if at all.{named}");
        questions.push(ask("credentials", text));
    }
    let credentials = expressible.map(|(key, value)| (key.to_string(), value));
    ProfileFacts { endpoint, credentials, questions }
}
