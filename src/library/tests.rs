//! Folders as they are found, and the runbooks that are shipped.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::symlink;
use std::process::Command;

use firstlook_core::alert::Labels;
use firstlook_core::runbook::choose;
use tempfile::TempDir;

use super::*;

const GOOD: &str = "---\nmatch: [alertname=A]\n---\n# A\n## Check\n1. Look.\n";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    folder
}

fn paths(runbooks: &[Runbook]) -> Vec<&str> {
    runbooks.iter().map(|runbook| runbook.path.as_str()).collect()
}

fn whats(faults: &[FileFault]) -> Vec<String> {
    faults.iter().map(|found| format!("{}: {}", found.path, found.fault.what)).collect()
}

#[test]
fn reads_what_is_a_runbook_and_nothing_else() {
    let folder = folder(&[
        ("b.md", GOOD),
        ("a/z.MD", GOOD),
        ("a/..%2f.md", GOOD),
        ("README.md", "hello"),
        ("notes.txt", "hello"),
        (".git/x.md", "hello"),
        (".hidden.md", "hello"),
    ]);
    let (runbooks, faults) = read_folder(folder.path()).unwrap();
    assert_eq!(paths(&runbooks), ["a/z.MD", "b.md"], "names that begin with a dot are hidden");
    assert_eq!(faults, []);
}

#[test]
fn names_the_files_that_it_refuses_and_reads_the_rest() {
    let outside = folder(&[("secret.md", GOOD)]);
    let folder =
        folder(&[("good.md", GOOD), ("faulty.md", "# A\n- x\n"), ("big.md", &"x".repeat(1_048_577))]);
    let at = |name: &str| folder.path().join(name);
    fs::write(at("full.md"), [GOOD.as_bytes(), &vec![b' '; 1_048_576 - GOOD.len()]].concat()).unwrap();
    fs::write(at("latin.md"), b"---\n\xe4").unwrap();
    fs::write(folder.path().join(OsString::from_vec(b"n\xff.md".to_vec())), GOOD).unwrap();
    symlink(outside.path().join("secret.md"), at("link.md")).unwrap();
    symlink(outside.path(), at("linked")).unwrap();
    symlink(folder.path(), at("loop")).unwrap();
    symlink("/etc", at("etc.md")).unwrap();
    assert!(Command::new("mkfifo").arg(at("pipe.md")).status().unwrap().success());
    let (runbooks, faults) = read_folder(folder.path()).unwrap();
    assert_eq!(paths(&runbooks), ["faulty.md", "full.md", "good.md"]);
    let expected = [
        "big.md: it is larger than 1048576 bytes",
        "etc.md: it is a symbolic link, which is not followed",
        "faulty.md: there is no front matter",
        "latin.md: it is not valid UTF-8 from byte 4 on",
        "link.md: it is a symbolic link, which is not followed",
        "n\u{fffd}.md: its name is not valid UTF-8",
    ];
    assert_eq!(whats(&faults), expected);
    assert!(read_text(&at("link.md")).is_err(), "not even when it became a link after the listing");
}

#[test]
fn too_many_and_too_deep_is_refused() {
    let folder = folder(&[]);
    for index in 0..=MAX_FILES {
        fs::write(folder.path().join(format!("{index}.md")), "").unwrap();
    }
    let error = read_folder(folder.path()).unwrap_err().to_string();
    assert!(error.contains("more than 10000 runbooks; point runbooks.path"), "{error}");
    let deep = self::folder(&[(&format!("{}x.md", "d/".repeat(40)), GOOD), ("y.md", GOOD)]);
    let (runbooks, faults) = read_folder(deep.path()).unwrap();
    assert_eq!(paths(&runbooks), ["y.md"]);
    assert!(whats(&faults).concat().contains("nested deeper than 32"), "{faults:?}");
}

#[tokio::test]
async fn keeps_the_last_good_copy() {
    let folder = folder(&[("a.md", GOOD)]);
    let root = folder.path().to_owned();
    let library = Library::open(&root).await.unwrap();
    let first = library.snapshot();
    assert_eq!((paths(&first.runbooks), first.commit.as_deref()), (vec!["a.md"], None));
    assert!(!library.reload().await.unwrap());
    fs::write(root.join("b.md"), GOOD).unwrap();
    assert!(library.reload().await.unwrap());
    assert_eq!(paths(&library.snapshot().runbooks), ["a.md", "b.md"]);
    assert_eq!(paths(&first.runbooks), ["a.md"], "a copy in hand does not change");
    drop(folder);
    let error = library.reload().await.unwrap_err().to_string();
    assert!(error.contains(&root.display().to_string()) && error.contains("runbooks.path"), "{error}");
    assert_eq!(paths(&library.snapshot().runbooks), ["a.md", "b.md"]);
    assert!(Library::open(&root).await.is_err());
}

#[tokio::test]
async fn names_the_commit_of_a_work_tree() {
    let folder = folder(&[("books/a.md", GOOD)]);
    let git = |args: &[&str]| {
        let output = Command::new("git")
            .arg("-C")
            .arg(folder.path())
            .args(["-c", "user.name=x", "-c", "user.email=x@example.com"])
            .args(args)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    git(&["init", "--quiet"]);
    let library = Library::open(folder.path().join("books")).await.unwrap();
    assert_eq!(library.snapshot().commit, None, "there is no commit yet");
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "one"]);
    assert!(library.reload().await.unwrap());
    assert_eq!(library.snapshot().commit, Some(git(&["rev-parse", "HEAD"])));
}

fn shipped() -> (Vec<Runbook>, Vec<FileFault>) {
    read_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("runbooks")).unwrap()
}

#[test]
fn every_shipped_runbook_lints_clean() {
    let (runbooks, faults) = shipped();
    assert!(runbooks.len() >= 15, "{}", runbooks.len());
    assert_eq!(whats(&faults), Vec::<String>::new());
}

#[test]
fn every_shipped_runbook_says_whom_to_call_and_what_to_do() {
    for runbook in shipped().0 {
        let path = &runbook.path;
        assert!(runbook.owner.is_some() && runbook.escalate_after.is_some(), "{path}");
        let count = |section: &str| runbook.steps.iter().filter(|step| step.section == section).count();
        assert!(count("Check") >= 3 && count("Respond") >= 3 && count("Escalate") >= 1, "{path}");
        let languages: Vec<_> =
            runbook.steps.iter().flat_map(|step| &step.blocks).map(|b| &b.language).collect();
        assert!(languages.len() >= 3, "{path}");
        for language in languages {
            assert!(
                ["sh", "promql", "logql", "logs-insights"].contains(&language.as_str()),
                "{path}: {language}"
            );
        }
    }
}

#[test]
fn every_alert_that_a_shipped_runbook_names_finds_it() {
    let (runbooks, _) = shipped();
    let mut names = 0;
    for runbook in &runbooks {
        for matcher in runbook.matchers.iter().filter(|matcher| matcher.name() == "alertname") {
            for name in matcher.value().split('|') {
                names += 1;
                let labels: Labels = [("alertname", name), ("severity", "critical")].into_iter().collect();
                let (found, _) = choose(&runbooks, &labels, &Labels::default()).expect(name);
                assert_eq!(found.path, runbook.path, "{name}");
            }
        }
    }
    assert!(names >= 60, "{names}");
}

#[test]
fn well_known_alerts_have_a_runbook() {
    let (runbooks, _) = shipped();
    for (name, path) in [
        ("HighErrorRate", "high-error-rate.md"),
        ("TargetDown", "target-down.md"),
        ("KubePodCrashLooping", "pod-crash-looping.md"),
        ("NodeFilesystemAlmostOutOfSpace", "disk-full.md"),
        ("KubePersistentVolumeFillingUp", "disk-full.md"),
        ("KubeNodeNotReady", "node-not-ready.md"),
        ("KubeDeploymentReplicasMismatch", "rollout-stuck.md"),
        ("KubeClientCertificateExpiration", "certificate-expiring.md"),
        ("CoreDNSDown", "dns-failures.md"),
    ] {
        let labels: Labels = [("alertname", name)].into_iter().collect();
        let found = choose(&runbooks, &labels, &Labels::default()).map(|(runbook, _)| runbook.path.as_str());
        assert_eq!(found, Some(path), "{name}");
    }
}

/// Shell blocks must at least be read by a shell.
#[test]
fn every_shipped_command_is_valid_shell() {
    for runbook in shipped().0 {
        for step in &runbook.steps {
            for block in step.blocks.iter().filter(|block| block.language == "sh") {
                let checked = Command::new("sh").args(["-n", "-c", &block.text]).output().unwrap();
                let fault = String::from_utf8_lossy(&checked.stderr);
                assert!(checked.status.success(), "{} {}: {fault}\n{}", runbook.path, step.id, block.text);
            }
        }
    }
}
