//! A server that imitates three cloud APIs, written from their documentation pages only.
//!
//! The server shares no code, table or schema with `probity` or its suites, so that an agreement of both means that the
//! pages were read twice with the same result. `README.md` in this folder lists the page of each rule and every choice
//! where the pages are silent. Comments cite pages as `file:line`; `000` to `004` are the five seed pages.
//!
//! ```text
//!   listener -> network -> router -> ecs::native | ecs::v1 | scp -> cloud_state -> schedule
//! ```
//!
//! All effects are events of the schedule, each with its time. A request first moves the clock, then all due events
//! are applied, and only then the request is judged, so that no response shows half of an effect.

#![allow(dead_code, unused_imports, reason = "whoever includes this folder uses a part of it")]

mod schedule;
mod timestamps;
mod random;
mod ecs;
mod messages;
mod faults;
mod inventory;
mod behavior;
mod pools;
mod body_fields;
mod refusal;
mod router;
mod listener;
mod scp;
mod settings;
mod network;
mod connection;
mod cloud_state;

pub use behavior::{Behavior, ErrorBodies, IntermediateStates, NetworkFaults, NoTask, Precedence};
pub use faults::{FAULTS, FaultInfo};
pub use inventory::{Inventory, InventoryEntry};
pub use listener::ReferenceServer;
pub use pools::{Flavor, Image, Network, Pools, VolumeType};
pub use scp::{Lifecycle, Version, signature};
pub use settings::{AccessKey, Clock, Identities, Limits, Project, Settings, Tempo};

#[cfg(test)]
mod tests;
