//! Which of a model's next steps may be told.
//!
//! Knows that a command is only safe where the runbook gives it. Must not know how a step is shown.

use std::sync::LazyLock;

use regex::Regex;

use super::Ground;
use super::quotes::{Quote, Stands};
use super::spelling::compiled;
use crate::evidence::{Item, Kind, Redacted};
use crate::summary::clean::clean;

static CODE: LazyLock<Regex> = LazyLock::new(|| compiled(r"`+([^`]+)`+"));

/// What looks like a shell's work although no backticks say so: a known tool with a word after it, at a sentence's start
/// or behind a verb that asks for it.
static COMMAND: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"(?i)(?:^|[:;,$#>(]\s*|\b(?:run|execute|type|enter|with|via|using|by|and|then)\s+)(?:sudo\s+)?",
        r"((?:kubectl|helm|aws|gcloud|az|terraform|docker|systemctl|curl|wget|bash|sh|ssh|psql|mysql|redis-cli|rm|kill|",
        r"chmod|chown|dd|git|npm|pip|python3?|perl|iptables|drop|truncate|delete\s+from)\s+[^\s].*)$",
    ))
});

/// The steps of `written` that may be told, cleaned. A step with a command is told only where an item of the runbook
/// gives that command: log text, too, can ask for one. One that names or quotes what stands in no item is not told.
pub(super) fn steps(written: &[String], items: &[Item], ground: &Ground<'_>) -> Vec<Redacted> {
    let of = |test: &dyn Fn(&Item) -> bool| -> Vec<&[String]> {
        let lines = |item: &Item| ground.shown.get(item.id.as_str()).map(|shown| shown.lines.as_slice());
        items.iter().filter(|item| test(item)).filter_map(lines).collect()
    };
    let (runbook, all) = (of(&|item| item.kind == Kind::Runbook), of(&|_| true));
    let may_be_told = |step: &Redacted| {
        let (names, commands) = code(step.as_str());
        names.iter().all(|name| stands_in(name, &all))
            && commands.iter().all(|command| stands_in(command, &runbook))
            && !ground.invents(&CODE.replace_all(step.as_str(), " "))
    };
    let cleaned = written.iter().map(|step| clean(step, ground.redactor));
    cleaned.filter(|step| !step.as_str().is_empty() && may_be_told(step)).collect()
}

/// The names and the commands in `step`. A single word in backticks is a name, which any item may give.
fn code(step: &str) -> (Vec<String>, Vec<String>) {
    let spans =
        CODE.captures_iter(step).filter_map(|found| found.get(1)).map(|m| m.as_str().trim().to_owned());
    let (names, mut commands): (Vec<_>, Vec<_>) = spans.partition(|span| !span.contains(' '));
    let bare = CODE.replace_all(step, " `` ");
    commands
        .extend(COMMAND.captures_iter(&bare).filter_map(|found| found.get(1)).map(|m| m.as_str().to_owned()));
    (names, commands)
}

fn stands_in(code: &str, items: &[&[String]]) -> bool {
    let quote = Quote::of(code.trim_matches([' ', '.', ',', ';', ')', '`']));
    items.iter().any(|lines| quote.stands_in(lines) == Stands::Yes)
}
