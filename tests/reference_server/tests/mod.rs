//! Tests of the reference server over HTTP on the loopback interface.

mod native_reads;
mod client;
mod faults;
mod native_actions;
mod malformed_requests;
mod scp;
mod network;
mod v1;

use super::*;
