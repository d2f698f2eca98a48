//! The command line as it was typed. What it means is [`super::meant`]'s business.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Checks whether a cloud API does what its documentation says.
#[derive(Debug, Parser)]
#[command(name = "probity", version, arg_required_else_help = true, max_term_width = 100)]
#[command(after_help = AFTER)]
pub struct Typed {
    #[command(subcommand)]
    pub verb: Verb,
}

const AFTER: &str = "\
`probity run` alone runs every suite against the built-in mock.

Exit codes: 0 every selected, reachable clause passed; 1 a deviation; 2 usage; 3 nothing failed,
but something is inconclusive or untested; 4 a bad suite, schema, page or profile; 5 the endpoint
cannot be reached or refuses the credentials; 6 objects left behind; 130 and 143 on signals.";

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Check suites against an endpoint, or against the built-in mock
    Run(Run),
    /// Carry out a recorded plan again, such as a witness
    Replay(Replay),
    /// Delete what runs left behind on an endpoint
    Sweep(Sweep),
    /// Offer a suite as a stateful fake of its API over HTTP
    Mock(Mock),
    /// Write a file to begin with
    Init(Init),
    /// List the ways in which the mock can break a promise, or see which of them are found
    Mutants(Mutants),
    /// Say what a clause promises, where, when it speaks, and what became of it
    Explain(Explain),
    /// Derive operations, JSON Schemas, citations and doubts from documentation pages
    Derive(Derive),
    /// Find what is wrong or left open in suites
    Lint(Lint),
    /// Judge a recorded history again
    Judge(Judge),
    /// List what the pages of an API leave open or contradict
    Doubts(Doubts),
}

#[derive(Debug, Args)]
pub struct Run {
    /// Suites by name; none: all
    #[arg(value_name = "SUITE")]
    pub suites: Vec<String>,
    #[command(flatten)]
    pub target: Target,
    /// What the random choices begin with
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Only clauses whose id matches, such as 'resize.*'; may be given several times
    #[arg(long = "clause", value_name = "GLOB")]
    pub clauses: Vec<String>,
    /// Requests in all, those for shrinking a witness not counted
    #[arg(long, value_name = "N")]
    pub requests: Option<u64>,
    /// Plans in all
    #[arg(long, value_name = "N")]
    pub plans: Option<u64>,
    /// A tenth of the usual requests, for a quick look
    #[arg(long, conflicts_with = "requests")]
    pub fast: bool,
    /// Stop at the first deviation
    #[arg(long)]
    pub first: bool,
    /// Say what the run would ask of the endpoint, and create nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Folder of the reports: DIR/<suite>/report.json and others
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub reports: PathBuf,
}

/// Whom to ask, and how its day and its pace are taken.
#[derive(Debug, Args)]
pub struct Target {
    /// `mock`, or the address of an endpoint; without it, the profile's, else the mock
    #[arg(long, value_name = "mock|URL")]
    pub endpoint: Option<String>,
    /// What the endpoint offers and allows, and who asks
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
    /// Break one promise of the mock: see `probity mutants`
    #[arg(long, value_name = "MUTANT")]
    pub fault: Option<String>,
    /// The day against which lifecycles are judged; without it, the day of the run
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub today: Option<String>,
    /// Multiply the times that the suite allows for coming to rest
    #[arg(long, value_name = "PERCENT")]
    pub settle: Option<u32>,
    /// Folder in which a run at an endpoint writes down what it creates; without it, reports/.journal
    #[arg(long, value_name = "DIR")]
    pub journal: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Replay {
    /// A plan: witness-N.json or plan-N.json of a report
    #[arg(value_name = "PLAN_FILE")]
    pub plan_file: PathBuf,
    #[command(flatten)]
    pub target: Target,
    /// The mock's seed; without it, the one the plan was drawn with
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// The plan's number, which the mock's choices depend on; without it, the one it was drawn as
    #[arg(long, value_name = "N")]
    pub plan: Option<u64>,
    /// Where to write what was seen
    #[arg(long, value_name = "FILE")]
    pub history: Option<PathBuf>,
}

/// Deletes what runs that are over have left: what their journals name, and what carries their marks.
#[derive(Debug, Args)]
pub struct Sweep {
    /// Suites by name; none: all for which the profile has an endpoint
    #[arg(value_name = "SUITE")]
    pub suites: Vec<String>,
    /// What the endpoint is, and who asks
    #[arg(long, value_name = "FILE")]
    pub profile: PathBuf,
    /// The endpoint's address, in place of the profile's
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Only this run, even if its marks have not expired
    #[arg(long, value_name = "ID")]
    pub run: Option<String>,
    /// Only runs that began at least so long ago, such as 2h
    #[arg(long, value_name = "SPAN")]
    pub older_than: Option<String>,
    /// Say what would be deleted, and delete nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Folder of the journals
    #[arg(long, value_name = "DIR", default_value = "reports/.journal")]
    pub journal: PathBuf,
}

#[derive(Debug, Args)]
pub struct Mock {
    /// Where to listen; port 0 takes any that is free
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8774")]
    pub listen: String,
    /// The suite, if there are several
    #[arg(long, value_name = "SUITE")]
    pub suite: Option<String>,
    /// How many seconds of its own pass in one of yours
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub speed: u64,
    /// Break one promise: see `probity mutants`
    #[arg(long, value_name = "MUTANT")]
    pub fault: Option<String>,
    /// What its random choices begin with
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Where to write a profile with which `probity run --profile FILE` asks it
    #[arg(long, value_name = "FILE")]
    pub profile_out: Option<PathBuf>,
    /// Let other machines reach it, although it protects nothing
    #[arg(long)]
    pub anywhere: bool,
}

#[derive(Debug, Args)]
pub struct Init {
    #[command(subcommand)]
    pub thing: Thing,
}

#[derive(Debug, Subcommand)]
pub enum Thing {
    /// A profile: what one endpoint offers and allows, and who asks
    Profile {
        /// Where to write it; without it, it is printed
        out: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub struct Mutants {
    /// Suites by name; none: all
    pub suites: Vec<String>,
    /// Only mutants whose name matches, such as 'resize.*/stuck'
    #[arg(long, value_name = "GLOB")]
    pub only: Vec<String>,
    /// Run a short campaign against each, and say which are found; a survivor ends with 1
    #[arg(long)]
    pub run: bool,
    /// Requests of each campaign
    #[arg(long, value_name = "N", default_value_t = 400, requires = "run")]
    pub requests: u64,
    /// Campaigns for each mutant, with the seeds 1, 2, 3, …
    #[arg(long, value_name = "N", default_value_t = 10, requires = "run", value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub seeds: u64,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// A clause's id, or SUITE::ID where several suites have it
    pub clause: Option<String>,
    /// Say why this step of a history was judged as it was (counts from 1)
    #[arg(long, value_name = "STEP", requires = "history")]
    pub why: Option<usize>,
    /// The history that --why speaks of
    #[arg(long, value_name = "FILE")]
    pub history: Option<PathBuf>,
    /// The plan in the history, if it holds several
    #[arg(long, value_name = "N")]
    pub plan: Option<u64>,
    /// Your own copy of the pages: shows the cited lines
    #[arg(long, value_name = "DIR")]
    pub pages: Option<PathBuf>,
    /// Folder of the reports, for the last verdict
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub reports: PathBuf,
}

#[derive(Debug, Args)]
pub struct Derive {
    /// Pages, or folders of pages (then --api is needed)
    #[arg(value_name = "PAGE_OR_FOLDER", conflicts_with = "manifest", required_unless_present = "manifest")]
    pub pages: Vec<PathBuf>,
    /// A manifest that names the pages: suites/sources/<api>.yaml
    #[arg(long, value_name = "FILE", requires = "folder")]
    pub manifest: Option<PathBuf>,
    /// The folder that the manifest's files are relative to
    #[arg(long = "pages", value_name = "DIR", id = "folder")]
    pub folder: Option<PathBuf>,
    /// Short name of the API, where pages are named directly
    #[arg(long, value_name = "NAME", required_unless_present = "manifest", conflicts_with = "manifest")]
    pub api: Option<String>,
    /// Where to write: schemas/<api>
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// The day against which lifecycles are judged; without it, none is
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub today: Option<String>,
}

#[derive(Debug, Args)]
pub struct Lint {
    /// Suites by name; none: all
    pub suites: Vec<String>,
    /// Your own copy of the pages: are the citations still fresh?
    #[arg(long, value_name = "DIR")]
    pub pages: Option<PathBuf>,
    /// Leave out the notes, such as silent cells
    #[arg(long)]
    pub no_notes: bool,
}

#[derive(Debug, Args)]
pub struct Judge {
    /// A history.jsonl
    #[arg(value_name = "HISTORY_FILE")]
    pub history: PathBuf,
}

#[derive(Debug, Args)]
pub struct Doubts {
    /// The API; none: all
    pub api: Option<String>,
}
