//! YAML as a tree in which every key and value knows its line.
//!
//! Scalars stay as they were written (`0123` is not the number 123), since only the reader of a key knows what
//! it wants. Must not know which keys exist.

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle};

/// Nodes in a document, aliases unfolded: far above any real file, and no bomb.
const MAX_NODES: usize = 50_000;
/// Levels of nesting.
const MAX_DEPTH: usize = 64;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// From 1.
    pub line: usize,
    /// What it is.
    pub value: Value,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// Text as it was written.
    Scalar(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping in its order; keys are unique.
    Map(Vec<Member>),
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The key.
    pub key: String,
    /// The line of the key, from 1.
    pub line: usize,
    /// The value.
    pub node: Node,
}

/// A document that cannot be read: its line and why.
pub type Fault = (usize, String);

/// Reads one document. An empty text is [`Value::Null`].
pub fn parse(text: &str) -> Result<Node, Fault> {
    let mut builder = Builder { parser: Parser::new_from_str(text), anchors: HashMap::new(), nodes: 0 };
    let mut root = None;
    while let Some((event, line)) = builder.next()? {
        if !event.is_node() {
            continue;
        }
        if root.is_some() {
            return Err((line, "a second document begins; a configuration is one document".to_owned()));
        }
        root = Some(builder.node(event, line, 0)?);
    }
    Ok(root.unwrap_or(Node { line: 1, value: Value::Null }))
}

struct Builder<'a> {
    parser: Parser<'a, granit_parser::StrInput<'a>>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
}

impl<'a> Builder<'a> {
    fn next(&mut self) -> Result<Option<(Event<'a>, usize)>, Fault> {
        match self.parser.next() {
            None => Ok(None),
            Some(Ok((event, span))) => Ok(Some((event, span.start.line()))),
            Some(Err(error)) => Err((error.marker().line(), format!("not YAML: {}", error.info()))),
        }
    }

    fn node(&mut self, event: Event<'a>, line: usize, depth: usize) -> Result<Node, Fault> {
        self.count(1, line)?;
        if depth > MAX_DEPTH {
            return Err((line, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        let anchor = event.anchor_id();
        let value = match event {
            Event::Scalar(text, style, _, _) => scalar(&text, style),
            Event::SequenceStart(..) => self.list(depth)?,
            Event::MappingStart(..) => self.map(depth)?,
            Event::Alias(id) => {
                let known = self.anchors.get(&id).cloned();
                let node = known.ok_or_else(|| (line, "an alias to an unfinished anchor".to_owned()))?;
                self.count(size(&node), line)?;
                return Ok(Node { line, value: node.value });
            }
            _ => return Err((line, "not a value".to_owned())),
        };
        let node = Node { line, value };
        if let Some(id) = anchor {
            self.anchors.insert(id, node.clone());
        }
        Ok(node)
    }

    fn count(&mut self, more: usize, line: usize) -> Result<(), Fault> {
        self.nodes = self.nodes.saturating_add(more);
        if self.nodes > MAX_NODES {
            return Err((line, format!("more than {MAX_NODES} values")));
        }
        Ok(())
    }

    fn list(&mut self, depth: usize) -> Result<Value, Fault> {
        let mut items = Vec::new();
        while let Some((event, line)) = self.next()? {
            match event {
                Event::SequenceEnd => break,
                event if event.is_node() => items.push(self.node(event, line, depth + 1)?),
                _ => {}
            }
        }
        Ok(Value::List(items))
    }

    fn map(&mut self, depth: usize) -> Result<Value, Fault> {
        let mut members: Vec<Member> = Vec::new();
        while let Some((event, line)) = self.next()? {
            let key = match event {
                Event::MappingEnd => break,
                Event::Scalar(key, ..) => key.into_owned(),
                event if event.is_node() => return Err((line, "a key must be plain text".to_owned())),
                _ => continue,
            };
            if let Some(first) = members.iter().find(|member| member.key == key) {
                return Err((line, format!("`{key}` is given twice, first in line {}", first.line)));
            }
            let (event, at) = self.next()?.ok_or_else(|| (line, format!("`{key}` ends with the file")))?;
            let node = self.node(event, at, depth + 1)?;
            members.push(Member { key, line, node });
        }
        Ok(Value::Map(members))
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style == ScalarStyle::Plain && matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Value::Null;
    }
    Value::Scalar(text.to_owned())
}

fn size(node: &Node) -> usize {
    match &node.value {
        Value::Null | Value::Scalar(_) => 1,
        Value::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Map(members) => 1 + members.iter().map(|member| size(&member.node)).sum::<usize>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_lines_and_spelling() {
        let root = parse("# x\na: 0123\nb:\n  - 'null'\n  - ~\nc: &x {d: 1.10}\ne: *x\n").unwrap();
        let Value::Map(members) = root.value else { panic!("no map") };
        let lines: Vec<_> = members.iter().map(|m| (m.key.as_str(), m.line)).collect();
        assert_eq!(lines, [("a", 2), ("b", 3), ("c", 6), ("e", 7)]);
        assert_eq!(members[0].node.value, Value::Scalar("0123".to_owned()));
        let Value::List(items) = &members[1].node.value else { panic!("no list") };
        assert_eq!((items[0].line, &items[0].value), (4, &Value::Scalar("null".to_owned())));
        assert_eq!(items[1].value, Value::Null);
        assert_eq!(members[2].node.value, members[3].node.value);
    }

    #[test]
    fn bombs_are_refused() {
        let mut bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
        for (from, to) in "abcdefg".chars().zip("bcdefgh".chars()) {
            bomb.push_str(&format!(
                "{to}: &{to} [*{from},*{from},*{from},*{from},*{from},*{from},*{from}]\n"
            ));
        }
        assert!(parse(&bomb).unwrap_err().1.contains("more than 50000 values"));
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        assert!(parse(&deep).unwrap_err().1.contains("nested deeper"));
        assert!(parse("a: &a [*a]").is_err());
    }
}
