//! Runs the steps of a chooser against the mock in this process.

use probity::endpoint::{Endpoint, Identities, Identity, compose_request};
use probity::history::{Call, CallCause, Exchange};
use probity::mock::{Mock, Tempo};
use probity::model::{BeliefLimits, CallView, Model, OutcomeKind, ResourceId};
use probity::oracle::Judge;
use probity::plan::{
    Chooser, ChooserInput, Coverage, HandleTable, PlanLimits, RecordedChooser, Step, StepOutcome, StepWait, SuiteHints,
    WaitLedger, bind_handles, cover_step,
};
use probity::schema::{CompiledCatalog, InputClass};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// An API with its model, and the speed of its mock.
pub struct ChooserBench {
    pub model: Arc<Model>,
    pub schemas: Arc<CompiledCatalog>,
    pub hints: Arc<SuiteHints>,
    pub tempo: Tempo,
    pub filled: &'static str,
    /// The fault of the mock.
    pub fault: Option<probity::mock::Mutant>,
    /// Whether to end at the first finding.
    pub first_only: bool,
    pub callers: Vec<&'static str>,
}

/// The results of some plans.
#[derive(Default)]
pub struct WalkResult {
    pub coverage: Coverage,
    /// Steps and polls.
    pub requests: u64,
    pub polls: u64,
    /// Number of requests until each clause first decided an outcome.
    pub first: BTreeMap<String, u64>,
    /// Steps with the next step immediately after.
    pub left: u64,
    pub live_most: usize,
    pub plans: Vec<Vec<Step>>,
    /// Findings of the judge.
    pub found: Vec<String>,
}

impl ChooserBench {
    pub fn new((model, schemas): (Arc<Model>, Arc<CompiledCatalog>), filled: &'static str) -> ChooserBench {
        let hints = Arc::new(SuiteHints::new(&model, &schemas));
        ChooserBench {
            model,
            schemas,
            hints,
            tempo: Tempo { event_percent: 0, exception_percent: 0, ..Tempo::CLOUD },
            filled,
            fault: None,
            first_only: false,
            callers: vec!["owner", "other", "expired", "none"],
        }
    }

    pub fn limits(&self, steps_max: usize) -> PlanLimits {
        PlanLimits {
            steps_max,
            live_max: 3,
            filled_parameters: BTreeSet::from([self.filled.to_string()]),
            callers: self.callers.iter().map(ToString::to_string).collect(),
            avoided_operations: BTreeSet::new(),
        }
    }

    /// Runs plans with at most `steps_max` steps until the budget of requests is spent.
    pub fn run_plans(
        &self,
        make: &mut dyn FnMut(u64) -> Box<dyn Chooser>,
        seed: u64,
        requests: u64,
        steps_max: usize,
    ) -> WalkResult {
        let runtime = paused_runtime();
        let mut walked = WalkResult::default();
        for plan in 0.. {
            if walked.requests >= requests || (self.first_only && !walked.found.is_empty()) {
                break;
            }
            let mut chooser = make(plan);
            runtime.block_on(self.run_plan(chooser.as_mut(), seed + plan, steps_max, requests, &mut walked));
        }
        walked
    }

    /// Runs one recorded plan.
    pub fn run_recorded(&self, steps: &[Step]) -> WalkResult {
        let runtime = paused_runtime();
        let mut walked = WalkResult::default();
        runtime.block_on(self.run_plan(
            &mut RecordedChooser::new(steps.to_vec()),
            1,
            steps.len(),
            u64::MAX,
            &mut walked,
        ));
        walked
    }

    async fn run_plan(
        &self,
        chooser: &mut dyn Chooser,
        seed: u64,
        steps_max: usize,
        requests: u64,
        walked: &mut WalkResult,
    ) {
        let mock = Mock::new(self.model.clone(), self.schemas.clone(), seed, self.tempo, self.fault.clone());
        let bounds = BeliefLimits { states_max: 2_000, settle_percent: 100, insight: false };
        let mut runner = PlanRunner {
            bench: self,
            mock,
            judge: Judge::new(self.model.clone(), self.schemas.clone(), 0, bounds),
            start: Instant::now(),
            number: 0,
            found: Vec::new(),
        };
        let limits = self.limits(steps_max);
        let mut handles = HandleTable::default();
        let mut steps: Vec<Step> = Vec::new();
        let earlier = walked.coverage.cells.clone();
        while walked.requests < requests && (!self.first_only || runner.found.is_empty()) {
            let before = runner.judge.belief.clone();
            let known = handles.clone();
            let situation = ChooserInput {
                model: &self.model,
                schemas: &self.schemas,
                belief: &before,
                handles: &known,
                steps: &steps,
                requests: runner.number,
                pages: &BTreeMap::new(),
                coverage: &walked.coverage.clone(),
                waits: &WaitLedger::default(),
                awaiting_bound: &BTreeSet::new(),
                limits: &limits,
            };
            let Some(step) = chooser.next(&situation) else {
                break;
            };
            let (ending, born) = runner.carry_out(&step, &mut handles).await;
            walked.requests += 1;
            cover_step(&mut walked.coverage, &situation, &self.hints, &step, ending);
            for clause in walked.coverage.clauses.keys() {
                walked.first.entry(clause.clone()).or_insert(walked.requests);
            }
            walked.left += u64::from(step.settle == StepWait::Leave);
            let polls = runner.settle(&step, &handles, &born).await;
            walked.coverage.cells.clone_from(&earlier);
            for (cell, filled) in &runner.judge.tally().cells {
                *walked.coverage.cells.entry(cell.clone()).or_default() += filled.count;
            }
            walked.polls += polls;
            walked.requests += polls;
            let live =
                runner.judge.belief.ids().filter(|id| self.hints.deletable.contains(&usize::from(id.kind))).filter(
                    |id| {
                        runner
                            .judge
                            .belief
                            .list_states(id)
                            .iter()
                            .all(|held| held.state.existence == probity::model::Existence::Present)
                    },
                );
            walked.live_most = walked.live_most.max(live.count());
            steps.push(step);
        }
        walked.plans.push(steps);
        walked.found.append(&mut runner.found);
    }
}

/// A runtime with a paused clock, on which waiting takes no time.
fn paused_runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime")
}

struct PlanRunner<'a> {
    bench: &'a ChooserBench,
    mock: Mock,
    judge: Judge,
    start: Instant,
    number: u64,
    found: Vec<String>,
}

impl PlanRunner<'_> {
    async fn carry_out(&mut self, step: &Step, handles: &mut HandleTable) -> (StepOutcome, Vec<ResourceId>) {
        let ids = handles.known_ids();
        let call = bind_handles(&step.call, &|name| ids.get(name).cloned())
            .unwrap_or_else(|name| panic!("`{name}` has no id: {step:?}"));
        let exchange = self.send(&call, CallCause::Step).await;
        let asked = CallView::new(&self.bench.model, &exchange.call, InputClass::Valid);
        let heard = OutcomeKind::classify(&exchange.outcome);
        let ending = match &heard {
            OutcomeKind::Success(..) => StepOutcome::Accepted,
            OutcomeKind::Refusal(_) => StepOutcome::Refused,
            _ => StepOutcome::Open,
        };
        let about = &self.bench.model.operations[&step.call.operation].about;
        let mut born = BTreeMap::new();
        let mut all = Vec::new();
        for (index, ids) in asked.read_created_ids(&self.bench.model, &heard) {
            let names =
                step.births.get(&about[index].name).unwrap_or_else(|| panic!("no handle for what is born: {step:?}"));
            for (name, id) in names.iter().zip(&ids) {
                born.insert(name.clone(), id.id.to_string());
            }
            all.extend(ids);
        }
        handles.note_step(&self.bench.model, step, &born, ending);
        (ending, all)
    }

    async fn send(&mut self, call: &Call, cause: CallCause) -> Exchange {
        let request = compose_request(&self.bench.schemas.catalog, call, &make_identities(self.bench.filled))
            .unwrap_or_else(|error| panic!("{error}: {call:?}"));
        let sent_ms = self.now();
        let outcome = self.mock.send(&request).await;
        self.number += 1;
        let exchange = Exchange {
            input: None,
            number: self.number,
            step: 0,
            cause,
            call: Call { path: request.parameters.clone(), ..call.clone() },
            sent_ms,
            received_ms: self.now(),
            overlap: None,
            outcome,
            created: BTreeMap::new(),
        };
        let seen = self.judge.observe(&exchange);
        for finding in seen.findings {
            let names: Vec<&str> =
                finding.clauses.iter().map(|clause| self.bench.model.clause_info(*clause).id.as_str()).collect();
            self.found.push(format!("{names:?}: {finding:?}"));
        }
        exchange
    }

    /// Polls the resources of the step until they are settled, with growing pauses.
    async fn settle(&mut self, step: &Step, handles: &HandleTable, born: &[ResourceId]) -> u64 {
        let StepWait::Poll { after_ms } = step.settle else {
            return 0;
        };
        let named = probity::plan::named_handles(step);
        let touched = named.iter().filter_map(|name| {
            let handle = handles.get(name)?;
            Some(ResourceId { kind: handle.kind as u16, id: handle.id.clone()? })
        });
        let touched: Vec<ResourceId> = touched.chain(born.iter().cloned()).collect();
        let changes = self.bench.model.operations[&step.call.operation].changes;
        let asked = self.number;
        let mut wait = after_ms.max(1);
        let mut polls = 0;
        for id in touched {
            let unseen =
                |belief: &probity::model::Belief| changes && belief.last_observed(&id).is_none_or(|seen| seen <= asked);
            let gone = |belief: &probity::model::Belief| {
                belief.list_states(&id).iter().all(|held| held.state.existence == probity::model::Existence::Gone)
            };
            while polls < 12
                && !gone(&self.judge.belief)
                && (!self.judge.belief.is_settled(&id) || unseen(&self.judge.belief))
            {
                sleep(Duration::from_millis(wait)).await;
                wait = (wait * 2).clamp(500, 120_000);
                let Some(shown) = self.bench.model.reads[usize::from(id.kind)].clone() else {
                    break;
                };
                let mut call = Call { operation: shown.operation, caller: "owner".to_string(), ..Call::default() };
                call.binding =
                    self.bench.schemas.find_operation(&call.operation).expect("of the catalog").bindings[0].id.clone();
                call.path.insert(shown.parameter, serde_json::Value::from(&*id.id));
                self.send(&call, CallCause::Poll).await;
                polls += 1;
            }
        }
        polls
    }

    fn now(&self) -> u64 {
        self.start.elapsed().as_millis() as u64
    }
}

fn make_identities(parameter: &str) -> Identities {
    let of = |value: &str| Identity {
        parameters: BTreeMap::from([(parameter.to_string(), value.to_string())]),
        ..Identity::default()
    };
    let callers = [("owner", OWNER), ("expired", OWNER), ("none", OWNER), ("other", OTHER)];
    Identities::new(callers.into_iter().map(|(caller, value)| (caller.to_string(), of(value))).collect())
}

const OWNER: &str = "0123456789abcdef0123456789abcdef";
const OTHER: &str = "fedcba9876543210fedcba9876543210";
