//! Legal differences between servers: faults of the network, and choices that the pages leave to an implementation.

use super::random::RandomNumbers;

/// Faults of the network. Every field except `retry_after_s` and `slow_ms_max` is a probability for each request.
#[derive(Clone, Debug)]
pub struct NetworkFaults {
    /// 429 without effect (returned_values_for_general_requests.rst:47).
    pub too_many: f64,
    /// 503 with `Retry-After` and without effect.
    pub unavailable: f64,
    pub retry_after_s: u64,
    /// The connection is reset before the request is carried out.
    pub reset: f64,
    /// The request is carried out, and the connection ends without a response.
    pub lost_reply: f64,
    /// Compressed, if the client accepts gzip.
    pub gzip: f64,
    pub chunked: f64,
    pub close: f64,
    pub slow: f64,
    pub slow_ms_max: u64,
}

impl Default for NetworkFaults {
    fn default() -> Self {
        let calm = 0.0;
        NetworkFaults {
            too_many: calm,
            unavailable: calm,
            retry_after_s: 1,
            reset: calm,
            lost_reply: calm,
            gzip: calm,
            chunked: calm,
            close: calm,
            slow: calm,
            slow_ms_max: 50,
        }
    }
}

impl NetworkFaults {
    /// Network faults from a seed, each probability up to `worst`.
    pub fn draw(seed: u64, worst: f64) -> Self {
        let mut random = RandomNumbers::new(seed, 11);
        let mut some = || {
            if random.draw_chance(0.5) { worst * random.draw_below(1000) as f64 / 1000.0 } else { 0.0 }
        };
        NetworkFaults {
            too_many: some(),
            unavailable: some(),
            reset: some(),
            lost_reply: some(),
            gzip: some(),
            chunked: some(),
            close: some(),
            slow: some(),
            ..NetworkFaults::default()
        }
    }
}

/// Which intermediate states of an operation are visible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntermediateStates {
    All,
    /// A random selection; the first state is always visible.
    Some,
    /// Every operation is complete before the next request.
    Never,
}

/// Which reason is given if a request deserves several refusals. The caller's identity always precedes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precedence {
    /// body, resource, references, state
    Body,
    /// resource, state, body, references
    State,
    /// resource, body, state, references
    Thing,
}

/// The form of refusals of the native API and of SCP, for which no page has a schema. The form of v1 is documented
/// (responses-(task).md:36) and fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorBodies {
    /// Native: an object named after the reason. SCP: `errors`.
    Usual,
    /// `{"error": {"code", "message"}}`
    Error,
    /// `{"errors": [..]}`
    Errors,
    /// `{"badRequest": ..}` and so on
    Named,
    Text,
    Empty,
}

/// How "no task" is written: null in the examples, "" in rolling_back_ecs_specifications_modification.rst:22.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoTask {
    Null,
    Empty,
}

/// Choices that the pages permit. The defaults are the plainest reading.
#[derive(Clone, Debug)]
pub struct Behavior {
    pub transients: IntermediateStates,
    pub precedence: Precedence,
    pub errors: ErrorBodies,
    pub no_task: NoTask,
    /// `RESIZED` as in 001:17 instead of `resized` as in 000:13.
    pub vm_state_upper: bool,
    pub extra_fields: bool,
    /// Status of native actions without response body: 200, 202 or 204. `None`: 202, and 204 for confirm and delete.
    pub action_code: Option<u16>,
    /// Status of native create and rebuild: 200 or 202, or 201 by the newer page only. `None`: 202.
    pub body_code: Option<u16>,
    /// Status of v1 requests that answer with a job: 200 or 202, or 201 by the newer page only. `None`: 200.
    pub job_code: Option<u16>,
    /// Status of a native refusal because of the state: 409 or 400.
    pub wrong_state_code: u16,
    /// A running server shows `active` + `powering-off` before a native resize proper (001:13).
    pub resize_shows_the_stop: bool,
    /// A confirmed server stays VERIFY_RESIZE for one more phase, and refuses actions meanwhile.
    pub confirm_lingers: bool,
    pub hard_reboot_of_stopped: bool,
    /// Probability that a creation ends in ERROR (native), or in a failed job without a server (v1).
    pub create_failure: f64,
    /// Probability that a native resize rolls back by itself (001:15).
    pub resize_rollback: f64,
    /// Probability that a v1 resize fails in its job for lack of capacity.
    pub job_failure: f64,
    /// v1 answers with a job that fails instead of a refusal because of state, flavor or image.
    pub late_refusals: bool,
    /// A deleted server is shown as DELETED for one more phase (ecs-statuses.md:73).
    pub deleted_shows: bool,
    /// Addresses have the network's name as key (querying-details-about-an-ecs.md:541), and not the id as in the
    /// examples.
    pub addresses_by_label: bool,
    /// `progress` in the response to a rebuild is a text as in the table (003:294), and not a number as in the example.
    pub progress_as_text: bool,
    /// Unknown volumes and snapshots in SCP paths get 400, because the pages have no 404. Never drawn.
    pub scp_absent_is_400: bool,
    /// A resized server has a different `hostId` (001:13).
    pub resize_moves_host: bool,
    /// v1 answers 501 Ecs.0603 instead of 400 Ecs.0100 during another operation.
    pub busy_is_501: bool,
    /// A batch that starts a running server succeeds without effect.
    pub idempotent_batches: bool,
    pub error_details: bool,
    /// The create response of v1 has the ids (creating_ecss.rst:1098).
    pub server_ids_at_once: bool,
    /// `availability_zone` is mandatory in v1 (creating-an-ecs.md:249) and not optional.
    pub zone_mandatory: bool,
    /// v1 shows system fields in the metadata (querying_details_about_an_ecs.rst of v1).
    pub system_metadata: bool,
    /// Unknown or unsupported fields of native bodies are refused and not ignored.
    pub strict_fields: bool,
    pub admin_pass_answers: bool,
    /// A SUPPORTED version is refused after its guaranteed date.
    pub supported_past_date_refused: bool,
    /// Volume sizes are multiples of 8, as in all examples.
    pub sizes_by_eight: bool,
}

impl Default for Behavior {
    fn default() -> Self {
        Behavior {
            transients: IntermediateStates::All,
            precedence: Precedence::Body,
            errors: ErrorBodies::Usual,
            no_task: NoTask::Null,
            vm_state_upper: false,
            extra_fields: false,
            action_code: None,
            body_code: None,
            job_code: None,
            wrong_state_code: 409,
            resize_shows_the_stop: false,
            confirm_lingers: false,
            hard_reboot_of_stopped: false,
            create_failure: 0.0,
            resize_rollback: 0.0,
            job_failure: 0.0,
            late_refusals: false,
            deleted_shows: false,
            addresses_by_label: false,
            progress_as_text: false,
            scp_absent_is_400: false,
            resize_moves_host: false,
            busy_is_501: false,
            idempotent_batches: false,
            error_details: false,
            server_ids_at_once: false,
            zone_mandatory: false,
            system_metadata: false,
            strict_fields: false,
            admin_pass_answers: true,
            supported_past_date_refused: false,
            sizes_by_eight: false,
        }
    }
}

impl Behavior {
    /// Choices from a seed. The pages permit every value.
    pub fn draw(seed: u64) -> Self {
        use ErrorBodies::{Empty, Error, Errors, Named, Text, Usual};
        let mut random = RandomNumbers::new(seed, 12);
        let codes = |random: &mut RandomNumbers, some: &[u16]| {
            random.draw_chance(0.6).then(|| some[random.draw_below(some.len() as u64) as usize])
        };
        let mut behavior = Behavior {
            transients: [IntermediateStates::All, IntermediateStates::Some, IntermediateStates::Never]
                [random.draw_below(3) as usize],
            precedence: [Precedence::Body, Precedence::State, Precedence::Thing][random.draw_below(3) as usize],
            errors: [Usual, Error, Errors, Named, Text, Empty][random.draw_below(6) as usize],
            no_task: if random.draw_chance(0.5) { NoTask::Null } else { NoTask::Empty },
            action_code: codes(&mut random, &[200, 202, 204]),
            body_code: codes(&mut random, &[200, 202]),
            job_code: codes(&mut random, &[200, 202]),
            wrong_state_code: if random.draw_chance(0.3) { 400 } else { 409 },
            resize_rollback: if random.draw_chance(0.3) { 0.2 } else { 0.0 },
            job_failure: if random.draw_chance(0.3) { 0.2 } else { 0.0 },
            ..Behavior::default()
        };
        for switch in behavior.switches() {
            *switch = random.draw_chance(0.3);
        }
        behavior
    }

    fn switches(&mut self) -> [&mut bool; 17] {
        [
            &mut self.vm_state_upper,
            &mut self.extra_fields,
            &mut self.resize_shows_the_stop,
            &mut self.confirm_lingers,
            &mut self.hard_reboot_of_stopped,
            &mut self.late_refusals,
            &mut self.deleted_shows,
            &mut self.addresses_by_label,
            &mut self.progress_as_text,
            &mut self.resize_moves_host,
            &mut self.busy_is_501,
            &mut self.idempotent_batches,
            &mut self.error_details,
            &mut self.server_ids_at_once,
            &mut self.system_metadata,
            &mut self.admin_pass_answers,
            &mut self.supported_past_date_refused,
        ]
    }
}
