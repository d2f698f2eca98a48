//! The verbs of the command line, one file each: from arguments to output and files.

pub mod baseline;
pub mod certify;
pub mod compare;
pub mod completions;
pub mod derive;
pub mod diagram;
pub mod diff;
pub mod doubts;
pub mod explain;
pub mod export;
pub mod fmt;
pub mod init;
mod init_profile;
mod init_suite;
pub mod judge;
pub mod lint;
pub mod merge;
pub mod mock;
pub mod mutants;
pub mod replay;
pub mod report;
pub mod run;
pub mod score;
pub mod sign;
pub mod sweep;
pub mod try_calls;
pub mod verify;
