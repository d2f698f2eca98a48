//! The journal of one plan, as the runner sees it.

use crate::history::Call;
use crate::plan::Step;
use std::collections::BTreeMap;
use std::io;

/// Records each create before the request is sent, and each deletion.
///
/// Every method returns the error of the operating system if the entry cannot be written.
pub trait Journal {
    /// Records a create before the request is sent. An error stops the plan: without an entry no
    /// resource may be created.
    fn record_intent(&mut self, index: usize, step: &Step, call: &Call) -> io::Result<()>;
    /// Records the result of a create: the ids that became known, by handle, and whether the endpoint
    /// refused.
    fn record_result(&mut self, index: usize, born: &BTreeMap<String, String>, refused: bool) -> io::Result<()>;
    /// Records that the resource of a handle is gone.
    fn record_deletion(&mut self, handle: &str) -> io::Result<()>;
}

/// Records nothing. For endpoints that need no cleaning up, such as the mock.
pub struct NullJournal;

impl Journal for NullJournal {
    fn record_intent(&mut self, _: usize, _: &Step, _: &Call) -> io::Result<()> {
        Ok(())
    }

    fn record_result(&mut self, _: usize, _: &BTreeMap<String, String>, _: bool) -> io::Result<()> {
        Ok(())
    }

    fn record_deletion(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }
}
