//! Whether the templates of `templates.path` say something about every incident.

use firstlook::config::Config;
use firstlook::templates::{self, TemplatesError};

use super::{Mark, Table};

/// A line for each fault, with its file, line and remedy.
pub(super) fn templates(config: &Config, table: &mut Table) {
    let Some(folder) = &config.templates else { return };
    match templates::open(config) {
        Ok(all) => {
            let said = format!("{} in {}, each tried on every sample", all.len(), folder.display());
            table.add(Mark::Ok, "templates", said);
        }
        Err(TemplatesError::Faults { faults }) => {
            for fault in faults {
                let place = format!("{}:{}", fault.file, fault.line);
                table.add(Mark::Fault, place, format!("{}; {}", fault.what, fault.remedy));
            }
        }
        Err(error) => table.add(Mark::Fault, "templates", error.to_string()),
    }
}
