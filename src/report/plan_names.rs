//! The names of plans and scripts beside a report.

/// Whether a plan or a script of a finding has such a file name. `witness-N.json` is the former name of counterexamples.
pub(super) fn is_plan(name: &str) -> bool {
    let number = name
        .strip_prefix("counterexample-")
        .or_else(|| name.strip_prefix("witness-"))
        .or_else(|| name.strip_prefix("plan-"))
        .and_then(|rest| rest.strip_suffix(".json").or_else(|| rest.strip_suffix(".sh")));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}
