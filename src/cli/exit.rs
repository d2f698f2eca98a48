//! The exit codes of the process, and the last line of a run.

use crate::session::{ExitKind, pick_worst};
use std::collections::BTreeMap;
use std::process::ExitCode;

/// The exit code of a kind, for `main`.
pub fn to_exit_code(kind: ExitKind) -> ExitCode {
    ExitCode::from(kind.code())
}

/// An exit code as `docs/EXIT_CODES.md` documents it.
#[derive(Debug, Clone, Copy)]
pub struct ExitCodeRow {
    /// Why the process ends with the code; `ExitKind::code` gives the number.
    pub kind: ExitKind,
    /// Name of the code.
    pub name: &'static str,
    /// The meaning in a few words, for the last line of a run.
    pub meaning: &'static str,
    /// The causes.
    pub when: &'static str,
    /// The verbs that end with the code.
    pub verbs: &'static str,
}

/// Every exit code, by number. `docs/EXIT_CODES.md` has the same table.
pub const EXIT_CODES: [ExitCodeRow; 9] = [
    ExitCodeRow {
        kind: ExitKind::Passed,
        name: "passed",
        meaning: "every selected, reachable clause passed",
        when: "Every selected clause passed, except those that cannot be decided at the target or are excused (see below), or the verb did its work.",
        verbs: "all",
    },
    ExitCodeRow {
        kind: ExitKind::Deviation,
        name: "deviation",
        meaning: "a deviation",
        when: "A clause failed, a replayed plan contradicts a clause, a mutant survived, a suite file is not formatted, or a signed bundle does not hold.",
        verbs: "`run`, `replay`, `judge`, `mutants --run`, `fmt --check`, `verify`",
    },
    ExitCodeRow {
        kind: ExitKind::Usage,
        name: "usage",
        meaning: "a wrong command line",
        when: "The command line is wrong: an unknown flag, value, suite, clause, mutant or API. No request was sent.",
        verbs: "all",
    },
    ExitCodeRow {
        kind: ExitKind::Undecided,
        name: "undecided",
        meaning: "nothing failed, and at least one clause is inconclusive or untested",
        when: "No clause failed, and a clause that counts (see below) is inconclusive or untested, no clause passed, the suite has an open question, or the run stopped early; or a policy refuses a certificate.",
        verbs: "`run`, `judge`, `certify`",
    },
    ExitCodeRow {
        kind: ExitKind::BadInput,
        name: "bad input",
        meaning: "a bad suite, schema, page, profile, plan or history",
        when: "A suite, schema, page, profile, plan, history or journal cannot be read, is wrong, or cannot be written; an expression of the suite failed whenever it was evaluated; or the result of a verb on standard output is lost. Results of a run whose reports cannot be written are printed.",
        verbs: "all",
    },
    ExitCodeRow {
        kind: ExitKind::Endpoint,
        name: "endpoint",
        meaning: "the endpoint cannot be reached or refuses the credentials",
        when: "The endpoint cannot be reached, is not the API, refuses the credentials, or has no quota left, before the first plan or later.",
        verbs: "`run`, `replay`, `sweep`, `sign`",
    },
    ExitCodeRow {
        kind: ExitKind::LeftBehind,
        name: "left behind",
        meaning: "resources were left behind",
        when: "Resources of a run still exist, or may exist, at the endpoint and were not deleted.",
        verbs: "`run`, `replay`, `sweep`",
    },
    ExitCodeRow {
        kind: ExitKind::Interrupted,
        name: "interrupted",
        meaning: "interrupted",
        when: "SIGINT (Ctrl-C) came. Created resources are deleted, and the report covers the run so far.",
        verbs: "`run`, `replay`, `sweep`, `mock`, `mutants --run`",
    },
    ExitCodeRow {
        kind: ExitKind::Terminated,
        name: "terminated",
        meaning: "terminated",
        when: "SIGTERM, SIGHUP or SIGQUIT came. Created resources are deleted, and the report covers the run so far.",
        verbs: "`run`, `replay`, `sweep`, `mock`, `mutants --run`",
    },
];

fn find_meaning(kind: ExitKind) -> &'static str {
    EXIT_CODES.iter().find(|row| row.kind == kind).map_or("", |row| row.meaning)
}

/// The exit kind of a run over several suites, and its last line, which names the suites of each cause and the number of
/// known deviations.
#[must_use]
pub fn conclude_run(exits: &[(String, ExitKind)], known: usize) -> (ExitKind, String) {
    let kinds: Vec<ExitKind> = exits.iter().map(|(_, exit)| *exit).collect();
    let worst = pick_worst(&kinds);
    let mut named: BTreeMap<ExitKind, Vec<&str>> = BTreeMap::new();
    for (suite, exit) in exits.iter().filter(|(_, exit)| *exit != ExitKind::Passed) {
        named.entry(*exit).or_default().push(suite);
    }
    let causes: Vec<String> =
        named.iter().rev().map(|(exit, suites)| format!("{} ({})", find_meaning(*exit), suites.join(", "))).collect();
    let causes = match (causes.is_empty(), known) {
        (true, 0) => find_meaning(ExitKind::Passed).to_string(),
        (true, _) => "no new deviation, and every other selected, reachable clause passed".to_string(),
        (false, _) => causes.join("; "),
    };
    let excused = match known {
        0 => String::new(),
        1 => "; 1 known deviation".to_string(),
        known => format!("; {known} known deviations"),
    };
    (worst, format!("exit {}: {causes}{excused}", worst.code()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_kind_has_one_row_in_the_order_of_the_numbers() {
        assert_eq!(EXIT_CODES.map(|row| row.kind), ExitKind::ALL);
        assert!(EXIT_CODES.is_sorted_by_key(|row| row.kind.code()));
    }

    #[test]
    fn the_document_has_the_same_table() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/EXIT_CODES.md");
        let document = std::fs::read_to_string(path).expect("docs/EXIT_CODES.md is readable");
        let first_section = document.lines().take_while(|line| !line.starts_with("## "));
        let rows: Vec<&str> = first_section.filter(|line| line.starts_with("| ")).skip(1).collect();
        let expected: Vec<String> = EXIT_CODES
            .iter()
            .map(|row| {
                let ExitCodeRow { kind, name, meaning, when, verbs } = row;
                format!("| {} | {name} | {meaning} | {when} | {verbs} |", kind.code())
            })
            .collect();
        assert_eq!(rows, expected, "docs/EXIT_CODES.md and `EXIT_CODES` differ");
    }
}
