//! SVG as text: elements whose values cannot break out of them.
//!
//! Knows XML's rules. Must not know what is drawn; there is no other way to put outside text into a picture than [`Svg::text`].

use std::fmt::Write;

/// The one family that every picture asks for; its font is part of the binary.
const FAMILY: &str = "Roboto";

/// Where a text's place lies in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// At its left end.
    Start,
    /// In its middle.
    Middle,
    /// At its right end.
    End,
}

/// A drawing that grows from its ground up.
#[derive(Debug, Clone)]
pub struct Svg(String);

impl Svg {
    /// An empty drawing on white. `title` is what it shows, for programs that read it aloud.
    pub fn new(width: u32, height: u32, title: &str) -> Self {
        Self(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"{FAMILY}\"><title>{}</title>\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>",
            escape(title)
        ))
    }

    /// A filled rectangle. Places and sizes that are no numbers are drawn as 0.
    pub fn rect(&mut self, [x, y, width, height]: [f64; 4], fill: &'static str) {
        let [x, y, width, height] = [x, y, width, height].map(number);
        self.put(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\"/>"
        ));
    }

    /// A line along `path`, `width` units wide; `dash` as SVG writes it, or nothing.
    pub fn path(&mut self, path: &str, stroke: &'static str, width: f64, dash: &'static str) {
        let path = escape(path);
        self.put(format_args!(
            "<path d=\"{path}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"{width}\" stroke-dasharray=\"{}\" \
             stroke-linecap=\"round\" stroke-linejoin=\"round\"/>",
            if dash.is_empty() { "none" } else { dash }
        ));
    }

    /// One line of text at its baseline, whatever stands in it.
    pub fn text(&mut self, (x, y): (f64, f64), size: u32, anchor: Anchor, fill: &'static str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let (x, y, text) = (number(x), number(y), escape(text));
        self.put(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" text-anchor=\"{anchor}\" fill=\"{fill}\">{text}</text>"
        ));
    }

    /// A filled shape along `path`.
    pub fn area(&mut self, path: &str, fill: &'static str) {
        let path = escape(path);
        self.put(format_args!("<path d=\"{path}\" fill=\"{fill}\"/>"));
    }

    /// What follows is moved by so much, until [`Svg::end`].
    pub fn begin(&mut self, x: f64, y: f64) {
        let (x, y) = (number(x), number(y));
        self.put(format_args!("<g transform=\"translate({x} {y})\">"));
    }

    /// See [`Svg::begin`].
    pub fn end(&mut self) {
        self.put(format_args!("</g>"));
    }

    /// The whole document.
    pub fn finish(mut self) -> String {
        self.0.push_str("</svg>");
        self.0
    }

    fn put(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.0.write_fmt(element);
    }
}

/// A place to a tenth of a unit.
fn number(value: f64) -> String {
    if value.is_finite() { format!("{value:.1}") } else { "0".to_owned() }
}

/// Text for content and attributes. Characters that XML does not have at all (section 2.2) become spaces: one of them makes
/// a whole document unreadable.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => out.push(' '),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_text_stays_text() {
        let mut svg = Svg::new(10, 10, "</title><script>alert(1)</script>");
        let hostile = "\"/></text><image href='file:///etc/passwd'/>&xxe;\u{0}\u{1b}[31m\u{ffff}]]>";
        svg.text((1.0, 2.0), 12, Anchor::Start, "#000000", hostile);
        let text = svg.finish();
        assert!(text.contains(
            "&quot;/&gt;&lt;/text&gt;&lt;image href=&#39;file:///etc/passwd&#39;/&gt;&amp;xxe;  [31m ]]&gt;"
        ));
        assert_eq!((text.matches("<text").count(), text.matches("<image").count()), (1, 0));
        assert!(!text.contains("<script") && !text.chars().any(|c| c.is_control()), "{text}");
    }

    #[test]
    fn what_is_no_number_is_no_place() {
        let mut svg = Svg::new(10, 10, "x");
        svg.rect([f64::NAN, f64::INFINITY, 1.25, -0.5], "#ffffff");
        assert!(svg.finish().contains("<rect x=\"0\" y=\"0\" width=\"1.2\" height=\"-0.5\""));
    }
}
