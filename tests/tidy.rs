//! The house's rules (docs/ARCHITECTURE.md), read from the source text: a rule that nothing checks does not hold.
//!
//! Each rule is one test here, each checker a function over [`source::Source`] that is tried on a bad input beside it.

mod documents;
mod doors;
mod files;
mod source;
mod stages;
mod terraform;

use std::fmt;
use std::path::Path;
use std::sync::LazyLock;

use source::Source;

/// Something that breaks a rule, and what to do about it.
#[derive(Debug, PartialEq)]
pub struct Fault {
    path: String,
    line: usize,
    what: String,
}

impl Fault {
    fn new(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.path, self.line, self.what)
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The code of both crates.
static HOUSE: LazyLock<Vec<Source>> = LazyLock::new(|| source::read(root(), &["src", "core/src"]));
/// The same, and the integration tests.
static ALL: LazyLock<Vec<Source>> = LazyLock::new(|| source::read(root(), &["src", "core/src", "tests"]));

fn none(faults: impl IntoIterator<Item = Fault>) {
    let faults: Vec<String> = faults.into_iter().map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

fn each(sources: &[Source], rule: fn(&Source) -> Vec<Fault>) {
    none(sources.iter().flat_map(rule));
}

#[test]
fn the_rules_read_the_whole_house() {
    for path in ["src/lib.rs", "src/store/jobs.rs", "core/src/incident/decide.rs"] {
        assert!(HOUSE.iter().any(|source| source.path == path && !source.is_test()), "{path} was not read");
    }
}

#[test]
fn every_file_says_what_it_is() {
    each(&ALL, files::module_doc);
}

#[test]
fn no_file_is_left_out_of_the_build() {
    none(files::undeclared(&HOUSE));
}

#[test]
fn files_are_short() {
    none(files::long(&ALL));
}

#[test]
fn the_median_file_is_short() {
    none(files::median(&HOUSE));
}

#[test]
fn nothing_is_unfinished_unsafe_or_switched_off() {
    each(&ALL, files::banned_code);
}

#[test]
fn no_path_of_a_machine_is_written_down() {
    none(files::machine_paths(root()));
}

#[test]
fn only_doors_do_io() {
    each(&HOUSE, doors::closed);
}

#[test]
fn a_door_says_so_truly() {
    none(doors::false_labels(&HOUSE));
}

#[test]
fn only_the_store_knows_sql_and_only_the_web_serves() {
    each(&HOUSE, doors::rooms);
}

#[test]
fn the_store_calls_nobody() {
    each(&HOUSE, doors::store_calls);
}

#[test]
fn the_clock_is_read_in_one_place() {
    each(&HOUSE, doors::clock);
}

#[test]
fn core_depends_on_nothing_that_opens_something() {
    let manifest = std::fs::read_to_string(root().join("core/Cargo.toml")).unwrap();
    none(doors::core_manifest(&manifest));
}

#[test]
fn a_stage_uses_only_earlier_stages() {
    each(&HOUSE, stages::backwards);
}

#[test]
fn hops_do_not_call_one_another() {
    each(&HOUSE, stages::hops);
}

#[test]
fn documents_name_what_is_there() {
    none(documents::missing_paths(root()));
}

#[test]
fn documents_name_every_metric_and_no_other() {
    none(documents::metrics(root()));
}

#[test]
fn documents_show_configurations_that_are_read() {
    none(documents::configurations(root()));
}

#[test]
fn documents_explain_every_key() {
    none(documents::configuration_keys(root()));
}

#[test]
fn the_shipped_policy_allows_what_is_called_and_nothing_else() {
    none(terraform::permissions(root(), &HOUSE));
}

#[test]
fn the_shipped_subscription_is_the_one_that_the_documents_show() {
    none(terraform::subscription(root()));
}
