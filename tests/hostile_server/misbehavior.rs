//! Attacks as steps at the socket.

use super::attack::Attack;
use super::request::ReceivedRequest;
use super::response::RawResponse;
use std::time::Duration;

/// One action at the socket. The connection stays open after the last step, unless the step ends the connection.
#[derive(Clone, Debug)]
pub enum WireStep {
    Send(Vec<u8>),
    /// Sends the bytes this often; `u64::MAX` is without end. The time of a response is bounded nevertheless.
    Repeat(Vec<u8>, u64),
    /// Sends one byte per interval.
    Drip(Vec<u8>, Duration),
    Wait(Duration),
    /// Sends nothing until the client leaves.
    Hang,
    /// Ends the connection with RST.
    Reset,
    /// Ends the connection in order.
    Close,
}

/// What a misbehavior knows.
pub struct ExchangeSeen<'a> {
    pub request: &'a ReceivedRequest,
    /// The working server's response; 503 with an empty object if the request was not carried out.
    pub reply: &'a RawResponse,
    /// The working server's last response to another request.
    pub foreign: &'a RawResponse,
}

type WriteSteps = Box<dyn FnOnce(&ExchangeSeen<'_>) -> Vec<WireStep> + Send>;

/// A way to answer badly, before it is decided whether the request is carried out.
pub struct Misbehavior {
    name: &'static str,
    write: WriteSteps,
}

impl Misbehavior {
    /// `name` is for counts.
    pub fn new(
        name: &'static str,
        write: impl FnOnce(&ExchangeSeen<'_>) -> Vec<WireStep> + Send + 'static,
    ) -> Misbehavior {
        Misbehavior { name, write: Box::new(write) }
    }

    /// The request is not carried out.
    pub fn before_effect(self) -> Attack {
        Attack::Steps(StepAttack { name: self.name, is_carried_out: false, write: self.write })
    }

    /// The request is carried out.
    pub fn after_effect(self) -> Attack {
        Attack::Steps(StepAttack { name: self.name, is_carried_out: true, write: self.write })
    }
}

/// A misbehavior, and whether the working server gets the request.
pub struct StepAttack {
    pub(super) name: &'static str,
    pub(super) is_carried_out: bool,
    pub(super) write: WriteSteps,
}
