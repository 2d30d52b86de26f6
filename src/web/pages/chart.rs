//! A chart on the page: the plot that pictures have too, in units that the row stretches.
//!
//! Knows the page's frame. Must not know what is measured: the item's title says it, and the item's text holds the figures
//! for who cannot see a drawing.

use chrono::{DateTime, Utc};
use firstlook_core::Language;
use firstlook_core::evidence::metric::Chart;
use firstlook_core::notify::chart::{Frame, Plot};
use serde::Serialize;

use super::times::{self, Local};
use super::words;

/// The drawing's own units; the row stretches it.
const FRAME: Frame = Frame { left: 0.0, top: 0.0, width: 100.0, height: 24.0 };

/// The drawing's context.
#[derive(Serialize)]
pub(super) struct Drawing {
    line: String,
    band: Option<Band>,
    limit: Option<String>,
    mark: Option<String>,
    about: String,
    from: String,
    to: String,
    /// The same as a picture.
    picture: String,
}

#[derive(Serialize)]
struct Band {
    y: String,
    height: String,
}

/// The drawing of item `id` of an incident; none of fewer than two points.
pub(super) fn drawing(
    chart: &Chart,
    alarm: DateTime<Utc>,
    (language, now): (Language, Local),
    title: &str,
    (incident, id): (i64, &str),
) -> Option<Drawing> {
    let plot = Plot::new(chart, alarm, FRAME)?;
    let place = |value: f64| format!("{value:.1}");
    Some(Drawing {
        band: plot.band.map(|band| Band { y: place(band.y), height: place(band.height) }),
        limit: plot.limit.map(place),
        mark: plot.mark.map(place),
        line: plot.line,
        about: words::chart(language, title),
        from: times::minute(chart.window.start, now).text,
        to: times::minute(chart.window.end, now).text,
        picture: format!("/incidents/{incident}/charts/{id}.png"),
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use firstlook_core::evidence::Window;
    use firstlook_core::evidence::metric::{Limit, Point, Range, Relation};
    use firstlook_core::notify::Zone;

    use super::*;

    #[test]
    fn the_plot_is_drawn_in_the_rows_units() {
        let start: DateTime<Utc> = "2026-03-01T10:00:00Z".parse().unwrap();
        let at = |seconds| start + TimeDelta::seconds(seconds);
        let chart = Chart {
            window: Window { start, end: at(100) },
            points: [(0, 0.0), (50, 100.0), (100, 50.0)]
                .map(|(s, value)| Point { at: at(s), value })
                .to_vec(),
            unit: String::new(),
            of_alarm: false,
            normal: Some(Range { low: 0.0, median: 5.0, high: 10.0, values: 9 }),
            limit: Some(Limit { relation: Relation::Above, value: 50.0 }),
        };
        let drawing =
            drawing(&chart, at(40), (Language::En, Zone::utc().local(at(200))), "errors", (482, "M1"))
                .unwrap();
        assert_eq!(drawing.line, "M0.0 22.6L50.0 1.4L100.0 12.0");
        assert_eq!((drawing.limit.as_deref(), drawing.mark.as_deref()), (Some("12.0"), Some("40.0")));
        let band = drawing.band.unwrap();
        assert_eq!((band.y.as_str(), band.height.as_str()), ("20.4", "2.1"));
        assert_eq!((drawing.from.as_str(), drawing.to.as_str()), ("10:00", "10:01"));
        assert_eq!(drawing.picture, "/incidents/482/charts/M1.png");
    }
}
