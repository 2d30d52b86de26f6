//! A finding of a security service, as everything here sees it, whoever found it.
//!
//! Knows what a finding says of itself. Must not know which API brought it. Nothing of it is redacted: it is not for prompts
//! or pages.

use chrono::{DateTime, Utc};

use crate::evidence::Window;

/// How bad the service says that it is, the least first: ASFF's `Severity.Label`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Nothing is wrong; a service's default where it says nothing that is known.
    #[default]
    Informational,
    /// Need not be dealt with by itself.
    Low,
    /// Has to be dealt with, not at once.
    Medium,
    /// To be dealt with first.
    High,
    /// At once.
    Critical,
}

impl Level {
    /// All, the worst first.
    pub const ALL: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Informational];

    /// As ASFF writes it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Informational => "INFORMATIONAL",
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
            Self::Critical => "CRITICAL",
        }
    }

    /// In a sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The level of such a label, in any case of letters.
    pub fn labelled(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.label().eq_ignore_ascii_case(label.trim()))
    }

    /// GuardDuty's numbers: critical from 9, high from 7, medium from 4, low below (FACTS B7).
    pub fn of_guardduty(number: f64) -> Self {
        match number {
            nine if nine >= 9.0 => Self::Critical,
            seven if seven >= 7.0 => Self::High,
            four if four >= 4.0 => Self::Medium,
            _ => Self::Low,
        }
    }
}

/// Whether anybody still has to deal with it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum State {
    /// Nobody has said anything of it.
    #[default]
    New,
    /// Its owner was told: workflow `NOTIFIED`.
    Notified,
    /// Somebody has resolved, suppressed or archived it, or its check passes now.
    Over,
}

/// What a finding is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Resource {
    /// As the service calls its kind: `AwsEc2Instance`, `AccessKey`; may be empty.
    pub kind: String,
    /// Its name or ARN.
    pub id: String,
}

/// One finding. Verbatim.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Finding {
    /// The finder's own name for it, an ARN for the most part: the same by whatever way it comes.
    pub id: String,
    /// Who found it: `GuardDuty`, `Security Hub`, `Inspector`.
    pub product: String,
    /// What is found again and again under this name: GuardDuty's type, a control such as `S3.8`; may be empty.
    pub kind: String,
    /// In a line.
    pub title: String,
    /// In some sentences.
    pub description: String,
    /// How bad.
    pub level: Level,
    /// Who still has to deal with it.
    pub state: State,
    /// Whose account.
    pub account: String,
    /// Where; may be empty.
    pub region: String,
    /// What it is about, the most telling first.
    pub resources: Vec<Resource>,
    /// When it was first seen, where that is said.
    pub first_seen: Option<DateTime<Utc>>,
    /// When it was last seen.
    pub last_seen: Option<DateTime<Utc>>,
    /// How often it was seen, where that is counted.
    pub count: Option<u64>,
    /// Whatever else tells what happened: the caller's address, the API call, the user.
    pub details: Vec<(String, String)>,
    /// What the service says is to be done.
    pub remedy: String,
    /// Where a person sees it: an address of AWS's console.
    pub link: Option<String>,
}

impl Finding {
    /// Whether it was first seen in a window.
    pub fn began_in(&self, window: Window) -> bool {
        self.first_seen.is_some_and(|at| window.contains(at))
    }
}
