//! What the process says as it ends. A number means the same in every verb.

use crate::oracle::Verdict;
use crate::report::{ClauseRow, Report};
use std::process::ExitCode;

/// Why the process ended; several may hold, see [`worst`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: every clause that was selected and can be reached passed, or the verb did what it was told.
    Passed,
    /// 3: nothing failed, but something that can be decided is inconclusive or untested.
    Undecided,
    /// 6: objects of this run were left behind on the endpoint.
    LeftBehind,
    /// 1: the endpoint deviates from a clause, or a mutant survived.
    Deviation,
    /// 5: the endpoint cannot be reached, is not the API, or refuses the credentials.
    Endpoint,
    /// 4: a suite, schema, page, profile, plan or history cannot be used.
    BadInput,
    /// 2: the command line itself is wrong; nothing was tried.
    Usage,
    /// 130: interrupted from the keyboard; what was seen until then is reported.
    Interrupted,
    /// 143: told to terminate; what was seen until then is reported.
    Terminated,
}

impl Exit {
    /// The number that the shell sees.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Exit::Passed => 0,
            Exit::Deviation => 1,
            Exit::Usage => 2,
            Exit::Undecided => 3,
            Exit::BadInput => 4,
            Exit::Endpoint => 5,
            Exit::LeftBehind => 6,
            Exit::Interrupted => 130,
            Exit::Terminated => 143,
        }
    }

    /// The cause in a few words, for the last line of a run.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Exit::Passed => "every selected, reachable clause passed",
            Exit::Deviation => "a deviation",
            Exit::Usage => "a wrong command line",
            Exit::Undecided => "nothing failed, but something is inconclusive or untested",
            Exit::BadInput => "a bad suite, schema, page, profile, plan or history",
            Exit::Endpoint => "the endpoint cannot be reached or refuses the credentials",
            Exit::LeftBehind => "objects were left behind",
            Exit::Interrupted => "interrupted",
            Exit::Terminated => "terminated",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

/// Which of several causes decides the number: signals, then 2, 4, 5, 1, 6, 3. The others are printed.
#[must_use]
pub fn worst(causes: &[Exit]) -> Exit {
    causes.iter().copied().max().unwrap_or(Exit::Passed)
}

/// What a report comes to. What cannot be reached or seen here counts neither way.
#[must_use]
pub fn of(report: &Report) -> Exit {
    let undecided =
        |row: &ClauseRow| matches!(row.verdict, Verdict::Inconclusive | Verdict::Untested) && row.standing.decidable();
    if report.totals.fail > 0 {
        Exit::Deviation
    } else if report.stopped.is_some() || report.clauses.iter().any(undecided) {
        Exit::Undecided
    } else {
        Exit::Passed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_suite_outweighs_an_absent_endpoint_outweighs_a_deviation_outweighs_leftovers() {
        let falling =
            [Exit::BadInput, Exit::Endpoint, Exit::Deviation, Exit::LeftBehind, Exit::Undecided, Exit::Passed];
        for (heavier, causes) in falling.iter().zip((0..).map(|skip| &falling[skip..])) {
            assert_eq!(worst(causes), *heavier);
        }
        let codes: Vec<u8> = falling.iter().map(|exit| exit.code()).collect();
        assert_eq!(codes, [4, 5, 1, 6, 3, 0]);
    }
}
