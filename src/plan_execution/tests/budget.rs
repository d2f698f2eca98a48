//! One budget for everything that is sent.

use super::super::shared_budget::SharedBudget;
use crate::endpoint::{Endpoint, PendingOutcome, Request};
use crate::limits::Limits;
use std::cell::Cell;

/// An endpoint that sends requests for tokens besides calls.
struct TokenEndpoint {
    additional: Cell<u64>,
}

impl Endpoint for TokenEndpoint {
    fn name(&self) -> &str {
        "tokens"
    }

    fn count_additional_requests(&self) -> u64 {
        self.additional.get()
    }

    fn additional_requests_max(&self) -> u64 {
        3
    }

    fn send<'a>(&'a self, _: &'a Request) -> PendingOutcome<'a> {
        unreachable!("the budget sends nothing")
    }
}

/// Sends as many requests as the budget permits, each with `additional` requests for tokens; returns all requests.
fn spend(budget: &SharedBudget, endpoint: &TokenEndpoint, additional: u64, take: impl Fn() -> bool) -> u64 {
    while take() {
        endpoint.additional.set(endpoint.additional.get() + additional);
        budget.settle_request(endpoint);
    }
    budget.count_spent()
}

#[test]
fn plans_shrinking_cleaning_up_and_tokens_together_stay_within_the_limit() {
    for additional in 0..=3 {
        let limits = Limits { requests: 60, shrink_requests: 25, cleanup_requests: 15, ..Limits::NONE };
        let (budget, endpoint) = (SharedBudget::new(limits), TokenEndpoint { additional: Cell::new(4) });
        budget.count_additional(&endpoint);
        assert!(spend(&budget, &endpoint, additional, || budget.take_request(&endpoint).is_ok()) <= 75);
        budget.start_shrinking();
        assert!(spend(&budget, &endpoint, additional, || budget.take_request(&endpoint).is_ok()) <= 100);
        budget.start_closing();
        let all = spend(&budget, &endpoint, additional, || budget.take_reserved(&endpoint));
        assert!((97..=100).contains(&all), "{all}");
        assert!(budget.take_request(&endpoint).is_err());
    }
}

#[test]
fn cleaning_up_at_the_end_uses_what_shrinking_left() {
    let limits = Limits { requests: 10, shrink_requests: 50, cleanup_requests: 5, ..Limits::NONE };
    let (budget, endpoint) = (SharedBudget::new(limits), TokenEndpoint { additional: Cell::new(0) });
    assert!(spend(&budget, &endpoint, 0, || budget.take_reserved(&endpoint)) <= 15, "shrinking may still come");
    budget.start_closing();
    assert!(spend(&budget, &endpoint, 0, || budget.take_reserved(&endpoint)) > 60);
}

#[test]
fn a_create_is_affordable_only_with_its_deletion() {
    let limits = Limits { requests: 20, shrink_requests: 0, cleanup_requests: 10, ..Limits::NONE };
    let endpoint = TokenEndpoint { additional: Cell::new(0) };
    let check = |live: usize| SharedBudget::new(limits).afford_creates(live, 2);
    // Each deletion needs five requests, the search two, and the create one: 28 for five resources.
    assert!(check(5));
    assert!(!check(6));
    let budget = SharedBudget::new(limits);
    budget.note_deletion_cost(20);
    assert!(!budget.afford_creates(1, 0), "deletions of this run take twenty requests");
    assert!(budget.take_request(&endpoint).is_err(), "the plans of the phase end");
}
