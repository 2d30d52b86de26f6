//! `slack:`: the Slack app whose buttons and command reach firstlook.

use super::Error;
use super::section::Section;
use crate::secret::Secret;

/// `slack:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlackApp {
    /// What Slack signs presses and commands with.
    pub signing_secret: Secret,
}

/// Reads `slack:`; without it messages have no button that does something.
pub fn read(top: &Section<'_>) -> Result<Option<SlackApp>, Error> {
    let Some(section) = top.section("slack", &["signing_secret", "signing_secret_file"], &[])? else {
        return Ok(None);
    };
    let signing_secret = section.secret("signing_secret")?.ok_or_else(|| {
        let text =
            "is missing: copy the Signing Secret from the app's Basic Information, or leave `slack` out";
        section.error("signing_secret", text)
    })?;
    Ok(Some(SlackApp { signing_secret }))
}
