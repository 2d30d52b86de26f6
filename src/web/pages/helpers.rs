//! What templates call: words, icons, and the escaping of all that they print.
//!
//! Knows HTML. Must not know what is printed.

use firstlook_core::Language;
use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderErrorReason,
};

use super::words;

/// Text as HTML that shows it: safe between tags and in quoted attributes. Characters that steer the terminal or
/// turn the direction of the text around them (U+202E and its like) become U+FFFD, so that no label can make a line
/// read otherwise than it is.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#x27;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || is_bidi_control(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// The explicit formatting characters of the Unicode bidirectional algorithm (UAX #9, section 2).
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `{{t "key"}}`: a word of [`words::text`] in a language. An unknown key is an error, as an unknown field is.
pub(super) struct Word(pub Language);

impl HelperDef for Word {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let key = argument(helper)?;
        let word = words::text(self.0, key)
            .ok_or_else(|| RenderErrorReason::Other(format!("no word is called {key}")))?;
        out.write(&escape(word))?;
        Ok(())
    }
}

/// `{{icon "i-ok"}}`: a drawing of the sheet in `head.hbs`; beside it there is always a word.
pub(super) fn icon(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let name = escape(argument(helper)?);
    out.write(&format!("<svg class=\"i\" aria-hidden=\"true\"><use href=\"#{name}\"/></svg>"))?;
    Ok(())
}

fn argument<'h>(helper: &'h Helper<'_>) -> Result<&'h str, RenderErrorReason> {
    helper
        .param(0)
        .and_then(|p| p.value().as_str())
        .ok_or_else(|| RenderErrorReason::Other(format!("{} wants a name", helper.name())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_text_cannot_leave_its_place() {
        let cases = [
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            (r#"" onload="x"#, "&quot; onload=&quot;x"),
            ("it's & that", "it&#x27;s &amp; that"),
            ("a\u{202e}b\u{2066}c\u{200f}", "a\u{fffd}b\u{fffd}c\u{fffd}"),
            ("two\nlines\t\u{7}\r", "two\nlines\t\u{fffd}\u{fffd}"),
            ("アラーム", "アラーム"),
        ];
        for (text, html) in cases {
            assert_eq!(escape(text), html);
        }
    }
}
