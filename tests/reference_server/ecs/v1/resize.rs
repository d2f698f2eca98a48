//! `POST /v1/{project_id}/cloudservers/{server_id}/resize` (page 002).

use super::super::super::body_fields;
use super::super::super::cloud_state::CloudState;
use super::super::super::messages::{ApiResponse, Outcome};
use super::super::super::refusal::{Refusal, RefusalReasons};
use super::super::flavors;
use super::super::jobs::JobOrder;
use super::super::server::{Server, VmState};
use super::{Call, answer_with_job, late};

struct Order {
    flavor: String,
    dry_run: bool,
}

pub fn resize(cloud: &mut CloudState, call: &Call, id: &str) -> Outcome {
    let order = read(call);
    let server = cloud.server(&call.project.id, id);
    let flavor = order.as_ref().ok().map(|order| order.flavor.as_str());
    let same_allowed = cloud.has_fault("same-flavor-accepted");
    let check_snapshot = server
        .zip(flavor)
        .and_then(|(server, to)| flavors::against(&cloud.settings.pools, &server.flavor, to, same_allowed));
    let check_state = server.and_then(|server| check_state(cloud, server));
    let body = order.as_ref().err().cloned();
    let thing = server.is_none().then(|| Refusal::not_found("Server", id));
    let hopeless = body.is_some() || thing.is_some();
    let reasons = RefusalReasons { body, thing, reference: check_snapshot, state: check_state };
    let verdict = reasons.first_refusal(cloud.settings.behavior.precedence);
    let order = match (verdict, order) {
        (Err(refusal), Ok(order)) if !hopeless && !order.dry_run => {
            return late(cloud, call, "resizeServer", &[id.to_string()], refusal);
        }
        (Err(refusal), _) | (Ok(()), Err(refusal)) => return Err(refusal),
        (Ok(()), Ok(order)) => order,
    };
    match order.dry_run && !cloud.has_fault("dry-run-executes") {
        // Checked without effect and without a job (modifying_the_specifications_of_an_ecs.rst:81).
        true => Ok(ApiResponse::empty(202)),
        false => Ok(carry_out_request(cloud, call, id, order)),
    }
}

fn read(call: &Call) -> Result<Order, Refusal> {
    let body = call.request.object()?;
    let fields = body_fields::read_object(&body, "resize")?;
    Ok(Order {
        // An id and no URI in this API (002:99).
        flavor: body_fields::read_required_text(fields, "flavorRef", 1..=255)?,
        dry_run: body_fields::read_bool(&body, "dry_run")?.unwrap_or(false),
    })
}

/// The server must be stopped and settled (002:11).
fn check_state(cloud: &CloudState, server: &Server) -> Option<Refusal> {
    let running_too = cloud.has_fault("resize-of-running-server") && server.vm == VmState::Active;
    if server.is_busy() {
        return Some(busy(cloud, server));
    }
    let message = || format!("Server {} is {} and must be stopped.", server.id, server.vm.text());
    (server.vm != VmState::Stopped && !running_too).then(|| Refusal::bad_request(message()).with_code("Ecs.0100"))
}

/// The refusal during another operation (error-code-description.md:522 or :1094).
pub fn busy(cloud: &CloudState, server: &Server) -> Refusal {
    let message = format!("Server {} is busy.", server.id);
    match cloud.settings.behavior.busy_is_501 {
        true => Refusal::new(501, "Ecs.0603", message),
        false => Refusal::bad_request(message).with_code("Ecs.0100"),
    }
}

fn carry_out_request(cloud: &mut CloudState, call: &Call, id: &str, order: Order) -> ApiResponse {
    let reverted = cloud.servers.get(id).is_some_and(|server| server.reverts > 0);
    let without_effect =
        cloud.has_fault("resize-without-effect") || (reverted && cloud.has_fault("resize-without-effect-after-revert"));
    let fails = cloud.random.draw_chance(cloud.settings.behavior.job_failure);
    let flavor = Some(order.flavor.as_str()).filter(|_| !fails && !without_effect);
    let fails = fails || cloud.has_fault("fail-with-effect");
    let done = cloud.resize_at_once(id, flavor);
    let failure = fails.then(|| ("Ecs.0319", "Capacity is not enough.".to_string()));
    let mut others = cloud.servers.values().filter(|other| other.id != id && other.project == call.project.id);
    let other = others.next().filter(|_| cloud.has_fault("job-names-another-server"));
    let named = other.map_or_else(|| id.to_string(), |other| other.id.clone());
    let errand = JobOrder { kind: "resizeServer", sub_kind: None, servers: vec![(named, done)], failure };
    let mut answer = answer_with_job(cloud, call, errand);
    if order.dry_run {
        // The fault that executes a dry run; the response is the one of a dry run.
        answer = ApiResponse::empty(202);
    }
    answer
}
