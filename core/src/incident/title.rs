//! What an incident is called: never a model's words (DESIGN section 5).

use crate::alert::{AlertId, Labels};

/// Longest title, in characters; longer ones end in an ellipsis at a word.
const LONGEST: usize = 150;

/// The alarm's own `summary` in one line; without one its name and what it is about, such as
/// `HighErrorRate: api`; without a name its source and fingerprint.
pub fn title(id: &AlertId, labels: &Labels, annotations: &Labels) -> String {
    let summary = one_line(annotations.get("summary"));
    if !summary.is_empty() {
        return cut(summary);
    }
    let name = labels.get("alertname");
    if name.is_empty() {
        return cut(one_line(&format!("Alert {} of {}", id.fingerprint, id.source)));
    }
    let about = ["service", "instance", "pod", "namespace", "cluster"]
        .into_iter()
        .map(|label| labels.get(label))
        .find(|value| !value.is_empty());
    cut(one_line(&about.map_or_else(|| name.to_owned(), |value| format!("{name}: {value}"))))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cut(text: String) -> String {
    if text.chars().count() <= LONGEST {
        return text;
    }
    let head: String = text.chars().take(LONGEST - 1).collect();
    let whole_words = head.rsplit_once(' ').map_or(head.as_str(), |(words, _)| words);
    format!("{whole_words}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(labels: &[(&str, &str)], summary: &str) -> String {
        let id = AlertId { source: "alertmanager/main".into(), fingerprint: "00ff".into() };
        let annotations = [("summary", summary)].into_iter().collect();
        title(&id, &labels.iter().copied().collect(), &annotations)
    }

    #[test]
    fn from_the_alarm_alone() {
        assert_eq!(of(&[("alertname", "X")], " api fails\n 5% "), "api fails 5%");
        assert_eq!(of(&[("alertname", "X"), ("instance", "a:1"), ("service", "api")], ""), "X: api");
        assert_eq!(of(&[("alertname", "X")], ""), "X");
        assert_eq!(of(&[], ""), "Alert 00ff of alertmanager/main");
    }

    #[test]
    fn is_cut_at_a_word() {
        let long = of(&[], &"word ".repeat(60));
        assert!(long.ends_with("word…") && long.chars().count() <= LONGEST, "{long}");
        assert_eq!(of(&[], &"x".repeat(400)).chars().count(), LONGEST);
    }
}
