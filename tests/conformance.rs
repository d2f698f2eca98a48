//! The suites of this project as tests, one for each clause: against the mock, or against the endpoint of
//! `PROBITY_ENDPOINT` and `PROBITY_PROFILE`.

fn main() -> std::process::ExitCode {
    probity::conformance(probity::Conformance::from_environment()).exit_code()
}
