//! Progress on standard error: one changing line on a terminal, a few plain lines elsewhere.

use super::exchange_lines::{describe_belief, describe_exchange};
use crate::campaign::{CampaignEvent, CampaignListener};
use crate::limits::Limits;
use crate::model::Model;
use crate::session::{SessionEvent, SessionListener};
use crate::terminal;
use indicatif::{ProgressBar, ProgressStyle};
use probity_input::escape_line;
use std::sync::Arc;
use std::time::Duration;

/// Plain lines of a campaign that spends its whole budget.
const LINES: u64 = 10;

/// The progress of a suite's campaign.
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
    verbosity: u8,
}

impl Progress {
    /// The progress of a campaign. Only a campaign that runs `alone`, and shows no
    /// requests, has a changing line. With `verbosity` 1 each request
    /// and response is shown, with 2 the possible states too.
    #[must_use]
    pub fn new(suite: &str, model: Arc<Model>, alone: bool, verbosity: u8) -> Progress {
        let bar = (alone && verbosity == 0 && terminal::is_error_output_visible()).then(make_bar);
        let suite = suite.to_string();
        Progress {
            suite,
            model,
            bar,
            clauses: 0,
            passed: 0,
            found: 0,
            requests: 0,
            requests_max: 0,
            due: 0,
            plan: 0,
            verbosity,
        }
    }

    fn format_line(&self) -> String {
        format!(
            "{}: {} of {} clauses passed, {} {}, {} of at most {} requests, plan {}",
            self.suite,
            self.passed,
            self.clauses,
            self.found,
            if self.found == 1 { "deviation" } else { "deviations" },
            self.requests,
            self.requests_max,
            self.plan
        )
    }

    fn print_above(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| {
                terminal::print_error_line(text);
                terminal::finish_writing();
            }),
            None => terminal::print_error_line(text),
        }
    }

    fn update_bar(&mut self) {
        if let Some(bar) = &self.bar {
            bar.set_length(self.requests_max);
            bar.set_position(self.requests);
            bar.set_message(self.format_line());
        }
    }

    /// Prints a plain line if one is due. Plain lines come between plans, at most [`LINES`] of them.
    fn print_plain(&mut self) {
        if self.bar.is_none() && self.requests >= self.due {
            terminal::print_error_line(&self.format_line());
            self.due = self.requests + (self.requests_max / LINES).max(1);
        }
    }
}

impl CampaignListener for Progress {
    fn receive_event(&mut self, event: &CampaignEvent<'_>) {
        match event {
            CampaignEvent::Started { clauses, requests_max } => {
                self.clauses = *clauses;
                self.requests_max = *requests_max;
                self.due = (requests_max / LINES).max(1);
            }
            CampaignEvent::PlanStarted { plan } => self.plan = *plan,
            CampaignEvent::Exchanged { plan, exchange } => {
                self.requests += 1;
                self.update_bar();
                if self.verbosity >= 1 {
                    self.print_above(&describe_exchange(&self.suite, *plan, exchange));
                }
            }
            CampaignEvent::StepEnded { belief } => {
                if self.verbosity >= 2 {
                    describe_belief(belief).iter().for_each(|line| self.print_above(line));
                }
            }
            CampaignEvent::Passed { passed, .. } => self.passed = *passed,
            CampaignEvent::Found { finding } => {
                self.found += 1;
                let names: Vec<&str> = finding.clauses.iter().map(|c| self.model.clause_info(*c).id.as_str()).collect();
                self.print_above(&format!(
                    "{}: deviation from {}: {} {}",
                    self.suite,
                    names.join(", "),
                    finding.operation,
                    escape_line(&finding.seen)
                ));
            }
            CampaignEvent::Shrinking { steps, tried, .. } => {
                if let Some(bar) = &self.bar {
                    bar.set_message(format!(
                        "{}: looking for a counterexample of fewer than {steps} steps, {tried} candidates tried",
                        self.suite
                    ));
                }
            }
            CampaignEvent::HistoryRecorded { .. } => {}
            CampaignEvent::PlanEnded { spent, .. } => {
                // The exchanges of plans that an earlier part of the run carried out are not shown.
                self.requests = self.requests.max(spent.requests);
                self.print_plain();
            }
        }
    }
}

impl SessionListener for Progress {
    fn hear_session(&mut self, event: &SessionEvent<'_>) {
        if let Some(message) = event.user_message() {
            self.print_above(&message);
        }
        if let SessionEvent::LimitsSet { suite, limits, read_only } = event {
            let only = if *read_only { "; reads only, because the profile forbids changes" } else { "" };
            terminal::print_line(&format!("{suite}: {}{only}", describe_limits(limits)));
        }
    }
}

/// Shows what a user has to know, and no progress.
#[derive(Debug)]
pub struct QuietListener;

impl CampaignListener for QuietListener {
    fn receive_event(&mut self, _event: &CampaignEvent<'_>) {}
}

impl SessionListener for QuietListener {
    fn hear_session(&mut self, event: &SessionEvent<'_>) {
        if let Some(message) = event.user_message() {
            terminal::print_error_line(&message);
        }
    }
}

fn count_minutes(time: Duration) -> String {
    match time.as_secs().div_ceil(60) {
        1 => "1 minute".to_string(),
        minutes => format!("{minutes} minutes"),
    }
}

/// The limits of a campaign at an endpoint.
fn describe_limits(limits: &Limits) -> String {
    let all = limits.total_requests();
    let rate = match limits.rate {
        0 => "without a rate limit".to_string(),
        rate => format!("{rate} per second"),
    };
    let plans = match limits.parallel_plans {
        1 => "1 plan at a time".to_string(),
        plans => format!("{plans} plans side by side"),
    };
    format!(
        "at most {all} requests ({} of them for shrinking, {} for cleaning up), {rate}, {} live resources, \
         {plans}, {} for plans, {} for shrinking",
        limits.shrink_requests,
        limits.cleanup_requests,
        limits.live_resources,
        count_minutes(limits.time),
        count_minutes(limits.shrink_time),
    )
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn make_bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:24} {elapsed_precise} {msg}").expect("the template is a constant");
    ProgressBar::new(0).with_style(style)
}
