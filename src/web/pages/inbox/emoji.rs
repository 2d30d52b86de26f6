//! Emoji by the names that Slack gives them: those that alarms and their apps use.
//!
//! Knows names and characters. Must not know where they stand.

/// Name and character. What is not here is shown by its name, as Slack does with names that it does not know.
const KNOWN: [(&str, &str); 30] = [
    ("+1", "👍"),
    ("-1", "👎"),
    ("bell", "🔔"),
    ("bug", "🐛"),
    ("chart_with_downwards_trend", "📉"),
    ("chart_with_upwards_trend", "📈"),
    ("eyes", "👀"),
    ("fire", "🔥"),
    ("hourglass", "⌛"),
    ("information_source", "ℹ️"),
    ("large_blue_circle", "🔵"),
    ("large_green_circle", "🟢"),
    ("large_orange_circle", "🟠"),
    ("large_yellow_circle", "🟡"),
    ("link", "🔗"),
    ("mag", "🔍"),
    ("memo", "📝"),
    ("mute", "🔇"),
    ("no_bell", "🔕"),
    ("no_entry", "⛔"),
    ("octagonal_sign", "🛑"),
    ("pushpin", "📌"),
    ("question", "❓"),
    ("red_circle", "🔴"),
    ("repeat", "🔁"),
    ("rotating_light", "🚨"),
    ("tada", "🎉"),
    ("warning", "⚠️"),
    ("white_check_mark", "✅"),
    ("x", "❌"),
];
/// A name is not longer.
const NAME: usize = 100;

/// The character of this name, or the name between colons.
pub(super) fn named(name: &str) -> String {
    let base = name.split("::").next().unwrap_or(name);
    known(base).map_or_else(|| format!(":{name}:"), str::to_owned)
}

fn known(name: &str) -> Option<&'static str> {
    KNOWN.iter().find(|(known, _)| *known == name).map(|(_, character)| *character)
}

/// The text with its `:names:` as characters, where they are known.
pub(super) fn replaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(':') {
        out.push_str(before);
        let found = after.split_once(':').filter(|(name, _)| name.len() <= NAME);
        match found.and_then(|(name, left)| Some((known(name)?, left))) {
            Some((character, left)) => {
                out.push_str(character);
                rest = left;
            }
            None => {
                out.push(':');
                rest = after;
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_become_characters_and_all_else_stays() {
        assert_eq!(replaced(":fire: at 18:07:01, :no_such: :x::x:"), "🔥 at 18:07:01, :no_such: ❌❌");
        assert_eq!(replaced("a:b"), "a:b");
        assert_eq!((named("+1::skin-tone-2"), named("parrot")), ("👍".to_owned(), ":parrot:".to_owned()));
        assert!(KNOWN.is_sorted_by_key(|(name, _)| *name), "no name stands twice");
    }
}
