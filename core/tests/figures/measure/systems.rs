//! The logs that `tests/corpora/systems.txt` describes, line by line, each with the statement that wrote it.
//!
//! Knows how that file is written. Must not draw anything that differs from one run to the next.

use super::corpora;
use super::grouping::{Grouping, assigned, score};
use super::values::{Values, fill};

/// One kind of software.
pub struct System {
    /// As the file calls it.
    pub name: String,
    form: String,
    statements: Vec<Statement>,
}

struct Statement {
    lines: usize,
    level: String,
    logger: String,
    text: String,
}

/// A line as it is logged, its message alone, and the number of its statement.
pub struct Written {
    pub raw: String,
    pub content: String,
    pub statement: u32,
}

/// All systems of the file.
pub fn systems() -> Vec<System> {
    let text = corpora::text("systems.txt");
    let mut systems: Vec<System> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")) {
        if let Some(name) = line.strip_prefix("== ") {
            systems.push(System { name: name.to_owned(), form: String::new(), statements: Vec::new() });
            continue;
        }
        let system = systems.last_mut().expect("a `== name` comes first");
        match line.strip_prefix("@ ") {
            Some(form) => system.form = form.to_owned(),
            None => system.statements.push(statement(line)),
        }
    }
    systems
}

fn statement(line: &str) -> Statement {
    let mut parts = line.splitn(4, ' ');
    let mut next = || parts.next().unwrap_or_else(|| panic!("four parts are needed: {line}")).to_owned();
    let lines = next().parse().unwrap();
    let (level, logger) = (next(), next());
    let word = |word: String| if word == "-" { String::new() } else { word };
    Statement { lines, level: word(level), logger: word(logger), text: next() }
}

impl System {
    /// As many lines of each statement as the file says, mixed.
    pub fn lines(&self) -> Vec<Written> {
        let counted = self.statements.iter().enumerate();
        let mut order: Vec<usize> = counted.flat_map(|(i, one)| std::iter::repeat_n(i, one.lines)).collect();
        let mut values = Values::new(self.name.len() as u64 * 31 + order.len() as u64);
        for i in (1..order.len()).rev() {
            order.swap(i, values.below(i as u64 + 1) as usize);
        }
        order.into_iter().map(|i| self.line(i, &mut values)).collect()
    }

    /// One line, of a statement drawn by how frequent it is.
    pub fn draw(&self, values: &mut Values) -> Written {
        let all: usize = self.statements.iter().map(|one| one.lines).sum();
        let mut left = values.below(all as u64) as usize;
        let i = self.statements.iter().position(|one| {
            let here = left < one.lines;
            left = left.saturating_sub(one.lines);
            here
        });
        self.line(i.unwrap_or(0), values)
    }

    fn line(&self, i: usize, values: &mut Values) -> Written {
        let statement = &self.statements[i];
        values.tick();
        let content = fill(&statement.text, values, "", &statement.level, &statement.logger);
        let raw = fill(&self.form, values, &content, &statement.level, &statement.logger);
        Written { raw, content, statement: i as u32 }
    }
}

/// How well each system's lines are grouped.
pub fn grouped(raw: bool) -> Vec<Grouping> {
    let one = |system: &System| {
        let lines = system.lines();
        let text =
            |line: usize| if raw { lines[line].raw.as_bytes() } else { lines[line].content.as_bytes() };
        let truth: Vec<u32> = lines.iter().map(|line| line.statement).collect();
        score(&truth, &assigned((0..lines.len()).map(text)))
    };
    systems().iter().map(one).collect()
}
