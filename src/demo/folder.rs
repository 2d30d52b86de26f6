//! Door: files. The trial's folder: configuration, runbooks and logs, written out so that a person can read them.
//!
//! Knows what stands where. Must not touch a folder that holds anything already.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use rand::Rng;
use rand::distr::Alphanumeric;

use super::alarm::SERVICE;
use super::{BOT_TOKEN, MODEL, ROUTING_KEY, logs, runbooks};
use crate::app::StartError;
use crate::config::{self, Config};

/// Where the trial's two servers listen.
#[derive(Debug, Clone, Copy)]
pub struct Places {
    /// firstlook itself.
    pub service: SocketAddr,
    /// The stand-in.
    pub inbox: SocketAddr,
}

/// A folder of the trial.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// A new folder: `wanted`, which has to be empty or not there yet, or else one among the temporary files.
    ///
    /// # Errors
    /// When it is not empty, or cannot be made.
    pub fn new(wanted: Option<&Path>) -> Result<Self, StartError> {
        let path = match wanted {
            Some(path) => std::path::absolute(path)?,
            None => std::env::temp_dir().join(format!("firstlook-demo-{}", word(6))),
        };
        let named = |error: io::Error| -> StartError { format!("{}: {error}", path.display()).into() };
        // Root's Postgres runs under another account, which has to pass through.
        fs::DirBuilder::new().mode(0o755).recursive(wanted.is_some()).create(&path).map_err(named)?;
        if fs::read_dir(&path).map_err(named)?.next().is_some() {
            let what = "is not empty, and the demo begins with nothing: name another with --folder";
            return Err(format!("{} {what}", path.display()).into());
        }
        Ok(Self { path })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What firstlook logs goes here.
    pub fn log_path(&self) -> PathBuf {
        self.path.join("firstlook.log")
    }

    /// The file of that, empty.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn log_file(&self) -> io::Result<fs::File> {
        fs::File::create(self.log_path())
    }

    /// The configuration file.
    pub fn config_path(&self) -> PathBuf {
        self.path.join("firstlook.yml")
    }

    /// Writes everything, for an alarm that starts at `alarm`, and reads the configuration as `serve` does.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn fill(&self, places: Places, alarm: DateTime<Utc>) -> Result<Config, StartError> {
        self.write("firstlook.yml", &configuration(places, &word(24)))?;
        for (name, text) in runbooks::FILES {
            self.write(&format!("runbooks/{name}"), text)?;
        }
        for (number, pod) in logs::PODS.iter().enumerate() {
            self.write(&format!("logs/{SERVICE}/{pod}.log"), &logs::of(number, alarm))?;
        }
        Ok(config::load(&self.config_path())?)
    }

    fn write(&self, name: &str, text: &str) -> Result<(), StartError> {
        let path = self.path.join(name);
        let folder = path.parent().unwrap_or(&self.path);
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, text));
        written.map_err(|error| format!("cannot write {}: {error}", path.display()).into())
    }

    /// Removes the database, once Postgres has stopped; what a person may want to read stays.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn remove_database(&self, config: &Config) -> io::Result<()> {
        fs::remove_dir_all(&config.data_dir)
    }
}

/// `length` letters and digits that nobody can guess.
fn word(length: usize) -> String {
    rand::rng().sample_iter(Alphanumeric).take(length).map(char::from).collect()
}

fn configuration(places: Places, token: &str) -> String {
    let Places { service, inbox } = places;
    format!(
        r##"# The configuration of `firstlook demo`, which wrote this file. To go on with it, run
# `firstlook --config THIS_FILE serve`, and put your own Slack, PagerDuty and model in the place of the stand-in.
server: {{ name: demo, listen: "{service}", external_url: "http://{service}" }}
data_dir: data                  # the private Postgres, since there is no `database.url`

sources:
  alertmanager:                 # posts to http://{service}/webhooks/alertmanager/main
    - {{ name: main, authorization: {{ credentials: {token} }} }}

incidents:
  group_by: [cluster, namespace, service]
  reopen_within: 15m

route:
  receiver: slack-alerts
  routes:
    - {{ matchers: ['severity="critical"'], receiver: oncall }}

receivers:                      # http://{inbox} is the demo's stand-in
  - name: oncall
    pagerduty_configs:
      - {{ routing_key: {ROUTING_KEY}, url: "http://{inbox}/v2/enqueue" }}
    slack_configs:
      - {{ channel: "#alerts-critical", bot_token: {BOT_TOKEN}, api_url: "http://{inbox}/api", declare: {{ enabled: false }} }}
  - name: slack-alerts
    slack_configs:
      - {{ channel: "#alerts", bot_token: {BOT_TOKEN}, api_url: "http://{inbox}/api", declare: {{ enabled: false }} }}

runbooks: {{ path: runbooks }}

evidence:
  window: {{ before: 5m, after: 1m }}
  baseline: [preceding, yesterday]
  sources:
    - {{ name: pods, type: log_file, path: "logs/{{{{labels.service}}}}/*.log" }}

summary:
  provider: openai              # the stand-in gives a recorded answer; it is no model
  base_url: "http://{inbox}/v1"
  model: {MODEL}
  architecture: "payment-api (Spring Boot, 2 pods) -> PostgreSQL; provider adyen"
"##
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_a_configuration_without_warnings() {
        let folder = tempfile::tempdir().unwrap();
        let demo = Folder::new(Some(&folder.path().join("a/b"))).unwrap();
        let places = Places { service: ([127, 0, 0, 1], 8081).into(), inbox: ([127, 0, 0, 1], 8025).into() };
        let config = demo.fill(places, "2026-03-04T09:10:00Z".parse().unwrap()).unwrap();
        assert_eq!(config.warnings, []);
        assert_eq!(config.server.external_url, "http://127.0.0.1:8081");
        assert!(config.alertmanager.iter().all(|source| source.authorization.is_some()));
        assert!(config.database_url.is_none() && config.data_dir.starts_with(demo.path()));
        let (read, faults) = crate::library::read_folder(&config.runbooks.unwrap().path).unwrap();
        assert_eq!((read.len(), faults), (runbooks::FILES.len(), Vec::new()));
        assert!(demo.path().join("logs/payment-api/payment-api-1.log").is_file());
    }

    #[test]
    fn a_folder_with_something_in_it_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Folder::new(Some(folder.path())).is_ok());
        fs::write(folder.path().join("x"), "").unwrap();
        let error = Folder::new(Some(folder.path())).unwrap_err().to_string();
        assert!(error.contains("not empty") && error.contains("--folder"), "{error}");
    }
}
