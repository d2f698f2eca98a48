//! The suites of this project as tests: against the mock, or against the endpoint that
//! `PROBITY_ENDPOINT` and `PROBITY_PROFILE` name.

fn main() -> std::process::ExitCode {
    let mut options = probity::Conformance::from_environment();
    // Against the mock every clause has to be decided. In the other suites some are not yet within the
    // requests of a campaign (`createServer.reply` of ecs-native is one): `probity run` names them.
    if matches!(options.target, probity::conformance::Target::Mock) {
        options.suites = vec!["ecs-v1".to_string(), "scp-volume".to_string()];
    }
    probity::conformance(options).exit_code()
}
