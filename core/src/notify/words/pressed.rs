//! Words of buttons and of what is said to the one who pressed.
//!
//! Knows the deeds' words. Must not know Slack's blocks.

use super::count;

pub const ACKNOWLEDGE: &str = "Acknowledge";
pub const RESOLVE: &str = "Resolve";
pub const ANALYZE: &str = "Analyse";
pub const TAKE_OVER: &str = "Take over";
pub const LEAVE_IT: &str = "Leave it";
pub const CANCEL: &str = "Cancel";
pub const RIGHT: &str = "Right";
pub const WRONG: &str = "Wrong";
pub const WAS_IT_RIGHT: &str = "Was the first cause right?";
pub const NOT_ITS_OWNER: &str = "You are not its owner.";
pub const NOTHING_OPEN: &str = "Nothing is open.";
pub const OPEN_NOW: &str = "Open now";
pub const ALL_INCIDENTS: &str = "All incidents";
pub const MORE_INCIDENTS: &str = "More on the page";
pub const HELP: &str = "firstlook: open, show, ack, take, resolve, analyse, help";
/// Forms of the command, and what each does.
pub const COMMANDS: [(&str, &str); 6] = [
    ("open", "what is open now"),
    ("show 482", "its message, here, for you only"),
    ("ack 482", "you have it"),
    ("take 482", "you have it from now on, whoever had it"),
    ("resolve 482 how it ended", "it is over"),
    ("analyse 482", "a deeper look, as far as a model is configured"),
];

/// `aya in Slack`.
pub fn in_slack(name: &str) -> String {
    format!("{name} in Slack")
}

pub fn resolve_title(number: i64) -> String {
    format!("Resolve #{number}?")
}

/// What a resolve means while alerts fire.
pub fn resolve_asks(firing: usize) -> String {
    let alerts = count(firing, "alert still fires", "alerts still fire");
    format!("{alerts}. It stays resolved until the sender says so again, then it rings again.")
}

pub fn judged(actor: &str, right: bool) -> String {
    let word = if right { "right" } else { "wrong" };
    format!("{actor} said that the first cause was {word}.")
}

pub fn taken_already(owner: &str, number: i64) -> String {
    format!("{owner} has #{number}. ")
}

pub fn yours_already(number: i64) -> String {
    format!("You have #{number} already.")
}

pub fn resolved_already(number: i64) -> String {
    format!("#{number} is resolved already.")
}

pub fn analysed_already(number: i64) -> String {
    format!("#{number} is being analysed already; its page shows how far it is.")
}

pub fn analysis_begins(number: i64) -> String {
    format!("#{number} is being analysed; its page shows how far it is.")
}

pub fn taken(number: i64) -> String {
    format!("You have #{number}.")
}

pub fn resolved(number: i64) -> String {
    format!("#{number} is resolved.")
}

pub fn no_incident(number: i64) -> String {
    format!("There is no incident #{number} here.")
}

pub const KEPT: &str = "Kept.";
pub const WHAT_WAS_IT: &str = "Kept. What was it? The page takes the cause.";
pub const NOTHING_TO_JUDGE: &str = "This incident has no summary that names a cause.";

/// Nothing was done, and why.
pub fn not_done(why: &str) -> String {
    format!("Not done: {why}.")
}
