//! The syntax, case by case.

use chrono::DateTime;
use firstlook_core::Language;
use firstlook_core::notify::Zone;

use super::*;

fn reader() -> Reader {
    let now = DateTime::from_timestamp(1_795_111_620 + 840, 0).unwrap();
    Reader { language: Language::En, now: Zone::utc().local(now) }
}

fn one(s: &Span) -> String {
    let style = [(s.style.bold, 'b'), (s.style.italic, 'i'), (s.style.strike, 's'), (s.style.code, 'c')];
    let style: String = style.iter().filter(|(on, _)| *on).map(|(_, c)| *c).collect();
    let mention = if s.mention { "!" } else { "" };
    format!("{style}{mention}{}:{}", s.href.as_deref().map(|h| format!("[{h}]")).unwrap_or_default(), s.text)
}

fn shape(text: &str) -> Vec<String> {
    spans(text, reader()).iter().map(one).collect()
}

#[test]
fn marks_are_read_and_entities_undone() {
    assert_eq!(shape("*a* _b_ `c &lt;d&gt;`"), ["b:a", ": ", "i:b", ": ", "c:c <d>"]);
    assert_eq!(shape("*a _b ~c~_*"), ["b:a ", "bi:b ", "bis:c"]);
    assert_eq!(shape("see <https://x/1|R&amp;3>."), [":see ", "[https://x/1]:R&3", ":."]);
    assert_eq!(shape("*<https://x|y>*"), ["b[https://x]:y"]);
    assert_eq!(shape(":fire: &amp;lt; 18:07:01"), [":🔥 &lt; 18:07:01"]);
}

#[test]
fn dates_are_read_in_their_format() {
    assert_eq!(shape("<!date^1795111620^{time}, {ago}|f>"), [":18:07, 14 min ago"]);
    assert_eq!(shape("<!date^1795111620^{date_num}^https://x/|f>"), ["[https://x/]:2026-11-19"]);
    assert_eq!(shape("<!date^x^{time}|f&amp;>"), [":f&"]);
    assert_eq!(shape("<!date^99999999999999999^{time}|f>"), [":f"]);
}

#[test]
fn who_is_named_is_seen() {
    assert_eq!(
        shape("<@U1> <@U1|aya> <#C1|ops> <#C1>"),
        ["!:@U1", ": ", "!:@aya", ": ", "!:#ops", ": ", "!:#C1"]
    );
    assert_eq!(shape("<!here> <!subteam^S1|@platform>"), ["!:@here", ": ", "!:@platform"]);
}

#[test]
fn what_is_not_closed_or_not_a_mark_is_text() {
    assert_eq!(shape("snake_case_name 2*3*4 *open"), [":snake_case_name 2*3*4 *open"]);
    assert_eq!(shape("`a\nb` ** <> * a * ~~"), [":`a\nb` ** <> * a * ~~"]);
    assert_eq!(shape("*a *b*"), ["b:a *b"]);
    assert_eq!(shape("<javascript:x|y>"), [":y"]);
    assert_eq!(shape(""), Vec::<String>::new());
}

#[test]
fn lines_are_quotes_verbatim_or_paragraphs() {
    let shape = |text: &str| -> Vec<String> {
        let kind = |part: &Part| match (part.quote, part.pre) {
            (true, _) => "q",
            (_, true) => "p",
            _ => "s",
        };
        let said = |part: &Part| part.lines.iter().flat_map(|line| &line.spans).map(one).collect::<String>();
        parts(text, reader()).iter().map(|part| format!("{}{}", kind(part), said(part))).collect()
    };
    assert_eq!(shape("a\nb\n&gt; c\n> *d*\ne"), ["s:a\nb", "q:c\nb:d", "s:e"]);
    assert_eq!(shape("a\n```\n*x* &lt;\n```\nb"), ["s:a", "p:*x* <", "s:b"]);
    assert_eq!(shape("a ``` b"), ["s:a ``` b"]);
    assert_eq!(shape(""), Vec::<String>::new());
}

#[test]
fn the_longest_and_most_marked_text_is_read_in_a_moment() {
    let begun = std::time::Instant::now();
    for text in ["*a ", "<", "`x", "*_~", ":", "&gt;\n"] {
        parts(&text.repeat(1_000_000 / text.len()), reader());
    }
    assert!(begun.elapsed().as_secs() < 20);
}
