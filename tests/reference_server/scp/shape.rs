//! Volumes, snapshots and related objects in the form of virtualserver.openapi.yaml.

use serde_json::{Value, json};

use super::super::cloud_state::CloudState;
use super::super::pools::VolumeType;
use super::super::timestamps;
use super::Call;
use super::volume::{Snapshot, Volume};

/// `VolumeShowResponse` (from line 11638).
pub fn volume(volume: &Volume) -> Value {
    let attached = volume.attached.iter().enumerate().map(|(index, attachment)| {
        let (device, since) = (device(index), timestamps::format_with_offset(attachment.since));
        json!({ "id": attachment.server, "device": device, "attached_at": since })
    });
    json!({
        "id": volume.id,
        "name": volume.name,
        "size": volume.size,
        "state": volume.state,
        "volume_type": volume.kind.name,
        "volume_type_id": volume.kind.id,
        "servers": attached.collect::<Vec<_>>(),
        "bootable": false,
        "encrypted": false,
        "multiattach": false,
        "snapshot_id": volume.from_snapshot,
        "user_id": volume.account,
        "created_at": timestamps::format_with_offset(volume.created),
        "modified_at": timestamps::format_with_offset(volume.modified),
    })
}

pub fn device(index: usize) -> String {
    format!("/dev/vd{}", char::from(b'b' + (index % 24) as u8))
}

/// `SnapshotDetailResponse` (from line 11121).
pub fn snapshot(snapshot: &Snapshot) -> Value {
    json!({
        "id": snapshot.id,
        "name": snapshot.name,
        "description": snapshot.description,
        "volume_id": snapshot.volume,
        "size": snapshot.size,
        "status": snapshot.status,
        "metadata": snapshot.metadata,
        "user_id": snapshot.account,
        "created_at": timestamps::format_with_offset(snapshot.created),
        "updated_at": timestamps::format_with_offset(snapshot.updated),
    })
}

pub fn volume_type(kind: &VolumeType) -> Value {
    json!({ "id": kind.id, "name": kind.name, "description": null, "extra_specs": { "multiattach": null } })
}

/// The servers of the caller's account, for attaching.
pub fn servers(cloud: &CloudState, call: &Call) -> Value {
    let ids = own_servers(cloud, call);
    let server = |(index, id): (usize, &String)| json!({ "id": id, "name": format!("server-{index}"), "state": "ACTIVE", "volumes": [] });
    json!({ "servers": ids.iter().enumerate().map(server).collect::<Vec<_>>(), "count": ids.len() })
}

pub fn own_servers<'a>(cloud: &'a CloudState, call: &Call) -> &'a [String] {
    let keys = &cloud.settings.identities.keys;
    let place = keys.iter().position(|key| key.access == call.key.access);
    place.and_then(|place| cloud.settings.pools.scp_servers.get(place)).map_or(&[], Vec::as_slice)
}

/// `VolumeQuotaSet` (from line 11493).
pub fn quota(cloud: &CloudState, call: &Call) -> Value {
    let limits = cloud.settings.limits;
    let mine = |account: &str| account == call.key.account;
    let volumes = cloud.volumes.values().filter(|volume| mine(&volume.account));
    let snapshots = cloud.snapshots.values().filter(|snapshot| mine(&snapshot.account)).count();
    let of = |limit: usize, in_use: usize| json!({ "limit": limit, "in_use": in_use, "reserved": 0 });
    let used: i64 = volumes.clone().map(|volume| volume.size).sum();
    json!({
        "id": call.key.account,
        "volumes": of(limits.volumes_per_account_max, volumes.count()),
        "snapshots": of(limits.snapshots_per_account_max, snapshots),
        "per_volume_size": of(12_288, 0),
        "usages": of(12_288 * limits.volumes_per_account_max, used.unsigned_abs() as usize),
    })
}
