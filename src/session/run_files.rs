//! Names of the files that a campaign writes into the folder of its reports while its plans end.

/// The history file.
pub const HISTORY_NAME: &str = "history.jsonl.gz";
/// The former name of the history file, of files without compression.
pub const FORMER_HISTORY_NAME: &str = "history.jsonl";
/// What a run that continues this one needs besides the history.
pub const RESUME_NAME: &str = "resume.jsonl";
