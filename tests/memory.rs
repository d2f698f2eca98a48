//! A long campaign needs as little memory as a short one.
//!
//! The only test of this process, because the memory of a process has no owner.
#![cfg(target_os = "linux")]

use probity::campaign::{
    CampaignEvent, CampaignInput, CampaignListener, MockCampaignSettings, RaceShare, make_mock_environment, make_mocks,
    run_campaign, run_on_paused_clock,
};
use probity::endpoint::{Endpoint, PendingOutcome, Request};
use probity::history::{HistoryFile, HistoryReader, HistoryRecord, Outcome, Reply, ReplyBody};
use probity::limits::Limits;
use probity::mock::Tempo;
use probity::model::BeliefLimits;
use probity::oracle::{ClauseDecidability, ClauseSelection};
use probity::plan_execution::Cancellation;
use probity::session::{LoadedSuite, SuiteStore};
use serde_json::json;
use std::cell::Cell;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Characters that each response has in addition: more than enough to show what is kept.
const PADDING: usize = 64 << 10;

/// The mock with long responses that hardly compress.
struct PaddedEndpoint {
    mock: Rc<dyn Endpoint>,
    sent: Rc<Cell<u64>>,
}

impl Endpoint for PaddedEndpoint {
    fn name(&self) -> &str {
        "mock"
    }

    fn send<'a>(&'a self, request: &'a Request) -> PendingOutcome<'a> {
        Box::pin(async move {
            let mut outcome = self.mock.send(request).await;
            self.sent.set(self.sent.get() + 1);
            if let Outcome::Replied(Reply { body: ReplyBody::Json(body), .. }) = &mut outcome
                && let Some(fields) = body.as_object_mut()
            {
                let mut state = self.sent.get();
                let next = |_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    char::from(b' ' + 2 + (state >> 58) as u8)
                };
                fields.insert("padding".into(), json!((0..PADDING).map(next).collect::<String>()));
            }
            outcome
        })
    }
}

/// Writes histories to a file.
struct FileListener(HistoryFile<File>);

impl CampaignListener for FileListener {
    fn receive_event(&mut self, event: &CampaignEvent<'_>) {
        if let CampaignEvent::HistoryRecorded { history, deviates, .. } = event {
            self.0.append_history(history, *deviates);
        }
    }
}

/// Runs a campaign; returns the bytes and the number of exchanges of its history file.
fn run(loaded: &LoadedSuite, file: &Path, requests: u64) -> (u64, usize) {
    let limits = Limits { requests, plans: 10_000, steps_per_plan: 20, live_resources: 3, ..Limits::NONE };
    let bounds = BeliefLimits { states_max: 1_000, settle_percent: 100, insight: false };
    let home = MockCampaignSettings { seed: 1, tempo: Tempo::CLOUD, fault: None, bounds, limits };
    let mocks = make_mocks(&loaded.model, &loaded.schemas, &home);
    let sent = Rc::new(Cell::new(0));
    let endpoint = |plan| -> Rc<dyn Endpoint> { Rc::new(PaddedEndpoint { mock: mocks(plan), sent: sent.clone() }) };
    let site = make_mock_environment(&loaded.model, &loaded.schemas, &home, Cancellation::never(), &endpoint);
    let order = CampaignInput {
        seed: 1,
        selection: ClauseSelection::default(),
        standing: &|_| ClauseDecidability::Reachable,
        recorded_plans: &[],
        races: RaceShare::None,
        shrink: false,
        is_known: &|_| false,
    };
    let mut listener = FileListener(HistoryFile::new(File::create(file).unwrap(), u64::MAX));
    let (conclusion, _) = run_on_paused_clock(run_campaign(&site, &order, &mut listener));
    assert!(conclusion.findings.is_empty(), "{:?}", conclusion.findings[0].finding);
    let mut reader = HistoryReader::new(File::open(file).unwrap(), "history").unwrap();
    let mut exchanges = 0;
    while let Some(record) = reader.next_record().unwrap() {
        exchanges += usize::from(matches!(record, HistoryRecord::Exchange(_)));
    }
    assert_eq!(exchanges as u64, sent.get(), "each exchange is in the file");
    (file.metadata().unwrap().len(), exchanges)
}

/// The most memory of this process so far, in bytes.
fn read_peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux has the line");
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

fn count_descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

#[test]
fn memory_and_descriptors_do_not_grow_with_the_number_of_requests() {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps");
    let store = SuiteStore::find(&base, None).unwrap_or_else(|error| panic!("{error}"));
    let loaded = store.load("lamps", "2026-11-20").unwrap_or_else(|error| panic!("{error}"));
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("memory-history.jsonl.gz");
    run(&loaded, &file, 300);
    let (peak, descriptors) = (read_peak_memory(), count_descriptors());
    let (bytes, exchanges) = run(&loaded, &file, 2_000);
    assert!(exchanges >= 1_900 && bytes > 60_000_000, "{exchanges} exchanges, {bytes} bytes");
    let grown = read_peak_memory().saturating_sub(peak);
    assert!(grown < 30_000_000, "{grown} bytes more for six times the requests, with {bytes} bytes of responses");
    assert_eq!(count_descriptors(), descriptors);
    std::fs::remove_file(&file).unwrap();
}
