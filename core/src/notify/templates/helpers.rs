//! What templates can call beside Handlebars' own helpers: `json`, `time`, `cut`, and `default` in Markdown.
//!
//! Knows each helper's arguments. Must not know the templates.

use chrono::{DateTime, Utc};
use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderError,
    RenderErrorReason, ScopedJson,
};
use serde_json::Value;

use super::super::text;
use super::super::zone::Zone;
use super::engine::Shape;

/// Makes them known.
pub(super) fn register(registry: &mut Handlebars<'static>, shape: Shape, zone: &Zone) {
    registry.register_helper("json", Box::new(Json(shape)));
    registry.register_helper("time", Box::new(Time(*zone)));
    registry.register_helper("cut", Box::new(Cut));
    if shape == Shape::Markdown {
        registry.register_helper("default", Box::new(Default));
    }
}

/// `{{json incident.labels}}`: a value as JSON, its quotes included.
struct Json(Shape);

impl HelperDef for Json {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let json = argument(helper, registry, "json")?.to_string();
        out.write(&if self.0 == Shape::Json { json } else { self.0.escape(&json) })?;
        Ok(())
    }
}

/// `{{time incident.started_at}}`: date and time as messages write them; of null nothing.
struct Time(Zone);

impl HelperDef for Time {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let words = match argument(helper, registry, "time")? {
            Value::Null => String::new(),
            value => {
                let at = value.as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok());
                self.0.date(at.ok_or_else(|| other("`time` takes a time, as `incident.started_at` is one"))?)
            }
        };
        Ok(ScopedJson::Derived(words.into()))
    }
}

/// `{{cut incident.title 40}}`: at most so many columns, cut at a word.
struct Cut;

impl HelperDef for Cut {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let most = helper.param(1).and_then(|most| usize::try_from(most.value().as_u64()?).ok());
        let most = most.ok_or_else(|| other("`cut` takes a text and a number of columns"))?;
        let words = match argument(helper, registry, "cut")? {
            Value::Null => String::new(),
            Value::String(words) => words.clone(),
            value => value.to_string(),
        };
        Ok(ScopedJson::Derived(text::cut(&text::one_line(&words), most, text::columns).into()))
    }
}

/// `{{default}}` in Markdown: what firstlook would have said, in which outside text is escaped already.
struct Default;

impl HelperDef for Default {
    fn call<'reg: 'rc, 'rc>(
        &self,
        _: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        context: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        out.write(context.data().get("default").and_then(Value::as_str).unwrap_or_default())?;
        Ok(())
    }
}

/// The first argument, which must be there.
fn argument<'h>(
    helper: &'h Helper<'_>,
    registry: &Handlebars<'_>,
    name: &'static str,
) -> Result<&'h Value, RenderError> {
    let given = helper.param(0).ok_or(RenderErrorReason::ParamNotFoundForIndex(name, 0))?;
    if given.is_value_missing() && registry.strict_mode() {
        return Err(RenderErrorReason::MissingVariable(given.relative_path().cloned()).into());
    }
    Ok(given.value())
}

fn other(what: &str) -> RenderError {
    RenderErrorReason::Other(what.to_owned()).into()
}
