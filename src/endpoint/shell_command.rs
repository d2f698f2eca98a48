//! Commands of a profile. On Unix each command has its own process group, so that the command ends with its children.

use std::io;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

/// A command that `sh` runs. A value that is dropped before the end of the command ends the command.
pub(super) struct ShellCommand {
    child: Child,
    /// Whether the end of the command was seen.
    ended: bool,
    #[cfg(unix)]
    _loan: Option<unix::TerminalLoan>,
}

impl ShellCommand {
    /// Starts a command with an empty input. A command that `asks_user` may read from the terminal, and receives the
    /// keyboard's signals in place of probity.
    pub fn start(line: &str, output: Stdio, asks_user: bool) -> io::Result<ShellCommand> {
        let mut command = Command::new("sh");
        command.arg("-c").arg(line).stdin(Stdio::null()).stdout(output);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn()?;
        #[cfg(unix)]
        let loan = if asks_user { unix::TerminalLoan::lend_to(&child) } else { None };
        #[cfg(not(unix))]
        let _ = asks_user;
        Ok(ShellCommand {
            child,
            ended: false,
            #[cfg(unix)]
            _loan: loan,
        })
    }

    /// The output, if it is piped and was not taken.
    pub fn take_output(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// How the command ended; `None` if the command is running. Children of the command may be running after its end.
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        let status = self.child.try_wait()?;
        self.ended |= status.is_some();
        Ok(status)
    }

    /// Ends the command and its children at once.
    pub fn end_all(&mut self) {
        #[cfg(unix)]
        unix::kill_group(&self.child);
        if !self.ended {
            let _ = self.child.kill();
            let _ = self.child.wait();
            self.ended = true;
        }
    }
}

impl Drop for ShellCommand {
    fn drop(&mut self) {
        if !self.ended {
            self.end_all();
        }
    }
}

#[cfg(unix)]
mod unix {
    use nix::sys::signal::{SigSet, Signal, killpg};
    use nix::unistd::{Pid, getpgrp, tcgetpgrp, tcsetpgrp};
    use std::fs::File;
    use std::process::Child;

    /// The process group of a command, which has the number of the command's process.
    fn find_group(child: &Child) -> Option<Pid> {
        i32::try_from(child.id()).ok().map(Pid::from_raw)
    }

    /// Kills all processes of the command's group. A group without processes is no error.
    pub fn kill_group(child: &Child) {
        if let Some(group) = find_group(child) {
            let _ = killpg(group, Signal::SIGKILL);
        }
    }

    /// The terminal while a command has it. When the value is dropped, probity has the terminal again.
    pub struct TerminalLoan {
        terminal: File,
    }

    impl TerminalLoan {
        /// Lends the terminal to a command, as a shell does: otherwise the system stops a command that reads from the
        /// terminal. `None` without a terminal, or if probity itself runs in the background.
        pub fn lend_to(child: &Child) -> Option<TerminalLoan> {
            let terminal = File::options().read(true).write(true).open("/dev/tty").ok()?;
            if tcgetpgrp(&terminal).ok()? != getpgrp() {
                return None;
            }
            let group = find_group(child)?;
            give_terminal(&terminal, group);
            // The system may have stopped the command before.
            let _ = killpg(group, Signal::SIGCONT);
            Some(TerminalLoan { terminal })
        }
    }

    impl Drop for TerminalLoan {
        fn drop(&mut self) {
            give_terminal(&self.terminal, getpgrp());
        }
    }

    /// Makes a group the foreground of the terminal. The system stops a process of the background that does this, unless
    /// the process blocks the signal.
    fn give_terminal(terminal: &File, group: Pid) {
        let mut stop = SigSet::empty();
        stop.add(Signal::SIGTTOU);
        let blocked = stop.thread_block().is_ok();
        let _ = tcsetpgrp(terminal, group);
        if blocked {
            let _ = stop.thread_unblock();
        }
    }
}
