//! Playing a kept delivery back: the contract's `POST /api/v1/deliveries/{id}/replay`.

use actix_web::{HttpRequest, HttpResponse, post, web};
use uuid::Uuid;

use super::problem::Problem;
use super::{App, origin, webhooks};
use crate::clock;
use crate::replay::Refused;

/// Gives the delivery's body to hop 1 once more, and answers as its sender would be.
#[post("/api/v1/deliveries/{id}/replay")]
pub async fn replay(
    app: web::Data<App>,
    request: HttpRequest,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    if !origin::allowed(&request, &app.external_url) {
        return Err(Problem::foreign());
    }
    let letter = match app.replay.kept(*id, clock::now()).await {
        Ok(letter) => letter.ok_or_else(|| Problem::not_found("delivery of this id"))?,
        Err(Refused::Body(why)) => return Err(Problem::bad_request(why)),
        Err(Refused::Store(error)) => return Err(error.into()),
    };
    webhooks::answered(app.replay.take(letter).await?)
}
