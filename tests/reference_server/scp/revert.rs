//! `POST /v1/volumes/{volume_id}/revert` (page 004).

use super::super::body_fields;
use super::super::cloud_state::CloudState;
use super::super::messages::{ApiResponse, Outcome};
use super::super::refusal::{Refusal, RefusalReasons};
use super::Call;
use super::volume::{SnapshotChange, Volume, VolumeChange};
use super::volumes::{absent, unavailable};

pub fn revert(cloud: &mut CloudState, call: &Call, id: &str) -> Outcome {
    let wish = call.request.object().and_then(|body| body_fields::read_required_text(&body, "snapshot_id", 1..=255));
    let volume = cloud.volume(&call.key.account, id);
    let pair = volume.zip(wish.as_ref().ok());
    let reasons = RefusalReasons {
        reference: pair.and_then(|(volume, snapshot)| check_snapshot(cloud, call, volume, snapshot)),
        state: pair.and_then(|(volume, snapshot)| check_state(cloud, volume, snapshot)),
        body: wish.as_ref().err().cloned(),
        thing: volume.is_none().then(|| absent(cloud, "Volume", id)),
    };
    reasons.first_refusal(cloud.settings.behavior.precedence)?;
    carry_out(cloud, id, &wish?);
    Ok(ApiResponse::empty(202))
}

/// The snapshot must be the latest snapshot of the volume (004:6), and the volume must not have been extended since: no
/// page describes a revert of a larger volume.
fn check_snapshot(cloud: &CloudState, call: &Call, volume: &Volume, snapshot: &str) -> Option<Refusal> {
    let Some(found) = cloud.snapshot(&call.key.account, snapshot) else {
        return Some(Refusal::bad_request(format!("Snapshot {snapshot} could not be found.")));
    };
    let foreign = found.volume != volume.id;
    if foreign && !cloud.has_fault("revert-to-foreign-snapshot") {
        return Some(Refusal::bad_request(format!("Snapshot {snapshot} is not of volume {}.", volume.id)));
    }
    let latest = cloud.latest_snapshot(&found.volume).is_some_and(|latest| latest.id == snapshot);
    if !latest && !cloud.has_fault("revert-to-older-snapshot") {
        return Some(Refusal::bad_request(format!("Snapshot {snapshot} is not the latest.")));
    }
    (found.size != volume.size && !foreign)
        .then(|| Refusal::bad_request("The volume has another size than its snapshot."))
}

/// The volume must be detached and available (004:6), and the snapshot settled.
fn check_state(cloud: &CloudState, volume: &Volume, snapshot: &str) -> Option<Refusal> {
    let attached_too = volume.state == "in-use" && cloud.has_fault("revert-of-attached-volume");
    let at_work = cloud.snapshots.get(snapshot).filter(|snapshot| snapshot.status != "available");
    unavailable(volume)
        .filter(|_| !attached_too)
        .or(at_work.map(|snapshot| Refusal::conflict(format!("Snapshot {} is {}.", snapshot.id, snapshot.status))))
}

fn carry_out(cloud: &mut CloudState, id: &str, snapshot: &str) {
    let Some(volume) = cloud.volumes.get_mut(id) else {
        return;
    };
    volume.reverts += 1;
    let (rest, extended, again) = (volume.state, volume.extends > 0, volume.reverts >= 2);
    let account = volume.account.clone();
    let then = match extended && cloud.has_fault("revert-after-extend-never-ends") {
        true => Vec::new(),
        false => vec![VolumeChange::State(rest)],
    };
    let at = cloud.begin_volume_transition(id, "reverting", then);
    let end = match cloud.has_fault("revert-drops-snapshot") {
        true => SnapshotChange::Gone,
        false => SnapshotChange::Status("available"),
    };
    cloud.begin_snapshot_transition(snapshot, "restoring", at, end);
    if again && cloud.has_fault("second-revert-renames-sibling") {
        let sibling = cloud.volumes.values_mut().find(|other| other.id != id && other.account == account);
        sibling.into_iter().for_each(|sibling| sibling.name = format!("volume-{}", sibling.number));
    }
}
