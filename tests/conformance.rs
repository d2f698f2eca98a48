//! The suites of this project as tests: against the mock, or against the endpoint that
//! `PROBITY_ENDPOINT` and `PROBITY_PROFILE` name.

fn main() -> std::process::ExitCode {
    probity::conformance(probity::Conformance::from_environment()).exit_code()
}
