//! The samples' graph in each form, and that no text from outside can leave its label.

use proptest::prelude::*;

use super::super::samples::{analysed, nasty_analysis, safe};
use super::mermaid::read;
use super::*;
use crate::language::Language;
use crate::summary::analysis::State;

fn graph() -> Graph {
    analysed(State::Ready).analysis.unwrap().graph.unwrap()
}

/// Whatever Mermaid, Markdown, HTML or a terminal would obey.
const HOSTILE: &[&str] = &[
    "\"] --> evil[\"x",
    "a\"]\n  click cause1 href \"javascript:alert(1)\"",
    "``` \n# heading",
    "%%{init: {\"theme\":\"dark\"}}%% x",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "#quot;#35; &quot; &lt;b&gt;",
    "end; style cause1 fill:#f00; linkStyle 0 stroke:red",
    "a|b\\c{d}(e)[f]`g`**bold** __x__ $$x$$",
    "\u{202e}gnp.exe\u{200b}\u{feff} \u{1b}[31m\u{0}",
    "---\ntitle: x\n---",
    "%%%%%{init}%% $$$x$$$ fa:fa-car fab:fa-x R&D #455",
    "接続が足りない。「プール」が空 ",
    "",
];

#[test]
fn the_samples_graph_is_text_that_a_flowchart_reads() {
    let text = mermaid(&graph(), Language::En, &Zone::utc()).unwrap();
    assert_eq!(
        text,
        "flowchart TD
  C1[\"C1, 17:58:12 UTC: deploy v2.40.3 to v2.41.0, Ken Mori\"]
  cause1([\"Cause 1, High: v2.41.0 holds a connection for 11.8 s while it retries.\"])
  cause2([\"Cause 2, Medium: kito answers slowly.\"])
  cause3([\"Cause 3, Low, not verified: The database has no connections left.\"])
  L4[\"L4, 17:57:40 UTC: 412 lines: CaptureClient : retrying capture attempt=‹num› psp=kito\"]
  L1[\"L1, 18:04:36 UTC: 182 lines: HikariPool-1 - Connection is not available\"]
  T1[\"T1, 18:06:00 UTC: POST /v1/payments 30.1 s, 500, a connection was held 11.8 s\"]
  M3[\"M3, 18:07:00 UTC: Aurora connections: 118, normally 121\"]
  A1{{\"Alarm, 18:07:00 UTC: PaymentApi5xxRateHigh: 38.2% of requests fail\"}}
  impact1[\"Impact: 38.2% of payments fail.\"]
  C1 -->|\"C1\"| cause1
  cause1 -->|\"L1\"| L1
  L1 -->|\"L1\"| A1
  cause1 -->|\"T1\"| T1
  T1 -->|\"T1\"| A1
  cause2 -->|\"L4\"| L4
  L4 -->|\"L4\"| A1
  cause3 -->|\"L1\"| L1
  cause3 -.->|\"against: M3\"| M3
  A1 -->|\"A1\"| impact1
"
    );
    let words = graph_in_words(&graph(), Language::En, &Zone::utc());
    for part in [
        "Cause 2, Medium: kito answers slowly.",
        "C1, 17:58:12 UTC → Cause 1, High (C1).",
        "Cause 3, Low, not verified ⇢ M3, 18:07:00 UTC, against the cause (M3).",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
}

#[test]
fn what_is_not_of_the_subset_is_refused_with_its_line() {
    let node = "flowchart TD\n  a[\"x\"]\n  b[\"y\"]\n";
    assert_eq!(read(&format!("{node}  a --> b\n")).unwrap().edges.len(), 1);
    for (text, line) in [
        ("", 1),
        ("graph TD\n  a[\"x\"]\n", 1),
        ("%%{init: {}}%%\nflowchart TD\n", 1),
        ("flowchart TD\n", 0),
        ("flowchart TD\n a[\"x\"]\n", 2),
        ("flowchart TD\n  a[x]\n", 2),
        ("flowchart TD\n  a[\"\"]\n", 2),
        ("flowchart TD\n  a[\"x\"y\"]\n", 2),
        ("flowchart TD\n  a[\"x<br>\"]\n", 2),
        ("flowchart TD\n  a[\"#quot;\"]\n", 2),
        ("flowchart TD\n  a[\"`md`\"]\n", 2),
        ("flowchart TD\n  a[\"100 %% x\"]\n", 2),
        ("flowchart TD\n  a[\"$$x$$\"]\n", 2),
        ("flowchart TD\n  a[\"fa:fa-car\"]\n", 2),
        ("flowchart TD\n  a[\"x\u{202e}\"]\n", 2),
        ("flowchart TD\n  a[\"x\"]:::c\n", 2),
        ("flowchart TD\n  end[\"x\"]\n", 2),
        ("flowchart TD\n  1a[\"x\"]\n", 2),
        ("flowchart TD\n  a-b[\"x\"]\n", 2),
        ("flowchart TD\n  a[\"x\"]\n  a[\"y\"]\n", 3),
        (&format!("{node}  a --> c\n"), 4),
        (&format!("{node}  a ==> b\n"), 4),
        (&format!("{node}  a --> b --> a\n"), 4),
        (&format!("{node}  a -->|x| b\n"), 4),
        (&format!("{node}  a -->|\"x| b\n"), 4),
        (&format!("{node}  a --> b\n  click a \"x\"\n"), 5),
        (&format!("{node}  a --> b\n  c[\"x\"]\n"), 5),
        (&format!("{node}\n"), 4),
        (&format!("flowchart TD\n  a[\"{}\"]\n", "x".repeat(161)), 2),
    ] {
        assert_eq!(read(text).err().map(|(at, _)| at), Some(line), "{text}");
    }
    let long = (0..64).map(|n| format!("  n{n}[\"x\"]\n")).collect::<String>();
    assert_eq!(read(&format!("flowchart TD\n{long}")).err().map(|(at, _)| at), Some(65));
}

/// A graph whose every text is this.
fn filled(text: &str) -> Graph {
    let mut graph = graph();
    for node in &mut graph.nodes {
        node.text = safe(text);
    }
    graph
}

fn holds(graph: &Graph) {
    let zone = Zone::utc();
    let text = mermaid(graph, Language::En, &zone).expect("what is written can be read");
    let chart = read(&text).unwrap();
    assert_eq!((chart.nodes.len(), chart.edges.len()), (graph.nodes.len(), graph.edges.len()), "{text}");
    assert!(!text.contains("```") && !text.contains("%%") && !text.contains('<'), "{text}");
    assert_eq!(text.lines().count(), 1 + graph.nodes.len() + graph.edges.len(), "{text}");
    let drawing = drawing(graph, Language::En, &zone);
    assert!(drawing.width <= 1000.0 && drawing.height <= 2000.0, "{} {}", drawing.width, drawing.height);
    for one in &drawing.boxes {
        let [x, y, width, height] = one.rect;
        assert!(
            x >= 0.0 && y >= 0.0 && x + width <= drawing.width && y + height <= drawing.height,
            "{one:?}"
        );
        assert!(
            one.lines.len() <= 5 && one.lines.iter().all(|line| super::super::text::width(line) <= 22),
            "{one:?}"
        );
    }
    assert_eq!(drawing.arrows.len(), graph.edges.len());
}

#[test]
fn hostile_labels_stay_labels() {
    holds(&graph());
    let told = mermaid(&filled("5% of R&D #455 %%%%% $$$x fa:fa-car"), Language::En, &Zone::utc()).unwrap();
    assert!(told.contains("5% of R+D #455 % % % % % $ $ $x fa: fa-car"), "{told}");
    for text in HOSTILE {
        let graph = filled(text);
        holds(&graph);
        let mut view = analysed(State::Ready);
        view.analysis.as_mut().unwrap().graph = Some(graph);
        let picture = graph_picture(&view, &Zone::utc()).unwrap();
        assert_eq!(
            (picture.file.as_str(), picture.title.as_str()),
            ("incident-482-causes.png", "Causes of #482")
        );
        assert!(!picture.svg.contains("<script") && !picture.svg.contains("<img"), "{}", picture.svg);
        assert!(picture.alt.chars().count() <= 900 && !picture.alt.contains('<'), "{}", picture.alt);
    }
    let mut odd = graph();
    odd.nodes[0].id = "x\"]; y".into();
    assert_eq!(mermaid(&odd, Language::En, &Zone::utc()), None, "an id that is none is not written");
}

#[test]
fn boxes_do_not_overlap_and_arrows_lead_down() {
    let drawing = drawing(&graph(), Language::En, &Zone::utc());
    let rects: Vec<[f64; 4]> = drawing.boxes.iter().map(|one| one.rect).collect();
    for (at, one) in rects.iter().enumerate() {
        for other in rects.iter().skip(at + 1) {
            let apart = |axis: usize| {
                one[axis] + one[axis + 2] <= other[axis] || other[axis] + other[axis + 2] <= one[axis]
            };
            assert!(apart(0) || apart(1), "{one:?} {other:?}");
        }
    }
    let of = |id: &str| drawing.boxes.iter().find(|one| one.id == id).unwrap().rect[1];
    let order = ["C1", "cause1", "L1", "A1", "impact1"].map(of);
    assert!(order.windows(2).all(|pair| pair[0] < pair[1]), "{order:?}");
    assert_eq!(drawing.arrows.iter().filter(|arrow| arrow.against).count(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_text_breaks_a_drawing(text in any::<String>(), n in 0usize..9) {
        holds(&filled(&text));
        let graph = nasty_analysis(State::Ready, &text, n).graph;
        if let Some(text) = graph.as_ref().and_then(|graph| mermaid(graph, Language::En, &Zone::utc())) {
            prop_assert!(read(&text).is_ok());
        }
        graph.as_ref().map(|graph| drawing(graph, Language::En, &Zone::utc()));
    }
}
