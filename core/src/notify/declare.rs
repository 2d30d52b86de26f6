//! A declared incident: the name and the topic of its channel, who is brought in, and the steps that it takes.
//!
//! Knows what Slack takes for a channel (conversations.create, conversations.setTopic). Must not know how Slack is called.

use std::collections::BTreeSet;

use super::text::{columns, cut, escape, escaped, one_line};
use super::view::Incident;
use super::words;

/// Slack's longest name of a channel, in characters.
pub const LONGEST_NAME: usize = 80;
/// The longest prefix: leaves room for the number, the words and a count.
pub const LONGEST_PREFIX: usize = 21;
/// What the incident's words may take of the name: a list of channels shows little more.
const WORDS: usize = 40;
/// Slack's longest topic, in characters.
const LONGEST_TOPIC: usize = 250;
/// How many names are tried where others have them.
pub const MOST_NAMES: u32 = 9;

/// What is done for a declared incident, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Open the channel.
    Create,
    /// Bring people in.
    Invite,
    /// Say in its topic what it is about.
    Topic,
    /// Say under the incident's message where it is.
    Link,
    /// Pin the message that lives in it.
    Pin,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Create, Self::Invite, Self::Topic, Self::Link, Self::Pin];

    /// Its word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Invite => "invite",
            Self::Topic => "topic",
            Self::Link => "link",
            Self::Pin => "pin",
        }
    }

    /// The step of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == word)
    }

    /// What was not done, for the timeline.
    pub fn undone(self) -> &'static str {
        match self {
            Self::Create => "no channel was opened",
            Self::Invite => "not everybody was brought into the channel",
            Self::Topic => "the channel has no topic",
            Self::Link => "the alarm's thread does not say where the channel is",
            Self::Pin => "the message in the channel is not pinned",
        }
    }
}

/// What whoever declares by the form asks for besides what the configuration says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// What the channel is to be called, as Slack takes it.
    pub name: String,
    /// Slack's id of who leads.
    pub lead: String,
    /// Whether only who is invited sees it, whatever the configuration says.
    pub private: bool,
    /// Slack's ids of people who are brought in as well.
    pub users: Vec<String>,
    /// Slack's ids of groups whose members are.
    pub groups: Vec<String>,
}

/// `inc-482-payment-api`: small letters, digits, `-` and `_`, which is all that Slack takes. `nth`: 1, or more where others
/// have the names before.
pub fn channel_name(prefix: &str, view: &Incident, nth: u32) -> String {
    let said = view.service.as_ref().unwrap_or(&view.title);
    let mut slug = String::new();
    for c in said.as_str().chars() {
        match c {
            c if c.is_ascii_alphanumeric() => slug.push(c.to_ascii_lowercase()),
            '_' => slug.push('_'),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
        if slug.len() >= WORDS {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    let mut name = format!("{prefix}{}", view.number);
    if !slug.is_empty() {
        name = format!("{name}-{slug}");
    }
    numbered(&name, nth)
}

/// The name, or another one where others have those before: `-2` follows it.
pub fn numbered(name: &str, nth: u32) -> String {
    let last = if nth > 1 { format!("-{nth}") } else { String::new() };
    let kept: String = name.chars().take(LONGEST_NAME - last.len()).collect();
    format!("{kept}{last}")
}

/// `#482 Critical: payment-api fails 38.2% · https://…/incidents/482`, escaped, within Slack's length.
pub fn topic(view: &Incident) -> String {
    let head = format!(
        "#{} {}{}",
        view.number,
        words::severity(view.language, view.severity),
        words::COLON.of(view.language)
    );
    let link = format!(" · {}", view.url);
    let fixed: usize = head.chars().chain(link.chars()).map(escaped).sum();
    let room = LONGEST_TOPIC.saturating_sub(fixed);
    let title = cut(&one_line(view.title.as_str()), room.min(160), escaped);
    cut(&escape(&format!("{head}{title}{link}")), LONGEST_TOPIC, |_| 1)
}

/// Each once, the lead first, at most `most`; and how many were left out.
pub fn people(lead: Option<&str>, others: &[String], most: usize) -> (Vec<String>, usize) {
    let mut seen = BTreeSet::new();
    let all = lead.into_iter().chain(others.iter().map(String::as_str));
    let mut all: Vec<String> = all.filter(|one| seen.insert(*one)).map(str::to_owned).collect();
    let left = all.len().saturating_sub(most);
    all.truncate(most);
    (all, left)
}

/// Whether this is an id that Slack gives to people.
pub fn is_user(id: &str) -> bool {
    is_id(id, &['U', 'W'])
}

/// Whether this is an id that Slack gives to groups of people.
pub fn is_group(id: &str) -> bool {
    is_id(id, &['S'])
}

fn is_id(id: &str, first: &[char]) -> bool {
    let plain = id.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    plain && id.starts_with(first) && (3..=40).contains(&id.len())
}

/// What a prefix of channels' names may be.
pub fn is_prefix(text: &str) -> bool {
    let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    text.chars().all(known) && text.len() <= LONGEST_PREFIX
}

/// What Slack takes for a channel's name.
pub fn is_channel_name(text: &str) -> bool {
    let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    text.len() <= LONGEST_NAME && text.chars().all(known) && text.chars().any(|c| c.is_ascii_alphanumeric())
}

/// A reason as a message tells it: one line, cut.
pub fn told_reason(reason: &str) -> String {
    cut(&one_line(reason), 300, columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::samples::{self, safe};

    #[test]
    fn names_hold_what_slack_takes_and_are_short_enough() {
        let mut view = samples::first_look();
        view.service = Some(safe("Payment API (Tokyo)!"));
        assert_eq!(channel_name("inc-", &view, 1), "inc-482-payment-api-tokyo");
        assert_eq!(channel_name("inc-", &view, 2), "inc-482-payment-api-tokyo-2");
        for (said, name) in
            [("決済", "inc-482"), ("--", "inc-482"), ("a_b", "inc-482-a_b"), ("決済 api", "inc-482-api")]
        {
            view.service = Some(safe(said));
            assert_eq!(channel_name("inc-", &view, 1), name);
        }
        view.service = None;
        view.title = safe(&"Ab ".repeat(200));
        view.number = i64::MAX;
        let prefix = "p".repeat(LONGEST_PREFIX);
        for nth in [1, MOST_NAMES] {
            let name = channel_name(&prefix, &view, nth);
            assert!(name.len() <= LONGEST_NAME && !name.ends_with("--"), "{name}");
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{name}");
        }
        assert_ne!(channel_name(&prefix, &view, 1), channel_name(&prefix, &view, 2));
    }

    #[test]
    fn a_topic_says_what_and_where_and_holds_nothing_that_slack_obeys() {
        let mut view = samples::first_look();
        view.title = safe("<!channel> & more");
        let told = topic(&view);
        assert!(told.starts_with("#482 Critical: &lt;!channel&gt; &amp; more"), "{told}");
        assert!(told.ends_with("https://firstlook.example.com/incidents/482"), "{told}");
        for n in [1, 80, 200, 2000] {
            view.title = safe(&"<&> 決済".repeat(n));
            let told = topic(&view);
            assert!(told.chars().count() <= LONGEST_TOPIC && !told.contains(['<', '>']), "{told}");
            assert!(told.ends_with("/incidents/482"), "{told}");
        }
    }

    #[test]
    fn everybody_is_brought_in_once() {
        let others = ["U2", "U1", "U3", "U2"].map(str::to_owned);
        assert_eq!(people(Some("U1"), &others, 9), (["U1", "U2", "U3"].map(str::to_owned).to_vec(), 0));
        assert_eq!(people(None, &others, 2), (["U2", "U1"].map(str::to_owned).to_vec(), 1));
        for (id, user, group) in [
            ("U0AYA", true, false),
            ("W12", true, false),
            ("S0PLATFORM", false, true),
            ("@aya", false, false),
            ("U0aya", false, false),
            ("", false, false),
        ] {
            assert_eq!((is_user(id), is_group(id)), (user, group), "{id}");
        }
        assert!(
            is_prefix("inc-")
                && is_prefix("")
                && !is_prefix("Inc-")
                && !is_prefix("a b")
                && !is_prefix(&"a".repeat(22))
        );
        for (name, fits) in [
            ("inc-482", true),
            ("7", true),
            ("a_b", true),
            ("", false),
            ("--_", false),
            ("Inc", false),
            ("a b", false),
            ("決済", false),
            ("a#", false),
        ] {
            assert_eq!(is_channel_name(name), fits, "{name}");
        }
        assert!(is_channel_name(&"a".repeat(80)) && !is_channel_name(&"a".repeat(81)));
        assert_eq!(numbered(&"a".repeat(80), 3), format!("{}-3", "a".repeat(78)));
        assert_eq!(Step::ALL.map(|step| Step::parse(step.as_str())), Step::ALL.map(Some));
        assert!(Step::parse("post").is_none());
    }
}
