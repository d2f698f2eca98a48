//! `probity judge`: a recorded history judged again, without the endpoint.

use crate::campaign::{Conclusion, Found, Settling, Spent};
use crate::cli::exit::{self, Exit};
use crate::cli::lead::WORLDS_MAX;
use crate::cli::shelf::{self, Loaded, Shelf};
use crate::cli::wrong::{Wrong, meant};
use crate::cli::{out, typed};
use crate::history::{History, read_jsonl};
use crate::model::{Bounds, Tally};
use crate::oracle::{Finding, Judge, Seen, Selection, Standing, verdicts};
use crate::plan::{FORMAT, Plan};
use crate::report::{Shown, Subject, Target, certificate, summary};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// Judges every plan in the file and prints the summary.
pub fn judge(typed: &typed::Judge) -> Result<Exit, Wrong> {
    let shelf = Shelf::find(Path::new(""))?;
    let histories = read(&typed.history)?;
    let loaded = fitting(&shelf, &histories[0])?;
    let endpoint = histories[0].header.endpoint.clone();
    out::line(&shelf::origin(
        &shelf,
        std::slice::from_ref(&loaded),
        &format!("none; {} was recorded at {endpoint}", typed.history.display()),
    ));
    let mut tally = Tally::default();
    let mut found: Vec<Found> = Vec::new();
    for history in &histories {
        let (judge, seen) = replayed(&loaded, history, false)?;
        tally.merge(judge.tally());
        for finding in seen.into_iter().flat_map(|seen| seen.findings) {
            found.push(recorded(history, finding));
        }
    }
    let findings: Vec<Finding> = found.iter().map(|found| found.finding.clone()).collect();
    let rows = verdicts(&loaded.model, &tally, &findings, &Selection::default(), &|_| Standing::Reachable, None);
    let requests = histories.iter().map(|history| history.exchanges.len() as u64).sum();
    let spent = Spent { requests, plans: histories.len() as u64, ..Spent::default() };
    let conclusion = Conclusion {
        seed: 0,
        rows,
        found,
        tally,
        spent,
        settling: Settling::default(),
        stopped: None,
        plans: Vec::new(),
        histories: Vec::new(),
    };
    let target = match endpoint.as_str() {
        "mock" => Target::Mock { fault: None },
        address => Target::Address(address.to_string()),
    };
    let subject = Subject {
        model: &loaded.model,
        catalog_digest: &loaded.catalog_digest,
        target: &target,
        settle_percent: histories[0].header.settle_percent,
        selected: None,
        replay_options: &[],
    };
    let report = certificate(&conclusion, &subject);
    out::print(&summary(&report, &Shown { reports: "reports" }));
    Ok(exit::of(&report))
}

/// The history of one plan of a file (none: its only or last one), with the suite it was made for.
pub fn last_of(shelf: &Shelf, file: &Path, plan: Option<u64>) -> Result<(Loaded, History), Wrong> {
    let histories = read(file)?;
    let plans: Vec<String> = histories.iter().map(|history| history.header.plan.to_string()).collect();
    let chosen = match plan {
        Some(plan) => histories.into_iter().find(|history| history.header.plan == plan),
        None => histories.into_iter().next_back(),
    };
    let history = chosen.ok_or_else(|| {
        let plan = plan.map(|plan| plan.to_string()).unwrap_or_default();
        let all: Vec<&str> = plans.iter().map(String::as_str).collect();
        Wrong::usage(format!("--plan {plan}"), format!("{} has no such plan", file.display()), meant(&plan, &all))
    })?;
    Ok((fitting(shelf, &history)?, history))
}

/// Judges one history from its beginning.
pub fn replayed(loaded: &Loaded, history: &History, insight: bool) -> Result<(Judge, Vec<Seen>), Wrong> {
    let bounds = Bounds { worlds_max: WORLDS_MAX, settle_percent: history.header.settle_percent, insight };
    crate::oracle::judge(history, &loaded.model, &loaded.schemas, bounds).map_err(|fault| {
        Wrong::input(&loaded.file, fault.to_string(), "correct the expression; `probity lint` checks its types")
    })
}

fn read(file: &Path) -> Result<Vec<History>, Wrong> {
    let opened = File::open(file).map_err(|error| Wrong::unreadable(file, &error))?;
    let (histories, torn) = read_jsonl(&mut BufReader::new(opened), &file.display().to_string())
        .map_err(|error| Wrong::input(format!("{}:{}", error.place, error.line), error.cause, error.remedy))?;
    if let Some(torn) = torn {
        eprintln!(
            "warning: {}:{}: the last line was cut off and is left out: {}",
            file.display(),
            torn.line,
            torn.cause
        );
    }
    Ok(histories)
}

/// The suite that a history was made for, with the endpoint's pools and the day of the recording.
fn fitting(shelf: &Shelf, history: &History) -> Result<Loaded, Wrong> {
    let header = &history.header;
    let name = shelf.select(std::slice::from_ref(&header.suite))?.remove(0);
    let loaded = shelf.load(&name, &header.today)?.with_pools(&header.pools, &header.today)?;
    if loaded.suite.digest != header.suite_digest {
        eprintln!("note: the suite has changed since the recording; it is judged by the suite as it is now");
    }
    Ok(loaded)
}

/// A recording holds no plan: what was seen stands for it.
fn recorded(history: &History, finding: Finding) -> Found {
    let plan = Plan { format: FORMAT, suite: history.header.suite.clone(), drawn: None, steps: Vec::new() };
    Found { finding, plan, history: history.clone(), witness: None, repeated: false }
}
