//! The storm of messages/README's samples, as large as a test wants it.

use chrono::TimeDelta;

use super::super::DigestLine;
use super::super::storm::{Figures, Shared, Storm};
use super::{safe, start};
use crate::Language;
use crate::alert::Severity;
use crate::incident::Status;

/// A storm of `all` incidents that nobody has.
pub fn storm(all: usize) -> Storm {
    let line = |n: i64| DigestLine {
        number: 487 + n,
        title: safe("orders-db: no healthy target"),
        status: Status::Open,
        severity: Severity::Critical,
        owner: None,
        started_at: start(),
        resolved_at: None,
        url: format!("https://firstlook.example.com/incidents/482{n}"),
    };
    Storm {
        language: Language::En,
        number: 7,
        since: start(),
        span: TimeDelta::minutes(1),
        ended_at: None,
        figures: Figures {
            critical: all.saturating_sub(25),
            warning: 22,
            info: 3,
            services: 27,
            open: all,
            acknowledged: 0,
            singly: 20,
            by_storm: all.saturating_sub(20),
            left: all.saturating_sub(20),
            ended: false,
        },
        shared: Some(Shared { label: safe("az=c"), count: 31 }),
        top: (0..10).map(line).collect(),
        url: "https://firstlook.example.com/?storm=7".to_owned(),
    }
}

/// Storms for trying templates out: as it begins, as it ends, with nothing shared and nothing open, and with odd texts.
pub fn storms() -> Vec<Storm> {
    let begins = storm(34);
    let mut ended = Storm { ended_at: Some(start() + TimeDelta::minutes(20)), ..storm(30) };
    (ended.figures.ended, ended.figures.left, ended.figures.acknowledged) = (true, 9, 4);
    for line in ended.top.iter_mut().take(3) {
        (line.status, line.resolved_at, line.owner) =
            (Status::Resolved, Some(start()), Some(safe("Ken Mori")));
    }
    let mut bare = Storm { shared: None, top: Vec::new(), ..ended.clone() };
    (bare.figures.open, bare.figures.left) = (0, 0);
    let mut odd = storm(1_000);
    let text = safe(&"<!channel> & {{x}} `決済` \u{202e}\n".repeat(40));
    odd.shared = Some(Shared { label: text.clone(), count: 31 });
    odd.top.iter_mut().for_each(|line| (line.title, line.owner) = (text.clone(), Some(text.clone())));
    let all = [begins, ended, bare, odd];
    all.iter().flat_map(|one| Language::ALL.map(|language| Storm { language, ..one.clone() })).collect()
}
