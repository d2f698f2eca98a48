//! Transitions of resizes: native resizes wait for a decision, v1 resizes do not.

use super::super::cloud_state::CloudState;
use super::server::{ServerChange, Task, VmState};

use Task::*;
use VmState::{Active, Resized, Stopped};

impl CloudState {
    /// The native resize. It ends in VERIFY_RESIZE, or in the first state after a rollback by the server (001:15).
    pub fn resize_server(&mut self, id: &str, flavor: &str) -> u64 {
        let flavor = self.find_concurrent_target(id).unwrap_or_else(|| flavor.to_string());
        let Some(server) = self.servers.get_mut(id) else {
            return self.now;
        };
        let (ran, old) = (server.vm == Active, server.flavor.clone());
        server.target = Some(flavor.clone());
        server.resizes += 1;
        (server.ran, server.old_flavor) = (ran, Some(old));
        let never_ends = server.resizes >= 3 && self.has_fault("third-resize-never-ends");
        let mut at = self.now;
        if ran && self.settings.behavior.resize_shows_the_stop {
            at = self.show_tasks(id, Active, &[PoweringOff], at);
        }
        at = self.show_tasks(id, Stopped, &[ResizePrep, ResizeMigrating, ResizeMigrated, ResizeFinish], at);
        if never_ends {
            return at;
        }
        if self.random.draw_chance(self.settings.behavior.resize_rollback) {
            self.schedule_server_change(at, id, ServerChange::Decided);
            return self.end_in(at, id, if ran { Active } else { Stopped });
        }
        self.schedule_server_change(at, id, ServerChange::Flavor(flavor));
        self.end_in(at, id, Resized)
    }

    /// The target flavor of a concurrent resize, for the fault that confuses both.
    fn find_concurrent_target(&self, id: &str) -> Option<String> {
        let project = self.servers.get(id).map(|server| &server.project)?;
        let mut others = self.servers.values().filter(|other| other.id != id && other.project == *project);
        others.find_map(|other| other.target.clone()).filter(|_| self.has_fault("concurrent-resizes-mixed-up"))
    }

    /// The state of a server after its resize is confirmed or reverted.
    fn state_after_resize(&mut self, id: &str) -> VmState {
        let forgets = self.has_fault("metadata-lost-after-rebuild");
        let stays_off = self.has_fault("resize-leaves-running-server-off");
        let Some(server) = self.servers.get_mut(id) else {
            return Stopped;
        };
        if forgets && server.rebuilds > 0 {
            server.metadata.clear();
        }
        if server.ran && !stays_off { Active } else { Stopped }
    }

    pub fn confirm_resize(&mut self, id: &str) -> u64 {
        let end = self.state_after_resize(id);
        let undone = self.has_fault("confirm-restores-old-flavor");
        let Some(server) = self.servers.get_mut(id) else {
            return self.now;
        };
        let (old, generation) = (server.old_flavor.clone(), server.generation);
        server.lingering = true;
        let mut at = self.now;
        if self.settings.behavior.confirm_lingers {
            at += self.draw_phase_ms();
        }
        for change in old.filter(|_| undone).map(ServerChange::Flavor).into_iter().chain([ServerChange::Decided]) {
            self.schedule_server_change(at, id, change);
        }
        if at == self.now {
            self.apply_server_change(at, id, generation, ServerChange::Show(end, None));
            return at;
        }
        self.end_in(at, id, end)
    }

    pub fn revert_resize(&mut self, id: &str) -> u64 {
        let end = self.state_after_resize(id);
        let Some(server) = self.servers.get_mut(id) else {
            return self.now;
        };
        server.reverts += 1;
        let (old, again) = (server.old_flavor.clone(), server.resizes >= 2);
        let kept =
            self.has_fault("revert-keeps-new-flavor") || (again && self.has_fault("second-revert-keeps-new-flavor"));
        let at = self.show_tasks(id, Resized, &[ResizeReverting], self.now);
        for change in old.filter(|_| !kept).map(ServerChange::Flavor).into_iter().chain([ServerChange::Decided]) {
            self.schedule_server_change(at, id, change);
        }
        self.end_in(at, id, end)
    }

    /// The resize of v1: from stopped to stopped, without waiting for a decision (002:11).
    pub fn resize_at_once(&mut self, id: &str, flavor: Option<&str>) -> u64 {
        let ran = self.servers.get(id).is_some_and(|server| server.vm == Active);
        let at = self.show_tasks(id, Stopped, &[ResizePrep, ResizeMigrating, ResizeMigrated, ResizeFinish], self.now);
        if let Some(flavor) = flavor {
            self.schedule_server_change(at, id, ServerChange::Flavor(flavor.to_string()));
        }
        self.end_in(at, id, if ran { Active } else { Stopped })
    }
}
