//! Rows of Logs Insights as lines.
//!
//! Knows the text of a row's fields. Must not know how rows come.

use chrono::{DateTime, Utc};
use firstlook_core::evidence::Line;
use firstlook_core::evidence::asked::table;
use firstlook_core::evidence::cloudwatch::series::instant;
use firstlook_core::evidence::shipped::{self, Shipped};

use super::super::Caps;

/// One event of a log group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub at: DateTime<Utc>,
    /// The group's name.
    pub group: String,
    /// The stream within the group.
    pub stream: String,
    pub text: String,
}

/// What a row of an answer is made into.
pub(super) trait FromRow: Sized {
    /// From its fields and their values; `None` where it is none of its kind.
    fn of<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Self>;
}

/// All columns but AWS's pointer to the event.
impl FromRow for table::Row {
    fn of<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Self> {
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Some(fields.filter(|(name, _)| *name != "@ptr").map(own).collect())
    }
}

/// From the fields that the query asks for; `None` where the time is none.
impl FromRow for Row {
    fn of<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Self> {
        let (mut at, mut group, mut stream, mut text) = (None, "", "", "");
        for (name, value) in fields {
            match name {
                "@timestamp" => at = instant(value),
                "@log" => group = name_of(value),
                "@logStream" => stream = value,
                "@message" => text = value,
                _ => {}
            }
        }
        let text = text.trim_end_matches(['\r', '\n']).to_owned();
        Some(Self { at: at?, group: group.to_owned(), stream: stream.to_owned(), text })
    }
}

/// `123456789012:/aws/lambda/x` is the group `/aws/lambda/x`; so is the end of an ARN.
pub(super) fn name_of(group: &str) -> &str {
    group.trim_end_matches(":*").rsplit(':').next().unwrap_or(group)
}

/// The lines, by time, what belongs together joined, and whether the caps cut the oldest. `all` says that no query has left
/// out lines between these.
pub(super) fn lines(mut rows: Vec<Row>, caps: Caps, all: bool) -> (Vec<Line>, bool) {
    // The order of one instant is as it came.
    rows.sort_by_key(|row| std::cmp::Reverse(row.at));
    let mut bytes = 0_usize;
    let within = |row: &&Row| {
        bytes = bytes.saturating_add(row.text.len());
        bytes <= caps.bytes
    };
    let kept = rows.iter().take(caps.lines).take_while(within).count();
    let cut = kept < rows.len();
    rows.truncate(kept);
    // What belongs together does so within its stream. Streams come and go (each Lambda environment has its own): what is
    // compared with normal is the group, or the pod.
    let read = |row: Row| {
        let stream = format!("{} {}", row.group, row.stream);
        Shipped::read(row.at, stream, row.group, &row.text)
    };
    (shipped::lines(rows.into_iter().map(read).collect(), all), cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Caps = Caps { lines: 100, bytes: 10_000 };

    fn row(at: &str, stream: &str, text: &str) -> Row {
        let log = "123456789012:/aws/lambda/pay";
        let fields =
            [("@timestamp", at), ("@log", log), ("@logStream", stream), ("@message", text), ("@ptr", "x")];
        Row::of(fields.into_iter()).unwrap()
    }

    #[test]
    fn a_row_is_a_line_of_its_group() {
        let (lines, cut) =
            lines(vec![row("2026-03-01 10:00:00.250", "2026/03/01/[$LATEST]ab", "boom\n")], ALL, true);
        assert_eq!((lines.len(), cut), (1, false));
        assert_eq!(lines[0].at.unwrap().to_rfc3339(), "2026-03-01T10:00:00.250+00:00");
        assert_eq!((lines[0].stream.as_str(), lines[0].text.as_str()), ("/aws/lambda/pay", "boom"));
        assert_eq!(Row::of([("@timestamp", "soon")].into_iter()), None);
        assert_eq!(name_of("arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/api:*"), "/ecs/api");
    }

    #[test]
    fn traces_are_joined_within_their_stream() {
        let at = "2026-03-01 10:00:00.000";
        let rows = vec![
            row(at, "b", "ERROR other"),
            row(at, "a", "ERROR boom"),
            row(at, "b", "\tat other.C(D.java:1)"),
            row(at, "a", "\tat boom.C(D.java:1)"),
        ];
        let texts: Vec<String> = lines(rows, ALL, true).0.into_iter().map(|line| line.text).collect();
        assert_eq!(texts, ["ERROR boom\n\tat boom.C(D.java:1)", "ERROR other\n\tat other.C(D.java:1)"]);
    }

    #[test]
    fn parts_are_joined_within_their_stream_where_all_lines_are_there() {
        let rows = || {
            let part = |stream: &str, tag: char, nanoseconds: u32, text: &str| {
                let text = format!("2026-03-01T10:00:00.{nanoseconds:09}Z stderr {tag} {text}");
                row("2026-03-01 10:00:00.000", stream, &text)
            };
            // As Logs Insights may give one instant: in no order.
            vec![part("a", 'F', 30, "down"), part("b", 'F', 20, "up"), part("a", 'P', 10, "ERROR db ")]
        };
        let texts =
            |all| -> Vec<String> { lines(rows(), ALL, all).0.into_iter().map(|line| line.text).collect() };
        assert_eq!(texts(true), ["ERROR db down", "up"]);
        assert_eq!(texts(false), ["ERROR db ", "down", "up"]);
    }

    #[test]
    fn caps_keep_the_newest() {
        let rows =
            || (0..5).map(|n| row(&format!("2026-03-01 10:00:0{n}.000"), "a", &n.to_string())).collect();
        for caps in [Caps { lines: 2, bytes: 100 }, Caps { lines: 9, bytes: 2 }] {
            let (lines, cut) = lines(rows(), caps, true);
            let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
            assert_eq!((texts, cut), (vec!["3", "4"], true));
        }
    }
}
