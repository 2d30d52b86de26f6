//! Queries of Logs Insights, read as far as a value must stay in its place and a result must be understood.
//!
//! Knows the language's strings, patterns, comments and commands (FACTS E). Must not know the API, nor labels.

mod stats;
#[cfg(test)]
mod tests;

pub use stats::{Bin, Stats};

/// What AWS takes, in characters.
const LONGEST: usize = 10_000;
/// What follows these words is a pattern.
const BEFORE_PATTERNS: [&str; 2] = ["like", "=~"];
/// Commands whose rows are no lines of a log.
const WITHOUT_LINES: [&str; 5] = ["stats", "pattern", "diff", "anomaly", "display"];
/// Commands that take rows away.
const CUTTING: [&str; 3] = ["limit", "filter", "dedup"];

/// Where a letter of a query stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In commands and expressions.
    Outside,
    /// Behind a `#`, up to the end of the line.
    Comment,
    /// Within `'…'` or `"…"`; whether it is a pattern.
    String {
        /// The quotes around it.
        by: char,
        /// Whether it stands behind `=~`.
        regex: bool,
    },
    /// Within `/…/` or a field's backticks.
    Other(char),
}

/// Reads letter by letter.
#[derive(Debug)]
struct Reader {
    place: Place,
    /// What stands outside since the last string, in lower case.
    before: String,
    /// The first word of the command that is read.
    command: String,
    escaped: bool,
}

impl Default for Reader {
    fn default() -> Self {
        Self { place: Place::Outside, before: String::new(), command: String::new(), escaped: false }
    }
}

impl Reader {
    /// Where `letter` stands; what opens a string stands outside of it.
    fn read(&mut self, letter: char) -> Place {
        let stands = self.place;
        if std::mem::take(&mut self.escaped) {
            return stands;
        }
        match (stands, letter) {
            (Place::Outside, '|') => self.command.clear(),
            (Place::Outside, '#') => self.place = Place::Comment,
            (Place::Outside, '"' | '\'') => {
                let regex = self.before.trim_end().ends_with("=~");
                self.place = Place::String { by: letter, regex };
            }
            (Place::Outside, '`') => self.place = Place::Other(letter),
            (Place::Outside, '/') if self.is_pattern() => self.place = Place::Other(letter),
            (Place::Outside, letter) => self.command.extend(letter.to_lowercase()),
            (Place::Comment, '\n') => self.place = Place::Outside,
            (Place::String { .. } | Place::Other('/'), '\\') => self.escaped = true,
            (Place::String { by, .. } | Place::Other(by), end) if by == end => self.place = Place::Outside,
            _ => {}
        }
        match self.place {
            Place::Outside => self.before.extend(letter.to_lowercase()),
            Place::Comment => {}
            Place::String { .. } | Place::Other(_) => self.before.clear(),
        }
        stands
    }

    /// Whether a slash begins a pattern: elsewhere it divides.
    fn is_pattern(&self) -> bool {
        let parses = self.command.split_whitespace().next() == Some("parse");
        parses || BEFORE_PATTERNS.iter().any(|word| self.before.trim_end().ends_with(word))
    }
}

/// Where the end of `text` stands.
pub fn place(text: &str) -> Place {
    let mut reader = Reader::default();
    for letter in text.chars() {
        reader.read(letter);
    }
    reader.place
}

/// The letters that stand outside of strings, patterns and comments; the `#` of a comment is one of them.
pub fn outside(text: &str) -> impl Iterator<Item = char> {
    let mut reader = Reader::default();
    text.chars().filter(move |letter| reader.read(*letter) == Place::Outside)
}

/// What is wrong with a query, and what to do about it.
pub type Wrong = (String, &'static str);

/// A query, as its commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Without comments, none empty.
    commands: Vec<String>,
}

impl Query {
    /// Reads a query whose placeholders are filled, or still stand in strings.
    ///
    /// # Errors
    /// When it is empty or too long, names its own log groups, or a string is not closed.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        let (mut reader, mut commands) = (Reader::default(), vec![String::new()]);
        for letter in text.chars() {
            let stands = reader.read(letter);
            match (stands, letter, commands.last_mut()) {
                (Place::Outside, '|', _) => commands.push(String::new()),
                (Place::Outside, '#', _) => {}
                (Place::Comment, other, _) if other != '\n' => {}
                (_, other, Some(command)) => command.push(other),
                (_, _, None) => {}
            }
        }
        if matches!(reader.place, Place::String { .. } | Place::Other(_)) {
            return Err(("a string or a pattern of the query is not closed".into(), "close it"));
        }
        let commands = commands.iter().map(|one| one.trim().to_owned()).filter(|one| !one.is_empty());
        let query = Self { commands: commands.collect() };
        if query.commands.is_empty() {
            return Err((
                "the query says nothing".into(),
                "write commands, such as filter @message like 'x'",
            ));
        }
        if query.words().any(|word| word == "source") {
            let what = "the query names log groups with SOURCE".to_owned();
            return Err((
                what,
                "name them in `log_groups` of a source, and that source on the block: ```logs-insights NAME",
            ));
        }
        if query.text().chars().count() > LONGEST {
            return Err((format!("the query is longer than {LONGEST} characters"), "make it shorter"));
        }
        Ok(query)
    }

    /// As it is sent.
    pub fn text(&self) -> String {
        self.commands.join("\n| ")
    }

    /// The names of the commands, in lower case.
    fn words(&self) -> impl Iterator<Item = String> {
        let word = |command: &String| command.split_whitespace().next().unwrap_or_default().to_lowercase();
        self.commands.iter().map(word)
    }

    /// Whether its rows are lines of a log.
    pub fn gives_lines(&self) -> bool {
        !self.words().any(|word| WITHOUT_LINES.contains(&word.as_str()))
    }

    /// How many rows it gives at most by itself.
    pub fn limit(&self) -> Option<usize> {
        let limits = self.commands.iter().zip(self.words()).filter(|(_, word)| word == "limit");
        limits.filter_map(|(command, _)| command.split_whitespace().nth(1)?.parse().ok()).min()
    }

    /// What its last `stats` counts, and by what.
    pub fn stats(&self) -> Option<Stats> {
        let words: Vec<String> = self.words().collect();
        let at = words.iter().rposition(|word| word == "stats")?;
        let rest = words.get(at + 1..).unwrap_or_default();
        let whole = !rest.iter().any(|word| CUTTING.contains(&word.as_str()));
        Some(Stats::read(self.commands.get(at)?.split_at_checked("stats".len())?.1, whole))
    }

    /// What AWS takes, and its author can hardly mean.
    fn odd(&self) -> Option<Wrong> {
        let mut words = self.words().skip_while(|word| word != "limit");
        let later = words.find(|word| word == "filter" || word == "stats")?;
        Some((
            format!("`limit` stands before `{later}`, so that rows are cut away first"),
            "put `limit` last",
        ))
    }
}

/// What is wrong with a block of a runbook.
pub fn fault(text: &str) -> Option<Wrong> {
    let placeholders = text.match_indices("{{").map(|(at, _)| text.split_at(at).0);
    let loose = placeholders.map(place).any(|place| !matches!(place, Place::String { .. }));
    if loose {
        let remedy = "write it inside of a string, as in service = '{{labels.service}}'";
        return Some(("a placeholder of the query stands outside of a string".into(), remedy));
    }
    match Query::parse(text) {
        Ok(query) => query.odd(),
        Err(wrong) => Some(wrong),
    }
}
