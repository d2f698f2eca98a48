//! A server that imitates three cloud APIs from their documentation pages, and nothing else.
//!
//! It shares no line, table or idea with any client or checker, so that what both agree on has been read twice.
//! `README.md` beside this file lists the page behind each rule and every gap that was filled by choice. Comments
//! cite pages as `file:line`; `000` to `004` are the five seed pages.
//!
//! ```text
//!   running (listener) -> network_random (network_faults) -> route -> ecs::native | ecs::v1 | scp -> cloud -> schedule of changes
//! ```
//!
//! All effects are entries of the cloud's schedule, each with the moment at which it happens. A request first moves the
//! clock, then lets everything happen that is due, and only then is it judged: a reply is never half-way.

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
