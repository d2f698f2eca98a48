//! The resources that exist, so that a test can check for leftovers.

/// All resources, by API. The two ECS APIs share their servers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    pub servers: Vec<InventoryEntry>,
    /// Jobs of v1 that are neither SUCCESS nor FAIL.
    pub jobs_unfinished: usize,
    pub volumes: Vec<InventoryEntry>,
    pub snapshots: Vec<InventoryEntry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventoryEntry {
    pub id: String,
    /// The project or account of the owner.
    pub owner: String,
    pub name: String,
    /// The state, as the API shows it.
    pub state: String,
    /// The deletion was accepted and is under way.
    pub leaving: bool,
}

impl Inventory {
    /// Whether no resource exists.
    pub fn is_empty(&self) -> bool {
        self.entries().next().is_none() && self.jobs_unfinished == 0
    }

    /// Whether all existing resources are being deleted.
    pub fn is_cleared(&self) -> bool {
        self.entries().all(|entry| entry.leaving)
    }

    pub fn entries(&self) -> impl Iterator<Item = &InventoryEntry> {
        self.servers.iter().chain(&self.volumes).chain(&self.snapshots)
    }
}
