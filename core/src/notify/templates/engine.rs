//! One template of a person's: read strictly, and rendered so that what others wrote stays text.
//!
//! Knows Handlebars and the three shapes of what is rendered. Must not know which template stands for what, nor where files lie.

use std::io;

use handlebars::template::TemplateElement::{self, *};
use handlebars::{Handlebars, RenderError, RenderErrorReason, Template};
use serde_json::Value;

use super::super::analysis;
use super::super::text;
use super::super::zone::Zone;
use super::helpers;

/// Bytes of what is rendered: more than an incident that is printed whole.
const MOST: usize = 8 * 1024 * 1024;
/// What mends most faults.
const LISTED: &str = "docs/TEMPLATES.md lists what there is";

/// What is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Text without markup: whatever is printed stays on its line.
    Plain,
    /// A JSON document: what is printed stays within its string.
    Json,
    /// Markdown: what is printed is no markup.
    Markdown,
}

impl Shape {
    /// Outside text as it may stand in a template of this shape.
    pub(super) fn escape(self, words: &str) -> String {
        match self {
            Self::Plain => text::spaced(words),
            Self::Markdown => analysis::text(words),
            Self::Json => {
                let quoted = Value::from(words).to_string();
                quoted
                    .strip_prefix('"')
                    .and_then(|rest| rest.strip_suffix('"'))
                    .unwrap_or_default()
                    .to_owned()
            }
        }
    }
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {what}; {remedy}")]
pub struct Fault {
    /// The file's name within the folder.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// For people.
    pub what: String,
    /// What to write.
    pub remedy: String,
}

/// A template that was read.
#[derive(Debug)]
pub(super) struct Engine {
    registry: Handlebars<'static>,
    file: String,
}

const NAME: &str = "template";

impl Engine {
    /// Reads `source`, the text of `file`. `zone`: how times are written.
    pub(super) fn new(file: &str, source: &str, shape: Shape, zone: &Zone) -> Result<Self, Fault> {
        let fault = |line, what: &str, remedy: &str| Fault {
            file: file.to_owned(),
            line,
            what: what.to_owned(),
            remedy: remedy.to_owned(),
        };
        let template = Template::compile(source).map_err(|error| {
            let line = error.pos().map_or(1, |(line, _)| line);
            fault(line, &error.reason().to_string(), "mend the Handlebars of this line")
        })?;
        if let Some((line, (what, remedy))) = refused(&template) {
            return Err(fault(line, what, remedy));
        }
        let mut registry = Handlebars::new();
        registry.set_strict_mode(true);
        registry.set_prevent_indent(true);
        registry.register_escape_fn(move |words| shape.escape(words));
        registry.unregister_helper("log");
        helpers::register(&mut registry, shape, zone);
        registry.register_template(NAME, template);
        Ok(Self { registry, file: file.to_owned() })
    }

    /// Renders it.
    pub(super) fn render(&self, context: &Value) -> Result<String, Fault> {
        let mut out = Bounded(Vec::new());
        let rendered = self.registry.render_to_write(NAME, context, &mut out);
        rendered.map_err(|error| self.unrendered(&error))?;
        String::from_utf8(out.0).map_err(|_| self.fault(1, "renders no text", "write UTF-8"))
    }

    /// A fault of what was rendered.
    pub(super) fn fault(&self, line: usize, what: impl Into<String>, remedy: impl Into<String>) -> Fault {
        Fault { file: self.file.clone(), line, what: what.into(), remedy: remedy.into() }
    }

    fn unrendered(&self, error: &RenderError) -> Fault {
        let line = error.line_no.unwrap_or(1);
        let around = format!("put what may be absent into `{{{{#if …}}}}`; {LISTED}");
        match error.reason() {
            RenderErrorReason::MissingVariable(Some(name)) => {
                self.fault(line, format!("not every incident has `{name}`"), around)
            }
            RenderErrorReason::MissingVariable(None) => {
                self.fault(line, "not every incident has what is printed here", around)
            }
            RenderErrorReason::HelperNotFound(name) => {
                self.fault(line, format!("there is no helper `{name}`"), LISTED)
            }
            RenderErrorReason::IOError(_) => {
                self.fault(line, format!("it renders more than {MOST} bytes"), "print less, or take `cut`")
            }
            other => self.fault(line, other.to_string(), LISTED),
        }
    }
}

/// The first thing in it that could undo what keeps outside text harmless, or could go on for ever.
fn refused(template: &Template) -> Option<(usize, (&'static str, &'static str))> {
    let lines = template.mapping.iter().map(|at| at.0).chain(std::iter::repeat(1));
    template.elements.iter().zip(lines).find_map(|(element, line)| match element {
        HtmlExpression(_) => Some((
            line,
            (
                "`{{{…}}}` and `{{&…}}` would let what others wrote be more than text",
                "write `{{…}}`, or `{{json …}}` for a whole value",
            ),
        )),
        element if is_partial(element) => Some((
            line,
            ("`{{>…}}` and `{{#*…}}` are not known here", "write out here what the other template holds"),
        )),
        Expression(inner) | HelperBlock(inner) => {
            [&inner.template, &inner.inverse].into_iter().flatten().find_map(refused)
        }
        _ => None,
    })
}

fn is_partial(element: &TemplateElement) -> bool {
    matches!(element, PartialExpression(_) | PartialBlock(_) | DecoratorExpression(_) | DecoratorBlock(_))
}

/// What was written, up to [`MOST`].
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MOST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
