//! What a model is sent about a recorded incident, and how much that is against its last lines.
//!
//! Knows facts around the recorded logs. Must not know what a prompt says of them.

use std::collections::BTreeMap;
use std::time::Duration;

use firstlook_core::alert::Severity;
use firstlook_core::evidence::{About, Gap, Item, Kind, Redacted, Redactor, items, pack};
use firstlook_core::summary::analysis::prompt::{Guard, begin};
use firstlook_core::summary::analysis::talk::Talk;
use firstlook_core::summary::analysis::tools::{Offer, Queried};
use firstlook_core::summary::prompt::{Facts, Nonce, Prompt, build};
use firstlook_core::{Language, runbook};

use super::corpora;
use super::incidents::compared;

/// What `evidence.pack_tokens` is where nothing is configured.
pub const PACK_TOKENS: usize = 4_000;
/// What people paste into a chat.
const LAST: usize = 100;

/// Neither can be guessed where a prompt is sent; here they are always the same, so that a prompt can be compared.
pub fn nonces() -> (Nonce, Nonce) {
    let nonce = |text| Nonce::parse(text).unwrap();
    (nonce("FenceOfTheSnapshots00000"), nonce("CanaryOfTheSnapshots0000"))
}

/// An incident as it is kept: its logs are recorded, what stands around them is not.
pub struct Kept {
    title: Redacted,
    labels: BTreeMap<Redacted, Redacted>,
    /// All of it.
    pub items: Vec<Item>,
    gaps: Vec<Gap>,
    /// What a model reads of the logs.
    pub pack: Redacted,
    architecture: Redacted,
}

impl Kept {
    /// The incident of the corpus that is called so.
    pub fn of(case: &str, redactor: &Redactor) -> Self {
        let redact = |text: &str| redactor.redact(text);
        let comparison = compared(case);
        let packed = pack(&[], &comparison, PACK_TOKENS, redactor);
        let item = |id: &str, kind, title: &str, text: &str| Item {
            id: id.to_owned(),
            kind,
            source: "known".to_owned(),
            title: redact(title),
            text: redact(text),
            query: None,
            link: None,
            at: None,
            frequency: None,
            chart: None,
        };
        let mut all = vec![
            item("A1", Kind::Alarm, "HighErrorRate: 38 % of requests fail", "value 0.38, threshold 0.05"),
            item("R1", Kind::Runbook, "Check", "Is it one pod, or all? `kubectl get pods -l app=shop`"),
            item("R2", Kind::Runbook, "Respond", "Roll back: `kubectl rollout undo deploy/shop`"),
            item("H1", Kind::History, "#12 2026-01-02 10:00, 24 min", "the pool was too small"),
            Item {
                source: "wiki".to_owned(),
                ..item(
                    "H11",
                    Kind::History,
                    "Document: logins.md, score 0.71",
                    "s3://docs/logins.md\nA certificate that ends is renewed by hand.",
                )
            },
        ];
        all.extend(items(&comparison, "logs", None, redactor, packed.last));
        let gap = Gap {
            source: "trail".to_owned(),
            reason: redact("cloudtrail:LookupEvents is not allowed"),
            remedy: redact("allow cloudtrail:LookupEvents"),
        };
        Self {
            title: redact("HighErrorRate on shop"),
            labels: [("alertname", "HighErrorRate"), ("service", "shop")]
                .map(|(name, value)| (redact(name), redact(value)))
                .into(),
            items: all,
            gaps: vec![gap],
            pack: packed.text,
            architecture: redact("ALB -> ECS (Spring) -> MySQL"),
        }
    }

    fn facts(&self, language: Language) -> Facts<'_> {
        Facts {
            title: &self.title,
            severity: Severity::Critical,
            labels: &self.labels,
            started_at: "2026-01-31T10:05:33Z".parse().unwrap(),
            asked_at: "2026-01-31T10:09:00Z".parse().unwrap(),
            items: &self.items,
            gaps: &self.gaps,
            pack: &self.pack,
            architecture: Some(&self.architecture),
            language,
        }
    }
}

/// The prompt of the summary.
pub fn summary(case: &str, speaks: Language) -> Prompt {
    let (fence, canary) = nonces();
    build(&Kept::of(case, &Redactor::default()).facts(speaks), fence, canary)
}

/// The talk with which an analysis begins, where every kind of source is configured.
pub fn analysis(case: &str, speaks: Language) -> Talk {
    let (fence, canary) = nonces();
    let queried = |source: &str, language: runbook::Language| Queried {
        source: source.to_owned(),
        language,
        reach: Duration::from_secs(3_600),
    };
    let one = |name: &str| vec![name.to_owned()];
    let offer = Offer {
        logs: vec!["files".to_owned(), "k8s".to_owned()],
        queries: vec![
            queried("k8s", runbook::Language::LogQl),
            queried("prom", runbook::Language::PromQl),
            queried("aws", runbook::Language::LogsInsights),
        ],
        metrics: one("cw"),
        traces: one("xray"),
        access: one("alb"),
        trail: true,
        documents: true,
        steps: vec!["R1".to_owned(), "R2".to_owned()],
        about: About::Moment,
        days: None,
    };
    begin(&Kept::of(case, &Redactor::default()).facts(speaks), &offer, 8, &Guard::new(fence, canary))
}

/// The last lines of the incident's window, redacted, as somebody would paste them.
pub fn last_lines(case: &str) -> String {
    let window = corpora::incident(case, "window.tsv");
    let lines: Vec<&str> = window.lines().collect();
    let last = lines.iter().skip(lines.len().saturating_sub(LAST));
    let read = |line: &&str| line.replace('\t', " ").replace("\\n", "\n").replace("\\t", "\t");
    Redactor::default().redact(&last.map(read).collect::<Vec<_>>().join("\n")).to_string()
}

/// The same question with these lines in place of the pack, in tokens.
pub fn tokens_with(case: &str, lines: &str) -> u64 {
    let mut kept = Kept::of(case, &Redactor::default());
    kept.pack = Redacted::default();
    let (fence, canary) = nonces();
    let known = |item: &Item| item.kind != Kind::Log;
    kept.items.retain(known);
    build(&kept.facts(Language::En), fence, canary).tokens() + (lines.chars().count() as u64).div_ceil(4)
}
