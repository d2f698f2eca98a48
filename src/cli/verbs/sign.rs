//! `probity sign`: the headers that authenticate one request.

use crate::cli::args::{HeaderFormat, SignArguments};
use crate::cli::config::check_address;
use crate::cli::embedded::find_store;
use crate::session::{ExitKind, RunStart, UnsignedRequest, UserError, load_profile, sign_request};
use crate::terminal;
use probity_input::read_input_bytes;
use std::io::Read;
use std::path::Path;

/// Longest body to sign, in bytes.
const BODY_BYTES_MAX: u64 = 64 << 20;

/// Prints the headers of the request. They contain credentials, and go to standard output alone.
pub fn print_signed_headers(arguments: &SignArguments) -> Result<ExitKind, UserError> {
    let start = RunStart::now();
    // An unknown suite is an error, because an endpoint is found by the name of its suite.
    let suite = find_store()?.select_suites(std::slice::from_ref(&arguments.suite))?.remove(0);
    let profile = load_profile(Some(&arguments.profile))?;
    let address = match &arguments.endpoint {
        Some(address) => address.clone(),
        None => profile.find_endpoint(&suite).map(str::to_string).ok_or_else(|| {
            let place = arguments.profile.display().to_string();
            UserError::input(
                place,
                format!("the profile has no address for {suite}"),
                "add the address, or give --endpoint",
            )
        })?,
    };
    let address = check_address("--endpoint", &address)?;
    if !arguments.path.starts_with('/') {
        let remedy = "give the path below the address of the endpoint, such as /v1/volumes?limit=2";
        return Err(UserError::usage(arguments.path.as_str(), "the path does not begin with /", remedy));
    }
    let unsigned = UnsignedRequest {
        address,
        method: arguments.method.to_ascii_uppercase(),
        target: arguments.path.clone(),
        caller: arguments.caller.clone(),
        headers: arguments.headers.iter().map(|header| parse_header(header)).collect::<Result<_, _>>()?,
        body: arguments.body.as_deref().map(read_body).transpose()?,
    };
    let headers = sign_request(&profile, &unsigned, &start.wall_clock())?;
    let lines = headers.iter().map(|(name, value)| match arguments.format {
        HeaderFormat::Headers => format!("{name}: {value}\n"),
        HeaderFormat::Curl => {
            let header = format!("{name}: {value}").replace('\\', r"\\").replace('"', "\\\"");
            format!("header = \"{header}\"\n")
        }
    });
    terminal::print_credentials(&lines.collect::<String>());
    Ok(ExitKind::Passed)
}

fn parse_header(text: &str) -> Result<(String, String), UserError> {
    let (name, value) = text.split_once(':').ok_or_else(|| {
        UserError::usage(format!("--header {text}"), "the header has no colon", "write a header such as 'X-Version: 2'")
    })?;
    Ok((name.trim().to_string(), value.trim().to_string()))
}

/// The bytes of a file, or of standard input for `-`.
fn read_body(path: &Path) -> Result<Vec<u8>, UserError> {
    if path != Path::new("-") {
        return read_input_bytes(path, BODY_BYTES_MAX).map_err(UserError::from_input_file);
    }
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(BODY_BYTES_MAX + 1).read_to_end(&mut bytes);
    let fail = |cause: String| UserError::input("standard input", cause, "give a body of at most 64 MiB");
    read.map_err(|error| fail(error.to_string()))?;
    if bytes.len() as u64 > BODY_BYTES_MAX { Err(fail("the body is too long".to_string())) } else { Ok(bytes) }
}
