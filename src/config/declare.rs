//! `slack_configs[].declare`: the channel that a declared incident gets, and who is brought in.

use firstlook_core::notify::declare::{LONGEST_PREFIX, is_group, is_prefix, is_user};

use super::Error;
use super::section::Section;

/// What a declared incident gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declare {
    /// Before the incident's number in the channel's name.
    pub prefix: String,
    /// Only who was invited sees it.
    pub private: bool,
    /// Slack's ids of people who are brought in.
    pub users: Vec<String>,
    /// Slack's ids of groups whose members are.
    pub groups: Vec<String>,
}

impl Default for Declare {
    fn default() -> Self {
        Self { prefix: "inc-".to_owned(), private: false, users: Vec::new(), groups: Vec::new() }
    }
}

/// Reads `declare`; a bot may declare where nothing is said of it.
pub fn read(integration: &Section<'_>) -> Result<Option<Declare>, Error> {
    let keys = ["enabled", "channel_prefix", "private", "invite"];
    let Some(section) = integration.section("declare", &keys, &[])? else {
        return Ok(Some(Declare::default()));
    };
    let mut declare = Declare { private: section.boolean("private", false)?, ..Declare::default() };
    if let Some(prefix) = section.text("channel_prefix")? {
        if !is_prefix(&prefix) {
            let text = format!(
                "is no beginning of a channel's name: write at most {LONGEST_PREFIX} small letters, digits, - and _"
            );
            return Err(section.error("channel_prefix", text));
        }
        declare.prefix = prefix;
    }
    for (id, _) in section.texts("invite")?.unwrap_or_default() {
        match id.as_str() {
            one if is_user(one) => declare.users.push(id),
            one if is_group(one) => declare.groups.push(id),
            _ => {
                let text = format!(
                    "has {id:?}, which is no id: in Slack, copy the member ID from a person's profile (U…), or the ID of a user \
                     group (S…)"
                );
                return Err(section.error("invite", text));
            }
        }
    }
    Ok(section.boolean("enabled", true)?.then_some(declare))
}
