//! Tests of clauses at an endpoint with a profile: the mock of the lamps on this machine, with a fault.

use super::*;
use crate::http_server::{OfferedEndpoint, bind_listener, serve_endpoint};
use crate::mock::{Mock, Tempo, list_mutants};
use crate::session::{LoadedSuite, block_on};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::channel;

const FAULT: &str = "dim.bright/refused";

/// Serves the lamps with a fault until the process ends. Returns the address.
fn serve_lamps(loaded: LoadedSuite) -> String {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let fault = list_mutants(&loaded.model, &loaded.schemas).into_iter().find(|mutant| mutant.name == FAULT);
        let mock = Mock::new(loaded.model.clone(), loaded.schemas.clone(), 1, Tempo::CLOUD, fault).with_speed(2000);
        let tokens = BTreeMap::from([("owner-token".to_string(), "owner".to_string())]);
        let catalog = &loaded.schemas.catalog;
        block_on(async {
            let address = "127.0.0.1:0".parse().expect("an address");
            let listener = bind_listener(address, false).await.expect("a free port");
            send.send(listener.local_addr().expect("an address")).expect("the test waits");
            let wire = crate::endpoint::WireFaults::NONE;
            let site = OfferedEndpoint { endpoint: &mock, catalog, tokens: &tokens, wire: &wire };
            serve_endpoint(listener, site, std::future::pending()).await;
        })
    });
    format!("http://{}", receive.recv().expect("the server listens"))
}

/// The result of the test of `dim.bright` with the waivers: `passed`, `ignored: reason`, or `failed: text`.
fn check(name: &str, waivers: &str) -> String {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps");
    let reports = std::env::temp_dir().join(format!("probity-trials-{}-{name}", std::process::id()));
    let profile = format!(
        "changes: allowed\nlimits: {{ rate: 0 }}\nsettle_percent: 1\n\
         identities: {{ owner: {{ headers: {{ X-Auth-Token: owner-token }} }} }}\nwaivers: {waivers}\n"
    );
    let store = SuiteStore::find(&base, None).expect("the lamps have a suite");
    let loaded = store.load("lamps", "2026-05-01").expect("the suite loads");
    let served = loaded.clone();
    let target = Target::Service {
        address: Arc::new(move || serve_lamps(served.clone())),
        profile: Arc::new(move || profile.clone()),
    };
    let options = Conformance { base, target, requests: Some(120), reports: reports.clone(), ..Conformance::new() };
    let run = TestRun::find(&RunStart::now());
    let campaign = SharedCampaign::new(Arc::new(options), store, loaded, run);
    let result = test_clause(&campaign, "dim.bright");
    let _ = std::fs::remove_dir_all(&reports);
    match result {
        Ok(Completion::Completed) => "passed".to_string(),
        Ok(Completion::Ignored { reason }) => format!("ignored: {}", reason.unwrap_or_default()),
        Err(failed) => format!("failed: {}", failed.message().unwrap_or_default()),
    }
}

#[test]
fn the_test_of_a_waived_clause_is_ignored_with_the_waiver() {
    let told = check("waived", "[{ clause: 'dim.*', reason: agreed, owner: vendor, until: 2026-05-31 }]");
    let excuse = "ignored: known deviation: waived, until 2026-05-31, owner vendor, agreed";
    assert!(told.starts_with(excuse), "{told}");
}

#[test]
fn the_test_of_a_clause_fails_without_a_waiver_and_after_its_last_day() {
    for (name, waivers) in [
        ("none", "[]"),
        ("expired", "[{ clause: 'dim.*', reason: agreed, until: 2026-04-30 }]"),
        ("other", "[{ clause: 'show.*', reason: agreed }]"),
    ] {
        let told = check(name, waivers);
        assert!(told.starts_with("failed: ") && told.contains("a bright lamp can be dimmed"), "{name}: {told}");
    }
}
