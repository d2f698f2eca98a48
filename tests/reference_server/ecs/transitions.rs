//! The transitions of each operation: intermediate states and final state.
//!
//! Every function begins an accepted operation: the server enters the first state at once, so that the server is busy
//! from acceptance on, and later states are scheduled. The functions return the time of completion.

use super::super::behavior::IntermediateStates;
use super::super::cloud_state::CloudState;
use super::super::schedule::{Change, ScheduledEvent};
use super::super::settings::Project;
use super::server::{Address, Server, ServerChange, ServerSpec, Task, VmState};

use Task::*;
use VmState::{Active, Building, Deleted, Resized, Stopped};

impl CloudState {
    pub fn schedule_server_change(&mut self, at: u64, id: &str, change: ServerChange) {
        let generation = self.servers.get(id).map_or(0, |server| server.generation);
        self.schedule.add(at, ScheduledEvent { subject: id.to_string(), generation, change: Change::Server(change) });
    }

    /// Schedules `tasks` in one vm_state, as far as they are visible.
    pub fn show_tasks(&mut self, id: &str, vm: VmState, tasks: &[Task], from: u64) -> u64 {
        let manner = self.settings.behavior.transients;
        let mut at = from;
        for (index, task) in tasks.iter().enumerate() {
            let show = ServerChange::Show(vm, Some(*task));
            if index == 0 && at == self.now {
                let generation = self.servers.get(id).map_or(0, |server| server.generation);
                self.apply_server_change(at, id, generation, show);
            } else if manner == IntermediateStates::All
                || index == 0
                || (manner == IntermediateStates::Some && self.random.draw_chance(0.5))
            {
                self.schedule_server_change(at, id, show);
            } else {
                continue;
            }
            if manner != IntermediateStates::Never {
                at += self.draw_phase_ms();
            }
        }
        at
    }

    pub fn end_in(&mut self, at: u64, id: &str, vm: VmState) -> u64 {
        self.schedule_server_change(at, id, ServerChange::Show(vm, None));
        at
    }

    /// Creates a server, visible at once as BUILD. `end` replaces ACTIVE as the result.
    pub fn create_server(&mut self, project: &Project, plan: ServerSpec, end: Option<ServerChange>) -> (String, u64) {
        let id = self.random.draw_uuid();
        let number = self.next_number();
        let addresses = self.make_addresses(&plan, number);
        let server = Server {
            id: id.clone(),
            project: project.id.clone(),
            user: project.user_id.clone(),
            number,
            generation: 0,
            name: plan.name.clone(),
            flavor: plan.flavor.clone(),
            image: plan.image.clone(),
            metadata: plan.metadata.clone(),
            key_name: plan.key_name.clone(),
            user_data: plan.user_data.clone(),
            vm: Building,
            task: Some(Scheduling),
            lingering: false,
            gone_at: None,
            target: None,
            old_flavor: None,
            ran: false,
            flavor_before: None,
            resizes: 0,
            reverts: 0,
            rebuilds: 0,
            created: self.now,
            updated: self.now,
            launched: None,
            host: self.random.draw_hex(56),
            disk: self.random.draw_uuid(),
            addresses,
            plan,
        };
        self.servers.insert(id.clone(), server);
        let done = self.show_tasks(&id, Building, &[Scheduling, BlockDeviceMapping, Networking, Spawning], self.now);
        self.schedule_server_change(done, &id, end.unwrap_or(ServerChange::Show(Active, None)));
        (id, done)
    }

    fn make_addresses(&mut self, plan: &ServerSpec, number: u64) -> Vec<Address> {
        let mut addresses = Vec::new();
        for (index, network) in plan.networks.iter().enumerate() {
            let place = number + index as u64 * 7;
            addresses.push(Address {
                network: network.id.clone(),
                ip: format!("{}.{}", network.prefix, 3 + place % 250),
                mac: format!("fa:16:3e:{:02x}:{:02x}:{:02x}", index, place >> 8 & 0xFF, place & 0xFF),
                port: self.random.draw_uuid(),
            });
        }
        addresses
    }

    pub fn power_on(&mut self, id: &str) -> u64 {
        let done = self.show_tasks(id, Stopped, &[PoweringOn], self.now);
        self.end_in(done, id, Active)
    }

    /// A forcible stop has the same intermediate state as an orderly stop.
    pub fn power_off(&mut self, id: &str) -> u64 {
        let done = self.show_tasks(id, Active, &[PoweringOff], self.now);
        self.end_in(done, id, Stopped)
    }

    pub fn reboot_server(&mut self, id: &str, hard: bool) -> u64 {
        let tasks: &[Task] = match hard {
            true => &[RebootingHard, RebootPendingHard, RebootStartedHard],
            false => &[Rebooting, RebootPending, RebootStarted],
        };
        let done = self.show_tasks(id, Active, tasks, self.now);
        self.end_in(done, id, Active)
    }

    /// The server returns to its state before the rebuild; stopped servers can be rebuilt too
    /// (ecs-statuses.md:312).
    pub fn rebuild_server(&mut self, id: &str) -> u64 {
        let starts = self.has_fault("rebuild-starts-stopped-server");
        let Some(server) = self.servers.get_mut(id) else {
            return self.now;
        };
        server.rebuilds += 1;
        let vm = server.vm;
        let done = self.show_tasks(id, vm, &[Rebuilding, RebuildBlockDeviceMapping, RebuildSpawning], self.now);
        self.end_in(done, id, if starts { Active } else { vm })
    }

    /// Cancels all scheduled events of the server. A state without a pair `deleting` is left for a state with such a pair
    /// (ecs-statuses.md:245).
    pub fn delete_server(&mut self, id: &str) -> u64 {
        let Some(server) = self.servers.get_mut(id) else {
            return self.now;
        };
        if let Some(at) = server.gone_at {
            return at;
        }
        server.generation += 1;
        let vm = match server.vm {
            Building | Resized => Active,
            other => other,
        };
        let mut done = self.show_tasks(id, vm, &[Deleting], self.now);
        if self.settings.behavior.deleted_shows {
            self.end_in(done, id, Deleted);
            done += self.draw_phase_ms();
        }
        self.schedule_server_change(done, id, ServerChange::Gone);
        if let Some(server) = self.servers.get_mut(id) {
            server.gone_at = Some(done);
        }
        done
    }
}
