//! `probity mock`: a suite's mock over HTTP.

use super::init::fill_in_profile;
use crate::campaign::make_mock_identities;
use crate::cli::args::MockArguments;
use crate::cli::embedded::find_store;
use crate::cli::signal;
use crate::endpoint::WireFaults;
use crate::http_server::ListenError;
use crate::http_server::serve_endpoint;
use crate::http_server::{OfferedEndpoint, bind_listener};
use crate::mock::{Mock, Mutant, Tempo};
use crate::report::write_file;
use crate::session::{
    ExitKind, LoadedSuite, RunStart, Signals, SuiteStore, SuiteTarget, TargetChoice, UserError, block_on,
    describe_targets, parse_profile, resolve_targets, suggest_name,
};
use crate::terminal;
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// The callers with a token, which is the name of the caller followed by `-token` and no secret.
const CALLERS: [&str; 4] = ["owner", "other", "expired", "forged"];

/// Serves the mock until a signal comes.
pub fn serve_mock(arguments: &MockArguments) -> Result<ExitKind, UserError> {
    let start = RunStart::now();
    let store = find_store()?;
    let name = select_suite(&store, arguments.suite.as_deref())?;
    let loaded = vec![store.load(&name, &start.date)?];
    let fault = arguments.fault.as_deref();
    let mut targets = resolve_targets(&TargetChoice::Mock, fault, &parse_profile("{}")?, loaded)?;
    terminal::print_line(&store.describe_origin(&[targets[0].0.clone()], &describe_targets(&targets)));
    let (loaded, target) = targets.remove(0);
    let SuiteTarget::Mock(fault) = target else { unreachable!("the choice is the mock") };
    let address: SocketAddr = arguments.listen.parse().map_err(|error| {
        UserError::usage(
            format!("--listen {}", arguments.listen),
            format!("the value is not an address: {error}"),
            "write an address such as 127.0.0.1:8774",
        )
    })?;
    let signals = signal::listen_for_signals();
    block_on(serve_requests(arguments, &loaded, fault, address, &signals))?
}

async fn serve_requests(
    arguments: &MockArguments,
    loaded: &LoadedSuite,
    fault: Option<Mutant>,
    address: SocketAddr,
    signals: &Signals,
) -> Result<ExitKind, UserError> {
    let mock = Mock::new(loaded.model.clone(), loaded.schemas.clone(), arguments.seed, Tempo::CLOUD, fault)
        .with_speed(arguments.speed);
    let tokens: BTreeMap<String, String> =
        CALLERS.iter().map(|caller| (format!("{caller}-token"), (*caller).to_string())).collect();
    let catalog = &loaded.schemas.catalog;
    let listener =
        bind_listener(address, arguments.anywhere).await.map_err(|error| convert_error(&arguments.listen, &error))?;
    let place = listener.local_addr().map_or(address, |local| local);
    if let Some(file) = &arguments.profile_out {
        let identities = make_mock_identities(&loaded.schemas);
        let text = fill_in_profile(&format!("http://{place}"), arguments.speed, &identities, catalog, &CALLERS);
        write_file(file, text.as_bytes()).map_err(|error| UserError::unwritable(file, &error))?;
    }
    let names = tokens.keys().cloned().collect::<Vec<_>>().join(", ");
    terminal::print_line(&format!("listening on http://{place}; tokens: {names}"));
    let wire = WireFaults::NONE;
    let site = OfferedEndpoint { endpoint: &mock, catalog, tokens: &tokens, wire: &wire };
    serve_endpoint(listener, site, signals.cancel.wait_for_request()).await;
    Ok(signals.exit_kind().unwrap_or(ExitKind::Passed))
}

/// The named suite, or the only suite.
fn select_suite(store: &SuiteStore, named: Option<&str>) -> Result<String, UserError> {
    let named: Vec<String> = named.map(str::to_string).into_iter().collect();
    let mut names = store.select_suites(&named)?;
    if names.len() > 1 {
        let all: Vec<&str> = names.iter().map(String::as_str).collect();
        let remedy = format!("add --suite; {}", suggest_name("", &all));
        return Err(UserError::usage("mock", "there are several suites, and an address serves one", remedy));
    }
    Ok(names.remove(0))
}

fn convert_error(listen: &str, error: &ListenError) -> UserError {
    let text = error.to_string();
    let (cause, remedy) = text.rsplit_once("; ").unwrap_or((&text, "choose another address"));
    UserError::usage(format!("--listen {listen}"), cause, remedy)
}
