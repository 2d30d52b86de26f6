//! Source text as the rules read it: comments and strings blanked, test code told apart, paths written out.
//!
//! Knows Rust's tokens, not its grammar. Must not know any rule.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// One Rust file.
pub struct Source {
    /// From the repository's root: `src/store/jobs.rs`.
    pub path: String,
    /// As it is.
    pub text: String,
    /// The same lines with comments, strings and characters blanked.
    pub code: String,
    /// For each line, whether it is compiled for tests alone.
    pub test: Vec<bool>,
}

/// A path such as `std::fs::read`, groups written out, and where it stands.
#[derive(Debug, PartialEq)]
pub struct Named {
    pub line: usize,
    pub path: String,
    pub test: bool,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let code = blank(text);
        let test = test_lines(&code);
        Self { path: path.to_owned(), text: text.to_owned(), code, test }
    }

    /// Whether all of it is test code.
    pub fn is_test(&self) -> bool {
        self.test.iter().all(|test| *test)
    }

    /// How many lines are not for tests alone.
    pub fn code_lines(&self) -> usize {
        self.test.iter().filter(|test| !**test).count()
    }

    /// What its `mod name;` lines mean, without `.rs`, each with whether it is for tests alone.
    pub fn children(&self) -> Vec<(String, bool)> {
        let folder = match self.path.rsplit_once('/') {
            Some((folder, "mod.rs" | "lib.rs" | "main.rs")) => folder.to_owned(),
            _ => self.path.trim_end_matches(".rs").to_owned(),
        };
        let name = |line: &str| {
            let (_, name) = line.trim().strip_suffix(';')?.rsplit_once("mod ")?;
            is_name(name).then(|| format!("{folder}/{name}"))
        };
        self.code.lines().zip(&self.test).filter_map(|(line, test)| Some((name(line)?, *test))).collect()
    }

    /// Every path of two or more segments that its code names.
    pub fn paths(&self) -> Vec<Named> {
        let tokens = tokens(&self.code);
        let mut found = Vec::new();
        let mut at = 0;
        while let Some((_, word)) = tokens.get(at) {
            at = if is_name(word) { path(&tokens, at, "", &mut found) } else { at + 1 };
        }
        let named = |(line, path): (usize, String)| Named { line, path, test: self.test[line - 1] };
        found.into_iter().filter(|(_, path)| path.contains("::")).map(named).collect()
    }
}

/// Every Rust file below `folders` of the repository at `root`, sorted.
pub fn read(root: &Path, folders: &[&str]) -> Vec<Source> {
    let mut sources = Vec::new();
    for folder in folders {
        walk(root, &root.join(folder), &mut sources);
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    mark_test_files(&mut sources);
    sources
}

fn walk(root: &Path, folder: &Path, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(root, &path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            sources.push(Source::new(name, &fs::read_to_string(&path).unwrap()));
        }
    }
}

/// A file that is declared under `#[cfg(test)]` is test code, and so is everything below it.
pub fn mark_test_files(sources: &mut [Source]) {
    let declared: BTreeMap<String, bool> = sources.iter().flat_map(Source::children).collect();
    let below = |path: &str| {
        let name = path.trim_end_matches(".rs").trim_end_matches("/mod");
        declared.iter().any(|(module, test)| {
            *test
                && name
                    .strip_prefix(module.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    for source in sources {
        if below(&source.path) {
            source.test.fill(true);
        }
    }
}

/// Blanks comments, strings and characters; lines stay lines.
fn blank(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = skipped(&chars, at);
        if end == at {
            out.push(chars[at]);
            at += 1;
        } else {
            out.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    out
}

/// Where a comment, string or character that begins at `at` ends; `at` where none does.
fn skipped(chars: &[char], at: usize) -> usize {
    let get = |n: usize| chars.get(at + n).copied().unwrap_or('\n');
    let find = |from: usize, wanted: &str| {
        let wanted: Vec<char> = wanted.chars().collect();
        let hit = chars[from..].windows(wanted.len()).position(|window| window == wanted);
        hit.map_or(chars.len(), |n| from + n + wanted.len())
    };
    let fresh = at == 0 || !(chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    match get(0) {
        '/' if get(1) == '/' => find(at, "\n") - 1,
        '/' if get(1) == '*' => find(at + 2, "*/"),
        '"' => quoted(chars, at + 1),
        'b' if fresh && get(1) == '"' => quoted(chars, at + 2),
        'r' | 'b' if fresh => {
            let r = at + usize::from(get(0) == 'b');
            let hashes = chars[(r + 1).min(chars.len())..].iter().take_while(|c| **c == '#').count();
            let raw = chars.get(r) == Some(&'r') && chars.get(r + 1 + hashes) == Some(&'"');
            if raw { find(r + 2 + hashes, &format!("\"{}", "#".repeat(hashes))) } else { at }
        }
        '\'' if get(1) == '\\' => find(at + 3, "'"),
        '\'' if get(2) == '\'' => at + 3,
        _ => at,
    }
}

/// Where a string ends whose first character stands at `from`.
fn quoted(chars: &[char], from: usize) -> usize {
    let mut at = from;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

/// For each line of blanked code, whether it belongs to an item under `#[cfg(test)]`.
fn test_lines(code: &str) -> Vec<bool> {
    let lines: Vec<&str> = code.lines().collect();
    let mut test = vec![false; lines.len()];
    let mut at = 0;
    while at < lines.len() {
        if lines[at].trim_start().starts_with("#![cfg(test)]") {
            test.fill(true);
        }
        if !lines[at].trim_start().starts_with("#[cfg(test)]") {
            at += 1;
            continue;
        }
        let mut depth = 0;
        loop {
            test[at] = true;
            let opens = lines[at].matches('{').count();
            depth += opens as isize - lines[at].matches('}').count() as isize;
            let ends = depth <= 0 && (opens > 0 || lines[at].trim_end().ends_with([';', '}']));
            at += 1;
            if ends || at >= lines.len() {
                break;
            }
        }
    }
    test
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Names, `::`, and every other character that is no space, each with its line.
fn tokens(code: &str) -> Vec<(usize, &str)> {
    let mut tokens = Vec::new();
    for (n, line) in code.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let named = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let length = match named {
                0 if rest.starts_with("::") => 2,
                0 => first.len_utf8(),
                length => length,
            };
            tokens.push((n + 1, &rest[..length]));
            rest = rest[length..].trim_start();
        }
    }
    tokens
}

/// Reads the path that begins with the name at `at`, below `prefix`; returns what follows it.
fn path(tokens: &[(usize, &str)], at: usize, prefix: &str, found: &mut Vec<(usize, String)>) -> usize {
    let (line, word) = tokens[at];
    let whole = match (prefix, word) {
        (prefix, "self") if !prefix.is_empty() => prefix.to_owned(),
        ("", word) => word.to_owned(),
        (prefix, word) => format!("{prefix}::{word}"),
    };
    let next = |n: usize| tokens.get(at + n).map_or("", |(_, word)| word);
    if next(1) != "::" || !(is_name(next(2)) || matches!(next(2), "{" | "*")) {
        found.push((line, whole));
        return at + 1;
    }
    match next(2) {
        "*" => {
            found.push((line, format!("{whole}::*")));
            at + 3
        }
        "{" => group(tokens, at + 3, &whole, found),
        _ => path(tokens, at + 2, &whole, found),
    }
}

/// Reads `a, b::c, d as e}`; returns what follows it.
fn group(tokens: &[(usize, &str)], from: usize, prefix: &str, found: &mut Vec<(usize, String)>) -> usize {
    let mut at = from;
    while let Some((line, word)) = tokens.get(at) {
        match *word {
            "}" => return at + 1,
            // What a name is called here does not matter.
            "as" => at += 2,
            "*" => {
                found.push((*line, format!("{prefix}::*")));
                at += 1;
            }
            word if is_name(word) => at = path(tokens, at, prefix, found),
            _ => at += 1,
        }
    }
    at
}

#[test]
fn comments_strings_and_characters_are_blanked_and_lines_stay_lines() {
    let text = "a(\"left \\\" // here\", 'c', '\\'', b\"bytes\"); // std::fs\n/* std::\nfs */ r#\"raw\"raw\"#; fn f<'a>(x: &'a str) {}\n";
    let code = blank(text);
    assert_eq!(code.lines().count(), text.lines().count());
    for gone in ["left", "here", "'c'", "std", "raw", "bytes"] {
        assert!(!code.contains(gone), "{gone:?} is left in {code:?}");
    }
    assert!(code.contains("fn f<'a>(x: &'a str) {}"), "{code:?}");
}

#[test]
fn paths_are_written_out() {
    let text = "use std::{fs, net::{self, TcpListener as L}};\nuse crate::a::*;\nlet x = tokio::fs::read::<u8>(y);\n";
    let found: Vec<(usize, String)> =
        Source::new("src/a.rs", text).paths().into_iter().map(|named| (named.line, named.path)).collect();
    let wanted = [
        (1, "std::fs"),
        (1, "std::net"),
        (1, "std::net::TcpListener"),
        (2, "crate::a::*"),
        (3, "tokio::fs::read"),
    ];
    assert_eq!(found, wanted.map(|(line, path)| (line, path.to_owned())));
}

#[test]
fn test_code_is_told_apart() {
    let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\nfn c() {}\n#[cfg(test)]\npub mod fake;\nmod d;\n";
    let source = Source::new("src/x/mod.rs", text);
    assert_eq!(source.test, [false, true, true, true, true, false, true, true, false]);
    assert_eq!(source.children(), [("src/x/fake".to_owned(), true), ("src/x/d".to_owned(), false)]);
    let mut all =
        [source, Source::new("src/x/fake.rs", "fn f() {}"), Source::new("src/x/fake/deep.rs", "fn f() {}")];
    mark_test_files(&mut all);
    assert_eq!(all.map(|source| source.is_test()), [false, true, true]);
}
