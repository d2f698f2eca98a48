//! The known deviations of one suite in one run.

use super::baseline::{Baseline, BaselineEntry};
use super::claims::UnclaimedParts;
use super::clause_aliases::ClauseAliases;
use super::excuse::{Excuse, ExcuseSource};
use super::waiver::{Waiver, WaiverScope};

/// A deviation, as far as baselines and waivers name it.
#[derive(Debug, Clone)]
pub struct DeviationIdentity<'a> {
    /// The fingerprints of all differences that the finding stands for. Empty if some are not kept: no baseline and no
    /// waiver of a fingerprint covers these.
    pub fingerprints: Vec<&'a str>,
    /// Ids of all clauses that the finding contradicts.
    pub clauses: Vec<&'a str>,
    /// Id of the operation whose response deviates.
    pub operation: &'a str,
}

/// The known deviations of one suite in one run.
#[derive(Debug, Clone, Default)]
pub struct SuiteExceptions {
    entries: Vec<BaselineEntry>,
    waivers: Vec<Waiver>,
    aliases: ClauseAliases,
    today: String,
    has_baseline: bool,
    fails_idle_waivers: bool,
    unclaimed: Option<UnclaimedParts>,
}

impl SuiteExceptions {
    /// The entries of the baseline for a suite, and the waivers for the suite, on a day, `YYYY-MM-DD`. Both may name
    /// clauses by earlier ids.
    #[must_use]
    pub fn select(
        baseline: Option<&Baseline>,
        waivers: Vec<Waiver>,
        (suite, aliases): (&str, ClauseAliases),
        today: &str,
    ) -> SuiteExceptions {
        let entries = baseline.map(|baseline| baseline.deviations.as_slice()).unwrap_or_default().iter();
        let mut entries: Vec<BaselineEntry> = entries.filter(|entry| entry.suite == suite).cloned().collect();
        entries.iter_mut().for_each(|entry| entry.rename_clauses(&aliases));
        SuiteExceptions {
            entries,
            waivers,
            aliases,
            today: today.to_string(),
            has_baseline: baseline.is_some(),
            fails_idle_waivers: false,
            unclaimed: None,
        }
    }

    /// These exceptions, where a waiver without an effect fails the run if `fails` is true.
    #[must_use]
    pub fn failing_idle_waivers(self, fails: bool) -> SuiteExceptions {
        SuiteExceptions { fails_idle_waivers: fails, ..self }
    }

    /// These exceptions, with what the profile does not claim; `None` for a profile that claims everything.
    #[must_use]
    pub fn with_unclaimed(self, unclaimed: Option<UnclaimedParts>) -> SuiteExceptions {
        SuiteExceptions { unclaimed, ..self }
    }

    /// What the profile does not claim; `None` if the profile has no claims about the suite.
    #[must_use]
    pub fn unclaimed(&self) -> Option<&UnclaimedParts> {
        self.unclaimed.as_ref()
    }

    /// Whether a waiver without an effect fails the run.
    #[must_use]
    pub fn fails_idle_waivers(&self) -> bool {
        self.fails_idle_waivers
    }

    /// Whether the run has a baseline, or the profile has a waiver or claims for the suite.
    #[must_use]
    pub fn are_given(&self) -> bool {
        self.has_baseline || !self.waivers.is_empty() || self.unclaimed.is_some()
    }

    /// Whether the run has a baseline.
    #[must_use]
    pub fn has_baseline(&self) -> bool {
        self.has_baseline
    }

    /// The entries of the baseline for the suite.
    #[must_use]
    pub fn entries(&self) -> &[BaselineEntry] {
        &self.entries
    }

    /// The waivers for the suite, each with whether it has ended.
    pub fn list_waivers(&self) -> impl Iterator<Item = (&Waiver, bool)> {
        self.waivers.iter().map(|waiver| (waiver, waiver.is_expired(&self.today)))
    }

    /// Why a deviation does not fail the run; `None` if the deviation is new. A deviation with several fingerprints is
    /// known only if the baseline has each of them, and waived only if waivers cover all its clauses: the rest would be
    /// hidden otherwise.
    #[must_use]
    pub fn find_excuse(&self, found: &DeviationIdentity<'_>) -> Option<Excuse> {
        self.find_missing_claim(found)
            .or_else(|| self.find_waivers(found).first().map(|waiver| make_waiver_excuse(waiver)))
            .or_else(|| self.find_in_baseline(found))
    }

    fn find_missing_claim(&self, found: &DeviationIdentity<'_>) -> Option<Excuse> {
        let reason = self.unclaimed.as_ref()?.explain_deviation(found.operation, &found.clauses)?;
        Some(Excuse {
            by: ExcuseSource::NotClaimed,
            reason: Some(reason),
            owner: None,
            until: None,
            accepted: None,
            disposition: None,
            ticket: None,
        })
    }

    /// The waivers that together cover a deviation; empty if they do not cover it.
    #[must_use]
    pub fn find_waivers(&self, found: &DeviationIdentity<'_>) -> Vec<&Waiver> {
        let valid = || self.waivers.iter().filter(|waiver| !waiver.is_expired(&self.today));
        let is_same = |text: &String, fingerprint: &str| self.aliases.rename_fingerprint(text) == fingerprint;
        if let [fingerprint] = found.fingerprints.as_slice()
            && let Some(waiver) = valid()
                .find(|waiver| matches!(&waiver.scope, WaiverScope::Fingerprint(text) if is_same(text, fingerprint)))
        {
            return vec![waiver];
        }
        let covers = |waiver: &&Waiver, id: &str| match &waiver.scope {
            WaiverScope::Clauses(pattern) => self.aliases.list_ids(id).any(|id| pattern.matches(id)),
            WaiverScope::Fingerprint(_) => false,
        };
        let covering: Option<Vec<&Waiver>> =
            found.clauses.iter().map(|id| valid().find(|waiver| covers(waiver, id))).collect();
        covering.unwrap_or_default()
    }

    fn find_in_baseline(&self, found: &DeviationIdentity<'_>) -> Option<Excuse> {
        let entry_of = |print: &&str| self.entries.iter().find(|entry| entry.fingerprint == *print);
        let entries: Vec<&BaselineEntry> = found.fingerprints.iter().map(entry_of).collect::<Option<_>>()?;
        let answered = |entry: &&&BaselineEntry| entry.disposition.is_some() || entry.ticket.is_some();
        let entry = entries.iter().find(answered).or(entries.first())?;
        Some(Excuse {
            by: ExcuseSource::Baseline,
            reason: entry.text.clone(),
            owner: None,
            until: None,
            accepted: Some(entry.accepted.clone()),
            disposition: entry.disposition.clone(),
            ticket: entry.ticket.clone(),
        })
    }
}

fn make_waiver_excuse(waiver: &Waiver) -> Excuse {
    Excuse {
        by: ExcuseSource::Waiver,
        reason: Some(waiver.reason.clone()),
        owner: waiver.owner.clone(),
        until: waiver.until.clone(),
        accepted: None,
        disposition: None,
        ticket: None,
    }
}
