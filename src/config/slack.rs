//! `slack:`: the Slack app whose buttons and command reach firstlook.

use firstlook_core::notify::Offers;

use super::Error;
use super::section::Section;
use crate::secret::Secret;

/// `slack:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlackApp {
    /// What Slack signs presses and commands with.
    pub signing_secret: Secret,
    /// `offer_analysis`: under which messages of other apps an analysis is offered.
    pub offers: Option<Offers>,
}

/// Reads `slack:`; without it messages have no button that does something.
pub fn read(top: &Section<'_>) -> Result<Option<SlackApp>, Error> {
    let known = ["signing_secret", "signing_secret_file", "offer_analysis"];
    let Some(section) = top.section("slack", &known, &[])? else { return Ok(None) };
    let signing_secret = section.secret("signing_secret")?.ok_or_else(|| {
        let text =
            "is missing: copy the Signing Secret from the app's Basic Information, or leave `slack` out";
        section.error("signing_secret", text)
    })?;
    Ok(Some(SlackApp { signing_secret, offers: offers(&section)? }))
}

/// Events name channels and apps by their ids alone.
fn offers(slack: &Section<'_>) -> Result<Option<Offers>, Error> {
    let Some(section) = slack.section("offer_analysis", &["channels", "apps"], &[])? else { return Ok(None) };
    let ids = |key: &str, letters: [char; 2], remedy: &str| {
        let given = section.texts(key)?.unwrap_or_default();
        if let Some((other, _)) = given.iter().find(|(id, _)| !is_id(id, letters)) {
            return Err(section.error(key, format!("has {other:?}: {remedy}")));
        }
        Ok(given.into_iter().map(|(id, _)| id).collect::<Vec<_>>())
    };
    let channels =
        ids("channels", ['C', 'G'], "give the channel's id, such as C0123ABCD, from the end of its About")?;
    if channels.is_empty() {
        return Err(
            section.error("channels", "is missing: list the ids of the channels with other apps' alarms")
        );
    }
    let apps = ids(
        "apps",
        ['A', 'B'],
        "give the id of an app, such as A0123ABCD, or of its bot, such as B0123ABCD",
    )?;
    Ok(Some(Offers { channels, apps }))
}

fn is_id(id: &str, letters: [char; 2]) -> bool {
    let rest = id.strip_prefix(letters).unwrap_or_default();
    (2..=30).contains(&rest.len())
        && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
