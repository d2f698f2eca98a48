//! A server that imitates three cloud APIs from their documentation pages, and nothing else.
//!
//! It shares no line, table or idea with any client or checker, so that what both agree on has been read twice.
//! `README.md` beside this file lists the page behind each rule and every gap that was filled by choice. Comments
//! cite pages as `file:line`; `000` to `004` are the five seed pages.
//!
//! ```text
//!   running (listener) -> sky (weather) -> route -> ecs::native | ecs::v1 | scp -> world -> agenda of changes
//! ```
//!
//! All effects are entries of the world's agenda, each with the moment at which it happens. A request first moves the
//! clock, then lets everything happen that is due, and only then is it judged: a reply is never half-way.

#![allow(dead_code, unused_imports, reason = "whoever includes this folder uses a part of it")]

mod agenda;
mod calendar;
mod dice;
mod ecs;
mod exchange;
mod faults;
mod ledger;
mod manners;
mod pools;
mod reading;
mod refusal;
mod route;
mod running;
mod scp;
mod settings;
mod sky;
mod wire;
mod world;

pub use faults::{FAULTS, FaultInfo};
pub use ledger::{Entry, Ledger};
pub use manners::{ErrorBodies, Manners, NoTask, Precedence, Transients, Weather};
pub use pools::{Flavor, Image, Network, Pools, VolumeType};
pub use running::Running;
pub use scp::{Lifecycle, Version, signature};
pub use settings::{AccessKey, Clock, Identities, Limits, Project, Settings, Tempo};

#[cfg(test)]
mod tests;
