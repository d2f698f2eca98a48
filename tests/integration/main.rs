//! All tests that use `probity` from outside, in one binary, so that the library is linked once.
//!
//! Each module is one former test binary: `cargo test --test integration MODULE` runs the tests of one module.

mod belief;
mod campaigns;
mod chooser;
mod cleanup;
mod command_line;
mod derive_again;
mod derive_pairs;
mod false_positives;
mod http_end_to_end;
mod mutation_score;
mod reference_agreement;

/// The suite, catalog and schemas of the lamps, which `belief` and `chooser` use.
mod lamp_suite;
/// The second implementation of the three APIs, against which `reference_agreement` runs the suites.
#[path = "../reference_server/mod.rs"]
mod reference_server;

/// Several tests allocate much in several threads, where the system's allocator is slow.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
