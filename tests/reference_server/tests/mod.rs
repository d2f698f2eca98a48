//! Over loopback HTTP, as any client would.

mod asking;
mod client;
mod faults;
mod native;
mod noise;
mod scp;
mod sky;
mod v1;

use super::*;
