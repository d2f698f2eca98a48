//! All tests of the public interface of `probity`, in one binary, so that the library is linked once.
//!
//! `cargo test --test integration MODULE` runs the tests of one module.

mod belief;
mod bound_waits;
mod campaigns;
mod certificates;
mod cells;
mod chooser;
mod claims;
mod cleanup;
mod command_line;
mod counterexample_scripts;
mod derive_again;
mod derive_pairs;
mod derive_verbs;
mod drafted_suites;
mod ended_runs;
mod failing_expressions;
mod shards;
mod silent_endpoints;
mod false_positives;
mod history_files;
mod hostile_endpoint;
mod foreign_texts;
mod http_end_to_end;
mod input_files;
mod killed_files;
mod known_deviations;
mod mutation_score;
mod promises;
mod races;
mod run_options;
mod recognise_hints;
mod recorded_traffic;
mod report_formats;
mod resumed_runs;
mod reference_agreement;
mod request_limits;
mod seeded_faults;
mod telling_runs;
mod tutorial;
mod untrusted_replies;

/// The suite, catalog and schemas of the lamps, for `belief` and `chooser`.
mod lamp_suite;
/// A hostile server in front of a working one, for `hostile_endpoint` and `seeded_faults`.
#[path = "../hostile_server/mod.rs"]
mod hostile_server;
/// A proxy that stalls, for `silent_endpoints`.
mod stalling_proxy;
/// The second implementation of the three APIs, for `reference_agreement`.
#[path = "../reference_server/mod.rs"]
mod reference_server;

/// A small server of a shop, for `drafted_suites`.
#[path = "../shop_server/mod.rs"]
mod shop_server;

/// The tests allocate in several threads, for which the system's allocator is slow.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
