//! `POST /v1/volumes/{volume_id}/revert` (page 004).

use super::super::exchange::{Answer, Outcome};
use super::super::reading;
use super::super::refusal::{Reasons, Refusal};
use super::super::world::World;
use super::Call;
use super::volume::{SnapshotChange, Volume, VolumeChange};
use super::volumes::{absent, unavailable};

pub fn revert(world: &mut World, call: &Call, id: &str) -> Outcome {
    let wish = call.ask.object().and_then(|body| reading::needed(&body, "snapshot_id", 1..=255));
    let volume = world.volume(&call.key.account, id);
    let pair = volume.zip(wish.as_ref().ok());
    let reasons = Reasons {
        reference: pair.and_then(|(volume, snapshot)| unfit(world, call, volume, snapshot)),
        state: pair.and_then(|(volume, snapshot)| untimely(world, volume, snapshot)),
        body: wish.as_ref().err().cloned(),
        thing: volume.is_none().then(|| absent(world, "Volume", id)),
    };
    reasons.judge(world.settings.manners.precedence)?;
    carry_out(world, id, &wish?);
    Ok(Answer::empty(202))
}

/// Only the volume's latest snapshot will do (004:6), and only if the volume was not extended after it was taken: what
/// would become of the larger volume is on no page.
fn unfit(world: &World, call: &Call, volume: &Volume, snapshot: &str) -> Option<Refusal> {
    let Some(found) = world.snapshot(&call.key.account, snapshot) else {
        return Some(Refusal::bad(format!("Snapshot {snapshot} could not be found.")));
    };
    let foreign = found.volume != volume.id;
    if foreign && !world.has("revert-to-foreign-snapshot") {
        return Some(Refusal::bad(format!("Snapshot {snapshot} is not of volume {}.", volume.id)));
    }
    let latest = world.latest_snapshot(&found.volume).is_some_and(|latest| latest.id == snapshot);
    if !latest && !world.has("revert-to-older-snapshot") {
        return Some(Refusal::bad(format!("Snapshot {snapshot} is not the latest.")));
    }
    (found.size != volume.size && !foreign).then(|| Refusal::bad("The volume has another size than its snapshot."))
}

/// Detached and available (004:6); the snapshot must be at rest as well.
fn untimely(world: &World, volume: &Volume, snapshot: &str) -> Option<Refusal> {
    let attached_too = volume.state == "in-use" && world.has("revert-of-attached-volume");
    let at_work = world.snapshots.get(snapshot).filter(|snapshot| snapshot.status != "available");
    unavailable(volume)
        .filter(|_| !attached_too)
        .or(at_work.map(|snapshot| Refusal::conflict(format!("Snapshot {} is {}.", snapshot.id, snapshot.status))))
}

fn carry_out(world: &mut World, id: &str, snapshot: &str) {
    let Some(volume) = world.volumes.get_mut(id) else {
        return;
    };
    volume.reverts += 1;
    let (rest, extended, again) = (volume.state, volume.extends > 0, volume.reverts >= 2);
    let account = volume.account.clone();
    let then = match extended && world.has("revert-after-extend-never-ends") {
        true => Vec::new(),
        false => vec![VolumeChange::State(rest)],
    };
    let at = world.volume_passes(id, "reverting", then);
    let end = match world.has("revert-drops-snapshot") {
        true => SnapshotChange::Gone,
        false => SnapshotChange::Status("available"),
    };
    world.snapshot_passes(snapshot, "restoring", at, end);
    if again && world.has("second-revert-renames-sibling") {
        let sibling = world.volumes.values_mut().find(|other| other.id != id && other.account == account);
        sibling.into_iter().for_each(|sibling| sibling.name = format!("volume-{}", sibling.number));
    }
}
