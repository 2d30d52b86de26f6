//! Passages of documents that a knowledge base finds for an incident: what it is asked, and what is told of its answer.
//!
//! Knows titles, labels and the lines that stand out. Must not know who is asked. Documents are written by anybody: a passage
//! is data as a log line is, redacted before it is cut, and never longer than a few sentences.

use super::excerpt::{excerpt, squeeze};
use super::known::{FIRST_PASSAGE, LONGEST_TITLE};
use super::similar::{Traits, is_thing};
use super::{Item, Kind, Redacted, Redactor};

/// Of a question, in characters: the least bound that Bedrock's `Retrieve` had (`KnowledgeBaseQuery.text`).
pub const LONGEST_QUESTION: usize = 1_000;
/// Of one line in a question: several say more than one.
const LONGEST_PART: usize = 240;
/// Of a passage's text, in characters.
const EXCERPT: usize = 600;
/// So much of a passage is read at all.
const READ: usize = 20_000;
/// Passages that are told, of all knowledge bases.
const MOST: usize = 10;

/// What a knowledge base found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Passage {
    /// Its text, unredacted.
    pub text: String,
    /// Where the document is: an address of the web, a place in S3, an id.
    pub uri: String,
    /// How near it is to the question, in the base's own measure.
    pub score: Option<f64>,
}

/// The passages of one knowledge base.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// `evidence.sources[].name`.
    pub source: String,
    /// How a person asks the same.
    pub query: String,
    /// The nearest first.
    pub passages: Vec<Passage>,
}

/// What the incident is about, in words: its title, alert and things, those that a person named among them, and the lines that
/// stand out. `None` where nothing is left to ask.
pub fn question(now: &Traits, services: &[String], redactor: &Redactor) -> Option<Redacted> {
    let label = |(name, value): (&str, &str)| redactor.redact_value(name, value);
    let named = now.labels.iter().filter(|(name, _)| *name == "alertname").map(label);
    let things = now.labels.iter().filter(|(name, _)| is_thing(name)).map(label);
    let asked = services.iter().map(|service| redactor.redact_value("service", service));
    let lines = now.lines.iter().map(|line| redactor.redact_line(line));
    let title = std::iter::once(redactor.redact_line(&now.title));
    let mut question = Redacted::default();
    let mut length = 0;
    for part in title.chain(named).chain(things).chain(asked).chain(lines) {
        let part = excerpt(&squeeze(&part), LONGEST_PART);
        // A title often holds the names already.
        let known = part.as_str().trim().is_empty() || question.as_str().contains(part.as_str());
        let more = part.as_str().chars().count() + 1;
        if !known && length + more <= LONGEST_QUESTION {
            question.push(&part);
            question.push_fixed("\n");
            length += more;
        }
    }
    (length > 0).then_some(question)
}

/// The passages as items, in the order of their sources; the same text is told once. Their ids follow those of runbooks that
/// may help.
pub fn items(answers: &[Answer], redactor: &Redactor) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let each = |answer: &Answer| answer.passages.len();
    let longest = answers.iter().map(each).max().unwrap_or(0);
    // The nearest of each base come before the second ones: scores of two bases cannot be compared.
    let ranked = (0..longest)
        .flat_map(|rank| answers.iter().filter_map(move |answer| Some((answer, answer.passages.get(rank)?))));
    for (answer, passage) in ranked {
        let text = cut(&redactor.redact(beginning(&passage.text)), EXCERPT);
        let told = text.as_str().trim();
        if told.is_empty() || items.iter().any(|item| item.text.as_str().ends_with(told)) {
            continue;
        }
        if items.len() == MOST {
            break;
        }
        items.push(item(items.len(), answer, passage, &text, redactor));
    }
    items
}

fn item(index: usize, answer: &Answer, passage: &Passage, text: &Redacted, redactor: &Redactor) -> Item {
    let uri = redactor.redact_line(&passage.uri);
    let name = name(&passage.uri).unwrap_or(&answer.source);
    let mut title = redactor.redact_line(&format!("Document: {name}"));
    let score = passage.score.filter(|score| score.is_finite());
    title = excerpt(&squeeze(&title), LONGEST_TITLE - 20);
    if let Some(score) = score {
        title = Redacted::concat([&title, &Redacted::fixed(", score "), &Redacted::figure(score)]);
    }
    let mut whole = excerpt(&uri, LONGEST_TITLE);
    if !whole.as_str().is_empty() {
        whole.push_fixed("\n");
    }
    whole.push(text);
    Item {
        id: format!("{}{}", Kind::History.letter(), FIRST_PASSAGE + index),
        kind: Kind::History,
        source: answer.source.clone(),
        title,
        text: whole,
        query: Some(redactor.redact(&answer.query)),
        link: redactor.redact_url(&passage.uri),
        at: None,
        frequency: None,
        chart: None,
    }
}

/// What a document is called: the last part of its place.
fn name(uri: &str) -> Option<&str> {
    let place = uri.split(['?', '#']).next().unwrap_or_default();
    place.rsplit('/').find(|part| !part.trim().is_empty())
}

fn beginning(text: &str) -> &str {
    let end = text.char_indices().nth(READ).map_or(text.len(), |(end, _)| end);
    text.get(..end).unwrap_or_default()
}

/// At most `room` characters: whole sentences where those fill half of it, else whole words. What is left out is marked.
fn cut(text: &Redacted, room: usize) -> Redacted {
    let source = text.as_str();
    let Some((end, _)) = source.char_indices().nth(room) else { return text.clone() };
    let head = source.get(..end).unwrap_or_default();
    let ends = |(at, letter): (usize, char)| {
        let next = source.get(at + letter.len_utf8()..).and_then(|rest| rest.chars().next());
        let done = match letter {
            '。' | '！' | '？' => true,
            '.' | '!' | '?' => next.is_some_and(char::is_whitespace),
            _ => next == Some('\n'),
        };
        done.then_some(at + letter.len_utf8())
    };
    let sentence = head.char_indices().filter_map(ends).next_back().filter(|at| at * 2 >= head.len());
    let word = || head.rfind(char::is_whitespace).filter(|at| at * 2 >= head.len());
    let end = sentence.or_else(word).unwrap_or(head.len());
    text.pieces(&[(0..end, " …")])
}

#[cfg(test)]
mod tests;
