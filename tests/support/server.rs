//! Door: network. A local HTTP server that records every request and follows a [`Plan`]; what it says otherwise
//! comes from a [`Protocol`]. It has a thread of its own, so that a test's runtime may come and go.

use std::any::Any;
use std::collections::BTreeMap;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Instant;

use actix_web::dev::{Extensions, ServerHandle};
use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::Value;

use super::plan::{Behaviour, Plan};

/// Above what the real ones take, so that their own limits are met first.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    /// When its body was complete.
    pub at: Instant,
    /// In upper case.
    pub method: String,
    /// Without the query, percent-encoded as sent.
    pub path: String,
    /// Without the question mark.
    pub query: String,
    /// Names in lower case, in the order of arrival.
    pub headers: Vec<(String, String)>,
    /// As sent.
    pub body: Vec<u8>,
    /// What the plan did with it.
    pub behaviour: Behaviour,
}

impl Request {
    /// The first header of that name, in whatever case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The token of `Authorization: Bearer …`.
    pub fn bearer(&self) -> Option<&str> {
        self.header("authorization")?.strip_prefix("Bearer ")
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The parameters of the query and of a form body, decoded.
    pub fn parameters(&self) -> BTreeMap<String, String> {
        let form =
            self.header("content-type").is_some_and(|t| t.starts_with("application/x-www-form-urlencoded"));
        let texts = [self.query.clone(), if form { self.text() } else { String::new() }];
        let decode =
            |text: &String| web::Query::<Vec<(String, String)>>::from_query(text).map(web::Query::into_inner);
        texts.iter().flat_map(|t| decode(t).unwrap_or_default()).collect()
    }
}

/// What a [`Protocol`] says to a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers, the content type among them.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl Answer {
    /// JSON with its content type.
    pub fn json(status: u16, body: &Value) -> Self {
        Self { body: body.to_string().into_bytes(), ..Self::text(status, "") }
            .header("content-type", "application/json; charset=utf-8")
    }

    /// Plain text.
    pub fn text(status: u16, body: &str) -> Self {
        let headers = vec![("content-type".to_owned(), "text/plain; charset=utf-8".to_owned())];
        Self { status, headers, body: body.as_bytes().to_vec() }
    }

    /// Sets a header, replacing one of the same name.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn into_response(self) -> HttpResponse {
        let mut response = HttpResponse::build(StatusCode::from_u16(self.status).unwrap());
        self.headers.iter().for_each(|(name, value)| {
            response.insert_header((name.as_str(), value.as_str()));
        });
        response.body(self.body)
    }
}

/// What one kind of server says: to a request, and with a status that the plan forces.
pub trait Protocol: Send + Sync + 'static {
    /// Applies the request and answers it, or refuses it as the real server would.
    fn answer(&self, request: &Request) -> Answer;

    /// The real server's body for a failure that is its own; nothing may be applied.
    fn failure(&self, status: u16, _request: &Request) -> Answer {
        Answer::text(status, "")
    }
}

/// A running fake. It ends when dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    handle: ServerHandle,
    plan: Arc<Plan>,
    requests: Arc<Mutex<Vec<Request>>>,
}

struct Shared {
    protocol: Arc<dyn Protocol>,
    plan: Arc<Plan>,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Starts on a free port of 127.0.0.1; connections are accepted when this returns.
    pub fn start(protocol: Arc<dyn Protocol>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (plan, requests) = (Arc::<Plan>::default(), Arc::<Mutex<Vec<Request>>>::default());
        let shared = web::Data::new(Shared { protocol, plan: plan.clone(), requests: requests.clone() });
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let app = move || {
                    App::new()
                        .app_data(shared.clone())
                        .app_data(web::PayloadConfig::new(LARGEST_BODY))
                        .default_service(web::to(handle))
                };
                let server = HttpServer::new(app).workers(1).disable_signals().on_connect(keep_socket);
                let running = server.listen(listener).unwrap().run();
                sender.send(running.handle()).unwrap();
                running.await.unwrap();
            });
        });
        Self { address, handle: receiver.recv().unwrap(), plan, requests }
    }

    /// `http://127.0.0.1:PORT`, without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the next requests meet.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Every request so far, in order of arrival, those that were not answered among them.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The order to stop is given by the call; nobody waits for the end, since a hanging request may be open.
        drop(self.handle.stop(false));
    }
}

/// Keeps a second handle on the connection, with which it can be cut under actix.
fn keep_socket(io: &dyn Any, connection: &mut Extensions) {
    if let Some(stream) = io.downcast_ref::<actix_web::rt::net::TcpStream>() {
        connection.insert(TcpStream::from(stream.as_fd().try_clone_to_owned().unwrap()));
    }
}

fn cut(request: &HttpRequest) -> HttpResponse {
    let socket = request.conn_data::<TcpStream>().expect("every connection is kept by keep_socket");
    // It fails when the client was faster, which comes to the same.
    let _ = socket.shutdown(Shutdown::Both);
    HttpResponse::Ok().finish()
}

async fn handle(http: HttpRequest, body: web::Bytes, shared: web::Data<Shared>) -> HttpResponse {
    let headers = http.headers().iter();
    let request = Request {
        at: Instant::now(),
        method: http.method().to_string(),
        path: http.path().to_owned(),
        query: http.query_string().to_owned(),
        headers: headers
            .map(|(n, v)| (n.to_string(), String::from_utf8_lossy(v.as_bytes()).into_owned()))
            .collect(),
        body: body.to_vec(),
        behaviour: shared.plan.next(http.path()),
    };
    shared.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
    let apply = || shared.protocol.answer(&request);
    match request.behaviour.clone() {
        Behaviour::Ok => apply().into_response(),
        Behaviour::Status(status, headers) => {
            let failure = shared.protocol.failure(status, &request);
            headers.iter().fold(failure, |answer, (name, value)| answer.header(name, value)).into_response()
        }
        Behaviour::Slow(time) => {
            let answer = apply();
            tokio::time::sleep(time).await;
            answer.into_response()
        }
        Behaviour::Hang => std::future::pending().await,
        Behaviour::Reset => cut(&http),
        Behaviour::Half => {
            apply();
            cut(&http)
        }
        Behaviour::Garbage(text) => Answer { body: text.into_bytes(), ..apply() }.into_response(),
    }
}
