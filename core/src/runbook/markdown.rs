//! The Markdown of a runbook: its title, its sections and their steps.
//!
//! Knows comrak's tree. Must not know front matter or matchers.

use comrak::nodes::{AstNode, NodeCodeBlock, NodeLink, NodeValue};
use comrak::{Arena, Options, parse_document};

use super::{Block, Fault, Language, Query, Step, insights};

/// Sections that explain. Their lists are nothing to do, so they are no steps.
const EXPLAINING: [&str; 13] = [
    "impact",
    "meaning",
    "overview",
    "summary",
    "description",
    "background",
    "context",
    "references",
    "links",
    "see also",
    "related",
    "dashboards",
    "history",
];

/// What the Markdown says, and what is wrong with it.
#[derive(Debug, Default)]
pub struct Document {
    /// The first heading's text; empty where there is none.
    pub title: String,
    /// In the order of the file.
    pub steps: Vec<Step>,
    /// Blocks that are queries, in the order of the file; lines as those of faults.
    pub queries: Vec<Query>,
    /// Lines count from the first line of the Markdown, which is 1.
    pub faults: Vec<Fault>,
}

/// Reads a document. Whatever the text is, something is read.
pub fn read(text: &str) -> Document {
    let mut options = Options::default();
    options.extension.tasklist = true;
    options.extension.table = true;
    options.extension.strikethrough = true;
    let arena = Arena::new();
    let root = parse_document(&arena, text, &options);
    let mut reader = Reader::default();
    for node in root.children() {
        reader.block(node);
    }
    for node in root.descendants() {
        reader.check(node);
    }
    reader.document.faults.sort_by_key(|fault| fault.line);
    reader.document
}

#[derive(Default)]
struct Reader {
    document: Document,
    section: String,
    explains: bool,
    /// Whether a block that stands here, outside a list, belongs to the step before it.
    after_step: bool,
}

impl Reader {
    /// A block at the top level.
    fn block<'a>(&mut self, node: &'a AstNode<'a>) {
        match &node.data().value {
            NodeValue::Heading(_) => {
                self.section = words(node).text;
                self.explains = EXPLAINING.contains(&self.section.to_lowercase().as_str());
                self.after_step = false;
                if self.document.title.is_empty() {
                    self.document.title.clone_from(&self.section);
                }
            }
            NodeValue::List(_) if !self.explains => {
                node.children().for_each(|item| self.step(item));
            }
            NodeValue::CodeBlock(code) => self.loose_block(line(node), code),
            _ => {}
        }
    }

    fn step<'a>(&mut self, item: &'a AstNode<'a>) {
        let Words { text, blocks } = words(item);
        if text.is_empty() && blocks.is_empty() {
            let what = format!("a step under {:?} says nothing", self.section);
            self.document.faults.push(Fault::new(line(item), what, "write what to do, or remove it"));
            return;
        }
        let id = format!("R{}", self.document.steps.len().saturating_add(1));
        self.document.steps.push(Step { id, section: self.section.clone(), text, blocks });
        self.after_step = true;
    }

    /// A block that is not indented enough to be inside the list item: it belongs to that step all the same.
    fn loose_block(&mut self, line: usize, code: &NodeCodeBlock) {
        let block = to_block(code);
        match self.document.steps.last_mut() {
            Some(step) if self.after_step => step.blocks.push(block),
            _ if Language::of(&block.language).is_some() => self.document.faults.push(Fault::new(
                line,
                format!("this {} block belongs to no step, so it is never run", block.language),
                "put it under a list item, indented as its text is",
            )),
            _ => {}
        }
    }

    /// What can be wrong with any node, wherever it stands.
    fn check<'a>(&mut self, node: &'a AstNode<'a>) {
        let fault = match &node.data().value {
            NodeValue::CodeBlock(code) => {
                let Block { language, source, .. } = to_block(code);
                if let Some(language) = Language::of(&language) {
                    self.document.queries.push(Query { line: line(node), language, source });
                }
                code_fault(code)
            }
            NodeValue::Link(link) | NodeValue::Image(link) => link_fault(link),
            _ => None,
        };
        if let Some((what, remedy)) = fault {
            self.document.faults.push(Fault::new(line(node), what, remedy));
        }
    }
}

fn line<'a>(node: &'a AstNode<'a>) -> usize {
    node.data().sourcepos.start.line.max(1)
}

fn code_fault(code: &NodeCodeBlock) -> Option<(String, &'static str)> {
    if code.fenced && !code.closed {
        return Some((
            "this code block is never closed, so it takes all that follows".to_owned(),
            "close it with the same fence, indented as its beginning",
        ));
    }
    if code.fenced && code.literal.trim().is_empty() {
        return Some(("this code block is empty".to_owned(), "write the query or command, or remove it"));
    }
    let name = to_block(code).language;
    if let Some(meant) = Language::meant(&name) {
        let remedy = match meant {
            Language::LogQl => "write ```logql",
            Language::PromQl => "write ```promql",
            Language::LogsInsights => "write ```logs-insights",
        };
        return Some((format!("{name:?} is no language of queries, so this block is never run"), remedy));
    }
    match Language::of(&name) {
        Some(Language::LogsInsights) => insights::fault(&code.literal),
        _ => None,
    }
}

/// Links must work from a page and from a chat message, where the file's neighbours are not at hand, except that another
/// runbook may be named by its file.
fn link_fault(link: &NodeLink) -> Option<(String, &'static str)> {
    let url = link.url.trim();
    let scheme = url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("http" | "https" | "mailto") => None,
        Some(other) if other.chars().all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c)) => {
            Some((format!("the link {url:?} is not of http, https or mailto"), "link to a web address"))
        }
        _ if url.is_empty() => Some(("a link leads nowhere".to_owned(), "give its address")),
        _ if url.starts_with('#') => None,
        _ => {
            let path = url.split(['#', '?']).next().unwrap_or_default();
            let leaves = path.starts_with('/') || path.split('/').any(|part| part == "..");
            let runbook = path.to_ascii_lowercase().ends_with(".md");
            (leaves || !runbook).then(|| {
                (
                    format!("the relative link {url:?} cannot be followed from a message or a page"),
                    "write the whole web address; only runbooks of this folder may be linked by file name",
                )
            })
        }
    }
}

fn to_block(code: &NodeCodeBlock) -> Block {
    let mut words = code.info.split_whitespace();
    let language = words.next().unwrap_or_default().to_lowercase();
    let source = words.next().filter(|_| Language::of(&language).is_some()).map(str::to_owned);
    Block { language, source, text: code.literal.trim_end().to_owned() }
}

/// The plain words below a node, and the code blocks apart.
#[derive(Default)]
struct Words {
    text: String,
    blocks: Vec<Block>,
}

/// Collects without recursion, since a hostile file nests as deep as it is long.
fn words<'a>(node: &'a AstNode<'a>) -> Words {
    let mut found = Words::default();
    let mut first = true;
    for inner in node.descendants() {
        match &inner.data().value {
            NodeValue::Text(text) => found.text.push_str(text),
            NodeValue::Code(code) => found.text.push_str(&code.literal),
            NodeValue::SoftBreak | NodeValue::LineBreak => found.text.push(' '),
            NodeValue::CodeBlock(code) => found.blocks.push(to_block(code)),
            NodeValue::Item(_) | NodeValue::TaskItem(_) if !first => found.separate("; "),
            NodeValue::Paragraph | NodeValue::Heading(_) | NodeValue::TableCell => found.separate(" "),
            _ => {}
        }
        first = false;
    }
    found.text = found.text.split_whitespace().collect::<Vec<_>>().join(" ");
    found
}

impl Words {
    /// Ends a piece: with `mark`, or with a blank where the piece has its own punctuation.
    fn separate(&mut self, mark: &str) {
        let text = self.text.trim_end();
        if text.is_empty() || text.len() < self.text.len() {
            return;
        }
        self.text.push_str(if text.ends_with(['.', ',', ':', ';', '?', '!']) { " " } else { mark });
    }
}
