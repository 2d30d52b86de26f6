//! Rules about documents: what they name is there, and what they show is read.

use std::path::Path;

use firstlook::config::{self, Surroundings};
use firstlook::telemetry::metrics::{Kind, Metric};
use regex::Regex;

use super::Fault;
use super::files::tracked;

/// Folders of the repository: a word in backticks that begins with one is a path.
const FOLDERS: [&str; 11] = [
    "src/",
    "core/",
    "tests/",
    "scripts/",
    "docs/",
    "migrations/",
    "templates/",
    "runbooks/",
    "demo/",
    ".ci/",
    "deploy/",
];

fn documents(root: &Path) -> Vec<(String, String)> {
    let place =
        |path: &str| !path.contains('/') || ["docs/", "deploy/"].iter().any(|at| path.starts_with(at));
    let is_document = |path: &String| path.ends_with(".md") && place(path);
    let paths = tracked(root).into_iter().filter(is_document);
    paths.map(|path| (path.clone(), std::fs::read_to_string(root.join(path)).unwrap())).collect()
}

/// Paths that a document names: the targets of its links, relative to itself, and words in backticks, relative to the root.
fn named_paths(document: &str, text: &str) -> Vec<(usize, String)> {
    let link = Regex::new(r#"\]\(<?([^)>\s]+)"#).unwrap();
    let tick = Regex::new(r"`([A-Za-z0-9_.*{},/-]+)`").unwrap();
    let folder = document.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut found = Vec::new();
    for (n, line) in text.lines().enumerate() {
        for target in link.captures_iter(line).filter_map(|c| c.get(1)) {
            let target = target.as_str().split('#').next().unwrap_or_default();
            if !(target.is_empty() || target.contains("://") || target.starts_with("mailto:")) {
                found.push((
                    n + 1,
                    if folder.is_empty() { target.to_owned() } else { format!("{folder}/{target}") },
                ));
            }
        }
        for word in tick.captures_iter(line).filter_map(|c| c.get(1)) {
            let whole = !word.as_str().contains(['*', '{']);
            if whole && FOLDERS.iter().any(|folder| word.as_str().starts_with(folder)) {
                found.push((n + 1, word.as_str().to_owned()));
            }
        }
    }
    found
}

/// Every path that a document names is there.
pub fn missing_paths(root: &Path) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (document, text) in documents(root) {
        for (line, path) in named_paths(&document, &text) {
            if !root.join(&path).exists() {
                faults.push(Fault::new(
                    &document,
                    line,
                    format!("names {path}, which is not there: mend the name"),
                ));
            }
        }
    }
    faults
}

/// The metrics that a text names; a histogram's series count as the histogram.
fn named_metrics(text: &str) -> Vec<(usize, String)> {
    let name = Regex::new(r"\bfirstlook_[a-z_]+[a-z]\b").unwrap();
    let known = |name: &str| Metric::ALL.iter().any(|metric| metric.description().name == name);
    let series = |name: &str| {
        let base = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
        let histogram = |base: &&str| {
            let is = |m: &Metric| {
                m.description().name == *base && matches!(m.description().kind, Kind::Seconds(_))
            };
            Metric::ALL.iter().any(is)
        };
        if known(name) { name.to_owned() } else { base.filter(histogram).unwrap_or(name).to_owned() }
    };
    let lines = text.lines().enumerate();
    let found = lines.flat_map(|(n, line)| name.find_iter(line).map(move |hit| (n + 1, hit.as_str())));
    found.filter(|(_, name)| *name != "firstlook_core").map(|(n, name)| (n, series(name))).collect()
}

/// Documents name metrics that exist, and docs/OPERATIONS.md names each of them.
pub fn metrics(root: &Path) -> Vec<Fault> {
    const LIST: &str = "docs/OPERATIONS.md";
    let known: Vec<&str> = Metric::ALL.iter().map(|metric| metric.description().name).collect();
    let mut faults = Vec::new();
    let mut listed = Vec::new();
    for (document, text) in documents(root) {
        for (line, name) in named_metrics(&text) {
            if !known.contains(&name.as_str()) {
                faults.push(Fault::new(
                    &document,
                    line,
                    format!("names the metric {name}, which there is not"),
                ));
            } else if document == LIST {
                listed.push(name);
            }
        }
    }
    let missing = known.iter().filter(|name| !listed.iter().any(|one| one == *name));
    faults.extend(
        missing.map(|name| Fault::new(LIST, 1, format!("does not explain the metric {name}: add a line"))),
    );
    faults
}

/// The configurations of firstlook that a document shows: its YAML blocks, but for those that begin with the name of
/// another program's file.
fn shown(text: &str) -> Vec<(usize, String)> {
    let mut blocks: Vec<(usize, String)> = Vec::new();
    let mut inside = false;
    for (n, line) in text.lines().enumerate() {
        if inside && line.trim_start().starts_with("```") {
            inside = false;
        } else if inside {
            let (_, block) = blocks.last_mut().unwrap();
            block.push_str(line);
            block.push('\n');
        } else if line.trim_end() == "```yaml" {
            inside = true;
            blocks.push((n + 2, String::new()));
        }
    }
    blocks.retain(|(_, block)| !block.starts_with("# ") || block.starts_with("# firstlook"));
    blocks
}

/// What is wrong with a configuration, or a part of one: `route:` and `receivers:` are added where it has none.
fn unreadable(block: &str) -> Option<String> {
    let lacks = |key: &str| !block.lines().any(|line| line.starts_with(key));
    let mut text = block.to_owned();
    if lacks("route:") {
        text.push_str("route: { receiver: oncall }\n");
    }
    if lacks("receivers:") {
        text.push_str("receivers: [{ name: oncall }]\n");
    }
    let around = Surroundings {
        variable: &|name| Some(format!("https://{name}.example.com")),
        read: &|_| Ok("secret".to_owned()),
    };
    match config::parse(&text, "firstlook.yml", &around) {
        Err(error) => Some(error.to_string()),
        Ok(config) => config.warnings.first().map(|warning| format!("{warning:?}")),
    }
}

/// Every configuration that a document shows is read, without a warning.
pub fn configurations(root: &Path) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (document, text) in documents(root) {
        for (line, block) in shown(&text) {
            if let Some(error) = unreadable(&block) {
                faults.push(Fault::new(
                    &document,
                    line,
                    format!("this configuration does not work: {error}"),
                ));
            }
        }
    }
    faults
}

/// The keys of a YAML text, each with its line; comments and quoted values aside.
fn keys(yaml: &str) -> Vec<(usize, String)> {
    let key = Regex::new(r"(?:^|[\s{,])([a-z_]+):(?:\s|$)").unwrap();
    let quoted = Regex::new(r#""[^"]*"|'[^']*'"#).unwrap();
    let mut found = Vec::new();
    for (n, line) in yaml.lines().enumerate() {
        let plain = quoted.replace_all(line, "");
        let plain = plain.split('#').next().unwrap_or_default();
        found.extend(
            key.captures_iter(plain).filter_map(|c| c.get(1)).map(|k| (n + 1, k.as_str().to_owned())),
        );
    }
    found
}

/// The keys of `example` that `text` does not name.
fn unexplained(example: &str, text: &str) -> Vec<Fault> {
    let names = Regex::new("[a-z_]+").unwrap();
    let named: std::collections::BTreeSet<&str> = names.find_iter(text).map(|hit| hit.as_str()).collect();
    let missing = keys(example).into_iter().filter(|(_, key)| !named.contains(key.as_str()));
    let what = |key| format!("docs/CONFIGURATION.md does not explain `{key}`: add it");
    missing.map(|(line, key)| Fault::new("firstlook.example.yml", line, what(key))).collect()
}

/// docs/CONFIGURATION.md explains each key of the example.
pub fn configuration_keys(root: &Path) -> Vec<Fault> {
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    unexplained(&read("firstlook.example.yml"), &read("docs/CONFIGURATION.md"))
}

#[test]
fn a_key_that_is_not_explained_is_noticed() {
    let example = "server: { name: x, listen: 'a: b' }  # note: this\nevidence:\n  pack_tokens: 1\n";
    let all: Vec<String> = keys(example).into_iter().map(|(_, key)| key).collect();
    assert_eq!(all, ["server", "name", "listen", "evidence", "pack_tokens"]);
    let faults = unexplained(example, "`server.name`, `listen`, evidence");
    assert_eq!(faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), [3]);
}

#[test]
fn a_path_that_is_not_there_is_noticed() {
    let text = "[a](b.md#c) and [d](https://e) and [f](#g)\nsee `src/no.rs`, `alert`, `src/*.rs`\n";
    let wanted = [(1, "docs/b.md".to_owned()), (2, "src/no.rs".to_owned())];
    assert_eq!(named_paths("docs/x.md", text), wanted);
    assert_eq!(named_paths("README.md", "[a](docs/b.md)"), [(1, "docs/b.md".to_owned())]);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("README.md"), text).unwrap();
    assert_eq!(missing_paths(folder.path()).iter().map(|fault| fault.line).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_metric_that_there_is_not_is_noticed_and_one_that_is_left_out_too() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("docs")).unwrap();
    let text = "`firstlook_jobs` `firstlook_joobs`\n`firstlook_first_page_seconds_bucket` firstlook_core\n";
    std::fs::write(folder.path().join("docs/OPERATIONS.md"), text).unwrap();
    let faults = metrics(folder.path());
    assert!(faults[0].what.contains("firstlook_joobs"), "{}", faults[0]);
    assert_eq!(faults.len(), 1 + Metric::ALL.len() - 2);
}

#[test]
fn a_configuration_that_does_not_work_is_noticed() {
    let text = "```yaml\ndata_dir: ./x\n```\n```yaml\nnonsense: 1\n```\n```yaml\n# alertmanager.yml\nroute: 1\n```\n";
    let blocks = shown(text);
    assert_eq!(blocks.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 5]);
    assert_eq!(unreadable(&blocks[0].1), None);
    assert!(unreadable(&blocks[1].1).unwrap().contains("nonsense"));
    assert!(unreadable("briefings: []\n").is_some(), "keys without effect are not shown");
}
