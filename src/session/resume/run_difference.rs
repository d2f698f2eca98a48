//! Whether the record of an earlier part is of the run that the user asks for.

use super::earlier_record::EarlierRecord;
use super::resume_file::{RESUME_FORMAT, ResumeHeader};
use crate::report::digest_bytes;
use crate::session::settings::CampaignSettings;
use crate::session::user_error::UserError;

/// What a campaign shares with the other parts of its run; `started` is the start of the first part.
pub fn describe_run(settings: &CampaignSettings<'_>, started: &str) -> ResumeHeader {
    let suite = &settings.loaded.suite;
    let plans = serde_json::to_vec(settings.recorded).unwrap_or_default();
    ResumeHeader {
        format: RESUME_FORMAT,
        version: env!("CARGO_PKG_VERSION").to_string(),
        started: started.to_string(),
        suite: settings.loaded.name.clone(),
        suite_digest: suite.digest.clone(),
        catalog_digest: settings.loaded.catalog_digest.clone(),
        recorded_plans: digest_bytes(&plans),
        target: settings.target.to_report_target(),
        profile: settings.target.find_profile().map(|profile| profile.digest.clone()),
        seed: settings.seed,
        today: settings.loaded.model.today.clone(),
        settle_percent: settings.settle_percent,
        selected: settings.selected.clone(),
        excluded: settings.excluded.clone(),
        shard: (!settings.limits.shard.is_whole()).then(|| settings.limits.shard.to_string()),
    }
}

/// A setting of the command line: its name, its value before and now, and how to give it as before.
type Setting<'a> = (&'a str, String, String, String);

impl EarlierRecord {
    /// Checks that the record is of the run that `now` describes.
    ///
    /// # Errors
    /// A wrong command line for a setting of the command line that differs, a bad input for a file.
    pub fn check_run(&self, now: &ResumeHeader) -> Result<(), UserError> {
        let was = &self.header;
        let place = self.resume.display().to_string();
        let differs = |(_, before, now, _): &Setting<'_>| before != now;
        if let Some((what, before, now, remedy)) = list_settings(was, now).into_iter().find(differs) {
            let cause = format!("{what} differs: {before} in the earlier part, {now} now");
            return Err(UserError::usage(place, cause, format!("{remedy}, or run without --resume")));
        }
        let files = [
            ("the suite", &was.suite_digest, &now.suite_digest),
            ("the catalog or one of its schemas", &was.catalog_digest, &now.catalog_digest),
            ("a recorded plan of the suite", &was.recorded_plans, &now.recorded_plans),
        ];
        let profile = |header: &ResumeHeader| header.profile.clone().unwrap_or_else(|| "none".to_string());
        let (before, after) = (profile(was), profile(now));
        let files = files.into_iter().chain([("the profile", &before, &after)]);
        for (what, before, now) in files {
            if before != now {
                let cause = format!("{what} has changed since the earlier part: {before} then, {now} now");
                let remedy = format!("restore {what}, or run without --resume");
                return Err(UserError::input(place, cause, remedy));
            }
        }
        Ok(())
    }
}

fn list_settings<'a>(was: &ResumeHeader, now: &ResumeHeader) -> [Setting<'a>; 7] {
    let patterns = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_string());
    let option = |flag: &str, text: &Option<String>| match text {
        Some(text) => format!("give {flag} {text}"),
        None => format!("leave out {flag}"),
    };
    [
        ("the target", was.target.describe(), now.target.describe(), "name the same target".to_string()),
        ("the seed", was.seed.to_string(), now.seed.to_string(), format!("give --seed {}", was.seed)),
        ("the date", was.today.clone(), now.today.clone(), format!("give --today {}", was.today)),
        (
            "the percentage of bounds",
            was.settle_percent.to_string(),
            now.settle_percent.to_string(),
            format!("give --settle {}", was.settle_percent),
        ),
        (
            "the selection of clauses",
            patterns(&was.selected),
            patterns(&now.selected),
            option("--clause", &was.selected),
        ),
        (
            "the exclusion of clauses",
            patterns(&was.excluded),
            patterns(&now.excluded),
            option("--exclude", &was.excluded),
        ),
        ("the shard", patterns(&was.shard), patterns(&now.shard), option("--shard", &was.shard)),
    ]
}
