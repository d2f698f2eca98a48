//! Jobs of v1: an accepted request is not yet carried out (querying-task-execution-status.md:69).

use serde_json::{Value, json};

use super::super::cloud_state::CloudState;
use super::super::schedule::{Change, ScheduledEvent};
use super::super::timestamps;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Init,
    ReferenceServer,
    Success,
    Fail,
}

impl Phase {
    fn text(self) -> &'static str {
        match self {
            Phase::Init => "INIT",
            Phase::ReferenceServer => "RUNNING",
            Phase::Success => "SUCCESS",
            Phase::Fail => "FAIL",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Job {
    pub project: String,
    number: u64,
    kind: &'static str,
    phase: Phase,
    begin: u64,
    end: Option<u64>,
    failure: Option<(&'static str, String)>,
    subs: Vec<SubJob>,
    /// One server and no sub-jobs: the entity is the server itself (querying-task-execution-status.md:77).
    plain: bool,
    /// A deletion succeeds when its servers are gone; every other job fails when its servers are gone.
    deletes: bool,
    /// How often SUCCESS was shown.
    told: u32,
}

#[derive(Clone, Debug)]
struct SubJob {
    id: String,
    kind: &'static str,
    server: String,
    /// A later generation of the server means that the server was deleted meanwhile.
    generation: u32,
    phase: Phase,
    end: Option<u64>,
}

#[derive(Clone, Debug)]
pub enum JobChange {
    Runs,
    SubDone(usize),
    Succeeds,
    Fails(&'static str, String),
}

/// The servers of a job, and when each is done.
pub struct JobOrder {
    pub kind: &'static str,
    pub sub_kind: Option<&'static str>,
    /// Servers with the time at which each is done.
    pub servers: Vec<(String, u64)>,
    /// The failure at the end of the job.
    pub failure: Option<(&'static str, String)>,
}

impl Job {
    pub fn is_finished(&self) -> bool {
        matches!(self.phase, Phase::Success | Phase::Fail)
    }

    fn entities(&self) -> Value {
        let started = self.phase != Phase::Init;
        if self.plain {
            return match self.subs.first().filter(|_| started) {
                Some(sub) => json!({ "server_id": sub.server }),
                None => json!({}),
            };
        }
        let shown: &[SubJob] = if started { &self.subs } else { &[] };
        json!({ "sub_jobs_total": self.subs.len(), "sub_jobs": shown.iter().map(|sub| self.sub(sub)).collect::<Vec<_>>() })
    }

    fn sub(&self, sub: &SubJob) -> Value {
        let mut entities = json!({ "server_id": sub.server });
        let failure = self.failure.as_ref().filter(|_| sub.phase == Phase::Fail);
        if let Some((_, reason)) = failure {
            entities["errorcode_message"] = json!(reason);
        }
        json!({
            "status": sub.phase.text(),
            "entities": entities,
            "job_id": sub.id,
            "job_type": sub.kind,
            "begin_time": timestamps::format_millis(self.begin),
            "end_time": sub.end.map_or_else(String::new, timestamps::format_millis),
            "error_code": failure.map(|(code, _)| code),
            "fail_reason": failure.map(|(_, reason)| reason),
        })
    }

    fn shown(&self, id: &str, phase: Phase) -> Value {
        let failure = self.failure.as_ref().filter(|_| phase == Phase::Fail);
        json!({
            "status": phase.text(),
            "entities": self.entities(),
            "job_id": id,
            "job_type": self.kind,
            "begin_time": timestamps::format_millis(self.begin),
            "end_time": self.end.map_or_else(String::new, timestamps::format_millis),
            "error_code": failure.map(|(code, _)| code),
            "fail_reason": failure.map(|(_, reason)| reason),
        })
    }
}

impl CloudState {
    fn schedule_job_change(&mut self, at: u64, id: &str, change: JobChange) {
        self.schedule.add(at, ScheduledEvent { subject: id.to_string(), generation: 0, change: Change::Job(change) });
    }

    /// Opens a job for an operation that has begun, so that the end is known.
    pub fn open_job(&mut self, project: &str, errand: JobOrder) -> String {
        self.forget_old_jobs();
        let (id, tempo) = (self.random.draw_hex(32), self.settings.tempo);
        let subs = errand.servers.iter().map(|(server, _)| SubJob {
            id: self.random.draw_hex(32),
            kind: errand.sub_kind.unwrap_or(errand.kind),
            server: server.clone(),
            generation: self.servers.get(server).map_or(0, |server| server.generation),
            phase: Phase::ReferenceServer,
            end: None,
        });
        let job = Job {
            project: project.to_string(),
            kind: errand.kind,
            phase: Phase::Init,
            begin: self.now,
            end: None,
            failure: None,
            subs: subs.collect(),
            plain: errand.sub_kind.is_none(),
            deletes: errand.kind == "deleteServer",
            told: 0,
            number: self.next_number(),
        };
        self.jobs.insert(id.clone(), job);
        let runs = self.now + tempo.job_init_ms;
        let done = errand.servers.iter().map(|(_, at)| *at).max().unwrap_or(self.now).max(runs) + tempo.job_tail_ms;
        self.schedule_job_change(runs, &id, JobChange::Runs);
        for (index, (_, at)) in errand.servers.iter().enumerate().filter(|_| errand.failure.is_none()) {
            self.schedule_job_change((*at).max(runs), &id, JobChange::SubDone(index));
        }
        match errand.failure {
            Some((code, reason)) => self.schedule_job_change(done, &id, JobChange::Fails(code, reason)),
            None if self.has_fault("success-before-effect") => {
                self.schedule_job_change(self.now, &id, JobChange::Succeeds)
            }
            None => self.schedule_job_change(done, &id, JobChange::Succeeds),
        }
        id
    }

    pub fn apply_job_change(&mut self, at: u64, id: &str, change: JobChange) {
        let Some(mut job) = self.jobs.remove(id) else { return };
        if !job.is_finished() {
            match change {
                JobChange::Runs => job.phase = Phase::ReferenceServer,
                JobChange::SubDone(index) => {
                    if let Some(sub) = job.subs.get_mut(index) {
                        (sub.phase, sub.end) = (Phase::Success, Some(at));
                    }
                }
                JobChange::Succeeds if self.was_overtaken(&job) => {
                    job.ends(at, Some(("Ecs.0614", "The server was deleted meanwhile.".to_string())));
                }
                JobChange::Succeeds => job.ends(at, None),
                JobChange::Fails(code, reason) => job.ends(at, Some((code, reason))),
            }
        }
        self.jobs.insert(id.to_string(), job);
    }

    fn was_overtaken(&self, job: &Job) -> bool {
        let lost =
            |sub: &SubJob| self.servers.get(&sub.server).is_none_or(|server| server.generation != sub.generation);
        !job.deletes && job.subs.iter().any(lost)
    }

    /// The response to a query. A faulty server takes SUCCESS back once.
    pub fn show_job(&mut self, project: &str, id: &str) -> Option<Value> {
        let (foreign, taken_back) = (self.has_fault("foreign-job-shown"), self.has_fault("success-is-taken-back"));
        let job = self.jobs.get_mut(id).filter(|job| job.project == project || foreign)?;
        if job.phase == Phase::Success {
            job.told += 1;
        }
        let phase = if taken_back && job.told == 2 { Phase::ReferenceServer } else { job.phase };
        Some(job.shown(id, phase))
    }

    fn forget_old_jobs(&mut self) {
        while self.jobs.len() >= self.settings.limits.jobs_max.max(1) {
            let oldest = self.jobs.iter().min_by_key(|(_, job)| (!job.is_finished(), job.number));
            let Some(id) = oldest.map(|(id, _)| id.clone()) else {
                return;
            };
            self.jobs.remove(&id);
        }
    }
}

impl Job {
    fn ends(&mut self, at: u64, failure: Option<(&'static str, String)>) {
        let phase = if failure.is_some() { Phase::Fail } else { Phase::Success };
        (self.phase, self.end, self.failure) = (phase, Some(at), failure);
        for sub in self.subs.iter_mut().filter(|sub| sub.end.is_none()) {
            (sub.phase, sub.end) = (phase, Some(at));
        }
    }
}
