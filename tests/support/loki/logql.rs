//! The part of LogQL that the fake reads: one stream selector and line filters, counted over time or not. Anything else is a parse error, as
//! for a Loki that is older than the query.

use std::collections::BTreeMap;

use regex::Regex;

/// What Loki says to a selector that could match every stream.
const EMPTY: &str = "parse error : queries require at least one regexp or equality matcher that does not have an empty-compatible value. For instance, app=~\".*\" does not meet this requirement, but app=~\".+\" will";

/// A comparison of a label's value or of a line.
#[derive(Debug)]
enum Test {
    Is(String),
    IsNot(String),
    Matches(Regex),
    MatchesNot(Regex),
}

/// A query that Loki would run.
#[derive(Debug)]
pub struct Query {
    labels: Vec<(String, Test)>,
    lines: Vec<Test>,
    /// Seconds of `count_over_time(… [1m])`.
    over: Option<i64>,
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// Loki's text, for the body of a 400.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader { text, at: 0 };
        let counts = reader.take("count_over_time(");
        let labels = reader.selector()?;
        let useful = |(_, test): &(String, Test)| match test {
            Test::Is(value) => !value.is_empty(),
            Test::Matches(regex) => !regex.is_match(""),
            Test::IsNot(_) | Test::MatchesNot(_) => false,
        };
        if !labels.iter().any(useful) {
            return Err(EMPTY.to_owned());
        }
        let mut lines = Vec::new();
        while !(reader.rest().is_empty() || counts && reader.rest().starts_with('[')) {
            lines.push(reader.filter()?);
        }
        let over = if counts { Some(reader.range()?) } else { None };
        Ok(Self { labels, lines, over })
    }

    /// How many seconds each value of a metric query counts; `None` for a query for lines.
    pub fn over(&self) -> Option<i64> {
        self.over
    }

    /// Whether a stream is selected; a label that is absent is empty.
    pub fn selects(&self, stream: &BTreeMap<String, String>) -> bool {
        self.labels.iter().all(|(name, test)| {
            let value = stream.get(name).map_or("", String::as_str);
            match test {
                Test::Is(wanted) => value == wanted,
                Test::IsNot(other) => value != other,
                Test::Matches(regex) => regex.is_match(value),
                Test::MatchesNot(regex) => !regex.is_match(value),
            }
        })
    }

    /// Whether a line passes every filter.
    pub fn passes(&self, line: &str) -> bool {
        self.lines.iter().all(|test| match test {
            Test::Is(part) => line.contains(part.as_str()),
            Test::IsNot(part) => !line.contains(part.as_str()),
            Test::Matches(regex) => regex.is_match(line),
            Test::MatchesNot(regex) => !regex.is_match(line),
        })
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let mut trimmed = rest.trim_start();
        while let Some(comment) = trimmed.strip_prefix('#') {
            trimmed = comment.split_once('\n').map_or("", |(_, after)| after).trim_start();
        }
        self.at += rest.len() - trimmed.len();
        trimmed
    }

    fn error<T>(&self, what: &str) -> Result<T, String> {
        Err(format!("parse error at line 1, col {}: syntax error: unexpected {what}", self.at + 1))
    }

    fn take(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        self.at += if found { wanted.len() } else { 0 };
        found
    }

    fn unexpected<T>(&mut self) -> Result<T, String> {
        let what = match self.rest().chars().next() {
            None => "$end".to_owned(),
            Some(c) if c.is_alphanumeric() => "IDENTIFIER".to_owned(),
            Some(c) => c.to_string(),
        };
        self.error(&what)
    }

    fn selector(&mut self) -> Result<Vec<(String, Test)>, String> {
        if !self.take("{") {
            return self.unexpected();
        }
        let mut matchers = Vec::new();
        loop {
            if self.take("}") {
                return Ok(matchers);
            }
            let name = self.name()?;
            let test = self.test(["=~", "!~", "!=", "="], true)?;
            matchers.push((name, test));
            if !self.take(",") && !self.rest().starts_with('}') {
                return self.unexpected();
            }
        }
    }

    fn filter(&mut self) -> Result<Test, String> {
        self.test(["|~", "!~", "!=", "|="], false)
    }

    /// One of the four operators (matches, matches not, is not, is), and its string.
    fn test(&mut self, operators: [&str; 4], anchored: bool) -> Result<Test, String> {
        let Some(kind) = operators.iter().position(|o| self.take(o)) else { return self.unexpected() };
        let value = self.string()?;
        let pattern = if anchored { format!("^(?:{value})$") } else { value.clone() };
        let regex = || Regex::new(&pattern).map_err(|e| format!("parse error : error parsing regexp: {e}"));
        Ok(match kind {
            0 => Test::Matches(regex()?),
            1 => Test::MatchesNot(regex()?),
            2 => Test::IsNot(value),
            _ => Test::Is(value),
        })
    }

    /// `[1m])`, to the end.
    fn range(&mut self) -> Result<i64, String> {
        let minutes = self.rest().strip_prefix('[').and_then(|rest| rest.strip_suffix("m])"));
        let Some(minutes) = minutes.and_then(|minutes| minutes.parse::<i64>().ok()) else {
            return self.unexpected();
        };
        Ok(minutes * 60)
    }

    fn name(&mut self) -> Result<String, String> {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        if end == 0 || rest.starts_with(|c: char| c.is_ascii_digit()) {
            return self.unexpected();
        }
        self.at += end;
        Ok(rest[..end].to_owned())
    }

    /// A Go string: raw in backticks, or with escapes in double quotes.
    fn string(&mut self) -> Result<String, String> {
        if self.take("`") {
            let rest = &self.text[self.at..];
            let Some(end) = rest.find('`') else { return self.error("$end, expecting STRING") };
            self.at += end + 1;
            return Ok(rest[..end].to_owned());
        }
        if !self.take("\"") {
            return self.unexpected();
        }
        let mut value = String::new();
        let mut characters = self.text[self.at..].char_indices();
        while let Some((i, c)) = characters.next() {
            match c {
                '"' => {
                    self.at += i + 1;
                    return Ok(value);
                }
                '\n' => break,
                '\\' => match characters.next().map(|(_, c)| c) {
                    Some(c @ ('\\' | '"')) => value.push(c),
                    Some('n') => value.push('\n'),
                    Some('t') => value.push('\t'),
                    Some('r') => value.push('\r'),
                    _ => {
                        return Err(format!(
                            "parse error at line 1, col {}: invalid char escape",
                            self.at + i + 1
                        ));
                    }
                },
                c => value.push(c),
            }
        }
        Err(format!("parse error at line 1, col {}: literal not terminated", self.at))
    }
}
