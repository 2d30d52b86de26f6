//! Fail points: named steps at which a rehearsal has the process die, at once and without a word, as kill -9 does.
//!
//! Knows the steps' names. Must not know what is done at them. Nothing is armed unless somebody asks for it, and a step
//! that is passed costs one load of an atomic.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// `step:n`: die at the n-th passing of that step.
pub const VARIABLE: &str = "FIRSTLOOK_FAIL";

/// A place between two things that are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A body has been read, and nothing of it is written.
    Read,
    /// Everything that follows from it is written, and not committed.
    BeforeCommit,
    /// It is committed, and not answered.
    Committed,
    /// A job about an incident has been claimed.
    Claimed,
    /// An edge is marked as being sent, and is not sent.
    BeforeSend,
    /// The receiver has answered, and that is not marked.
    Sent,
    /// The evidence is kept, and the model not asked.
    BeforeSummary,
    /// The model has answered, and its summary is not kept.
    Summary,
    /// The bytes of an incident's charts are with Slack, and nobody sees them.
    ChartsUploaded,
    /// Slack has answered to their posting, and that is not marked.
    ChartsPosted,
    /// Slack has answered to an analysis in a thread, and that is not marked.
    AnalysisTold,
    /// The bytes of an analysis' files are with Slack, and nobody sees them.
    ReportUploaded,
    /// Slack has answered to their posting, and that is not marked.
    ReportPosted,
    /// A pager has answered to a note, and that is not marked.
    Noted,
    /// Slack has opened a channel for an incident, and that is not kept.
    ChannelOpened,
    /// Slack has answered to another step of a declaration, and that is not kept.
    DeclareStep,
    /// A model has answered within an analysis, and that is not kept.
    BeforeKept,
    /// A model has answered within an analysis, and that is kept.
    Kept,
    /// A tool has brought something, and that is kept.
    Brought,
    /// Before the schema is brought up to date, and after.
    Migrate,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 20] = [
        Self::Read,
        Self::BeforeCommit,
        Self::Committed,
        Self::Claimed,
        Self::BeforeSend,
        Self::Sent,
        Self::BeforeSummary,
        Self::Summary,
        Self::ChartsUploaded,
        Self::ChartsPosted,
        Self::AnalysisTold,
        Self::ReportUploaded,
        Self::ReportPosted,
        Self::Noted,
        Self::ChannelOpened,
        Self::DeclareStep,
        Self::BeforeKept,
        Self::Kept,
        Self::Brought,
        Self::Migrate,
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::BeforeCommit => "before-commit",
            Self::Committed => "committed",
            Self::Claimed => "claimed",
            Self::BeforeSend => "before-send",
            Self::Sent => "sent",
            Self::BeforeSummary => "before-summary",
            Self::Summary => "summary",
            Self::ChartsUploaded => "charts-uploaded",
            Self::ChartsPosted => "charts-posted",
            Self::AnalysisTold => "analysis-told",
            Self::ReportUploaded => "report-uploaded",
            Self::ReportPosted => "report-posted",
            Self::Noted => "noted",
            Self::ChannelOpened => "channel-opened",
            Self::DeclareStep => "declare-step",
            Self::BeforeKept => "before-kept",
            Self::Kept => "kept",
            Self::Brought => "brought",
            Self::Migrate => "migrate",
        }
    }
}

/// The armed step's place in [`Step::ALL`], from 1; 0 while none is.
static ARMED: AtomicUsize = AtomicUsize::new(0);
/// How often it is yet to be passed.
static LEFT: AtomicU64 = AtomicU64::new(0);

/// Arms the step that `text` names; nothing where there is no text.
///
/// # Errors
/// When it names no step, or no number from 1.
pub fn arm(text: Option<&str>) -> Result<(), String> {
    let Some(text) = text else { return Ok(()) };
    let (step, passing) = parse(text)?;
    LEFT.store(passing, Ordering::Relaxed);
    ARMED.store(step as usize + 1, Ordering::Relaxed);
    tracing::warn!(step = step.as_str(), passing, "this process dies there on purpose");
    Ok(())
}

fn parse(text: &str) -> Result<(Step, u64), String> {
    let (name, passing) = text.split_once(':').unwrap_or((text, "1"));
    let step = Step::ALL.into_iter().find(|step| step.as_str() == name);
    let passing = passing.parse().ok().filter(|n| *n > 0);
    step.zip(passing).ok_or_else(|| {
        let known = Step::ALL.map(Step::as_str).join(", ");
        format!("{VARIABLE}={text:?} is not `step:n`, with n from 1 and a step of: {known}")
    })
}

/// Dies here, if this is where it was asked to.
pub fn pass(step: Step) {
    if ARMED.load(Ordering::Relaxed) == step as usize + 1 && LEFT.fetch_sub(1, Ordering::Relaxed) == 1 {
        std::process::abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_and_its_passing_are_read_and_anything_else_is_answered_with_the_steps() {
        for step in Step::ALL {
            assert_eq!(parse(&format!("{}:3", step.as_str())), Ok((step, 3)));
        }
        assert_eq!(parse("sent"), Ok((Step::Sent, 1)));
        for wrong in ["", "nowhere:1", "sent:0", "sent:x", "sent:"] {
            let error = parse(wrong).unwrap_err();
            assert!(error.contains("before-commit, committed, claimed"), "{error}");
        }
        for step in Step::ALL {
            pass(step);
        }
    }
}
