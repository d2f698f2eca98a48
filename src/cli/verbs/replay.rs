//! `probity replay`: a recorded plan carried out again and judged.

use crate::campaign::NullListener;
use crate::cli::clock::Began;
use crate::cli::drive::{Keeping, Order, journals};
use crate::cli::exit::Exit;
use crate::cli::shelf::{self, Shelf};
use crate::cli::signal::Signals;
use crate::cli::wrong::Wrong;
use crate::cli::{lead, meant, out, target, typed};
use crate::history::write_jsonl;
use crate::limits::RequestedLimits;
use crate::model::Model;
use crate::oracle::{Finding, Selection};
use crate::report::{outcomes, steps, write_file};
use std::path::Path;
use std::sync::Arc;

/// Replays and says whether a clause was contradicted; 1 if one was.
pub fn replay(typed: &typed::Replay) -> Result<Exit, Wrong> {
    let began = Began::now();
    let target = meant::target(&typed.target, &began)?;
    let bytes = std::fs::read(&typed.plan_file).map_err(|error| Wrong::unreadable(&typed.plan_file, &error))?;
    let plan = shelf::plan(&typed.plan_file.display().to_string(), &bytes, None)?;
    let shelf = Shelf::find(Path::new(""))?;
    let name = shelf.select(std::slice::from_ref(&plan.suite))?.remove(0);
    let profile = target::profile(target.profile.as_deref())?;
    let mut chosen = target::chosen(&target, &profile, vec![shelf.load(&name, &target.today)?])?;
    out::line(&shelf::origin(&shelf, &[chosen[0].0.clone()], &target::asked(&chosen)));
    let (loaded, chosen) = chosen.remove(0);
    let signals = Signals::listen();
    let (seed, number) = plan.drawn.unwrap_or((1, 0));
    let order = Order {
        loaded: &loaded,
        chosen: &chosen,
        seed: typed.seed.unwrap_or(seed),
        limits: meant::limits(&RequestedLimits::NONE, &chosen, meant::Used::default()),
        selection: &Selection::default(),
        selected: None,
        settle_percent: target.settle_percent.unwrap_or(profile.settle_percent),
        witnesses: &[],
        salt: began.salt(),
        wall: began.wall(),
        profile: None,
        cancel: signals.cancel.clone(),
        keeping: Keeping {
            journals: journals(Path::new("reports"), target.journal.as_deref()),
            began: began.clone(),
            give_up: signals.give_up.clone(),
        },
    };
    let driven = lead::replay(&order, &plan, typed.plan.unwrap_or(number), &mut NullListener)?;
    for line in steps(&driven.plan, &outcomes(&driven.plan, &driven.history)) {
        out::line(&format!("  {line}"));
    }
    for finding in &driven.findings {
        out::print(&told(&loaded.model, finding));
    }
    if let Some(path) = &typed.history {
        let mut bytes = Vec::new();
        let written = write_jsonl(&driven.history, &mut bytes).and_then(|()| write_file(path, &bytes));
        written.map_err(|error| Wrong::unwritable(path, &error))?;
    }
    for thing in &driven.left {
        out::line(&format!("left behind: {} {}: {}", thing.handle, thing.id, thing.because));
    }
    if let Some(exit) = signals.came() {
        return Ok(exit);
    }
    Ok(if !driven.findings.is_empty() {
        Exit::Deviation
    } else if driven.left.is_empty() {
        out::line("no clause was contradicted");
        Exit::Passed
    } else {
        Exit::LeftBehind
    })
}

fn told(model: &Arc<Model>, finding: &Finding) -> String {
    let names: Vec<&str> = finding.clauses.iter().map(|clause| model.info(*clause).id.as_str()).collect();
    let mut text =
        format!("contradicted in step {}: {}\n  seen      {}\n", finding.step + 1, names.join(", "), finding.seen);
    for line in &finding.violations {
        text.push_str(&format!("            {line}\n"));
    }
    for line in &finding.expected {
        text.push_str(&format!("  expected  {line}\n"));
    }
    text
}
