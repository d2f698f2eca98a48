//! The events of a session.

use crate::campaign::CampaignListener;
use crate::limits::Limits;
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
}

impl SessionEvent<'_> {
    /// A line for the user about a new journal; none for other events.
    #[must_use]
    pub fn journal_message(&self) -> Option<String> {
        match self {
            SessionEvent::JournalOpened { run, path } => {
                Some(format!("run {run}: {} lists the created resources until they are deleted", path.display()))
            }
            SessionEvent::LimitsSet { .. } => None,
        }
    }
}

/// Receives the events of a suite's campaign and of the session around the campaign.
pub trait SessionListener: CampaignListener {
    /// Receives an event of the session.
    fn hear_session(&mut self, event: &SessionEvent<'_>);
}
