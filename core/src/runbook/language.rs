//! The languages of queries in runbooks, and what misspelt ones were meant to be.
//!
//! Knows names. Must not know what a query says.

/// The languages' names, letters alone.
const WRITTEN: [(&str, Language); 3] =
    [("logsinsights", Language::LogsInsights), ("promql", Language::PromQl), ("logql", Language::LogQl)];
/// What they are called beside.
const CALLED: [(&str, Language); 9] = [
    ("insights", Language::LogsInsights),
    ("cwli", Language::LogsInsights),
    ("cloudwatch", Language::LogsInsights),
    ("cloudwatchlogs", Language::LogsInsights),
    ("cloudwatchinsights", Language::LogsInsights),
    ("cloudwatchlogsinsights", Language::LogsInsights),
    ("loki", Language::LogQl),
    ("prometheus", Language::PromQl),
    ("prom", Language::PromQl),
];
/// Languages of their own that are called nearly so.
const OTHERS: [&str; 1] = ["logsql"];

/// The languages of blocks that are run for an alarm's window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// Loki's.
    LogQl,
    /// Prometheus'.
    PromQl,
    /// That of CloudWatch Logs Insights.
    LogsInsights,
}

impl Language {
    /// Of a block whose info string begins so; commands have none.
    pub fn of(name: &str) -> Option<Self> {
        [Self::LogQl, Self::PromQl, Self::LogsInsights].into_iter().find(|language| language.fence() == name)
    }

    /// What somebody meant who wrote a name that is none, such as `logsinsights` or `loki`: a block that nobody runs.
    pub fn meant(name: &str) -> Option<Self> {
        let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let letters = letters.to_ascii_lowercase();
        let near = |(known, _): &&(&str, Self)| *known == letters || is_one_edit(known, &letters);
        let called = CALLED.iter().find(|(known, _)| *known == letters).or_else(|| WRITTEN.iter().find(near));
        called.map(|(_, language)| *language).filter(|_| Self::of(name).is_none() && !OTHERS.contains(&name))
    }

    /// How its blocks begin.
    pub fn fence(self) -> &'static str {
        match self {
            Self::LogQl => "logql",
            Self::PromQl => "promql",
            Self::LogsInsights => "logs-insights",
        }
    }

    /// As people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::LogQl => "LogQL",
            Self::PromQl => "PromQL",
            Self::LogsInsights => "Logs Insights",
        }
    }

    /// The type of evidence source that runs it.
    pub fn source(self) -> &'static str {
        match self {
            Self::LogQl => "loki",
            Self::PromQl => "prometheus",
            Self::LogsInsights => "cloudwatch_logs",
        }
    }
}

/// Whether one letter too many, too few, or another, or two that changed places are all that differs.
fn is_one_edit(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let same = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (Some(one), Some(other)) = (one.get(same..), other.get(same..)) else { return false };
    match (one, other) {
        ([a, rest @ ..], [b, more @ ..]) if rest == more => a != b,
        ([a, b, rest @ ..], [c, d, more @ ..]) if (a, b) == (d, c) && rest == more => true,
        ([_, rest @ ..], more) if rest == more => true,
        (rest, [_, more @ ..]) => rest == more,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_known_and_others_are_left_alone() {
        for (name, meant) in [
            ("logsinsights", Language::LogsInsights),
            ("logs_insights", Language::LogsInsights),
            ("logs-insight", Language::LogsInsights),
            ("cwli", Language::LogsInsights),
            ("prom-ql", Language::PromQl),
            ("pormql", Language::PromQl),
            ("promqll", Language::PromQl),
            ("loql", Language::LogQl),
            ("loki", Language::LogQl),
        ] {
            assert_eq!(Language::meant(name), Some(meant), "{name}");
        }
        let others = [
            "logql",
            "promql",
            "logs-insights",
            "logsql",
            "sql",
            "sh",
            "",
            "log",
            "yaml",
            "graphql",
            "mysql",
            "é",
        ];
        for name in others {
            assert_eq!(Language::meant(name), None, "{name}");
        }
    }
}
