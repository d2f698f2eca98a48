//! One file per verb: from what is meant to what is printed and written.

pub mod derive;
pub mod doubts;
pub mod explain;
pub mod init;
pub mod judge;
pub mod lint;
pub mod mock;
pub mod mutants;
pub mod replay;
pub mod run;
pub mod sweep;
