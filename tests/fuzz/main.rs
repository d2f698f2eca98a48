//! Every parser, with changed inputs.
//!
//! A target is a parser with a property. Its inputs are the files of `corpus/<target>/`, changed by a seed. `cargo test`
//! runs a fixed number of changed inputs of each target; `.ci/fuzz SECONDS [TARGET]` runs for a time, with a seed that
//! the command prints, and writes each failing input to `target/fuzz-findings/<target>/`.
//!
//! | file | content |
//! |---|---|
//! | `mutator` | changes an input by a seed |
//! | `runner` | runs a target over its corpus, for `cargo test` and for `.ci/fuzz` |
//! | `pages`, `suites`, `schemas`, `settings`, `records`, `traffic` | the targets |

mod mutator;
mod pages;
mod records;
mod runner;
mod schemas;
mod settings;
mod suites;
mod traffic;

use runner::FuzzTarget;

/// All targets. Each has a folder in `corpus`.
const TARGETS: &[FuzzTarget] = &[
    FuzzTarget { name: "page-markdown", cases: 60, check: pages::check_page },
    FuzzTarget { name: "page-rst", cases: 60, check: pages::check_page },
    FuzzTarget { name: "page-pipes", cases: 60, check: pages::check_page },
    FuzzTarget { name: "page-parameters", cases: 40, check: pages::check_page },
    FuzzTarget { name: "page-openapi", cases: 60, check: pages::check_page },
    FuzzTarget { name: "manifest", cases: 200, check: pages::check_manifest },
    FuzzTarget { name: "suite", cases: 60, check: suites::check_suite },
    FuzzTarget { name: "suite-extending", cases: 60, check: suites::check_extending_suite },
    FuzzTarget { name: "expression", cases: 1000, check: suites::check_expression },
    FuzzTarget { name: "catalog", cases: 200, check: schemas::check_catalog },
    FuzzTarget { name: "schema", cases: 100, check: schemas::check_schema },
    FuzzTarget { name: "pattern", cases: 100, check: schemas::check_pattern },
    FuzzTarget { name: "profile", cases: 200, check: settings::check_profile },
    FuzzTarget { name: "clouds", cases: 100, check: settings::check_clouds },
    FuzzTarget { name: "history", cases: 200, check: records::check_history },
    FuzzTarget { name: "har", cases: 200, check: traffic::check_har },
    FuzzTarget { name: "plan", cases: 200, check: records::check_plan },
    FuzzTarget { name: "journal", cases: 100, check: records::check_journal },
    FuzzTarget { name: "json", cases: 500, check: records::check_bounded_json },
];

/// Makes a test of each target.
macro_rules! test_targets {
    ($($test:ident: $name:literal),* $(,)?) => {
        $(
            #[test]
            fn $test() {
                runner::run_fixed_cases(runner::find_target($name));
            }
        )*

        #[test]
        fn every_target_has_a_test_and_a_corpus() {
            let tested = [$($name),*];
            let named: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(tested.as_slice(), named, "the targets with a test, and all targets");
            assert_eq!(runner::list_corpora(), { let mut sorted = named; sorted.sort_unstable(); sorted });
        }
    };
}

test_targets! {
    markdown_pages: "page-markdown",
    restructured_pages: "page-rst",
    pages_of_pipes: "page-pipes",
    lists_of_parameters: "page-parameters",
    openapi_descriptions: "page-openapi",
    manifests: "manifest",
    suites: "suite",
    suites_that_extend_another: "suite-extending",
    expressions: "expression",
    catalogs: "catalog",
    schemas: "schema",
    patterns: "pattern",
    profiles: "profile",
    cloud_files: "clouds",
    histories: "history",
    recorded_traffic: "har",
    plans: "plan",
    journals: "journal",
    bounded_json: "json",
}

/// The command of `.ci/fuzz`: `PROBITY_FUZZ_SECONDS`, `PROBITY_FUZZ_TARGET` and `PROBITY_FUZZ_SEED` are its arguments.
#[test]
#[ignore = "runs for as long as asked, see .ci/fuzz"]
fn run_for_a_time() {
    runner::run_for_a_time();
}
