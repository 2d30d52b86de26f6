//! `server:`: where firstlook listens and what it is called.

use std::net::SocketAddr;

use super::Error;
use super::section::Section;

/// `server:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// This installation, in dedup keys and messages.
    pub name: String,
    /// Where pages, API and (without [`Server::webhooks_listen`]) webhooks are served; always loopback, since
    /// this version has no login.
    pub listen: SocketAddr,
    /// The address that people's links begin with, without a slash at the end.
    pub external_url: String,
    /// Where webhooks alone are served.
    pub webhooks_listen: Option<SocketAddr>,
}

impl Server {
    /// Whether senders on other machines reach the webhooks.
    pub fn webhooks_exposed(&self) -> bool {
        !self.webhooks_listen.unwrap_or(self.listen).ip().is_loopback()
    }
}

/// Reads `server:`.
pub fn read(top: &Section<'_>) -> Result<Server, Error> {
    let known = ["name", "listen", "external_url", "webhooks_listen", "auth"];
    let default = SocketAddr::from(([127, 0, 0, 1], 8080));
    let Some(section) = top.section("server", &known, &[])? else {
        return Ok(Server {
            name: "firstlook".to_owned(),
            listen: default,
            external_url: format!("http://{default}"),
            webhooks_listen: None,
        });
    };
    if let Some(auth) = section.section("auth", &["mode"], &[])?
        && let Some(mode) = auth.text("mode")?.filter(|mode| mode != "none")
    {
        return Err(auth.error(
            "mode",
            format!("{mode:?} is not in this version: write `none` and keep `listen` on loopback"),
        ));
    }
    let listen = address(&section, "listen")?.unwrap_or(default);
    if !listen.ip().is_loopback() {
        let text = format!(
            "{listen} is open to other machines, and this version has no login: keep the pages on 127.0.0.1 and give senders `webhooks_listen: {listen}`"
        );
        return Err(section.error("listen", text));
    }
    Ok(Server {
        name: section.text("name")?.unwrap_or_else(|| "firstlook".to_owned()),
        listen,
        external_url: section.url("external_url")?.unwrap_or_else(|| format!("http://{listen}")),
        webhooks_listen: address(&section, "webhooks_listen")?,
    })
}

fn address(section: &Section<'_>, key: &str) -> Result<Option<SocketAddr>, Error> {
    let Some(text) = section.text(key)? else { return Ok(None) };
    let numeric = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    let address = numeric.as_deref().unwrap_or(&text).parse();
    address.map(Some).map_err(|_| {
        section.error(key, format!("{text:?} is not an address and port: write one such as 127.0.0.1:8080"))
    })
}
