//! Rules about files as such: their first line, their length, and words that have no place in them.

use std::path::Path;
use std::process::Command;

use super::Fault;
use super::source::Source;

/// Longest a file may be.
const LONGEST: usize = 350;
/// Longest that the shorter half of the files may be, tests aside. The design wants 120: this number may only fall.
const MEDIAN: usize = 135;

/// A file opens with a module doc.
pub fn module_doc(source: &Source) -> Vec<Fault> {
    let says = source.text.lines().next().unwrap_or_default();
    if says.strip_prefix("//! ").is_some_and(|text| text.len() > 10) {
        return Vec::new();
    }
    vec![Fault::new(
        &source.path,
        1,
        "begin the file with a `//! ` doc: what it knows, and what it must not know",
    )]
}

/// Every file is declared by a `mod` line.
pub fn undeclared(sources: &[Source]) -> Vec<Fault> {
    let declared: Vec<String> = sources.iter().flat_map(Source::children).map(|(name, _)| name).collect();
    let is_root = |path: &str| matches!(path, "src/lib.rs" | "src/main.rs" | "core/src/lib.rs");
    let name = |path: &str| path.trim_end_matches(".rs").trim_end_matches("/mod").to_owned();
    let orphan = |source: &&Source| !is_root(&source.path) && !declared.contains(&name(&source.path));
    let fault =
        |source: &Source| Fault::new(&source.path, 1, "no `mod` line declares it: declare or delete it");
    sources.iter().filter(orphan).map(fault).collect()
}

/// No file is over [`LONGEST`] lines.
pub fn long(sources: &[Source]) -> Vec<Fault> {
    let fault = |source: &Source| {
        let lines = source.text.lines().count();
        let what = format!("{lines} lines: at most {LONGEST}; divide it by what its parts know");
        (lines > LONGEST).then(|| Fault::new(&source.path, LONGEST + 1, what))
    };
    sources.iter().filter_map(fault).collect()
}

/// Half of the code files are at most [`MEDIAN`] lines long. Tests do not count, in files of their own or at a file's end.
pub fn median(sources: &[Source]) -> Vec<Fault> {
    let code = sources.iter().filter(|source| !source.is_test());
    let mut lengths: Vec<(usize, &str)> =
        code.map(|source| (source.code_lines(), source.path.as_str())).collect();
    lengths.sort_unstable();
    let Some((median, _)) = lengths.get(lengths.len() / 2) else { return Vec::new() };
    if *median <= MEDIAN {
        return Vec::new();
    }
    let longest = lengths.iter().rev().take(lengths.len() / 4);
    let what = |lines: &usize| {
        format!("{lines} lines without tests, while the median is {median}, at most {MEDIAN}: divide it")
    };
    longest.map(|(lines, path)| Fault::new(path, 1, what(lines))).collect()
}

/// What no code may hold, tests included, and why.
const BANNED: [(&str, &str); 5] = [
    ("todo!", "finish it, or leave it out"),
    ("unimplemented!", "finish it, or leave it out"),
    ("unsafe ", "say it in safe Rust, or with a library that is kept"),
    ("#[ignore", "a test that is not run proves nothing: run or delete it"),
    ("allow(dead_code", "delete what nothing uses"),
];

/// Nothing unfinished, unsafe or switched off.
pub fn banned_code(source: &Source) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (n, line) in source.code.lines().enumerate() {
        for (word, remedy) in BANNED.iter().filter(|(word, _)| line.contains(word)) {
            faults.push(Fault::new(&source.path, n + 1, format!("`{word}`: {remedy}")));
        }
    }
    faults
}

/// Folders of one machine or one person: nobody else has them.
const MACHINE: [&str; 4] =
    [concat!("/ho", "me/"), concat!("/Us", "ers/"), concat!("/wo", "rk/"), concat!("/tmp", "/wt")];

/// The lines of `text` that name a folder of one machine.
pub fn machine_paths_in(path: &str, text: &str) -> Vec<Fault> {
    let lines = text.lines().enumerate();
    let fault = |(n, line): (usize, &str)| {
        let found = MACHINE.iter().find(|folder| line.contains(*folder))?;
        Some(Fault::new(
            path,
            n + 1,
            format!("`{found}` is a folder of one machine: name it relative to the repository"),
        ))
    };
    lines.filter_map(fault).collect()
}

/// No file of the repository names a folder of one machine; logs and payloads that were recorded elsewhere may.
pub fn machine_paths(root: &Path) -> Vec<Fault> {
    let mut faults = Vec::new();
    for path in tracked(root) {
        if path.starts_with("tests/samples/") || path.starts_with("demo/") {
            continue;
        }
        if let Ok(text) = std::fs::read_to_string(root.join(&path)) {
            faults.extend(machine_paths_in(&path, &text));
        }
    }
    faults
}

/// Every file that git would commit; where there is no git, the folders of the repository are read.
pub fn tracked(root: &Path) -> Vec<String> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output();
    let mut files: Vec<String> = match listed {
        Ok(out) if out.status.success() => {
            String::from_utf8_lossy(&out.stdout).lines().map(str::to_owned).collect()
        }
        _ => Vec::new(),
    };
    if files.is_empty() {
        below(root, root, &mut files);
    }
    files
}

fn below(root: &Path, folder: &Path, files: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !matches!(name.as_str(), "target" | ".git" | "data") {
            below(root, &path, files);
        } else if path.is_file() {
            files.push(name);
        }
    }
}

#[test]
fn a_file_without_a_doc_is_noticed() {
    assert_eq!(module_doc(&Source::new("src/a.rs", "use x;\n")).len(), 1);
    assert_eq!(module_doc(&Source::new("src/a.rs", "//! x\n")).len(), 1);
    assert_eq!(module_doc(&Source::new("src/a.rs", "//! What a file knows.\n")), []);
}

#[test]
fn an_orphan_is_noticed() {
    let sources = [
        Source::new("src/lib.rs", "pub mod a;\n"),
        Source::new("src/a/mod.rs", "mod b;\n"),
        Source::new("src/a/b.rs", "\n"),
        Source::new("src/a/c.rs", "\n"),
    ];
    assert_eq!(
        undeclared(&sources).iter().map(|fault| fault.path.as_str()).collect::<Vec<_>>(),
        ["src/a/c.rs"]
    );
}

#[test]
fn long_files_are_noticed() {
    let of = |name: &str, lines: usize| Source::new(name, &"\n".repeat(lines));
    assert_eq!(long(&[of("a.rs", LONGEST), of("b.rs", LONGEST + 1)])[0].path, "b.rs");
    assert_eq!(median(&[of("a.rs", 1), of("b.rs", MEDIAN), of("c.rs", 300)]), []);
    assert!(
        !median(&[of("a.rs", 1), of("b.rs", MEDIAN + 1), of("c.rs", MEDIAN + 2), of("d.rs", 300)]).is_empty()
    );
    let file = Source::new("t.rs", &format!("#![cfg(test)]\n{}", "\n".repeat(300)));
    let end = Source::new(
        "e.rs",
        &format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", "\n".repeat(99), "\n".repeat(99)),
    );
    assert_eq!(median(&[of("a.rs", 100), file, end]), [], "tests do not count");
}

#[test]
fn banned_words_are_noticed_in_code_alone() {
    for (word, _) in BANNED {
        let found = banned_code(&Source::new(
            "src/a.rs",
            &format!("fn a() {{}}\n{word}x\n// {word}x\nlet a = \"{word}\";\n"),
        ));
        assert_eq!(found.iter().map(|fault| fault.line).collect::<Vec<_>>(), [2], "{word}");
    }
}

#[test]
fn a_path_of_a_machine_is_noticed() {
    for folder in MACHINE {
        assert_eq!(machine_paths_in("a.md", &format!("x\nsee {folder}me/x\n"))[0].line, 2);
    }
    assert_eq!(machine_paths_in("a.md", "docs/ARCHITECTURE.md and /var/log/app.log\n"), []);
}
