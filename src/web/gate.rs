//! The end of a process, as clients see it: answers first ask them to close their connections, and later say that
//! somebody else has to be asked. What was taken then would wait for the next process.

use std::sync::atomic::{AtomicU8, Ordering};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONNECTION, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{http, web};

use super::App;
use super::problem::Problem;

const CLOSING: u8 = 1;
const CLOSED: u8 = 2;

/// Whether requests are still taken.
#[derive(Debug, Default)]
pub struct Gate(AtomicU8);

impl Gate {
    /// From now on each connection ends with its answer.
    pub fn closing(&self) {
        self.0.store(CLOSING, Ordering::SeqCst);
    }

    /// From now on nothing is taken any more.
    pub fn close(&self) {
        self.0.store(CLOSED, Ordering::SeqCst);
    }
}

/// Lets a request pass as long as there is somebody who would do what follows from it.
pub async fn pass(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let gate = request.app_data::<web::Data<App>>().cloned();
    let state =
        |app: &Option<web::Data<App>>| app.as_ref().map_or(0, |app| app.gate.0.load(Ordering::SeqCst));
    if state(&gate) == CLOSED {
        return Err(Problem::unavailable("this process is stopping; another one answers, or will").into());
    }
    let mut response = next.call(request).await?;
    if state(&gate) != 0 {
        let head = response.response_mut().head_mut();
        head.set_connection_type(http::ConnectionType::Close);
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}
