//! `probity mock`: the suite as a stateful fake of its API, over HTTP.

use super::init::filled_in;
use crate::campaign::mock_identities;
use crate::cli::clock::Began;
use crate::cli::drive::Chosen;
use crate::cli::exit::Exit;
use crate::cli::meant::{self, Whom};
use crate::cli::shelf::{self, Shelf};
use crate::cli::signal::Signals;
use crate::cli::wrong::{Wrong, meant as did_you_mean};
use crate::cli::{out, target, typed};
use crate::endpoint::WireFaults;
use crate::http_server::{ListenError, Site, bind, serve};
use crate::mock::{Mock, Tempo};
use crate::report::write_file;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

/// The callers that have a token, which is the caller's name with `-token` after it: this is no secret.
const CALLERS: [&str; 4] = ["owner", "other", "expired", "forged"];

/// Listens until a signal comes.
pub fn mock(typed: &typed::Mock) -> Result<Exit, Wrong> {
    let began = Began::now();
    let shelf = Shelf::find(Path::new(""))?;
    let name = only(&shelf, typed.suite.as_deref())?;
    let today = meant::Target {
        whom: Whom::Mock,
        profile: None,
        fault: typed.fault.clone(),
        today: began.day.clone(),
        settle_percent: None,
        journal: None,
    };
    let loaded = shelf.load(&name, &today.today)?;
    let mut chosen = target::chosen(&today, &target::profile(None)?, vec![loaded])?;
    out::line(&shelf::origin(&shelf, &[chosen[0].0.clone()], &target::asked(&chosen)));
    let (loaded, chosen) = chosen.remove(0);
    let Chosen::Mock(fault) = chosen else { unreachable!("only the mock was asked for") };
    let address: SocketAddr = typed.listen.parse().map_err(|error| {
        Wrong::usage(
            format!("--listen {}", typed.listen),
            format!("it is no address: {error}"),
            "write it as 127.0.0.1:8774",
        )
    })?;
    let signals = Signals::listen();
    let mock = Mock::new(loaded.model.clone(), loaded.schemas.clone(), typed.seed, Tempo::CLOUD, fault)
        .with_speed(typed.speed);
    let tokens: BTreeMap<String, String> =
        CALLERS.iter().map(|caller| (format!("{caller}-token"), (*caller).to_string())).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Wrong::endpoint("this machine", error.to_string(), "free memory and file handles"))?;
    runtime.block_on(async {
        let listener = bind(address, typed.anywhere).await.map_err(|error| refused(&typed.listen, &error))?;
        let place = listener.local_addr().map_or(address, |local| local);
        if let Some(file) = &typed.profile_out {
            let identities = mock_identities(&loaded.schemas);
            let text =
                filled_in(&format!("http://{place}"), typed.speed, &identities, &loaded.schemas.catalog, &CALLERS);
            write_file(file, text.as_bytes()).map_err(|error| Wrong::unwritable(file, &error))?;
        }
        out::line(&format!(
            "listening on http://{place}; tokens: {}",
            tokens.keys().cloned().collect::<Vec<_>>().join(", ")
        ));
        let wire = WireFaults::NONE;
        let site = Site { endpoint: &mock, catalog: &loaded.schemas.catalog, tokens: &tokens, wire: &wire };
        serve(listener, site, signals.cancel.wait()).await;
        Ok(signals.came().unwrap_or(Exit::Passed))
    })
}

/// One suite, named or the only one there is.
fn only(shelf: &Shelf, named: Option<&str>) -> Result<String, Wrong> {
    let named: Vec<String> = named.map(str::to_string).into_iter().collect();
    let mut names = shelf.select(&named)?;
    if names.len() > 1 {
        let all: Vec<&str> = names.iter().map(String::as_str).collect();
        return Err(Wrong::usage(
            "mock",
            "there are several suites, and an address serves one",
            format!("add --suite; {}", did_you_mean("", &all)),
        ));
    }
    Ok(names.remove(0))
}

fn refused(listen: &str, error: &ListenError) -> Wrong {
    let text = error.to_string();
    let (cause, remedy) = text.rsplit_once("; ").unwrap_or((&text, "choose another address"));
    Wrong::usage(format!("--listen {listen}"), cause, remedy)
}
