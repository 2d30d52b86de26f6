//! Door: terminal. Logs: one JSON object per line on stderr, or text for a terminal.
//!
//! Knows the form. Must not know what is logged. `FIRSTLOOK_LOG` filters as `RUST_LOG` does elsewhere (default `info`).

use std::io::{IsTerminal, Write};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::{EnvFilter, LevelFilter, ParseError};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

/// The variable that holds the filter.
pub const FILTER_VARIABLE: &str = "FIRSTLOOK_LOG";

/// The field of a span that all of its events carry.
const TRACE_ID: &str = "trace_id";

/// Why logging could not begin.
#[derive(Debug, thiserror::Error)]
pub enum LogsError {
    /// The filter is not understood.
    #[error("{FILTER_VARIABLE} is not a filter: {0}; write for example `info` or `firstlook=debug`")]
    Filter(#[from] ParseError),
    /// Somebody logs already.
    #[error("logging has begun already")]
    Begun(#[from] tracing_subscriber::util::TryInitError),
}

/// Begins to log to stderr, as `filter` (the value of [`FILTER_VARIABLE`], where set) says.
///
/// # Errors
/// When the filter is not understood, or logging has begun already.
pub fn install(filter: Option<&str>) -> Result<(), LogsError> {
    let registry = Registry::default().with(level(filter)?);
    if std::io::stderr().is_terminal() {
        registry.with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr)).try_init()?;
    } else {
        registry.with(JsonLines::new(std::io::stderr)).try_init()?;
    }
    Ok(())
}

/// Begins to log to `writer`, one object per line, filtered as [`install`] does.
///
/// # Errors
/// As [`install`].
pub fn install_into(writer: impl Write + Send + 'static, filter: Option<&str>) -> Result<(), LogsError> {
    let lines = JsonLines::new(std::sync::Mutex::new(writer));
    Ok(Registry::default().with(level(filter)?).with(lines).try_init()?)
}

fn level(filter: Option<&str>) -> Result<EnvFilter, ParseError> {
    EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).parse(filter.unwrap_or(""))
}

/// Writes each event as one object: `timestamp`, `level`, `target`, `message`, the event's fields, `trace_id`.
pub struct JsonLines<W>(W);

impl<W> JsonLines<W> {
    /// Lines for `writer`.
    pub fn new(writer: W) -> Self {
        Self(writer)
    }
}

/// Kept with a span.
struct TraceId(Value);

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        keep_trace_id(fields, id, &context);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        keep_trace_id(fields, id, &context);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut object = fields.0;
        let inherited = context
            .event_scope(event)
            .into_iter()
            .flatten()
            .find_map(|span| span.extensions().get::<TraceId>().map(|trace_id| trace_id.0.clone()));
        if let Some(trace_id) = inherited {
            object.entry(TRACE_ID).or_insert(trace_id);
        }
        let metadata = event.metadata();
        let now = crate::clock::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        // These four are the form's own: no field can take their place.
        object.insert("timestamp".to_owned(), now.into());
        object.insert("level".to_owned(), metadata.level().as_str().to_lowercase().into());
        object.insert("target".to_owned(), metadata.target().into());
        let mut line = Value::Object(object).to_string();
        line.push('\n');
        // One write per line keeps lines of several threads apart; a closed stderr is no reason to fall.
        let _ = self.0.make_writer_for(metadata).write_all(line.as_bytes());
    }
}

fn keep_trace_id<S: Subscriber + for<'a> LookupSpan<'a>>(
    mut fields: Fields,
    id: &Id,
    context: &Context<'_, S>,
) {
    if let (Some(trace_id), Some(span)) = (fields.0.remove(TRACE_ID), context.span(id)) {
        span.extensions_mut().replace(TraceId(trace_id));
    }
}

/// The fields of an event or span, as JSON.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, field: &Field, value: Value) {
        self.0.insert(field.name().to_owned(), value);
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value.into());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        let mut text = value.to_string();
        let mut cause = value.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        self.put(field, text.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.put(field, format!("{value:?}").into());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn logged(work: impl FnOnce()) -> Vec<Value> {
        let buffer = Buffer::default();
        let writer = buffer.clone();
        let subscriber = Registry::default().with(JsonLines::new(move || writer.clone()));
        tracing::subscriber::with_default(subscriber, work);
        let bytes = buffer.0.lock().unwrap();
        std::str::from_utf8(&bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn an_event_is_one_flat_object_with_its_trace_id() {
        let lines = logged(|| {
            let outer = tracing::info_span!("delivery", trace_id = "t-1", other = 1);
            let _outer = outer.enter();
            let inner = tracing::info_span!("decide");
            let _inner = inner.enter();
            tracing::warn!(attempts = 3_u64, ok = false, name = "a\n\"b", "sent twice");
        });
        assert_eq!(lines.len(), 1);
        let line = &lines[0];
        assert_eq!((&line["level"], &line["message"]), (&"warn".into(), &"sent twice".into()));
        assert_eq!(
            (&line["attempts"], &line["ok"], &line["name"]),
            (&3.into(), &false.into(), &"a\n\"b".into())
        );
        assert_eq!(line["trace_id"], "t-1");
        assert_eq!(line["target"], module_path!());
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
        assert_eq!(line.get("other"), None, "only the trace id is inherited");
    }

    #[test]
    fn the_nearest_trace_id_counts_and_may_be_recorded_later() {
        let lines = logged(|| {
            tracing::info!("none");
            let outer = tracing::info_span!("a", trace_id = "t-1");
            let _outer = outer.enter();
            let inner = tracing::info_span!("b", trace_id = tracing::field::Empty);
            let _inner = inner.enter();
            tracing::info!("outer");
            inner.record("trace_id", "t-2");
            tracing::info!("inner");
            tracing::info!(trace_id = "t-3", level = "mine", "own");
        });
        let ids: Vec<_> = lines.iter().map(|line| line["trace_id"].as_str()).collect();
        assert_eq!(ids, [None, Some("t-1"), Some("t-2"), Some("t-3")]);
        assert_eq!(lines[3]["level"], "info", "the form's own fields cannot be replaced");
    }

    #[test]
    fn errors_keep_their_causes() {
        #[derive(Debug, thiserror::Error)]
        #[error("outer")]
        struct Outer(#[source] std::io::Error);
        let error = Outer(std::io::Error::other("inner"));
        let lines = logged(|| tracing::error!(error = &error as &dyn std::error::Error, "failed"));
        assert_eq!(lines[0]["error"], "outer: inner");
    }

    #[test]
    fn a_filter_that_is_not_understood_names_the_variable() {
        let error = install(Some("a=b=c")).unwrap_err().to_string();
        assert!(error.contains("FIRSTLOOK_LOG") && error.contains("firstlook=debug"), "{error}");
    }
}
