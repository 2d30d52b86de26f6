//! The report of an analysis: its form, as it is kept and told, and the check of every sentence against the evidence.
//!
//! Knows what a report is made of. Must not know how a sentence is checked: grounding does. What is refuted is not in it.

use chrono::{DateTime, Offset, Utc};
use serde::{Deserialize, Serialize};

use super::parse::{Moment as WrittenMoment, Suspect, Written};
use crate::alert::Severity;
use crate::evidence::{Item, Redacted, Redactor};
use crate::language::Language;
use crate::summary::answer::{Answer, Sentence as WrittenSentence};
use crate::summary::clean::clean;
use crate::summary::grounding::reasons::{left, left_out};
use crate::summary::grounding::{Counts, Evidence, Grounded, ground};
use crate::summary::{Claim, Confidence, Verdict};

/// A report whose sentences were checked. `T` is the text: plain as it is stored, [`Redacted`] as it is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report<T = Redacted> {
    /// What happened.
    pub overview: Vec<Sentence<T>>,
    /// Most likely first.
    pub root_causes: Vec<Cause<T>>,
    /// Who or what is affected.
    pub impact: Vec<Sentence<T>>,
    /// The oldest first.
    pub timeline: Vec<Moment<T>>,
    /// What to do now: a model's advice, with no command that the runbook does not give.
    pub actions: Vec<Advice<T>>,
    /// What would keep it from happening again: advice as well.
    pub prevention: Vec<Advice<T>>,
    /// What is not known.
    pub gaps: Vec<T>,
    /// What was left out and why, in words; null where nothing was.
    pub left_out: Option<T>,
}

/// A sentence with its verdict, which is never [`Verdict::Refuted`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sentence<T> {
    /// Its words.
    pub text: T,
    /// Ids of items.
    pub citations: Vec<String>,
    /// What code says of it.
    pub verdict: Verdict,
    /// Why that verdict, where it is not verified.
    pub reason: Option<T>,
}

/// A root cause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cause<T> {
    /// The sentence and the evidence for it.
    #[serde(flatten)]
    pub sentence: Sentence<T>,
    /// How much of the trouble it explains.
    pub severity: Severity,
    /// How sure the model is.
    pub confidence: Confidence,
    /// Evidence against it.
    pub against: Vec<String>,
}

/// A line of the timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moment<T> {
    /// Its time, as the evidence writes it.
    pub at: T,
    /// What happened then; the verdict is about both.
    #[serde(flatten)]
    pub sentence: Sentence<T>,
}

/// What a model advises.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Advice<T> {
    /// One sentence.
    pub text: T,
    /// Ids of items.
    pub citations: Vec<String>,
}

impl Report<Redacted> {
    /// Checks what was `written` against `items`, those that tools brought among them. Beside it: how many sentences have
    /// each verdict. There is no report where none is verified.
    pub fn checked(
        written: &Written,
        items: &[Item],
        redactor: &Redactor,
        language: Language,
    ) -> (Option<Self>, Counts) {
        let mut check = Check { items, redactor, language, counts: Counts::default(), advice: 0 };
        let mut report = Self {
            overview: written.overview.iter().filter_map(|one| check.sentence(one)).collect(),
            root_causes: written.root_causes.iter().filter_map(|one| check.cause(one)).collect(),
            impact: written.impact.iter().filter_map(|one| check.sentence(one)).collect(),
            timeline: written.timeline.iter().filter_map(|one| check.moment(one)).collect(),
            actions: written.actions.iter().filter_map(|one| check.advice(one)).collect(),
            prevention: written.prevention.iter().filter_map(|one| check.advice(one)).collect(),
            gaps: Vec::new(),
            left_out: None,
        };
        report.gaps = written.gaps.iter().map(|gap| clean(gap, redactor)).collect();
        report.left_out = check.left_out().map(|words| redactor.redact(&words));
        ((check.counts.verified > 0).then_some(report), check.counts)
    }
}

impl Report<String> {
    /// As it is told: what was stored passes the door again.
    pub fn told(self, redactor: &Redactor) -> Report<Redacted> {
        let words = |text: String| redactor.redact(&text);
        let sentence = |one: Sentence<String>| Sentence {
            text: words(one.text),
            citations: one.citations,
            verdict: one.verdict,
            reason: one.reason.map(words),
        };
        let advice = |one: Advice<String>| Advice { text: words(one.text), citations: one.citations };
        let cause = |one: Cause<String>| Cause {
            sentence: sentence(one.sentence),
            severity: one.severity,
            confidence: one.confidence,
            against: one.against,
        };
        let moment = |one: Moment<String>| Moment { at: words(one.at), sentence: sentence(one.sentence) };
        Report {
            overview: self.overview.into_iter().map(sentence).collect(),
            root_causes: self.root_causes.into_iter().map(cause).collect(),
            impact: self.impact.into_iter().map(sentence).collect(),
            timeline: self.timeline.into_iter().map(moment).collect(),
            actions: self.actions.into_iter().map(advice).collect(),
            prevention: self.prevention.into_iter().map(advice).collect(),
            gaps: self.gaps.into_iter().map(words).collect(),
            left_out: self.left_out.map(words),
        }
    }
}

impl<T> Report<T> {
    /// Every id that it cites, for a cause or against one.
    pub fn cites(&self, id: &str) -> bool {
        let sentences = self.overview.iter().chain(&self.impact);
        let sentences = sentences
            .chain(self.root_causes.iter().map(|cause| &cause.sentence))
            .chain(self.timeline.iter().map(|moment| &moment.sentence));
        let advice = self.actions.iter().chain(&self.prevention);
        sentences
            .map(|sentence| &sentence.citations)
            .chain(self.root_causes.iter().map(|cause| &cause.against))
            .chain(advice.map(|advice| &advice.citations))
            .any(|citations| citations.iter().any(|cited| cited == id))
    }
}

struct Check<'a> {
    language: Language,
    items: &'a [Item],
    redactor: &'a Redactor,
    counts: Counts,
    /// Advice with a command that the runbook does not give.
    advice: usize,
}

impl Check<'_> {
    fn sentence(&mut self, written: &WrittenSentence) -> Option<Sentence<Redacted>> {
        let claim = self.claim(written)?;
        self.kept(claim)
    }

    /// Counts a claim, and keeps it unless it is refuted.
    fn kept(&mut self, claim: Claim) -> Option<Sentence<Redacted>> {
        let Claim { text, citations, verdict, reason } = claim;
        match verdict {
            Verdict::Verified => self.counts.verified += 1,
            Verdict::Unchecked => self.counts.unchecked += 1,
            Verdict::Refuted => self.counts.refuted += 1,
        }
        (verdict != Verdict::Refuted).then_some(Sentence { text, citations, verdict, reason })
    }

    fn cause(&mut self, written: &Suspect) -> Option<Cause<Redacted>> {
        let sentence = self.sentence(&written.sentence)?;
        let against = self.existing(&written.against);
        Some(Cause { sentence, severity: written.severity, confidence: written.confidence, against })
    }

    /// The time is part of what is checked: as it is written, or as a time of the day.
    fn moment(&mut self, written: &WrittenMoment) -> Option<Moment<Redacted>> {
        let at = written
            .at
            .parse::<DateTime<Utc>>()
            .map_or_else(|_| written.at.clone(), |at| at.format("%H:%M:%S").to_string());
        let WrittenSentence { text, citations } = &written.sentence;
        let with = |at: &str| WrittenSentence { text: format!("{at} {text}"), citations: citations.clone() };
        let mut judged = self.claim(&with(&at))?;
        if judged.verdict != Verdict::Verified && at != written.at {
            judged = self.claim(&with(&written.at))?;
        }
        let Claim { text, citations, .. } = self.claim(&written.sentence)?;
        let sentence = self.kept(Claim { text, citations, ..judged })?;
        Some(Moment { at: clean(&at, self.redactor), sentence })
    }

    /// Only the items that it names are looked at: of others it says nothing.
    fn claim(&self, written: &WrittenSentence) -> Option<Claim> {
        let named = |item: &&Item| written.citations.contains(&item.id) || written.text.contains(&item.id);
        let items: Vec<Item> = self.items.iter().filter(named).cloned().collect();
        let answer = Answer { claims: vec![written.clone()], ..nothing() };
        held(&answer, &items, self.redactor, self.language).claims.pop()
    }

    /// Advice is told without a verdict, and only where the runbook gives the commands in it.
    fn advice(&mut self, written: &WrittenSentence) -> Option<Advice<Redacted>> {
        let answer = Answer { next_steps: vec![written.text.clone()], ..nothing() };
        let told = held(&answer, self.items, self.redactor, self.language).next_steps.pop();
        self.advice += usize::from(told.is_none());
        told.map(|text| Advice { text, citations: self.existing(&written.citations) })
    }

    fn existing(&self, ids: &[String]) -> Vec<String> {
        ids.iter().filter(|id| self.items.iter().any(|item| item.id == **id)).cloned().collect()
    }

    fn left_out(&self) -> Option<String> {
        let count = |number, one, more, ja| left(self.language, number, [one, more], ja);
        let parts = [
            count(
                self.counts.refuted,
                "sentence that was refuted",
                "sentences that were refuted",
                "根拠と合わない文",
            ),
            count(
                self.advice,
                "piece of advice with a command that the runbook does not give",
                "pieces of advice with commands that the runbook does not give",
                "ランブックにないコマンドを含む助言",
            ),
        ];
        left_out(self.language, parts)
    }
}

fn nothing() -> Answer {
    Answer {
        headline: String::new(),
        claims: Vec::new(),
        causes: Vec::new(),
        ruled_out: Vec::new(),
        next_steps: Vec::new(),
    }
}
/// An analysis reads whole items and no pack. Times are told in UTC alone yet.
fn held(answer: &Answer, items: &[Item], redactor: &Redactor, language: Language) -> Grounded {
    let evidence = Evidence { items, pack: &Redacted::default(), zone: Utc.fix(), language };
    ground(answer, &evidence, redactor)
}
