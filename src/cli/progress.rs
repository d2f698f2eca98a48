//! Progress on standard error: one line that changes on a terminal, a few plain lines elsewhere.

use crate::campaign::{Event, Listener};
use crate::model::Model;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Arc;

/// How many plain lines a campaign prints that spends its whole budget.
const LINES: u64 = 10;

/// Shows how far a campaign is.
pub struct Progress {
    suite: String,
    model: Arc<Model>,
    bar: Option<ProgressBar>,
    clauses: usize,
    passed: usize,
    found: usize,
    requests: u64,
    requests_max: u64,
    /// Requests after which the next plain line is due.
    due: u64,
    plan: u64,
}

impl Progress {
    /// For the campaign of one suite. Only one that runs `alone` has a line that changes.
    #[must_use]
    pub fn new(suite: &str, model: Arc<Model>, alone: bool) -> Progress {
        let bar = (alone && std::io::stderr().is_terminal()).then(bar);
        let suite = suite.to_string();
        Progress { suite, model, bar, clauses: 0, passed: 0, found: 0, requests: 0, requests_max: 0, due: 0, plan: 0 }
    }

    fn line(&self) -> String {
        format!(
            "{}: {} of {} clauses passed, {} deviations, {} of at most {} requests, plan {}",
            self.suite, self.passed, self.clauses, self.found, self.requests, self.requests_max, self.plan
        )
    }

    fn tell(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{text}")),
            None => eprintln!("{text}"),
        }
    }

    fn step_on(&mut self) {
        if let Some(bar) = &self.bar {
            bar.set_length(self.requests_max);
            bar.set_position(self.requests);
            bar.set_message(self.line());
        }
    }

    /// Plain lines come between plans only, and at most [`LINES`] of them.
    fn plain(&mut self) {
        if self.bar.is_none() && self.requests >= self.due {
            eprintln!("{}", self.line());
            self.due = self.requests + (self.requests_max / LINES).max(1);
        }
    }
}

impl Listener for Progress {
    fn hear(&mut self, event: &Event<'_>) {
        match event {
            Event::Started { clauses, requests_max } => {
                self.clauses = *clauses;
                self.requests_max = *requests_max;
                self.due = (requests_max / LINES).max(1);
            }
            Event::PlanStarted { plan } => self.plan = *plan,
            Event::Exchanged { .. } => {
                self.requests += 1;
                self.step_on();
            }
            Event::Passed { passed, .. } => self.passed = *passed,
            Event::Found { finding } => {
                self.found += 1;
                let names: Vec<&str> = finding.clauses.iter().map(|c| self.model.info(*c).id.as_str()).collect();
                self.tell(&format!(
                    "{}: deviation from {}: {} {}",
                    self.suite,
                    names.join(", "),
                    finding.operation,
                    finding.seen
                ));
            }
            Event::Shrinking { steps, tried, .. } => {
                if let Some(bar) = &self.bar {
                    bar.set_message(format!(
                        "{}: looking for a shorter witness than {steps} steps, {tried} tried",
                        self.suite
                    ));
                }
            }
            Event::PlanEnded { .. } => self.plain(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:24} {elapsed_precise} {msg}").expect("the template is a constant");
    ProgressBar::new(0).with_style(style)
}
