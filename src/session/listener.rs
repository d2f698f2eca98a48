//! The events of a session.

use crate::campaign::CampaignListener;
use crate::limits::Limits;
use crate::report::{ResumedRow, quote_word};
use std::path::Path;

/// A moment of a session outside of its campaigns.
#[derive(Debug)]
pub enum SessionEvent<'a> {
    /// The limits of a campaign at an endpoint, before its first request.
    LimitsSet {
        /// The name of the suite.
        suite: &'a str,
        /// What the profile and the command line permit together.
        limits: &'a Limits,
        /// The profile forbids changes.
        read_only: bool,
    },
    /// The journal of a run exists; from here on creates are recorded.
    JournalOpened {
        /// The id of the run.
        run: &'a str,
        /// The journal file.
        path: &'a Path,
    },
    /// Cleaning up left resources behind.
    LeftBehind {
        /// The id of the run.
        run: &'a str,
        /// The path of the profile.
        profile: Option<&'a str>,
        /// The folder of the journals.
        journals: &'a Path,
    },
    /// A suite continues what an earlier part of its run recorded.
    Resumed {
        /// The name of the suite.
        suite: &'a str,
        /// What the suite takes over.
        earlier: &'a ResumedRow,
    },
    /// The leftovers of an earlier part were searched for and deleted.
    EarlierSwept {
        /// The id of the part.
        run: &'a str,
        /// Number of deleted resources.
        deleted: usize,
    },
    /// The history file lacks content for the first time.
    HistoryGap {
        /// The name of the suite.
        suite: &'a str,
        /// What the file lacks, as a sentence.
        gap: &'a str,
    },
}

impl SessionEvent<'_> {
    /// A line for the user about a new journal, leftovers, or gaps of a history; none for other events.
    #[must_use]
    pub fn user_message(&self) -> Option<String> {
        match self {
            SessionEvent::JournalOpened { run, path } => {
                Some(format!("run {run}: {} lists the created resources until they are deleted", path.display()))
            }
            SessionEvent::LeftBehind { run, profile, journals } => Some(format!(
                "resources were left behind; to delete them: probity sweep --profile {} --run {run} --journal {}",
                quote_word(profile.unwrap_or("PROFILE")),
                quote_word(&journals.display().to_string())
            )),
            SessionEvent::Resumed { suite, earlier } => Some(format!("{suite}: {}", earlier.describe())),
            SessionEvent::EarlierSwept { run, deleted } => {
                Some(format!("run {run}: {deleted} leftovers of the earlier part were deleted"))
            }
            SessionEvent::HistoryGap { suite, gap } => Some(format!("{suite}: {gap}")),
            SessionEvent::LimitsSet { .. } => None,
        }
    }
}

/// Receives the events of a suite's campaign and of the session around the campaign.
pub trait SessionListener: CampaignListener {
    /// Receives an event of the session.
    fn hear_session(&mut self, event: &SessionEvent<'_>);
}
