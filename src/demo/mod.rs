//! The trial: a folder with everything that firstlook needs, and a recorded incident to play through its real doors.
//!
//! Knows sample data and the order of the play. Must not know how the service works: it is configured, and posted to.

mod alarm;
mod answer;
mod folder;
mod logs;
pub mod play;
mod runbooks;

pub use answer::to as recorded_answer;
pub use folder::{Folder, Places};

/// The model's name on pages and in messages: it says that no model was asked.
pub const MODEL: &str = "recorded-answer";
/// The stand-in takes this for Slack's bot token, and no other Slack does.
pub const BOT_TOKEN: &str = "xoxb-demo";
/// The stand-in takes this for PagerDuty's integration key: 32 characters, as real ones have.
pub const ROUTING_KEY: &str = "demo0000000000000000000000000000";
