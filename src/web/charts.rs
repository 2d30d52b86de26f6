//! The route of a chart as a picture, which people can link and mail.
//!
//! Knows where a chart is found. Must not draw.

use actix_web::{HttpResponse, ResponseError, get, web};
use firstlook_core::notify::{chart, graph};

use super::App;
use super::problem::Problem;
use crate::raster;

/// In the place of an item's id: the graph of the causes that an analysis found.
const CAUSES: &str = "causes";

/// One chart of an incident's evidence, or of the series that answer its question, by the item's id, or the graph of its causes.
#[get("/incidents/{id}/charts/{item}.png")]
pub async fn one(app: web::Data<App>, path: web::Path<(String, String)>) -> HttpResponse {
    let (id, item) = path.into_inner();
    match drawn(&app, &id, &item).await {
        Ok(png) => HttpResponse::Ok().content_type("image/png").body(png),
        Err(problem) => problem.error_response(),
    }
}

async fn drawn(app: &App, id: &str, item: &str) -> Result<Vec<u8>, Problem> {
    let incident = app.store.incident(id, &app.words).await?;
    let incident = incident.ok_or_else(|| Problem::not_found("incident of this number"))?;
    if item == CAUSES {
        let picture = graph::graph_picture(&incident, &app.zone);
        return png(app, picture.ok_or_else(|| Problem::not_found("graph of causes of this incident"))?)
            .await;
    }
    let mark = chart::mark(&incident);
    let picture = chart::named(&incident, item)
        .and_then(|item| chart::picture(item, incident.number, mark, &app.zone, &app.words.redactor));
    let picture =
        picture.ok_or_else(|| Problem::not_found("chart of this name in the incident's evidence"))?;
    png(app, picture).await
}

async fn png(app: &App, picture: chart::Picture) -> Result<Vec<u8>, Problem> {
    let fonts = app.fonts.clone();
    let png = web::block(move || raster::png(&picture.svg, fonts.database())).await;
    let png = png.map_err(|_| Problem::unavailable("firstlook is stopping"))?;
    png.map_err(|error| {
        tracing::error!(%error, "a chart cannot be drawn");
        Problem::unavailable(
            "this chart cannot be drawn, which is a fault of firstlook; its figures are on the page",
        )
    })
}
