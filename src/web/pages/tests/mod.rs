//! Every page in every state, rendered strictly.

mod asked;
mod declared;
mod drawn;
mod graph;
mod inbox;
mod incident;
mod languages;
mod looks;
mod others;
mod ran;
mod samples;
mod silences;
mod spent;
mod states;

use firstlook_core::Language;
use firstlook_core::notify::Zone;

use super::Pages;

fn pages() -> Pages {
    Pages::new(Language::En, Zone::utc()).unwrap()
}

/// What holds for each page: well-formed where it can be counted, one `h1`, nothing that a strict policy forbids, no id
/// twice, and every link within the page arrives.
fn check(html: &str) {
    for name in [
        "main", "section", "ul", "ol", "table", "form", "details", "aside", "dl", "svg", "article", "div",
        "p", "span",
    ] {
        let (open, close) = (tags(html, name), html.matches(&format!("</{name}>")).count());
        assert_eq!(open, close, "<{name}> is opened {open} times, closed {close} times");
    }
    assert_eq!(tags(html, "h1"), 1, "one h1");
    for forbidden in [" style=", "<script", "javascript:", " onload=\"", "\u{202e}", "{{", "}}"] {
        assert!(!html.contains(forbidden), "{forbidden:?} stands in the page");
    }
    let ids: Vec<&str> = attribute(html, " id=\"");
    for (n, id) in ids.iter().enumerate() {
        assert!(!ids[n + 1..].contains(id), "id {id} stands twice");
    }
    for target in attribute(html, "href=\"#") {
        assert!(ids.contains(&target), "#{target} leads nowhere");
    }
    for target in attribute(html, "aria-labelledby=\"") {
        assert!(ids.contains(&target), "#{target} labels nothing");
    }
    for link in html.split("<a ").skip(1).filter_map(|a| a.split('>').next()) {
        let outside = link.contains("href=\"http");
        assert!(!outside || link.contains("rel=\"noopener noreferrer\""), "{link}");
    }
}

fn tags(html: &str, name: &str) -> usize {
    html.matches(&format!("<{name}>")).count() + html.matches(&format!("<{name} ")).count()
}

fn attribute<'h>(html: &'h str, start: &str) -> Vec<&'h str> {
    html.split(start).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// Each of `texts` stands on the page, after the one before it.
fn in_order(html: &str, texts: &[&str]) {
    let mut from = 0;
    for text in texts {
        let found = html[from..].find(text);
        let found = found.unwrap_or_else(|| panic!("{text:?} does not stand where it should in {texts:?}"));
        from += found + text.len();
    }
}

/// Writes the page to `FIRSTLOOK_PAGES` to be looked at in a browser, beside a copy of the style sheet.
fn keep(name: &str, html: &str) {
    check(html);
    if let Ok(folder) = std::env::var("FIRSTLOOK_PAGES") {
        let html = html.replace("/static/style.css", "style.css");
        std::fs::write(format!("{folder}/{name}.html"), html).unwrap();
        std::fs::write(format!("{folder}/style.css"), super::STYLE).unwrap();
    }
}

#[test]
fn every_word_and_every_icon_of_a_template_exists_and_is_used() {
    let all: String = super::TEMPLATES.iter().map(|(_, t)| *t).collect();
    let used: Vec<&str> = all.split("{{t \"").skip(1).filter_map(|t| t.split('"').next()).collect();
    for key in &used {
        assert!(
            Language::ALL.iter().all(|language| super::words::text(*language, key).is_some()),
            "no word is called {key}"
        );
    }
    for key in super::words::keys() {
        assert!(used.contains(&key), "{key} is used by no template");
    }
    let drawn: Vec<&str> = attribute(&all, "<symbol id=\"");
    for icon in all.split("{{icon \"").skip(1).filter_map(|t| t.split('"').next()) {
        assert!(drawn.contains(&icon), "{icon} is not drawn");
    }
}

#[test]
fn the_style_sheet_needs_nothing_from_elsewhere() {
    for outside in ["@import", "url(", "http://", "https://", "expression("] {
        assert!(!super::STYLE.contains(outside), "{outside}");
    }
}
