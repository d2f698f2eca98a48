//! The arguments as written. [`super::config`] checks them and fills in defaults.

use crate::limits::RunShard;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;

mod diagram;
mod format;
mod merge;

pub use diagram::{DiagramArguments, DiagramFormat};
pub use format::FormatArgument;
pub use merge::MergeArguments;

/// Checks whether a cloud API does what its documentation says.
#[derive(Debug, Parser)]
#[command(name = "probity", version, arg_required_else_help = true, max_term_width = 100)]
#[command(after_help = AFTER)]
pub struct Arguments {
    #[command(subcommand)]
    pub verb: CliVerb,
}

const AFTER: &str = "\
`probity run` alone runs every suite against the built-in mock.

Exit codes: 0 every selected, reachable clause passed; 1 a deviation; 2 a wrong command line;
3 nothing failed, and at least one clause is inconclusive or untested; 4 a bad suite, schema, page,
profile, plan or history; 5 the endpoint cannot be reached or refuses the credentials; 6 resources
were left behind; 130 and 143 on signals. See docs/EXIT_CODES.md.";

#[derive(Debug, Subcommand)]
pub enum CliVerb {
    /// Run a campaign for each suite against an endpoint or the built-in mock
    Run(Box<RunArguments>),
    /// Carry out a recorded plan again, such as a counterexample
    Replay(ReplayArguments),
    /// Make one call, or a few in a row, and show what the model expects and which clauses apply
    Try(TryArguments),
    /// Delete the leftovers of earlier runs at an endpoint
    Sweep(SweepArguments),
    /// Serve a suite's mock over HTTP
    Mock(MockArguments),
    /// Write a file to start from
    Init(InitArguments),
    /// List the mutants of suites, or run a campaign against each
    Mutants(MutantsArguments),
    /// Show what a clause promises, its citations, its last verdict, and how it is tested
    Explain(ExplainArguments),
    /// Draw the states and transitions of a suite
    Diagram(DiagramArguments),
    /// Derive a catalog, JSON Schemas, citations and doubts from documentation pages
    Derive(DeriveArguments),
    /// Check suites against their catalogs
    Lint(LintArguments),
    /// Format suite files
    Fmt(FmtArguments),
    /// Judge a recorded history again, or the traffic of another client in a HAR file
    Judge(JudgeArguments),
    /// List the doubts of an API, or record a ruling about a doubt
    Doubts(DoubtsArguments),
    /// Show where two derived references differ, and which clauses cite the lines
    Diff(DiffArguments),
    /// Render the report of a stored run in another format
    Report(ReportArguments),
    /// Join the shards of one run into the reports of the whole run
    Merge(MergeArguments),
    /// Compare runs side by side: verdicts, deviations, and times to settle
    Compare(CompareArguments),
    /// Count the mutants that the recorded calls of a run would have detected
    Score(ScoreArguments),
    /// Sign a statement about a run, in a folder with all evidence
    Certify(CertifyArguments),
    /// Check a signed folder without the endpoint: signature, digests, and each verdict from the evidence
    Verify(VerifyArguments),
    /// Record the known deviations of a run
    Baseline(BaselineArguments),
    /// Write a catalog in the form of another tool
    Export(ExportArguments),
    /// Print the headers that authenticate one request, with its credentials
    Sign(SignArguments),
    /// Print the completions of a shell
    Completions(CompletionsArguments),
    /// Write the manual pages
    Man(ManArguments),
}

#[derive(Debug, Args)]
pub struct RunArguments {
    /// Names of suites [default: all]
    #[arg(value_name = "SUITE")]
    pub suites: Vec<String>,
    #[command(flatten)]
    pub target: TargetArguments,
    /// Random seed; `today` is the date as a number, YYYYMMDD, so that each night tests other calls
    #[arg(long, value_name = "N|today", default_value = "1")]
    pub seed: SeedArgument,
    /// Select the clauses whose id matches, such as 'resize.*' (repeatable)
    #[arg(long = "clause", value_name = "GLOB")]
    pub clauses: Vec<String>,
    /// Leave out the clauses whose id matches (repeatable)
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Known deviations, which do not fail the run: a baseline, or the reports of an earlier run
    #[arg(long, value_name = "FILE|RUN")]
    pub baseline: Option<PathBuf>,
    /// The reports of an earlier run, whose times of transitions tell when to poll; `none` for no times
    #[arg(long, value_name = "RUN|none", default_value = "none")]
    pub times: TimesArgument,
    /// Print no known deviations
    #[arg(long)]
    pub only_new: bool,
    /// What an expired waiver of the profile does, or one without a deviation
    #[arg(long, value_name = "warn|fail", default_value = "warn")]
    pub idle_waivers: IdleWaivers,
    /// Clauses that may stay undecided: they do not count for exit code 3 (repeatable)
    #[arg(long, value_name = "GLOB")]
    pub allow_undecided: Vec<String>,
    /// Most requests of the run, with everything that is sent; at the mock, of each campaign
    #[arg(long, value_name = "N")]
    pub requests: Option<u64>,
    /// Most plans of each campaign
    #[arg(long, value_name = "N")]
    pub plans: Option<u64>,
    /// When a campaign ends: once each clause that can be decided is and each kind of call was sent three times, or when its
    /// requests are spent
    #[arg(long, value_name = "covered|spent", default_value = "covered")]
    pub until: RunEnd,
    /// Use a tenth of the default requests
    #[arg(long, conflicts_with = "requests")]
    pub fast: bool,
    /// Stop at the first deviation
    #[arg(long)]
    pub first: bool,
    /// Run one part of several, with its share of plans and limits; `probity merge` joins the parts
    #[arg(long, value_name = "I/N", conflicts_with_all = ["first", "dry_run"])]
    pub shard: Option<RunShard>,
    /// Continue a run that was killed or ended early: its reports, of one suite (reports/SUITE) or of several
    #[arg(long, value_name = "RUN", conflicts_with_all = ["dry_run", "reports"])]
    pub resume: Option<PathBuf>,
    /// Say what would be requested, and change nothing at the endpoint
    #[arg(long)]
    pub dry_run: bool,
    /// Folder of the reports: DIR/SUITE/report.json and other files
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub reports: PathBuf,
    /// Write the report in this format too, beside report.json (repeatable)
    #[arg(long = "format", value_name = "FORMAT")]
    pub formats: Vec<FormatArgument>,
    /// Show each request and response, without secrets and shortened; -vv shows the possible states too
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Print new deviations, errors and the last line alone
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
}

/// The random seed of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeedArgument {
    /// The seed.
    Number(u64),
    /// The date of the run as a number.
    Today,
}

impl std::str::FromStr for SeedArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<SeedArgument, String> {
        if text == "today" {
            return Ok(SeedArgument::Today);
        }
        let number =
            text.parse().map_err(|_| "a seed is a number from 0 to 18446744073709551615, or `today`".to_string());
        number.map(SeedArgument::Number)
    }
}

/// The reports of an earlier run, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimesArgument(pub Option<PathBuf>);

impl FromStr for TimesArgument {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<TimesArgument, Infallible> {
        Ok(TimesArgument((text != "none").then(|| PathBuf::from(text))))
    }
}

/// When a campaign ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RunEnd {
    /// Once each clause that can be decided is, and no kind of call is left that more requests are expected to send.
    Covered,
    /// When its requests are spent.
    Spent,
}

/// What a waiver without an effect does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum IdleWaivers {
    /// The summary names the waiver.
    Warn,
    /// The run ends with exit 4 too.
    Fail,
}

#[derive(Debug, Args)]
pub struct BaselineArguments {
    #[command(subcommand)]
    pub action: BaselineAction,
}

#[derive(Debug, Subcommand)]
pub enum BaselineAction {
    /// Add the deviations of a run to a baseline, and keep the entries that are there
    Accept(BaselineAcceptArguments),
}

#[derive(Debug, Args)]
pub struct BaselineAcceptArguments {
    /// The folder of a run's reports, the folder of one suite's reports, or a report.json
    #[arg(value_name = "RUN", default_value = "reports")]
    pub run: PathBuf,
    /// The baseline
    #[arg(long, value_name = "FILE", default_value = "baseline.json")]
    pub baseline: PathBuf,
    /// Remove entries of the suites of the run that the run did not show
    #[arg(long)]
    pub prune: bool,
}

/// The target of a verb, the date and the settle percentage.
#[derive(Debug, Args)]
pub struct TargetArguments {
    /// `mock`, or the address of an endpoint [default: the profile's address; without a profile the mock]
    #[arg(long, value_name = "mock|URL")]
    pub endpoint: Option<String>,
    /// Profile of the endpoint: address, credentials, pools, limits
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
    /// Fault of the mock: a name from `probity mutants`
    #[arg(long, value_name = "MUTANT")]
    pub fault: Option<String>,
    /// Date against which API lifecycles are judged [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub today: Option<String>,
    /// Percentage by which the bounds of transitions are multiplied [default: the profile's, else 100]
    #[arg(long, value_name = "PERCENT")]
    pub settle: Option<u32>,
    /// Folder of the journals of created resources [default: reports/.journal]
    #[arg(long, value_name = "DIR")]
    pub journal: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct ReplayArguments {
    /// counterexample-N.json or plan-N.json of a report
    #[arg(value_name = "PLAN_FILE")]
    pub plan_file: PathBuf,
    #[command(flatten)]
    pub target: TargetArguments,
    /// Random seed of the mock [default: the seed of the recorded run]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Number of the plan, on which the mock's choices depend [default: the number in the recorded run]
    #[arg(long, value_name = "N")]
    pub plan: Option<u64>,
    /// Where to write the history
    #[arg(long, value_name = "FILE")]
    pub history: Option<PathBuf>,
}

/// Makes calls in a row against the mock, or an endpoint, and deletes at the end what they created.
#[derive(Debug, Args)]
pub struct TryArguments {
    /// Name of the suite
    #[arg(value_name = "SUITE")]
    pub suite: String,
    /// OPERATION [NAME=VALUE...], and further calls after the word `then`. A name is a parameter, or a property of the body
    /// (`note`, `order.note`); a value is JSON or text, or the handle of a resource that an earlier call creates, such as
    /// order-1. What the pages require besides is drawn, and ids are those of the youngest resources.
    #[arg(value_name = "CALL", required = true, num_args = 1..)]
    pub calls: Vec<String>,
    #[command(flatten)]
    pub target: TargetArguments,
    /// The caller: owner, other, expired, forged or none
    #[arg(long, value_name = "NAME", default_value = "owner")]
    pub caller: String,
    /// Random seed of the mock and of drawn bodies
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

/// Deletes the leftovers of runs that have ended, by their journals and by their marks.
#[derive(Debug, Args)]
pub struct SweepArguments {
    /// Names of suites [default: all with an address in the profile]
    #[arg(value_name = "SUITE")]
    pub suites: Vec<String>,
    /// Profile of the endpoint
    #[arg(long, value_name = "FILE")]
    pub profile: PathBuf,
    /// Address of the endpoint [default: the profile's address]
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Only the leftovers of this run, even if its marks have not expired
    #[arg(long, value_name = "ID")]
    pub run: Option<String>,
    /// Only runs that started at least this long ago, such as 2h
    #[arg(long, value_name = "SPAN")]
    pub older_than: Option<String>,
    /// Delete resources by their mark alone, also without a journal that has their create
    #[arg(long)]
    pub marks_only: bool,
    /// Say what would be deleted, and change nothing at the endpoint
    #[arg(long)]
    pub dry_run: bool,
    /// Folder of the journals
    #[arg(long, value_name = "DIR", default_value = "reports/.journal")]
    pub journal: PathBuf,
}

#[derive(Debug, Args)]
pub struct MockArguments {
    /// Address to listen at; port 0 takes a free port
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8774")]
    pub listen: String,
    /// Name of the suite [default: the only suite]
    #[arg(long, value_name = "SUITE")]
    pub suite: Option<String>,
    /// Simulated seconds per real second
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub speed: u64,
    /// Fault of the mock: a name from `probity mutants`
    #[arg(long, value_name = "MUTANT")]
    pub fault: Option<String>,
    /// Random seed
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Where to write a profile for `probity run --profile FILE`
    #[arg(long, value_name = "FILE")]
    pub profile_out: Option<PathBuf>,
    /// Permit an address that other machines can reach; the mock protects nothing
    #[arg(long)]
    pub anywhere: bool,
}

#[derive(Debug, Args)]
pub struct InitArguments {
    #[command(subcommand)]
    pub file: InitFile,
}

#[derive(Debug, Subcommand)]
pub enum InitFile {
    /// The profile of an endpoint: address, credentials, pools, limits
    Profile(InitProfileArguments),
    /// A suite to start from, drafted from documentation: suites/API.yaml, and schemas/API unless it exists
    Suite(InitSuiteArguments),
}

#[derive(Debug, Args)]
pub struct InitProfileArguments {
    /// Where to write the profile [default: standard output]
    pub out: Option<PathBuf>,
    /// A derived catalog (schemas/API), an OpenAPI description, or pages: draft the profile from them (repeatable)
    #[arg(long, value_name = "PATH")]
    pub from: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct InitSuiteArguments {
    /// Name of a built-in suite to copy, with its schemas, instead of a draft
    #[arg(value_name = "SUITE", required_unless_present = "from", conflicts_with_all = ["from", "api"])]
    pub suite: Option<String>,
    /// A derived catalog (schemas/API), an OpenAPI description, or pages and folders of pages (repeatable)
    #[arg(long, value_name = "PATH")]
    pub from: Vec<PathBuf>,
    /// Short name of the API and of the suite [default: the name of the folder or file]
    #[arg(long, value_name = "NAME")]
    pub api: Option<String>,
}

#[derive(Debug, Args)]
pub struct MutantsArguments {
    /// Names of suites [default: all]
    #[arg(value_name = "SUITE")]
    pub suites: Vec<String>,
    /// Select the mutants whose name matches, such as 'resize.*/stuck' (repeatable)
    #[arg(long, value_name = "GLOB")]
    pub only: Vec<String>,
    /// Run a campaign for each mutant; exit 1 if a mutant survives
    #[arg(long)]
    pub run: bool,
    /// Most requests of each campaign
    #[arg(long, value_name = "N", default_value_t = 400, requires = "run")]
    pub requests: u64,
    /// Campaigns for each mutant, with the seeds 1, 2, 3, …
    #[arg(long, value_name = "N", default_value_t = 10, requires = "run", value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub seeds: u64,
    /// Poll and wait as at an endpoint, where waiting takes time
    #[arg(long, requires = "run")]
    pub timed: bool,
    /// Shrink each finding, and measure the requests for it and the lengths of the counterexamples
    #[arg(long, requires = "run")]
    pub shrink: bool,
}

#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// Id of a clause, or SUITE::ID where several suites have the id
    pub clause: Option<String>,
    /// Say why this step of a history was judged as it was (steps count from 1)
    #[arg(long, value_name = "STEP", requires = "history")]
    pub why: Option<usize>,
    /// History for --why
    #[arg(long, value_name = "FILE")]
    pub history: Option<PathBuf>,
    /// Number of the plan in the history [default: the last plan]
    #[arg(long, value_name = "N")]
    pub plan: Option<u64>,
    /// Folder with your own copy of the pages, to show the cited lines
    #[arg(long, value_name = "DIR")]
    pub pages: Option<PathBuf>,
    /// Folder of the reports, for the last verdict
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub reports: PathBuf,
}

#[derive(Debug, Args)]
pub struct DeriveArguments {
    /// Pages, or folders of pages (--api is required)
    #[arg(value_name = "PAGE_OR_FOLDER", conflicts_with = "manifest", required_unless_present_any = ["manifest", "figures"])]
    pub pages: Vec<PathBuf>,
    /// Manifest that names the pages: suites/sources/API.yaml
    #[arg(long, value_name = "FILE", requires = "folder")]
    pub manifest: Option<PathBuf>,
    /// Folder of the manifest's files
    #[arg(long = "pages", value_name = "DIR", id = "folder")]
    pub folder: Option<PathBuf>,
    /// Short name of the API, without a manifest
    #[arg(long, value_name = "NAME", required_unless_present_any = ["manifest", "figures"], conflicts_with = "manifest")]
    pub api: Option<String>,
    /// Where to write: schemas/API
    #[arg(long, value_name = "DIR", required_unless_present = "figures")]
    pub out: Option<PathBuf>,
    /// Date against which API lifecycles are judged [default: none]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub today: Option<String>,
    /// Words of a further language or dialect, by which pages head their parts and columns
    #[arg(long, value_name = "FILE")]
    pub words: Option<PathBuf>,
    /// List every page with what became of it, and why
    #[arg(long)]
    pub list_pages: bool,
    /// Write nothing, and print how much of each reference is read: each folder below DIR is one reference
    #[arg(long, value_name = "DIR", conflicts_with_all = ["pages", "manifest", "out", "api", "today", "list_pages"])]
    pub figures: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct LintArguments {
    /// Names of suites [default: all]
    #[arg(value_name = "SUITE")]
    pub suites: Vec<String>,
    /// Folder with your own copy of the pages, to check that citations are fresh
    #[arg(long, value_name = "DIR")]
    pub pages: Option<PathBuf>,
    /// Leave out notes, such as silent cells
    #[arg(long)]
    pub no_notes: bool,
}

#[derive(Debug, Args)]
pub struct FmtArguments {
    /// Suite files [default: all suites of ./suites]
    #[arg(value_name = "SUITE_FILE")]
    pub files: Vec<PathBuf>,
    /// List the files that are not formatted, write none, and exit 1 if a file is listed
    #[arg(long)]
    pub check: bool,
}

#[derive(Debug, Args)]
pub struct JudgeArguments {
    /// A history.jsonl.gz, a history.jsonl of an earlier version, or a HAR file (.har, .har.gz) of a browser, a proxy or a
    /// test tool
    #[arg(value_name = "HISTORY_FILE|HAR_FILE")]
    pub history: PathBuf,
    /// The suite that judges a HAR file; a history names its suite
    #[arg(long, value_name = "SUITE")]
    pub suite: Option<String>,
    /// Profile of the endpoint of a HAR file: its address, offered values, and the credentials that tell callers apart
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
    /// Address of the API in a HAR file [default: the profile's; else the address with which most paths are operations]
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Clauses that may stay undecided: they do not count for exit code 3 (repeatable)
    #[arg(long, value_name = "GLOB")]
    pub allow_undecided: Vec<String>,
}

#[derive(Debug, Args)]
pub struct ReportArguments {
    /// The folder of a run's reports, the folder of one suite's reports, or a report.json
    #[arg(value_name = "RUN", default_value = "reports")]
    pub run: PathBuf,
    /// Format of the report
    #[arg(long, value_name = "FORMAT")]
    pub format: FormatArgument,
    /// Where to write the report [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct ScoreArguments {
    /// A recorded history, such as reports/ecs-native/history.jsonl.gz
    #[arg(value_name = "HISTORY")]
    pub history: PathBuf,
    /// Name each mutant that the calls do not detect
    #[arg(long)]
    pub survivors: bool,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("signing").required(true).args(["key", "signer"]))]
pub struct CertifyArguments {
    /// The folder of one suite's reports, such as reports/ecs-native
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// An Ed25519 private key (PKCS#8 PEM), as `openssl genpkey -algorithm ed25519` writes it
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// A command that signs its standard input and prints the signature in Base64
    #[arg(long, value_name = "COMMAND", requires = "public_key", conflicts_with = "key")]
    pub signer: Option<String>,
    /// The public key of --signer (PEM)
    #[arg(long, value_name = "FILE", requires = "signer")]
    pub public_key: Option<PathBuf>,
    /// Conditions that the certificate has to meet [default: see docs/CERTIFICATES.md]
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Mark the certificate as a trial: only then a mock or an address of this machine is accepted
    #[arg(long)]
    pub trial: bool,
    /// The folder to write, which must not exist
    #[arg(long, value_name = "DIR", default_value = "certificate")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// A folder that `probity certify` wrote
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,
    /// The public key (PEM) of a signer that you trust
    #[arg(long, value_name = "FILE")]
    pub trusted_key: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct CompareArguments {
    /// The folders of runs' reports; times are compared with those of the first run
    #[arg(value_name = "RUN", num_args = 2.., required = true)]
    pub runs: Vec<PathBuf>,
    /// Format of the comparison
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ComparisonFormat,
    /// Where to write the comparison [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ComparisonFormat {
    Text,
    Markdown,
    Json,
    Html,
}

#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub struct ManArguments {
    /// The folder for the pages
    #[arg(value_name = "FOLDER")]
    pub folder: PathBuf,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct DoubtsArguments {
    /// Name of the API [default: all]
    pub api: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t = DoubtsFormat::Text)]
    pub format: DoubtsFormat,
    /// Order and groups: by page, or by weight for a client [default: by id]
    #[arg(long, value_enum)]
    pub by: Option<DoubtsOrder>,
    #[command(subcommand)]
    pub action: Option<DoubtsAction>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DoubtsFormat {
    Text,
    Markdown,
    Json,
    Sarif,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DoubtsOrder {
    Page,
    Weight,
}

#[derive(Debug, Subcommand)]
pub enum DoubtsAction {
    /// Record a ruling about a doubt, in suites/sources/API.rulings.json
    Settle(SettleArguments),
}

#[derive(Debug, Args)]
pub struct SettleArguments {
    /// Id of the doubt
    #[arg(value_name = "ID")]
    pub doubt: String,
    /// The side that holds: table, example, first, second, both or neither
    #[arg(long, value_name = "SIDE")]
    pub take: String,
    /// Reason of the ruling
    #[arg(long, value_name = "TEXT")]
    pub because: String,
    /// Name of the API, if several APIs have a doubt of that id
    #[arg(long, value_name = "NAME")]
    pub api: Option<String>,
}

#[derive(Debug, Args)]
pub struct DiffArguments {
    /// Folder of the old reference, as `derive` wrote it
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// Folder of the new reference
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
}

#[derive(Debug, Args)]
pub struct ExportArguments {
    #[command(subcommand)]
    pub format: ExportFormat,
}

#[derive(Debug, Subcommand)]
pub enum ExportFormat {
    /// An OpenAPI 3.1 document in JSON, with the cited lines as extensions
    Openapi {
        /// Name of the API: the folder below schemas
        api: String,
        /// Where to write the document [default: standard output]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub struct SignArguments {
    /// Profile of the endpoint: address and credentials
    #[arg(long, value_name = "FILE")]
    pub profile: PathBuf,
    /// Address of the endpoint [default: the profile's address for the suite]
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Name of the suite, whose address the profile has
    #[arg(value_name = "SUITE")]
    pub suite: String,
    /// Method of the request, such as POST
    #[arg(value_name = "METHOD")]
    pub method: String,
    /// Path and query of the request, percent-encoded as they will be sent
    #[arg(value_name = "PATH")]
    pub path: String,
    /// The caller: owner, other, expired or forged
    #[arg(long, value_name = "NAME", default_value = "owner")]
    pub caller: String,
    /// Header of the request, such as 'X-Version: 2' (repeatable)
    #[arg(long = "header", value_name = "HEADER")]
    pub headers: Vec<String>,
    /// File with the body of the request, byte for byte; - for standard input
    #[arg(long, value_name = "FILE")]
    pub body: Option<PathBuf>,
    /// Header lines for `curl -H @FILE`, or options for `curl --config FILE`
    #[arg(long, value_enum, default_value_t = HeaderFormat::Headers)]
    pub format: HeaderFormat,
}

/// The form of printed headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum HeaderFormat {
    /// A configuration file of curl.
    Curl,
    /// One line for each header.
    Headers,
}
