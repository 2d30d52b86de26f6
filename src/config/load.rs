//! Door: files, environment. Reads the configuration file and what its `…_file` keys name, and the environment.

use std::io::ErrorKind;
use std::path::Path;

use super::{Config, Error, Surroundings, parse};

/// The smallest configuration that is of use, for those who have none yet.
pub const MINIMAL: &str = r##"sources:
  alertmanager: [{ name: main }]
route: { receiver: oncall }
receivers:
  - name: oncall
    slack_configs: [{ channel: "#alerts", bot_token: "${SLACK_BOT_TOKEN}" }]
"##;

/// The configuration at `path`.
///
/// # Errors
/// Where the file is missing (with an example to begin from), cannot be read, or has a fault.
pub fn load(path: &Path) -> Result<Config, Error> {
    let file = path.display().to_string();
    let fault = |text: String| Error { file: file.clone(), line: None, text };
    let bytes = std::fs::read(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            fault(format!("there is no such file. Write one, to begin with:\n\n{MINIMAL}"))
        }
        _ => fault(format!("cannot be read: {error}")),
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        Error { line: Some(line), ..fault("is not UTF-8 text: save it as UTF-8".to_owned()) }
    })?;
    let around = Surroundings {
        variable: &|name| std::env::var(name).ok(),
        read: &|path| std::fs::read_to_string(path).map_err(|error| error.to_string()),
    };
    parse(&text, &file, &around)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_comes_with_an_example_that_parses() {
        let error = load(Path::new("/nonexistent/firstlook.yml")).unwrap_err().to_string();
        assert!(error.starts_with("/nonexistent/firstlook.yml: there is no such file."), "{error}");
        assert!(error.contains(MINIMAL));
        let around = Surroundings { variable: &|_| Some("x".to_owned()), read: &|_| Err(String::new()) };
        let config = parse(MINIMAL, "firstlook.yml", &around).unwrap();
        assert_eq!(config.route.receiver, "oncall");
    }

    #[test]
    fn secrets_beside_the_file_are_found_and_bad_bytes_have_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("firstlook.yml");
        std::fs::write(folder.path().join("pg"), "postgres://u:p@h/d\n").unwrap();
        std::fs::write(
            &file,
            format!("database: {{ url_file: pg }}\n{}", MINIMAL.replace("${SLACK_BOT_TOKEN}", "t")),
        )
        .unwrap();
        let config = load(&file).unwrap();
        assert_eq!(config.database_url.unwrap().expose(), "postgres://u:p@h/d");
        assert_eq!(config.data_dir, folder.path().join("data"));
        std::fs::write(&file, b"a: b\nc: \xff\n").unwrap();
        let error = load(&file).unwrap_err();
        assert_eq!(error.line, Some(2));
        assert!(
            error.to_string().ends_with("firstlook.yml:2: is not UTF-8 text: save it as UTF-8"),
            "{error}"
        );
    }
}
