//! The web pages: pure functions from what is known to HTML.
//!
//! Knows the incident as it is told ([`firstlook_core::notify::view`]), the words and the templates. Must not know
//! HTTP, the database or the clock: `now` is an argument. All text is escaped where a template prints it; no page has
//! a script or an inline style, so that a content security policy can forbid both.

mod analysis;
mod axis;
mod chart;
mod declared;
mod deliveries;
mod error;
mod evidence;
mod graph;
mod helpers;
mod inbox;
mod incident;
mod links;
mod list;
mod runbook;
mod silences;
mod summary;
mod text;
mod times;
mod told;
mod words;

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use firstlook_core::Language;
use firstlook_core::notify::Zone;
use handlebars::Handlebars;
use serde::Serialize;

pub use deliveries::{DeliveriesView, DeliveryDetail, DeliveryRow, TraceLine};
pub use error::ErrorView;
pub use inbox::{File, InboxView, Received, Sent};
pub use incident::IncidentView;
pub use list::{Filter, ListView};
pub use runbook::{RunbookRow, RunbooksView};
pub use silences::SilencesView;

/// The style sheet, to be served at `/static/style.css`.
pub const STYLE: &str = include_str!("../../../templates/style.css");

/// Every template by its name; those that others include stand among them.
const TEMPLATES: &[(&str, &str)] = &[
    ("head", include_str!("../../../templates/head.hbs")),
    ("foot", include_str!("../../../templates/foot.hbs")),
    ("cites", include_str!("../../../templates/cites.hbs")),
    ("marked", include_str!("../../../templates/marked.hbs")),
    ("back", include_str!("../../../templates/back.hbs")),
    ("spark", include_str!("../../../templates/spark.hbs")),
    ("bars", include_str!("../../../templates/bars.hbs")),
    ("sure", include_str!("../../../templates/sure.hbs")),
    ("incident", include_str!("../../../templates/incident.hbs")),
    ("header", include_str!("../../../templates/header.hbs")),
    ("summary", include_str!("../../../templates/summary.hbs")),
    ("analysis", include_str!("../../../templates/analysis.hbs")),
    ("graph", include_str!("../../../templates/graph.hbs")),
    ("checked", include_str!("../../../templates/checked.hbs")),
    ("chips", include_str!("../../../templates/chips.hbs")),
    ("runbook", include_str!("../../../templates/runbook.hbs")),
    ("axis", include_str!("../../../templates/axis.hbs")),
    ("evidence", include_str!("../../../templates/evidence.hbs")),
    ("told", include_str!("../../../templates/told.hbs")),
    ("timeline", include_str!("../../../templates/timeline.hbs")),
    ("list", include_str!("../../../templates/list.hbs")),
    ("empty", include_str!("../../../templates/empty.hbs")),
    ("deliveries", include_str!("../../../templates/deliveries.hbs")),
    ("delivery", include_str!("../../../templates/delivery.hbs")),
    ("silences", include_str!("../../../templates/silences.hbs")),
    ("runbooks", include_str!("../../../templates/runbooks.hbs")),
    ("error", include_str!("../../../templates/error.hbs")),
    ("inbox", include_str!("../../../templates/inbox.hbs")),
    ("message", include_str!("../../../templates/message.hbs")),
    ("block", include_str!("../../../templates/block.hbs")),
    ("parts", include_str!("../../../templates/parts.hbs")),
    ("control", include_str!("../../../templates/control.hbs")),
    ("paged", include_str!("../../../templates/paged.hbs")),
    ("picture", include_str!("../../../templates/picture.hbs")),
    ("spans", include_str!("../../../templates/spans.hbs")),
];

/// Why a page could not be made. Both are faults of this program: templates are part of it.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// A template cannot be read.
    #[error("template {name} cannot be read: {source}")]
    Template {
        /// The template's name.
        name: &'static str,
        /// Where and why.
        source: Box<handlebars::TemplateError>,
    },
    /// A template asks for something that its context does not have.
    #[error("page {name} cannot be rendered: {source}")]
    Render {
        /// The template's name.
        name: &'static str,
        /// Where and why.
        source: Box<handlebars::RenderError>,
    },
}

/// The pages, their templates read once.
#[derive(Debug)]
pub struct Pages {
    registry: Handlebars<'static>,
    language: Language,
    zone: Zone,
}

/// What every page has around its own content.
#[derive(Serialize)]
struct Shell<T> {
    /// `en`, `ja`.
    lang: &'static str,
    /// Of the window; ` | firstlook` follows.
    title: String,
    /// `incidents`, `silences`, `runbooks` or `deliveries` is marked as the current one.
    current: Current,
    /// What the navigation's links begin with: empty, unless the page is served elsewhere.
    base: String,
    /// Load the page again after so many seconds.
    refresh: Option<u32>,
    /// Whether the phone has a bar of actions at the thumb, for which the page leaves room.
    has_do: bool,
    version: &'static str,
    /// In which zone times are.
    times_are: String,
    #[serde(flatten)]
    body: T,
}

/// The place in the navigation.
#[derive(Default, Serialize)]
struct Current {
    incidents: bool,
    runbooks: bool,
    deliveries: bool,
    silences: bool,
}

impl<T: Serialize> Shell<T> {
    fn new(title: String, current: Current, body: T) -> Self {
        Self {
            lang: "",
            title,
            current,
            base: String::new(),
            refresh: None,
            has_do: false,
            version: env!("CARGO_PKG_VERSION"),
            times_are: String::new(),
            body,
        }
    }
}

impl Pages {
    /// Reads all templates; what they say themselves is in `language`, times are those of `zone`.
    ///
    /// # Errors
    /// When a template is not well formed.
    pub fn new(language: Language, zone: Zone) -> Result<Self, PageError> {
        let mut registry = Handlebars::new();
        registry.set_strict_mode(true);
        // Lines of a partial are not indented with the line that includes it: `<pre>` shows what it is given.
        registry.set_prevent_indent(true);
        registry.register_escape_fn(helpers::escape);
        registry.register_helper("t", Box::new(helpers::Word(language)));
        registry.register_helper("icon", Box::new(helpers::icon));
        for &(name, template) in TEMPLATES {
            registry
                .register_template_string(name, template)
                .map_err(|source| PageError::Template { name, source: Box::new(source) })?;
        }
        Ok(Self { registry, language, zone })
    }

    /// The page of one incident.
    ///
    /// # Errors
    /// [`PageError::Render`], as for every page.
    pub fn incident(&self, view: &IncidentView<'_>, now: DateTime<Utc>) -> Result<String, PageError> {
        self.render("incident", incident::page(view, self.zone.local(now)))
    }

    /// The list of incidents, or why it is empty.
    ///
    /// # Errors
    /// [`PageError::Render`].
    pub fn list(&self, view: &ListView<'_>, now: DateTime<Utc>) -> Result<String, PageError> {
        self.render("list", list::page(view, self.language, self.zone.local(now)))
    }

    /// What senders delivered, newest first.
    ///
    /// # Errors
    /// [`PageError::Render`].
    pub fn deliveries(&self, view: &DeliveriesView, now: DateTime<Utc>) -> Result<String, PageError> {
        self.render("deliveries", deliveries::page(view, self.language, self.zone.local(now)))
    }

    /// One delivery: what was decided, and its body.
    ///
    /// # Errors
    /// [`PageError::Render`].
    pub fn delivery(&self, view: &DeliveryDetail) -> Result<String, PageError> {
        self.render("delivery", deliveries::detail(view, self.language, self.zone))
    }

    /// What is silenced, and what nobody was told because of it.
    ///
    /// # Errors
    /// [`PageError::Render`].
    pub fn silences(&self, view: &SilencesView, now: DateTime<Utc>) -> Result<String, PageError> {
        self.render("silences", silences::page(view, self.language, self.zone.local(now)))
    }

    /// The runbooks that are loaded, and their faults.
    ///
    /// # Errors
    /// [`PageError::Render`].
    pub fn runbooks(&self, view: &RunbooksView) -> Result<String, PageError> {
        self.render("runbooks", runbook::page(view, self.language))
    }

    /// What went wrong, and what to do about it.
    ///
    /// # Errors
    /// [`PageError::Render`].
    pub fn error(&self, view: &ErrorView) -> Result<String, PageError> {
        self.render("error", error::page(view, self.language))
    }

    /// The trial's stand-in for Slack and PagerDuty.
    ///
    /// # Errors
    /// [`PageError::Render`].
    pub fn inbox(&self, view: &InboxView, now: DateTime<Utc>) -> Result<String, PageError> {
        self.render("inbox", inbox::page(view, self.language, self.zone.local(now)))
    }

    fn render<T: Serialize>(&self, name: &'static str, mut context: Shell<T>) -> Result<String, PageError> {
        context.lang = self.language.as_str();
        context.times_are = words::times_are(self.language, self.zone.id());
        self.registry
            .render(name, &context)
            .map_err(|source| PageError::Render { name, source: Box::new(source) })
    }
}
