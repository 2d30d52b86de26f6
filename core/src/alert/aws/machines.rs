//! The table of what runs and says how it went. Must not know how a row is read.

use super::states::{Changes, Machine};

/// CodeDeploy's, which comes without EventBridge too.
pub const DEPLOYMENT: &str = "CodeDeploy Deployment State-change Notification";
/// An action of CodePipeline: a manual approval is one.
pub const ACTION: &str = "CodePipeline Action Execution State Change";
/// A job of AWS Backup, which comes as text too.
pub const BACKUP: &str = "Backup Job State Change";

const PIPELINE: Machine = Machine {
    event: "CodePipeline Pipeline Execution State Change",
    service: "CodePipeline",
    kind: "pipeline",
    who: &[("pipeline", "/pipeline")],
    named: 1,
    state: "/state",
    fires: &[],
    ends: &["SUCCEEDED"],
    reasons: &[
        "/execution-result/external-execution-summary",
        "/additionalAttributes/failedActions/0/additionalInformation",
    ],
    changes: Changes::Always,
};

const BUILD: Machine = Machine {
    event: "CodeBuild Build State Change",
    service: "CodeBuild",
    kind: "build",
    who: &[("project", "/project-name")],
    state: "/build-status",
    reasons: &["/completed-phase-context"],
    changes: Changes::Never,
    ..PIPELINE
};

const DEPLOYED: Machine = Machine {
    event: DEPLOYMENT,
    service: "CodeDeploy",
    kind: "deployment",
    who: &[("application", "/application"), ("deployment_group", "/deploymentGroup")],
    named: 2,
    fires: &["FAILURE", "STOP", "STOPPED"],
    ends: &["SUCCESS", "SUCCEEDED"],
    reasons: &[],
    ..PIPELINE
};

const JOB: Machine = Machine {
    event: BACKUP,
    service: "AWS Backup",
    kind: "backup",
    who: &[("protected", "/resourceArn")],
    fires: &["EXPIRED", "ABORTED", "PARTIAL"],
    ends: &["COMPLETED"],
    reasons: &["/statusMessage"],
    changes: Changes::Never,
    ..PIPELINE
};

const GLUE: Machine = Machine {
    event: "Glue Job State Change",
    service: "Glue",
    kind: "job",
    who: &[("job_name", "/jobName")],
    fires: &["STOPPED"],
    reasons: &["/message", "/errorMessage"],
    changes: Changes::Never,
    ..PIPELINE
};

const ECS: Machine = Machine {
    event: "ECS Deployment State Change",
    service: "ECS",
    kind: "deployment",
    who: &[],
    state: "/eventName",
    ends: &["SERVICE_DEPLOYMENT_COMPLETED"],
    reasons: &["/reason"],
    ..PIPELINE
};

const STACK: Machine = Machine {
    event: "CloudFormation Stack Status Change",
    service: "CloudFormation",
    kind: "stack",
    who: &[("stack", "/stack-id")],
    state: "/status-details/status",
    // A change that is taken back is a change that failed; the next one that goes well ends it.
    fires: &[
        "ROLLBACK_IN_PROGRESS",
        "ROLLBACK_COMPLETE",
        "UPDATE_ROLLBACK_IN_PROGRESS",
        "UPDATE_ROLLBACK_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        "IMPORT_ROLLBACK_IN_PROGRESS",
        "IMPORT_ROLLBACK_COMPLETE",
    ],
    ends: &["CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE", "DELETE_COMPLETE"],
    reasons: &["/status-details/status-reason"],
    ..PIPELINE
};

/// One row for each event.
pub const MACHINES: [Machine; 17] = [
    PIPELINE,
    Machine {
        event: "CodePipeline Stage Execution State Change",
        kind: "stage",
        who: &[("pipeline", "/pipeline"), ("stage", "/stage")],
        ..PIPELINE
    },
    Machine {
        event: ACTION,
        kind: "action",
        who: &[("pipeline", "/pipeline"), ("stage", "/stage"), ("action", "/action")],
        changes: Changes::Where("/type/category", "Deploy"),
        ..PIPELINE
    },
    BUILD,
    Machine {
        event: "CodeBuild Build Phase Change",
        kind: "phase",
        who: &[("project", "/project-name"), ("phase", "/completed-phase")],
        state: "/completed-phase-status",
        ..BUILD
    },
    DEPLOYED,
    Machine {
        event: "CodeDeploy Instance State-change Notification",
        kind: "instance",
        who: &[
            ("application", "/application"),
            ("deployment_group", "/deploymentGroup"),
            ("instance_id", "/instanceId"),
        ],
        changes: Changes::Never,
        ..DEPLOYED
    },
    JOB,
    Machine { event: "Copy Job State Change", kind: "copy", ..JOB },
    Machine {
        event: "Restore Job State Change",
        kind: "restore",
        who: &[("restore_job", "/restoreJobId")],
        state: "/status",
        ..JOB
    },
    GLUE,
    Machine {
        event: "Glue Crawler State Change",
        kind: "crawler",
        who: &[("crawler", "/crawlerName")],
        ..GLUE
    },
    Machine {
        event: "Step Functions Execution Status Change",
        service: "Step Functions",
        kind: "state machine",
        who: &[("state_machine", "/stateMachineArn")],
        state: "/status",
        fires: &["ABORTED"],
        reasons: &["/cause", "/error"],
        changes: Changes::Never,
        ..PIPELINE
    },
    ECS,
    Machine {
        event: "ECS Service Action",
        kind: "service",
        fires: &[
            "SERVICE_TASK_START_IMPAIRED",
            "SERVICE_DISCOVERY_INSTANCE_UNHEALTHY",
            "SERVICE_DAEMON_PLACEMENT_CONSTRAINT_VIOLATED",
        ],
        ends: &["SERVICE_STEADY_STATE"],
        changes: Changes::Never,
        ..ECS
    },
    Machine {
        event: "EC2 Instance State-change Notification",
        service: "EC2",
        kind: "instance",
        who: &[("instance_id", "/instance-id")],
        fires: &["stopping", "stopped", "shutting-down", "terminated"],
        ends: &["running"],
        reasons: &[],
        changes: Changes::Never,
        ..PIPELINE
    },
    STACK,
];
