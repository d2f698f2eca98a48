//! What a run would ask of an endpoint: the same run against the mock, on a clock that costs nothing.
//!
//! Counted from the profile's ceilings alone it would be the most that is allowed, and nobody learns from
//! that whether a quota suffices. A rehearsal draws the same kind of plans, at the same rate and side by side.

use super::drive::{Chosen, Order};
use super::lead::{failed, home, pace, plan_limits};
use super::wrong::Wrong;
use crate::campaign::{self, Home, NullListener, lead, mocks, on_paused_clock, site};
use crate::endpoint::mock::Tempo;
use crate::endpoint::{Changes, Profile};
use crate::history::History;
use crate::model::Model;
use crate::oracle::Standing;
use crate::plan::Plan;
use crate::report::{Report, Run, Settled, Target, settled};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// What a rehearsal came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Rehearsed {
    pub requests: u64,
    pub took: Duration,
    /// By resource.
    pub things: BTreeMap<String, Things>,
    /// How long things took to come to rest.
    pub settled: Vec<Settled>,
}

/// Things of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Things {
    pub made: u64,
    /// For how long they were there, all together: each to the end of its plan, after which it is deleted.
    pub there: Duration,
}

/// What is expected of a run at an endpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Foreseen {
    /// At the pace of earlier runs there, where there were any; else at the mock's.
    pub usual: Rehearsed,
    /// The same where all takes as long as the slowest tenth did.
    pub slow: Option<Rehearsed>,
    /// Earlier passages from rest to rest that the pace was taken from.
    pub known: u64,
}

/// Rehearses a run. `earlier` are the times that an earlier run at this endpoint has seen.
///
/// # Errors
/// If the suite goes wrong.
pub fn foreseen(order: &Order<'_>, earlier: &[Settled]) -> Result<Foreseen, Wrong> {
    let percent = u64::from(order.settle_percent);
    // The bounds of a suite are the cloud's, and so is the mock's tempo: where they are other, so is it.
    let tempo = at(Tempo::CLOUD, percent, 100);
    let first = rehearsed(order, tempo)?;
    let paces =
        pace_of(earlier, &first.settled, |row| row.p50_ms).zip(pace_of(earlier, &first.settled, |row| row.p90_ms));
    let Some((usual, slow)) = paces else {
        return Ok(Foreseen { usual: first, slow: None, known: 0 });
    };
    Ok(Foreseen {
        usual: rehearsed(order, at(tempo, usual.0, usual.1))?,
        slow: Some(rehearsed(order, at(tempo, slow.0, slow.1))?),
        known: earlier.iter().filter(|row| alike(&first.settled, row).is_some()).map(|row| row.count).sum(),
    })
}

fn rehearsed(order: &Order<'_>, tempo: Tempo) -> Result<Rehearsed, Wrong> {
    let Chosen::Address(_, profile) = order.chosen else { unreachable!("only a run at an address is rehearsed") };
    let (model, schemas) = (&order.loaded.model, &order.loaded.schemas);
    let home = Home { tempo, fault: None, ..home(order) };
    let endpoint = mocks(model, schemas, &home);
    let mut site = site(model, schemas, &home, order.cancel.clone(), &endpoint);
    site.pace = pace(order, profile, model);
    site.reading_only = profile.changes != Changes::Allowed;
    site.plan_limits.callers = plan_limits(order, &profile.identities).callers;
    site.setup = profile.setup.clone();
    let inner = campaign::Order {
        seed: order.seed,
        selection: order.selection.clone(),
        // Nobody asks a rehearsal what is decided.
        standing: &|_| Standing::Reachable,
        witnesses: if site.reading_only { &[] } else { order.witnesses },
        shrink: false,
    };
    let (led, took) = on_paused_clock(async {
        let began = tokio::time::Instant::now();
        let led = lead(&site, &inner, &mut NullListener).await;
        (led, began.elapsed())
    });
    let (conclusion, _) = led.map_err(|error| failed(order, &error))?;
    Ok(Rehearsed {
        requests: conclusion.spent.requests,
        took,
        things: things(model, &conclusion.plans, &conclusion.histories),
        settled: settled(&conclusion.settling),
    })
}

/// What was brought to life, by kind.
fn things(model: &Model, plans: &[Plan], histories: &[History]) -> BTreeMap<String, Things> {
    let mut all: BTreeMap<String, Things> = BTreeMap::new();
    for (plan, history) in plans.iter().zip(histories) {
        let end = history.exchanges.iter().map(|exchange| exchange.received_ms).max().unwrap_or(0);
        for exchange in &history.exchanges {
            let Some(step) = plan.steps.get(exchange.step) else { continue };
            for about in &model.operations[&step.operation].about {
                let names = step.births.get(&about.name).into_iter().flatten();
                let born = names.filter(|name| exchange.born.contains_key(*name)).count() as u64;
                if born > 0 {
                    let things = all.entry(model.suite.resources[about.resource].name.clone()).or_default();
                    things.made += born;
                    things.there += Duration::from_millis(end.saturating_sub(exchange.received_ms) * born);
                }
            }
        }
    }
    all
}

/// How slow the endpoint is beside the mock, as a fraction, by what both have seen; none where nothing is.
fn pace_of(earlier: &[Settled], mock: &[Settled], time: impl Fn(&Settled) -> u64) -> Option<(u64, u64)> {
    let both = earlier.iter().filter_map(|row| Some((row, alike(mock, row)?)));
    let (there, here) = both
        .fold((0, 0), |(there, here), (row, like)| (there + like.count * time(row), here + like.count * like.p50_ms));
    (here > 0).then_some((there, here))
}

fn alike<'a>(rows: &'a [Settled], row: &Settled) -> Option<&'a Settled> {
    let way = |row: &Settled| (row.resource.clone(), row.from.clone(), row.to.clone(), row.by.clone());
    rows.iter().find(|other| way(other) == way(row))
}

fn at(tempo: Tempo, there: u64, here: u64) -> Tempo {
    let scaled = |ms: u64| ms.saturating_mul(there) / here.max(1);
    let (least, most) = tempo.stage_ms;
    Tempo { stage_ms: (scaled(least), scaled(most).max(1)), ..tempo }
}

/// The times that the last run at this address has seen; none where none is known.
#[must_use]
pub fn earlier(reports: &Path, suite: &str, address: &str) -> Vec<Settled> {
    let read = |name: &str| std::fs::read_to_string(reports.join(suite).join(name)).ok();
    let report = read("report.json").and_then(|text| Report::read(&text).ok());
    let there = report.is_some_and(|report| report.target == Target::Address(address.to_string()));
    let run: Option<Run> = read("run.json").filter(|_| there).and_then(|text| serde_json::from_str(&text).ok());
    run.map(|run| run.settled).unwrap_or_default()
}

/// What is foreseen, in words; each line ends with a line feed.
#[must_use]
pub fn told(foreseen: &Foreseen, live_max: usize, rooms: &[(String, Option<u64>)], profile: &Profile) -> String {
    let usual = &foreseen.usual;
    let mut lines = vec![format!("requests  about {}", usual.requests)];
    for (kind, Things { made, there }) in &usual.things {
        let hours = hours(*there);
        lines.push(format!("things    {kind}: about {made}, at most {live_max} at once; {hours} hours of a {kind}"));
    }
    if usual.things.is_empty() {
        lines.push("things    none".to_string());
    }
    let time = minutes(usual.took);
    lines.push(match &foreseen.slow {
        Some(slow) => format!(
            "time      about {time}, {} where all is slow; from {} passages that an earlier run has seen here",
            minutes(slow.took),
            foreseen.known
        ),
        None => format!("time      about {time} at the mock's pace; no earlier run tells how long things take here"),
    });
    for kind in usual.things.keys() {
        let room = rooms.iter().find(|(known, _)| known == kind).map(|(_, free)| *free);
        lines.push(format!("quota     {kind}: {}", quota(room, live_max, profile)));
    }
    lines.into_iter().map(|line| format!("  {line}\n")).collect()
}

/// What is needed of a quota, and what there is of it.
fn quota(room: Option<Option<u64>>, needed: usize, profile: &Profile) -> String {
    match room {
        Some(None) => "there is no ceiling".to_string(),
        Some(Some(free)) if free < needed as u64 => format!(
            "{needed} needed at once, only {free} free; write `limits: {{ live: {free} }}`, or have the quota raised"
        ),
        Some(Some(free)) => format!("{needed} needed at once, {free} free"),
        None if profile.changes == Changes::Allowed => {
            "not known; `quotas` in the profile says how to read it".to_string()
        }
        None => "none is needed".to_string(),
    }
}

fn minutes(time: Duration) -> String {
    match time.as_secs().div_ceil(60) {
        1 => "1 minute".to_string(),
        minutes => format!("{minutes} minutes"),
    }
}

fn hours(time: Duration) -> String {
    let tenths = time.as_secs().div_ceil(360);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(by: &str, count: u64, p50_ms: u64, p90_ms: u64) -> Settled {
        Settled {
            resource: "lamp".into(),
            from: None,
            to: Some("DARK".into()),
            by: vec![by.into()],
            count,
            p50_ms,
            p90_ms,
            p99_ms: p90_ms,
            most_ms: p90_ms,
        }
    }

    #[test]
    fn the_pace_is_taken_from_ways_that_both_have_seen_and_weighed_by_how_often_they_come() {
        let earlier = [row("buy", 5, 2_000, 8_000), row("only-there", 9, 1, 1)];
        let mock = [row("buy", 30, 1_000, 1_500), row("only-here", 9, 1, 1)];
        assert_eq!(pace_of(&earlier, &mock, |row| row.p50_ms), Some((60_000, 30_000)));
        assert_eq!(pace_of(&earlier, &mock, |row| row.p90_ms), Some((240_000, 30_000)));
        assert_eq!(pace_of(&earlier[1..], &mock, |row| row.p50_ms), None);
        assert_eq!(at(Tempo::CLOUD, 60_000, 30_000).stage_ms, (400, 120_000));
    }
}
