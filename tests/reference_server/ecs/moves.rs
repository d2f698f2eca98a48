//! The course of each operation: which states a server passes, and where it ends.
//!
//! Every function takes an operation that has been judged already, puts the server into the first state at once (so
//! that it is busy from the moment of acceptance) and plans the rest. It returns the moment of completion.

use super::super::agenda::{Change, Event};
use super::super::manners::Transients;
use super::super::settings::Project;
use super::super::world::World;
use super::server::{Address, Blueprint, Server, ServerChange, Task, VmState};

use Task::*;
use VmState::{Active, Building, Deleted, Resized, Stopped};

impl World {
    pub fn server_later(&mut self, at: u64, id: &str, change: ServerChange) {
        let generation = self.servers.get(id).map_or(0, |server| server.generation);
        self.agenda.plan(at, Event { subject: id.to_string(), generation, change: Change::Server(change) });
    }

    /// Goes through `tasks` in one vm_state, as far as the server's manners let them be seen.
    pub fn walk(&mut self, id: &str, vm: VmState, tasks: &[Task], from: u64) -> u64 {
        let manner = self.settings.manners.transients;
        let mut at = from;
        for (index, task) in tasks.iter().enumerate() {
            let show = ServerChange::Show(vm, Some(*task));
            if index == 0 && at == self.now {
                let generation = self.servers.get(id).map_or(0, |server| server.generation);
                self.server_changes(at, id, generation, show);
            } else if manner == Transients::All || index == 0 || (manner == Transients::Some && self.dice.chance(0.5)) {
                self.server_later(at, id, show);
            } else {
                continue;
            }
            if manner != Transients::Never {
                at += self.phase();
            }
        }
        at
    }

    pub fn end(&mut self, at: u64, id: &str, vm: VmState) -> u64 {
        self.server_later(at, id, ServerChange::Show(vm, None));
        at
    }

    /// A new server, visible at once as BUILD. `end` is what becomes of it instead of ACTIVE.
    pub fn build(&mut self, project: &Project, plan: Blueprint, end: Option<ServerChange>) -> (String, u64) {
        let id = self.dice.uuid();
        let number = self.next_number();
        let addresses = self.addresses(&plan, number);
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
            host: self.dice.hex(56),
            disk: self.dice.uuid(),
            addresses,
            plan,
        };
        self.servers.insert(id.clone(), server);
        let done = self.walk(&id, Building, &[Scheduling, BlockDeviceMapping, Networking, Spawning], self.now);
        self.server_later(done, &id, end.unwrap_or(ServerChange::Show(Active, None)));
        (id, done)
    }

    fn addresses(&mut self, plan: &Blueprint, number: u64) -> Vec<Address> {
        let mut addresses = Vec::new();
        for (index, network) in plan.networks.iter().enumerate() {
            let place = number + index as u64 * 7;
            addresses.push(Address {
                network: network.id.clone(),
                ip: format!("{}.{}", network.prefix, 3 + place % 250),
                mac: format!("fa:16:3e:{:02x}:{:02x}:{:02x}", index, place >> 8 & 0xFF, place & 0xFF),
                port: self.dice.uuid(),
            });
        }
        addresses
    }

    pub fn power_on(&mut self, id: &str) -> u64 {
        let done = self.walk(id, Stopped, &[PoweringOn], self.now);
        self.end(done, id, Active)
    }

    /// A forcible stop takes no time of its own beyond the one state that both kinds share.
    pub fn power_off(&mut self, id: &str) -> u64 {
        let done = self.walk(id, Active, &[PoweringOff], self.now);
        self.end(done, id, Stopped)
    }

    pub fn reboot(&mut self, id: &str, hard: bool) -> u64 {
        let tasks: &[Task] = match hard {
            true => &[RebootingHard, RebootPendingHard, RebootStartedHard],
            false => &[Rebooting, RebootPending, RebootStarted],
        };
        let done = self.walk(id, Active, tasks, self.now);
        self.end(done, id, Active)
    }

    /// The server comes back in the state that it had: the map knows rebuilding of stopped servers too
    /// (ecs-statuses.md:312).
    pub fn rebuild(&mut self, id: &str) -> u64 {
        let starts = self.has("rebuild-starts-stopped-server");
        let Some(server) = self.servers.get_mut(id) else {
            return self.now;
        };
        server.rebuilds += 1;
        let vm = server.vm;
        let done = self.walk(id, vm, &[Rebuilding, RebuildBlockDeviceMapping, RebuildSpawning], self.now);
        self.end(done, id, if starts { Active } else { vm })
    }

    /// Whatever else was planned for the server is off. States that the map does not pair with `deleting` are left
    /// for one that it does (ecs-statuses.md:245).
    pub fn delete(&mut self, id: &str) -> u64 {
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
        let mut done = self.walk(id, vm, &[Deleting], self.now);
        if self.settings.manners.deleted_shows {
            self.end(done, id, Deleted);
            done += self.phase();
        }
        self.server_later(done, id, ServerChange::Gone);
        if let Some(server) = self.servers.get_mut(id) {
            server.gone_at = Some(done);
        }
        done
    }
}
