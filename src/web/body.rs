//! A request's body, read within bounds: of one body, of all that are on their way, and of a time that the caller sets.
//!
//! Room is reserved before it is filled, so that memory never grows first. Must not know what a body says.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, web};
use futures_util::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::Problem;

/// Largest body. Alertmanager's with 5,000 alerts of a group has about 4 MB.
pub const MOST_BYTES: usize = 8 * 1024 * 1024;
/// All bodies together that are being read or wait to be committed; each costs a few times its size while it is.
const MOST_TOGETHER: usize = 32 * 1024 * 1024;
/// One permit.
const UNIT: usize = 1024;

/// The room that all bodies share.
#[derive(Debug, Clone)]
pub struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MOST_TOGETHER / UNIT)))
    }
}

impl Room {
    fn reserve(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Problem> {
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX);
        Arc::clone(&self.0).try_acquire_many_owned(units).map_err(|_| {
            Problem::unavailable("too many bodies are on their way; sending this one again is harmless")
        })
    }

    /// Reads a body as it comes, and gives with it the room that it takes. What a request declares is reserved at once, so
    /// that of many large bodies some arrive whole; what it does not declare, as it grows.
    ///
    /// # Errors
    /// 413 past 8 MiB, 503 where there is no room, 400 where it does not arrive.
    pub async fn read(
        &self,
        request: &HttpRequest,
        mut payload: web::Payload,
    ) -> Result<(Vec<u8>, OwnedSemaphorePermit), Problem> {
        let declared = request.headers().get(header::CONTENT_LENGTH);
        let declared = declared.and_then(|value| value.to_str().ok()?.parse::<u64>().ok()).unwrap_or(0);
        let declared = usize::try_from(declared).unwrap_or(usize::MAX);
        if declared > MOST_BYTES {
            return Err(Problem::too_large(MOST_BYTES));
        }
        let mut room = self.reserve(declared.max(UNIT))?;
        let mut body = Vec::with_capacity(declared);
        while let Some(chunk) = payload.next().await {
            let chunk =
                chunk.map_err(|error| Problem::bad_request(format!("the body did not arrive: {error}")))?;
            let length = body.len() + chunk.len();
            if length > MOST_BYTES {
                return Err(Problem::too_large(MOST_BYTES));
            }
            // A vector doubles when it grows.
            let missing = (2 * length).min(MOST_BYTES).saturating_sub(room.num_permits() * UNIT);
            if length > declared && missing > 0 {
                room.merge(self.reserve(missing)?);
            }
            body.extend_from_slice(&chunk);
        }
        Ok((body, room))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::FromRequest;
    use actix_web::test::TestRequest;

    use super::*;

    async fn read(room: &Room, body: &[u8], declared: Option<usize>) -> Result<usize, u16> {
        let mut request = TestRequest::post().set_payload(body.to_vec());
        if let Some(declared) = declared {
            request = request.insert_header((header::CONTENT_LENGTH, declared));
        }
        let (request, mut payload) = request.to_http_parts();
        let payload = web::Payload::from_request(&request, &mut payload).await.unwrap();
        let read = room.read(&request, payload).await;
        read.map(|(body, _)| body.len()).map_err(|problem| problem.status().as_u16())
    }

    #[actix_web::test]
    async fn one_body_has_a_bound() {
        let room = Room::default();
        let most = vec![b' '; MOST_BYTES];
        assert_eq!(read(&room, &most, Some(MOST_BYTES)).await, Ok(MOST_BYTES));
        assert_eq!(read(&room, &most, None).await, Ok(MOST_BYTES));
        assert_eq!(read(&room, b"", Some(MOST_BYTES + 1)).await, Err(413));
        assert_eq!(read(&room, &[most, vec![b' ']].concat(), None).await, Err(413));
    }

    #[actix_web::test]
    async fn all_together_have_a_bound_and_what_is_over_gives_its_room_back() {
        let room = Room::default();
        let held: Vec<_> = (0..3).map(|_| room.reserve(MOST_BYTES).unwrap()).collect();
        let rest = room.reserve(MOST_BYTES - 4 * UNIT).unwrap();
        assert_eq!(read(&room, b"", Some(5 * UNIT)).await, Err(503), "before a byte of it is read");
        assert_eq!(read(&room, &[b' '; 5 * UNIT], None).await, Err(503), "as it grows");
        assert_eq!(read(&room, &[b' '; 2 * UNIT], None).await, Ok(2 * UNIT));
        drop((held, rest));
        assert_eq!(room.0.available_permits(), MOST_TOGETHER / UNIT);
    }
}
