//! The ways in which the process ends. A number means the same in every verb.

use crate::report::{KnownDeviationsRow, Report, ReportConclusion, StoredRun};

/// Why the process ended. Where several kinds apply, [`pick_worst`] decides: later variants weigh more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitKind {
    /// 0: every selected clause that can be decided passed, or the verb succeeded.
    Passed,
    /// 3: nothing failed, and at least one clause that can be decided is inconclusive or untested.
    Undecided,
    /// 6: resources of a run still exist at the endpoint.
    LeftBehind,
    /// 5: the endpoint cannot be reached, is not the API, or refuses the credentials.
    Endpoint,
    /// 4: a suite, schema, page, profile, plan or history cannot be used.
    BadInput,
    /// 1: the endpoint deviates from a clause, a mutant survived, or a suite file is not formatted.
    Deviation,
    /// 2: the command line is wrong; no request was sent.
    Usage,
    /// 130: interrupted from the keyboard; the report covers the run up to the signal.
    Interrupted,
    /// 143: told to terminate; the report covers the run up to the signal.
    Terminated,
}

impl ExitKind {
    /// All kinds, by number.
    pub const ALL: [ExitKind; 9] = [
        ExitKind::Passed,
        ExitKind::Deviation,
        ExitKind::Usage,
        ExitKind::Undecided,
        ExitKind::BadInput,
        ExitKind::Endpoint,
        ExitKind::LeftBehind,
        ExitKind::Interrupted,
        ExitKind::Terminated,
    ];

    /// The exit code of the process.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            ExitKind::Passed => 0,
            ExitKind::Deviation => 1,
            ExitKind::Usage => 2,
            ExitKind::Undecided => 3,
            ExitKind::BadInput => 4,
            ExitKind::Endpoint => 5,
            ExitKind::LeftBehind => 6,
            ExitKind::Interrupted => 130,
            ExitKind::Terminated => 143,
        }
    }
}

/// The kind that decides the exit code: signals, then 2, 1, 4, 5, 6, 3. A deviation that was found decides whatever
/// happened besides. After a signal, 6 decides if resources were left behind: the sender of the signal knows of the
/// signal, but not of the resources.
#[must_use]
pub fn pick_worst(kinds: &[ExitKind]) -> ExitKind {
    let worst = kinds.iter().copied().max().unwrap_or(ExitKind::Passed);
    if worst >= ExitKind::Interrupted && kinds.contains(&ExitKind::LeftBehind) { ExitKind::LeftBehind } else { worst }
}

/// The exit kind of a report: the worst of [`list_exit_kinds`].
#[must_use]
pub fn judge_report(report: &Report) -> ExitKind {
    pick_worst(&list_exit_kinds(report))
}

/// The exit kinds that apply to a report. A suite with an expression that failed for every input is a bad input, and so is
/// a profile with an idle waiver, if the run fails for these.
#[must_use]
pub fn list_exit_kinds(report: &Report) -> Vec<ExitKind> {
    let mut kinds = Vec::new();
    match report.conclude() {
        ReportConclusion::Deviation => kinds.push(ExitKind::Deviation),
        ReportConclusion::Undecided => kinds.push(ExitKind::Undecided),
        ReportConclusion::Passed => {}
    }
    if report.failed_expressions.iter().any(|failed| failed.always) {
        kinds.push(ExitKind::BadInput);
    }
    let fails = |known: &KnownDeviationsRow| known.fails_idle_waivers && known.list_idle_waivers().next().is_some();
    if report.known_deviations.as_ref().is_some_and(fails) {
        kinds.push(ExitKind::BadInput);
    }
    kinds
}

/// The exit kinds of a stored run.
#[must_use]
pub fn list_stored_exits(run: &StoredRun) -> Vec<ExitKind> {
    let lasting = run.facts.as_ref().and_then(|facts| find_lasting_exit(facts.exit_code));
    list_exit_kinds(&run.report).into_iter().chain(lasting).collect()
}

/// The exit kind of a stored run that does not follow from its report: a bad input, an endpoint that was lost, resources
/// that were left behind, a signal.
pub(super) fn find_lasting_exit(code: u8) -> Option<ExitKind> {
    let of_report = [ExitKind::Passed, ExitKind::Undecided, ExitKind::Deviation];
    ExitKind::ALL.into_iter().find(|kind| kind.code() == code && !of_report.contains(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_that_are_left_behind_outweigh_a_signal() {
        let kinds = [ExitKind::Deviation, ExitKind::LeftBehind, ExitKind::Terminated];
        assert_eq!(pick_worst(&kinds), ExitKind::LeftBehind);
        assert_eq!(pick_worst(&[ExitKind::Deviation, ExitKind::Terminated]), ExitKind::Terminated);
        assert_eq!(pick_worst(&[ExitKind::Deviation, ExitKind::LeftBehind]), ExitKind::Deviation);
    }

    #[test]
    fn a_deviation_outweighs_a_bad_suite_an_absent_endpoint_and_leftovers() {
        let falling = [
            ExitKind::Usage,
            ExitKind::Deviation,
            ExitKind::BadInput,
            ExitKind::Endpoint,
            ExitKind::LeftBehind,
            ExitKind::Undecided,
            ExitKind::Passed,
        ];
        for (heavier, kinds) in falling.iter().zip((0..).map(|skip| &falling[skip..])) {
            assert_eq!(pick_worst(kinds), *heavier);
        }
        let codes: Vec<u8> = falling.iter().map(|kind| kind.code()).collect();
        assert_eq!(codes, [2, 1, 4, 5, 6, 3, 0]);
    }
}
