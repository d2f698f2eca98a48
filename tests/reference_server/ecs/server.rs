//! A server and its states.

use std::collections::BTreeMap;

use super::super::cloud_state::CloudState;
use super::super::pools::Network;

/// `OS-EXT-STS:vm_state` (ecs-statuses.md:81).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VmState {
    Building,
    Active,
    Stopped,
    Resized,
    Error,
    /// Shown before a deleted server is absent, if the server is set so.
    Deleted,
}

/// `OS-EXT-STS:task_state` (ecs-statuses.md:123).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    Scheduling,
    BlockDeviceMapping,
    Networking,
    Spawning,
    Rebooting,
    RebootPending,
    RebootStarted,
    RebootingHard,
    RebootPendingHard,
    RebootStartedHard,
    Rebuilding,
    RebuildBlockDeviceMapping,
    RebuildSpawning,
    ResizePrep,
    ResizeMigrating,
    ResizeMigrated,
    ResizeFinish,
    ResizeReverting,
    PoweringOff,
    PoweringOn,
    Deleting,
}

impl VmState {
    pub fn text(self) -> &'static str {
        match self {
            VmState::Building => "building",
            VmState::Active => "active",
            VmState::Stopped => "stopped",
            VmState::Resized => "resized",
            VmState::Error => "error",
            VmState::Deleted => "deleted",
        }
    }
}

impl Task {
    pub fn text(self) -> &'static str {
        match self {
            Task::Scheduling => "scheduling",
            Task::BlockDeviceMapping => "block_device_mapping",
            Task::Networking => "networking",
            Task::Spawning => "spawning",
            Task::Rebooting => "rebooting",
            Task::RebootPending => "reboot_pending",
            Task::RebootStarted => "reboot_started",
            Task::RebootingHard => "rebooting_hard",
            Task::RebootPendingHard => "reboot_pending_hard",
            Task::RebootStartedHard => "reboot_started_hard",
            Task::Rebuilding => "rebuilding",
            Task::RebuildBlockDeviceMapping => "rebuild_block_device_mapping",
            Task::RebuildSpawning => "rebuild_spawning",
            Task::ResizePrep => "resize_prep",
            Task::ResizeMigrating => "resize_migrating",
            Task::ResizeMigrated => "resize_migrated",
            Task::ResizeFinish => "resize_finish",
            Task::ResizeReverting => "resize_reverting",
            Task::PoweringOff => "powering-off",
            Task::PoweringOn => "powering-on",
            Task::Deleting => "deleting",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Server {
    pub id: String,
    pub project: String,
    pub user: String,
    /// Position in the order of creation.
    pub number: u64,
    pub generation: u32,
    pub plan: ServerSpec,
    pub name: String,
    pub flavor: String,
    pub image: String,
    pub metadata: BTreeMap<String, String>,
    pub key_name: Option<String>,
    pub user_data: Option<String>,
    pub vm: VmState,
    pub task: Option<Task>,
    /// A confirm is under way and does not show (`Behavior::confirm_lingers`).
    pub lingering: bool,
    /// Time of absence, once a deletion is accepted.
    pub gone_at: Option<u64>,
    /// During a resize: the new flavor.
    pub target: Option<String>,
    /// After a resize: the flavor for a revert, and whether the server was running before.
    pub old_flavor: Option<String>,
    pub ran: bool,
    /// The flavor before the last change, and counters, for faults that depend on the history.
    pub flavor_before: Option<String>,
    pub resizes: u32,
    pub reverts: u32,
    pub rebuilds: u32,
    pub created: u64,
    pub updated: u64,
    pub launched: Option<u64>,
    pub host: String,
    pub disk: String,
    pub addresses: Vec<Address>,
}

/// A checked create request.
#[derive(Clone, Debug, Default)]
pub struct ServerSpec {
    pub name: String,
    pub flavor: String,
    pub image: String,
    /// Booted from a volume: the image is shown as "" (003:232).
    pub from_volume: bool,
    pub metadata: BTreeMap<String, String>,
    pub key_name: Option<String>,
    pub user_data: Option<String>,
    pub description: String,
    pub zone: String,
    pub networks: Vec<Network>,
    pub groups: Vec<String>,
    pub reservation: String,
    pub launch_index: u64,
    pub disk_gb: u64,
}

#[derive(Clone, Debug)]
pub struct Address {
    /// Id of the network: the key of addresses in the examples (003:345).
    pub network: String,
    pub ip: String,
    pub mac: String,
    pub port: String,
}

/// A change of a server.
#[derive(Clone, Debug)]
pub enum ServerChange {
    Show(VmState, Option<Task>),
    Flavor(String),
    /// The end of a confirm or revert: the old flavor is forgotten.
    Decided,
    Gone,
}

impl Server {
    /// The table of ecs-statuses.md:245. Other pairs do not occur.
    pub fn status(&self) -> &'static str {
        use Task::*;
        match (self.vm, self.task) {
            (VmState::Building, _) => "BUILD",
            (VmState::Active, Some(Rebooting | RebootPending | RebootStarted)) => "REBOOT",
            (VmState::Active, Some(RebootingHard | RebootPendingHard | RebootStartedHard)) => "HARD_REBOOT",
            (_, Some(Rebuilding | RebuildBlockDeviceMapping | RebuildSpawning)) => "REBUILD",
            (VmState::Active, _) => "ACTIVE",
            (VmState::Stopped, Some(ResizePrep | ResizeMigrating | ResizeMigrated | ResizeFinish)) => "RESIZE",
            (VmState::Stopped, _) => "SHUTOFF",
            (VmState::Resized, Some(ResizeReverting)) => "REVERT_RESIZE",
            (VmState::Resized, _) => "VERIFY_RESIZE",
            (VmState::Error, _) => "ERROR",
            (VmState::Deleted, _) => "DELETED",
        }
    }

    /// 0, 1 or 4 (querying-details-about-an-ecs.md:246).
    pub fn power_state(&self) -> u64 {
        match self.vm {
            VmState::Building | VmState::Error | VmState::Deleted => 0,
            VmState::Active => 1,
            VmState::Stopped => 4,
            VmState::Resized if self.ran => 1,
            VmState::Resized => 4,
        }
    }

    pub fn is_busy(&self) -> bool {
        self.task.is_some() || self.lingering
    }

    pub fn is_leaving(&self) -> bool {
        self.gone_at.is_some()
    }
}

impl CloudState {
    /// A server of the project. Servers of other projects are absent.
    pub fn server(&self, project: &str, id: &str) -> Option<&Server> {
        let foreign_shown = self.has_fault("foreign-server-shown");
        self.servers.get(id).filter(|server| server.project == project || foreign_shown)
    }

    /// The key of an address: id or name of the network.
    pub fn address_key(&self, address: &Address) -> String {
        let network = self.settings.pools.network(&address.network);
        let label = network.filter(|_| self.settings.behavior.addresses_by_label).map(|network| &network.label);
        label.unwrap_or(&address.network).clone()
    }

    pub fn apply_server_change(&mut self, at: u64, id: &str, generation: u32, change: ServerChange) {
        let remembers = self.has_fault("deleted-still-listed");
        let moves = self.settings.behavior.resize_moves_host && matches!(change, ServerChange::Flavor(_));
        let host = if moves { Some(self.random.draw_hex(56)) } else { None };
        let Some(server) = self.servers.get_mut(id).filter(|server| server.generation == generation) else {
            return;
        };
        server.updated = at;
        match change {
            ServerChange::Show(vm, task) => {
                if vm == VmState::Active && server.vm != VmState::Active {
                    server.launched = Some(at);
                }
                (server.vm, server.task, server.lingering) = (vm, task, false);
            }
            ServerChange::Flavor(flavor) => {
                server.flavor_before = Some(std::mem::replace(&mut server.flavor, flavor));
                server.target = None;
                server.host = host.unwrap_or_else(|| server.host.clone());
            }
            ServerChange::Decided => (server.old_flavor, server.target) = (None, None),
            ServerChange::Gone => {
                let gone = self.servers.remove(id);
                self.deleted_servers.extend(gone.filter(|_| remembers && self.deleted_servers.len() < 1000));
            }
        }
    }
}
