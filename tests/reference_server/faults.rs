//! Plausible bugs, each enabled by name. Each fault breaks a promise of a page in a way that a client can see.

/// One fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultInfo {
    pub name: &'static str,
    /// `ecs-native`, `ecs-v1` or `scp-volume`
    pub api: &'static str,
    pub description: &'static str,
}

const fn native(name: &'static str, description: &'static str) -> FaultInfo {
    FaultInfo { name, api: "ecs-native", description }
}

const fn v1(name: &'static str, description: &'static str) -> FaultInfo {
    FaultInfo { name, api: "ecs-v1", description }
}

const fn scp(name: &'static str, description: &'static str) -> FaultInfo {
    FaultInfo { name, api: "scp-volume", description }
}

/// All faults. The description names the history that a fault depends on.
pub const FAULTS: &[FaultInfo] = &[
    native("revert-keeps-new-flavor", "revertResize ends with the flavor that was to be given up (000:5)"),
    native(
        "second-revert-keeps-new-flavor",
        "revertResize keeps the new flavor, but only from a server's second resize on",
    ),
    native("confirm-restores-old-flavor", "confirmResize ends with the old flavor"),
    native("confirm-of-unresized", "confirmResize is accepted in any settled state (000:11 and its sibling)"),
    native("revert-of-unresized", "revertResize is accepted in any settled state and does nothing (000:11)"),
    native("resize-leaves-running-server-off", "a running server is not started again after a resize (001:13)"),
    native("third-resize-never-ends", "the third resize of one server stays in RESIZE for good"),
    native("rebuild-keeps-old-image", "a rebuild with another image is accepted and the image stays (003:7)"),
    native(
        "rebuild-starts-stopped-server",
        "a stopped server is running after a rebuild (custom, no page is plain about it)",
    ),
    native("rebuild-metadata-to-sibling", "the metadata of a rebuild lands on another server as well"),
    native("metadata-lost-after-rebuild", "confirm or revert empties the metadata if the server was rebuilt before"),
    native("deleted-still-listed", "a deleted server stays in the lists, though it cannot be shown"),
    native("status-against-its-parts", "VERIFY_RESIZE shows vm_state active (ecs-statuses.md:326)"),
    native("concurrent-resizes-mixed-up", "of two resizes at the same time the later gets the flavor of the earlier"),
    native(
        "busy-server-accepts-reboot",
        "a running server that is at something else takes a reboot (custom, no page forbids it)",
    ),
    native("page-skips-one", "a page that begins at a marker leaves out its first server (querying-ecss.md:118)"),
    native("foreign-server-shown", "a server of another project can be shown and acted upon"),
    native("expired-token-accepted", "an expired token still opens both ECS APIs"),
    v1("resize-of-running-server", "a running server is resized (002:11)"),
    v1("dry-run-executes", "a dry run resizes (modifying_the_specifications_of_an_ecs.rst:70 of v1)"),
    v1("success-before-effect", "a job is SUCCESS while its server is still at it"),
    v1("resize-without-effect", "a resize job ends in SUCCESS and the flavor is the old one"),
    v1(
        "resize-without-effect-after-revert",
        "a resize job has no effect, but only if the server reverted a native resize before",
    ),
    v1("fail-with-effect", "a resize job ends in FAIL and the flavor is the new one"),
    v1("batch-stops-at-first", "of several servers in a batch only the first is done, and the job is SUCCESS"),
    v1("delete-spares-stopped-server", "a stopped server survives its deletion, and the job is SUCCESS"),
    v1("job-names-another-server", "the job of a resize names another server of the project, if there is one"),
    v1("foreign-job-shown", "a job of another project can be queried"),
    v1("same-flavor-accepted", "a resize to the current flavor is accepted (error-code-description.md:126)"),
    v1("refusal-without-code", "refusals carry no code (responses-(task).md:64)"),
    v1("shows-old-flavor", "a resized server is shown by v1 with its flavor of before"),
    v1("success-is-taken-back", "a job that was SUCCESS is RUNNING when asked again"),
    scp("revert-to-older-snapshot", "a snapshot that is not the latest is accepted (004:6)"),
    scp("revert-to-foreign-snapshot", "the latest snapshot of another volume is accepted (004:6)"),
    scp("revert-of-attached-volume", "an attached volume is reverted (004:6)"),
    scp("revert-after-extend-never-ends", "a volume that was ever extended stays reverting for good"),
    scp(
        "extend-changes-snapshots",
        "extending a volume changes the size of its snapshots (custom, no page is plain about it)",
    ),
    scp("cascade-leaves-snapshots", "deleting a volume with its snapshots leaves the snapshots"),
    scp("revert-drops-snapshot", "the snapshot is gone after the revert"),
    scp("second-revert-renames-sibling", "from the second revert of a volume on another volume is renamed"),
    scp("expired-version-accepted", "a DEPRECATED version is served after its date (004:80)"),
    scp("planned-version-accepted", "a PLANNED version is served"),
    scp("wrong-signature-accepted", "any signature will do if the access key is known (004:21)"),
    scp("query-not-signed", "the query may be changed after signing"),
    scp("detach-keeps-server", "a detached volume is available and still lists its server"),
    scp("foreign-volume-shown", "a volume of another account can be shown"),
];
