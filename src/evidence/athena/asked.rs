//! Statements of SQL that people configured, with an incident's labels and times in them.
//!
//! Knows SQL's strings: a value from a sender stays inside the one that it was put in. Must not know the API.

use chrono::{DateTime, Utc};
use firstlook_core::alert::Labels;
use firstlook_core::evidence::Window;

use super::super::Fault;
use super::super::template::{Part, Template, value};
use super::statement::escaped;

/// `evidence.sources[].queries[]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// What people call its result.
    pub title: String,
    /// A `SELECT` with `{{start}}` and `{{end}}`; may hold `{{labels.NAME}}` within strings.
    pub query: String,
    /// Columns that tell rows apart although they hold numbers.
    pub by: Vec<String>,
}

/// One of them, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub title: String,
    pub by: Vec<String>,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Label(String),
    Start,
    End,
}

/// Where the end of a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    /// Within `'…'`.
    Text,
    /// Within `"…"`.
    Name,
    /// Behind `--`, up to the end of the line.
    Line,
    /// Within `/* … */`.
    Block,
}

impl Asked {
    /// # Errors
    /// When the query is no `SELECT`, is not bound to a time, or has a placeholder where its value would be code.
    pub(super) fn parse(query: &Query) -> Result<Self, Fault> {
        let pieces = pieces(&query.query)?;
        let fault = |reason: &str, remedy: String| {
            Fault::configuration(format!("the query {:?} {reason}", query.title), remedy)
        };
        if !reads(&query.query) {
            return Err(fault("does not begin with SELECT or WITH", "have it read, and nothing else".into()));
        }
        if !pieces.contains(&Piece::Start) || !pieces.contains(&Piece::End) {
            let remedy =
                "write its time as `at >= {{start}} AND at < {{end}}`: it is run for normal times too";
            return Err(fault("is not bound to a time", remedy.into()));
        }
        let mut text = String::new();
        for piece in &pieces {
            match (piece, place(&text)) {
                (Piece::Text(more), _) => text.push_str(more),
                (Piece::Label(_), Place::Text)
                | (Piece::Start | Piece::End, Place::Text | Place::Outside) => {
                    text.push('x');
                }
                (Piece::Label(name), _) => {
                    let remedy = format!("write it as a string: '{{{{labels.{name}}}}}'");
                    return Err(fault(&format!("has `{name}` outside of a string"), remedy));
                }
                (Piece::Start | Piece::End, _) => {
                    let remedy = "write it where a value stands, or within a string".to_owned();
                    return Err(fault("has a time within a name or a comment", remedy));
                }
            }
        }
        Ok(Self { title: query.title.clone(), by: query.by.clone(), pieces })
    }

    /// Whether it has a placeholder of this label.
    pub(super) fn names(&self, label: &str) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Label(name) if name == label))
    }

    /// The statement for a window: a time is a `TIMESTAMP` with its zone, within a string `2026-03-01T10:00:00Z`.
    ///
    /// # Errors
    /// When a label is missing.
    pub(super) fn fill(&self, labels: &Labels, window: Window) -> Result<String, Fault> {
        let mut text = String::new();
        for piece in &self.pieces {
            let more = match piece {
                Piece::Text(more) => more.clone(),
                Piece::Label(name) => escaped(value(labels, name)?),
                Piece::Start => time(window.start, place(&text)),
                Piece::End => time(window.end, place(&text)),
            };
            text.push_str(&more);
        }
        Ok(text)
    }
}

fn pieces(text: &str) -> Result<Vec<Piece>, Fault> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while let Some((before, after)) = rest.split_once("{{") {
        pieces.push(Piece::Text(before.to_owned()));
        let (inside, after) = after.split_once("}}").unwrap_or((after, ""));
        match inside.trim() {
            "start" => pieces.push(Piece::Start),
            "end" => pieces.push(Piece::End),
            _ => {
                let placed = rest.get(before.len()..rest.len() - after.len()).unwrap_or_default();
                let template = Template::parse(placed)?;
                pieces.extend(template.parts().iter().map(|part| match part {
                    Part::Text(text) => Piece::Text(text.clone()),
                    Part::Label(name) => Piece::Label(name.clone()),
                }));
            }
        }
        rest = after;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    Ok(pieces)
}

fn time(at: DateTime<Utc>, place: Place) -> String {
    match place {
        Place::Text => at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        _ => at.format("TIMESTAMP '%Y-%m-%d %H:%M:%S%.3f UTC'").to_string(),
    }
}

/// Whether the first word of a statement only reads.
fn reads(text: &str) -> bool {
    let mut rest = text.trim_start();
    loop {
        let end = if rest.starts_with("--") {
            rest.find('\n')
        } else if rest.starts_with("/*") {
            rest.find("*/").map(|at| at + 1)
        } else {
            break;
        };
        rest = end.and_then(|at| rest.get(at + 1..)).unwrap_or_default().trim_start();
    }
    let word: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
    ["select", "with"].contains(&word.to_ascii_lowercase().as_str())
}

fn place(text: &str) -> Place {
    let (mut place, mut before) = (Place::Outside, ' ');
    for letter in text.chars() {
        // What two letters end or begin does not begin anew with the second of them.
        let mut seen = letter;
        place = match (place, before, letter) {
            (Place::Outside, _, '\'') => Place::Text,
            (Place::Outside, _, '"') => Place::Name,
            (Place::Outside, '-', '-') => Place::Line,
            (Place::Outside, '/', '*') => {
                seen = ' ';
                Place::Block
            }
            // A doubled quote ends the string and begins it again.
            (Place::Text, _, '\'') | (Place::Name, _, '"') | (Place::Line, _, '\n') => Place::Outside,
            (Place::Block, '*', '/') => {
                seen = ' ';
                Place::Outside
            }
            (same, _, _) => same,
        };
        before = seen;
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMES: &str = "at >= {{start}} AND at < {{ end }}";

    fn parse(query: &str) -> Result<Asked, Fault> {
        Asked::parse(&Query { title: "denied".into(), query: query.into(), by: vec![] })
    }

    fn filled(query: &str, value: &str) -> Result<String, Fault> {
        let window = Window {
            start: "2026-03-01T10:00:00.5Z".parse().unwrap(),
            end: "2026-03-01T10:15:00Z".parse().unwrap(),
        };
        parse(query)?.fill(&[("x", value)].into_iter().collect(), window)
    }

    #[test]
    fn a_value_stays_inside_its_string_and_times_are_absolute() {
        let times =
            "at >= TIMESTAMP '2026-03-01 10:00:00.500 UTC' AND at < TIMESTAMP '2026-03-01 10:15:00.000 UTC'";
        for (query, value, written) in [
            ("= '{{labels.x}}'", "api", "= 'api'"),
            ("= '{{labels.x}}'", "x' OR 1 = 1 --", "= 'x'' OR 1 = 1 --'"),
            ("= '{{ .labels.x }}'", "\\' ; DROP", "= '\\'' ; DROP'"),
            ("= 'it''s {{labels.x}}'", "'", "= 'it''s '''"),
            ("= \"a'b\" || '{{labels.x}}'", "'", "= \"a'b\" || ''''"),
            ("-- don't\n= '{{labels.x}}'", "'", "-- don't\n= ''''"),
            ("/*' /* */ = '{{labels.x}}'", "'", "/*' /* */ = ''''"),
            ("/*/ ' */ = '{{labels.x}}'", "'", "/*/ ' */ = ''''"),
            ("a - -1 = '{{labels.x}}'", "'", "a - -1 = ''''"),
            ("> '{{start}}'", "", "> '2026-03-01T10:00:00Z'"),
        ] {
            let all = format!("SELECT a FROM b WHERE {TIMES} AND c {query}");
            let expected = format!("SELECT a FROM b WHERE {times} AND c {written}");
            assert_eq!(filled(&all, value), Ok(expected), "{query}");
        }
    }

    #[test]
    fn what_is_not_safe_or_not_bound_is_refused() {
        for (query, reason) in [
            (format!("SELECT {{{{labels.x}}}} FROM b WHERE {TIMES}"), "`x` outside of a string"),
            (format!("SELECT \"{{{{labels.x}}}}\" FROM b WHERE {TIMES}"), "`x` outside of a string"),
            (format!("SELECT a -- '{{{{labels.x}}}}'\n FROM b WHERE {TIMES}"), "`x` outside of a string"),
            (format!("SELECT a /* '{{{{labels.x}}}}' */ FROM b WHERE {TIMES}"), "`x` outside of a string"),
            (format!("SELECT a FROM b WHERE {TIMES} -- {{{{end}}}}"), "within a name or a comment"),
            ("SELECT a FROM b WHERE at >= {{start}}".into(), "not bound to a time"),
            (format!("INSERT INTO c SELECT a FROM b WHERE {TIMES}"), "does not begin with SELECT"),
            (format!("-- select\nDROP TABLE b /* {TIMES} */"), "does not begin with SELECT"),
            (String::new(), "does not begin with SELECT"),
            (format!("SELECT a FROM b WHERE {TIMES} AND c = '{{{{labels.x"), "not understood"),
            (format!("SELECT a FROM b WHERE {TIMES} AND c = '{{{{now}}}}'"), "not understood"),
        ] {
            let fault = parse(&query).unwrap_err();
            assert!(fault.reason.contains(reason), "{query}: {fault:?}");
        }
        assert!(parse(&format!("/* a */ -- b\n with c as (select 1) SELECT a FROM c WHERE {TIMES}")).is_ok());
        let missing = filled(&format!("SELECT a FROM b WHERE {TIMES} AND c = '{{{{labels.y}}}}'"), "");
        assert!(missing.unwrap_err().reason.contains("no label `y`"));
    }
}
