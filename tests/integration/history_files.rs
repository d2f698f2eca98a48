//! History files: judged as a stream or in memory, cut off, and bounded by a profile.

use crate::http_end_to_end::{lamps_folder, make_folder, probity_command, to_text};
use probity::campaign::{CampaignInput, HistoryCollector, MockCampaignSettings, RaceShare, run_mock_campaign};
use probity::history::{HistoryFile, HistoryReader, read_histories, write_history};
use probity::limits::Limits;
use probity::mock::{Tempo, list_mutants};
use probity::model::{BeliefLimits, ClauseTally};
use probity::oracle::{
    ClauseDecidability, ClauseSelection, Finding, FindingNovelty, KnownFindings, judge_history, judge_records,
};
use probity::plan_execution::Cancellation;
use probity::session::{LoadedSuite, STATES_MAX, SuiteStore};
use std::path::Path;

/// The histories of a campaign against a faulty mock.
fn record_campaign(loaded: &LoadedSuite, seed: u64) -> HistoryCollector {
    let mutants = list_mutants(&loaded.model, &loaded.schemas);
    let fault = mutants.get(seed as usize * 7 % (mutants.len() + 1)).cloned();
    let limits = Limits { requests: 150, plans: 100, steps_per_plan: 20, live_resources: 3, ..Limits::NONE };
    let bounds = BeliefLimits { states_max: STATES_MAX, settle_percent: 100, insight: false };
    let home = MockCampaignSettings { seed, tempo: Tempo::CLOUD, fault, bounds, limits };
    let order = CampaignInput {
        seed,
        selection: ClauseSelection::default(),
        standing: &|_| ClauseDecidability::Reachable,
        recorded_plans: &[],
        races: RaceShare::None,
        shrink: false,
        is_known: &|_| false,
    };
    let mut recorded = HistoryCollector::default();
    run_mock_campaign(&loaded.model, &loaded.schemas, &home, Cancellation::never(), &order, &mut recorded);
    recorded
}

/// Counts and findings of the histories in memory. A repeated deviation is counted as in a run.
fn judge_in_memory(loaded: &LoadedSuite, bytes: &[u8]) -> (ClauseTally, Vec<Finding>) {
    let (mut tally, mut findings): (ClauseTally, Vec<Finding>) = Default::default();
    let mut known = KnownFindings::default();
    for history in read_histories(&mut &*bytes, "memory").unwrap().0 {
        let bounds =
            BeliefLimits { states_max: STATES_MAX, settle_percent: history.header.settle_percent, insight: false };
        let (judge, judged) = judge_history(&history, &loaded.model, &loaded.schemas, bounds);
        tally.merge(judge.tally());
        for finding in judged.into_iter().flat_map(|judged| judged.findings) {
            match known.classify_finding(&finding) {
                FindingNovelty::New => findings.push(finding),
                FindingNovelty::Repeated(index) => {
                    findings[index].add_repetition(&finding);
                    tally.repeated += 1;
                }
                FindingNovelty::Unkept => tally.note_unkept(finding.list_contradicted()),
            }
        }
    }
    (tally, findings)
}

#[test]
fn judging_a_stream_and_judging_in_memory_give_equal_counts_and_findings() {
    let store = SuiteStore::find(&lamps_folder(), None).unwrap_or_else(|error| panic!("{error}"));
    let loaded = store.load("lamps", "2026-11-20").unwrap_or_else(|error| panic!("{error}"));
    let mut deviations = 0;
    for seed in 0..12 {
        let recorded = record_campaign(&loaded, seed);
        let (mut plain, mut file) = (Vec::new(), HistoryFile::new(Vec::new(), u64::MAX));
        for history in &recorded.histories {
            write_history(&history.load_history(), &mut plain).unwrap();
            file.append_history(history, false);
        }
        let (compressed, _) = file.finish_file();
        let expected = judge_in_memory(&loaded, &plain);
        for bytes in [&plain, &compressed] {
            let mut reader = HistoryReader::new(bytes.as_slice(), "stream").unwrap();
            let judged = judge_records(&mut reader, &loaded.model, &loaded.schemas, STATES_MAX).unwrap();
            assert_eq!(judged.exchanges, recorded.histories.iter().map(|history| history.exchanges).sum::<u64>());
            assert_eq!((judged.tally, judged.findings), expected, "seed {seed}");
        }
        deviations += expected.1.len();
    }
    assert!(deviations > 0, "some of the faults are found");
}

fn judge_file(file: &Path) -> (Option<i32>, String) {
    let output = probity_command(&lamps_folder(), &["judge", file.to_str().unwrap()]).output().expect("it starts");
    (output.status.code(), format!("{}{}", to_text(&output.stdout), to_text(&output.stderr)))
}

#[test]
fn a_history_file_that_is_cut_off_is_judged_up_to_the_cut_which_is_told() {
    let folder = make_folder("cut-history");
    let reports = folder.join("reports");
    let arguments = ["run", "lamps", "--requests", "400", "--reports", reports.to_str().unwrap()];
    let output = probity_command(&lamps_folder(), &arguments).output().expect("it starts");
    assert!(output.status.code().is_some_and(|code| code == 0 || code == 3), "{}", to_text(&output.stderr));
    let whole = std::fs::read(reports.join("lamps/history.jsonl.gz")).unwrap();
    let names: Vec<_> =
        std::fs::read_dir(reports.join("lamps")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().ends_with(".part")), "{names:?}");
    // As a killed run leaves it.
    let part = folder.join("history.jsonl.gz.part");
    std::fs::write(&part, &whole[..whole.len() / 2]).unwrap();
    let (code, told) = judge_file(&part);
    assert!(code.is_some_and(|code| code == 0 || code == 3), "{told}");
    assert!(told.contains("the file is incomplete from here on, and the rest is ignored"), "{told}");
    assert!(told.contains("clauses:"), "{told}");
}
