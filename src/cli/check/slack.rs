//! What Slack says of each bot: whether it may do what is configured, and whether it is in its channel.
//!
//! Must not know Slack's calls. Nothing is posted.

use std::collections::{BTreeMap, BTreeSet};

use firstlook::config::{Config, Declare, Slack as Configured, SlackVia};
use firstlook::receivers::slack::Slack;
use firstlook::receivers::slack::scopes::Bot;
use firstlook::secret::Secret;

use super::{Mark, Table};

/// What is not possible without one of these scopes.
struct Need {
    /// Any of them.
    scopes: &'static [&'static str],
    /// What for, as docs/SLACK.md says it.
    what: &'static str,
    /// Whether an incident is told less without it; else somebody who asks for it is told so.
    must: bool,
}

const fn need(scopes: &'static [&'static str], what: &'static str, must: bool) -> Need {
    Need { scopes, what, must }
}

/// A line for each bot, and one for each thing that it may not do.
pub(super) async fn check(config: &Config, connect: impl Fn(&str, &Secret) -> Slack, table: &mut Table) {
    let mut known: BTreeMap<(String, String), Result<Bot, String>> = BTreeMap::new();
    let mut first = true;
    for receiver in &config.receivers {
        for (n, one) in receiver.slack.iter().enumerate() {
            let SlackVia::Bot { token, api_url } = &one.via else { continue };
            let name = format!("{} slack/{n}", receiver.name);
            let api = connect(api_url, token);
            let key = (api_url.clone(), token.expose().to_owned());
            let bot = match known.get(&key) {
                Some(bot) => bot.clone(),
                None => api.who().await.map_err(|error| error.reason),
            };
            known.insert(key, bot.clone());
            match bot {
                Err(reason) => table.add(Mark::Fault, &name, reason),
                Ok(bot) => {
                    said(&name, &bot, &needs(config, one, first), table);
                    if let Some(channel) = &one.channel {
                        placed(&name, &api, &bot, channel, table).await;
                    }
                }
            }
            first = false;
        }
    }
}

/// What this bot is configured for. `first`: the one that opens forms.
fn needs(config: &Config, one: &Configured, first: bool) -> Vec<Need> {
    let mut all = vec![need(&["chat:write"], "the message, its edits, its thread", true)];
    if !config.evidence.sources.is_empty() || !config.summary.models.is_empty() {
        all.push(need(&["files:write"], "charts and reports in the thread", true));
    }
    let app = config.slack.as_ref().filter(|_| first);
    if let Some(app) = app {
        all.push(need(&["commands"], "`/firstlook`, and the forms", true));
        if app.offers.is_some() {
            let scopes = &["channels:history", "groups:history"];
            all.push(need(scopes, "`slack.offer_analysis`: to be told of messages", true));
        }
    }
    all.extend(one.declare.iter().flat_map(|declare| declaring(declare, app.is_some())));
    all
}

fn declaring(declare: &Declare, forms: bool) -> Vec<Need> {
    let [manage, find]: [&'static [&'static str]; 2] = match declare.private {
        true => [&["groups:write"], &["groups:read"]],
        false => [&["channels:manage"], &["channels:read"]],
    };
    let mut all = vec![
        need(manage, "declare: open a channel, invite, set its topic", false),
        need(find, "declare: find a channel again whose opening Slack's answer was lost of", false),
        need(&["pins:write"], "declare: pin the message", false),
    ];
    if forms || !declare.groups.is_empty() {
        all.push(need(&["usergroups:read"], "declare: which groups there are, and who is in them", false));
    }
    all
}

fn said(name: &str, bot: &Bot, needs: &[Need], table: &mut Table) {
    let who = format!("@{} in {:?}", bot.name, bot.team);
    let Some(scopes) = &bot.scopes else {
        table.add(Mark::Note, name, format!("{who}; Slack does not say which scopes its token has"));
        return;
    };
    let lacking: Vec<&Need> =
        needs.iter().filter(|need| !need.scopes.iter().any(|scope| scopes.contains(*scope))).collect();
    if lacking.is_empty() {
        table.add(Mark::Ok, name, format!("{who} has every scope that it needs"));
    }
    for need in lacking {
        let scopes = need.scopes.join(" or ");
        let (mark, or) = match need.must {
            true => (Mark::Fault, ""),
            false => (Mark::Note, ", or forbid it with `declare: { enabled: false }`"),
        };
        let remedy = "add it at api.slack.com, OAuth & Permissions, and install the app again";
        table.add(mark, name, format!("{who} lacks the scope {scopes} ({}): {remedy}{or}", need.what));
    }
}

/// Whether the bot is in its channel, as far as it may see that.
async fn placed(name: &str, api: &Slack, bot: &Bot, channel: &str, table: &mut Table) {
    let may = |scope: &str| bot.scopes.as_ref().is_some_and(|scopes| scopes.contains(scope));
    let kinds = [(false, "channels:read"), (true, "groups:read")];
    let mut seen = BTreeSet::new();
    for (private, _) in kinds.iter().filter(|(_, scope)| may(scope)) {
        match api.its_channels(*private).await {
            Ok(some) => seen.extend(some),
            Err(error) => return table.add(Mark::Note, name, error.reason),
        }
    }
    if seen.contains(channel.trim_start_matches('#')) {
        return table.add(Mark::Ok, name, format!("is in {channel}"));
    }
    let unseen: Vec<&str> = kinds.iter().map(|(_, scope)| *scope).filter(|scope| !may(scope)).collect();
    if unseen.is_empty() {
        let text = format!("the bot is not in {channel}: write /invite @{} there", bot.name);
        return table.add(Mark::Fault, name, text);
    }
    let unseen = unseen.join(" and ");
    let text = format!(
        "the bot is not seen in {channel}: write /invite @{} there unless it is in it, which it may not look at without the scope {unseen}",
        bot.name
    );
    table.add(Mark::Note, name, text);
}
