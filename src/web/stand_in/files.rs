//! Slack's files in the stand-in: a place for the bytes, the bytes, and then the posting.
//!
//! Knows the three calls (FACTS D). Must not know what a file shows. Nobody sees one before the third call.

use std::sync::PoisonError;

use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{StandIn, is_from_the_bot, refused};
use crate::web::pages::{File, Sent};

/// Files that wait for their posting; older ones are forgotten.
const MOST: usize = 100;
/// Largest file.
const MOST_BYTES: usize = 4 * 1024 * 1024;

#[derive(Deserialize)]
struct Announced {
    filename: String,
    length: usize,
    #[serde(default)]
    alt_txt: String,
}

/// The three calls.
pub(super) fn routes(routes: &mut web::ServiceConfig) {
    routes.app_data(web::PayloadConfig::new(MOST_BYTES)).service(place).service(upload).service(complete);
}

#[post("/api/files.getUploadURLExternal")]
async fn place(
    stand_in: web::Data<StandIn>,
    request: HttpRequest,
    form: web::Form<Announced>,
) -> HttpResponse {
    if !is_from_the_bot(&stand_in, &request) {
        return refused("invalid_auth");
    }
    let Announced { filename, length, alt_txt } = form.into_inner();
    if length == 0 || length > MOST_BYTES {
        return refused("file_upload_size_restricted");
    }
    let id = format!("F{}", uuid::Uuid::new_v4().simple());
    let url = format!("http://{}/upload/{id}", request.connection_info().host());
    let mut uploads = stand_in.0.uploads.lock().unwrap_or_else(PoisonError::into_inner);
    if uploads.len() >= MOST {
        uploads.remove(0);
    }
    uploads.push(File {
        id: id.clone(),
        title: filename.clone(),
        name: filename,
        alt: alt_txt,
        bytes: Vec::new(),
    });
    HttpResponse::Ok().json(json!({ "ok": true, "upload_url": url, "file_id": id }))
}

#[post("/upload/{id}")]
async fn upload(stand_in: web::Data<StandIn>, id: web::Path<String>, bytes: web::Bytes) -> HttpResponse {
    let mut uploads = stand_in.0.uploads.lock().unwrap_or_else(PoisonError::into_inner);
    match uploads.iter_mut().find(|file| file.id == *id) {
        Some(file) => {
            file.bytes = bytes.to_vec();
            HttpResponse::Ok().body("OK")
        }
        None => HttpResponse::NotFound().finish(),
    }
}

#[post("/api/files.completeUploadExternal")]
async fn complete(
    stand_in: web::Data<StandIn>,
    request: HttpRequest,
    body: web::Json<Value>,
) -> HttpResponse {
    if !is_from_the_bot(&stand_in, &request) {
        return refused("invalid_auth");
    }
    let named: Vec<&Value> = body.get("files").and_then(Value::as_array).into_iter().flatten().collect();
    let mut files = Vec::new();
    for one in named {
        let text = |key: &str| one.get(key).and_then(Value::as_str);
        let mut uploads = stand_in.0.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(at) = uploads.iter().position(|file| Some(file.id.as_str()) == text("id")) else {
            return refused("file_not_found");
        };
        let file = uploads.remove(at);
        files.push(File { title: text("title").unwrap_or(&file.title).to_owned(), ..file });
    }
    stand_in.keep(Sent::SlackFiles { files }, body.into_inner());
    HttpResponse::Ok().json(json!({ "ok": true, "files": [] }))
}
