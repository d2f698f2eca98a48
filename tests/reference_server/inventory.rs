//! What exists right now, so that a caller can prove that it left nothing behind.

/// Everything there is, API by API. The two ECS APIs share their servers.
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
    /// The project or account that it belongs to.
    pub owner: String,
    pub name: String,
    /// Its state as the API would tell it.
    pub state: String,
    /// Its deletion was accepted and only takes its time.
    pub leaving: bool,
}

impl Inventory {
    /// Nothing at all exists.
    pub fn is_empty(&self) -> bool {
        self.entries().next().is_none() && self.jobs_unfinished == 0
    }

    /// Nothing exists but what is being deleted.
    pub fn is_cleared(&self) -> bool {
        self.entries().all(|entry| entry.leaving)
    }

    pub fn entries(&self) -> impl Iterator<Item = &InventoryEntry> {
        self.servers.iter().chain(&self.volumes).chain(&self.snapshots)
    }
}
