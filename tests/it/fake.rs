//! A scripted OTLP server: real HTTP/1.1 on a loopback port, and a decoder that shares no code with the encoder it judges.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsPartialSuccess, ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use prost::Message as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Longest wait for a request that a test needs to go on.
const ARRIVAL_WAIT: Duration = Duration::from_secs(20);

/// What the server does with one request.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    manner: Manner,
}

/// How it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// The whole answer, and the connection stays.
    Whole,
    /// The whole answer, and the connection is closed.
    Closing,
    /// The whole answer, and the connection is closed without having said so.
    ClosingSilently,
    /// The head and half of the body, and the connection is closed.
    Half,
    /// Nothing: the connection is closed once the request is read.
    HangUp,
    /// Nothing: the connection is reset while the body comes.
    Reset,
    /// Nothing, for as long as the client waits.
    Silent,
}

impl Answer {
    /// Only a status.
    pub(crate) fn status(status: u16) -> Answer {
        Answer {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            manner: Manner::Whole,
        }
    }

    /// All is well.
    pub(crate) fn ok() -> Answer {
        Answer::status(200)
    }

    /// Some records were not taken.
    pub(crate) fn partial(rejected: i64, message: &str) -> Answer {
        let response = ExportLogsServiceResponse {
            partial_success: Some(ExportLogsPartialSuccess {
                rejected_log_records: rejected,
                error_message: message.to_owned(),
            }),
        };
        Answer::ok()
            .header("content-type", "application/x-protobuf")
            .body(response.encode_to_vec())
    }

    /// A web page.
    pub(crate) fn html(status: u16) -> Answer {
        Answer::status(status)
            .header("content-type", "text/html; charset=utf-8")
            .body("<!doctype html><title>Welcome</title><p>It works!")
    }

    /// A `google.rpc.Status` in JSON.
    pub(crate) fn says(status: u16, message: &str) -> Answer {
        Answer::status(status)
            .header("content-type", "application/json")
            .body(serde_json::json!({"code": 3, "message": message}).to_string())
    }

    /// Closes the connection once the request is read.
    pub(crate) fn hang_up() -> Answer {
        Answer::ok().manner(Manner::HangUp)
    }

    /// Resets the connection before the body is read.
    pub(crate) fn reset() -> Answer {
        Answer::ok().manner(Manner::Reset)
    }

    /// Lets the client wait.
    pub(crate) fn silence() -> Answer {
        Answer::ok().manner(Manner::Silent)
    }

    /// Closes the connection inside the body of the answer.
    pub(crate) fn cut_off(self) -> Answer {
        self.manner(Manner::Half)
    }

    /// Closes the connection behind the answer.
    pub(crate) fn closing(self) -> Answer {
        self.manner(Manner::Closing)
    }

    /// Closes the connection behind the answer, without having said so.
    pub(crate) fn closing_silently(self) -> Answer {
        self.manner(Manner::ClosingSilently)
    }

    /// Adds a header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Answer {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the body.
    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Answer {
        self.body = body.into();
        self
    }

    fn manner(mut self, manner: Manner) -> Answer {
        self.manner = manner;
        self
    }
}

/// One request, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    /// Bytes of the body on the wire.
    pub(crate) wire_bytes: usize,
    /// The body without compression.
    pub(crate) body: Vec<u8>,
    /// What it says; nothing when it is not about logs.
    pub(crate) request: ExportLogsServiceRequest,
    /// What it says when it is about metrics.
    pub(crate) metrics: Option<ExportMetricsServiceRequest>,
}

impl Seen {
    /// A header's value; names are lower-case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header_of(&self.headers, name)
    }

    /// Its records with what stands around them.
    pub(crate) fn records(&self) -> Vec<Flat> {
        flatten(&self.request)
    }
}

/// A record with what stands around it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Flat {
    pub(crate) resource: Vec<(String, String)>,
    pub(crate) resource_schema: String,
    pub(crate) scope: String,
    pub(crate) record: LogRecord,
}

impl Flat {
    /// The body, which must be a text.
    #[track_caller]
    pub(crate) fn text(&self) -> &str {
        match self
            .record
            .body
            .as_ref()
            .and_then(|body| body.value.as_ref())
        {
            Some(Value::StringValue(text)) => text,
            other => panic!("the body is no text: {other:?}"),
        }
    }

    /// An attribute as it is shown by [`shown`].
    pub(crate) fn attribute(&self, key: &str) -> Option<String> {
        let found = self.record.attributes.iter().find(|pair| pair.key == key)?;
        Some(shown(found.value.as_ref()))
    }

    /// An attribute of the resource.
    pub(crate) fn resource(&self, key: &str) -> Option<&str> {
        let found = self.resource.iter().find(|(held, _)| held == key)?;
        Some(&found.1)
    }
}

/// A value with its kind, like `int 7`, so that `"7"` and `7` are told apart.
pub(crate) fn shown(value: Option<&AnyValue>) -> String {
    match value.and_then(|value| value.value.as_ref()) {
        None => "nothing".to_owned(),
        Some(Value::StringValue(text)) => format!("text {text}"),
        Some(Value::BoolValue(is)) => format!("bool {is}"),
        Some(Value::IntValue(number)) => format!("int {number}"),
        Some(Value::DoubleValue(number)) => format!("double {number}"),
        Some(Value::ArrayValue(list)) => {
            let items: Vec<_> = list.values.iter().map(|item| shown(Some(item))).collect();
            format!("[{}]", items.join(", "))
        }
        Some(Value::KvlistValue(map)) => format!("{{{}}}", shown_pairs(&map.values)),
        Some(other) => format!("{other:?}"),
    }
}

fn shown_pairs(pairs: &[KeyValue]) -> String {
    let texts: Vec<_> = pairs
        .iter()
        .map(|pair| format!("{}={}", pair.key, shown(pair.value.as_ref())))
        .collect();
    texts.join(", ")
}

/// The records of a request in their order.
pub(crate) fn flatten(request: &ExportLogsServiceRequest) -> Vec<Flat> {
    let mut found = Vec::new();
    for logs in &request.resource_logs {
        let attributes = logs.resource.iter().flat_map(|one| &one.attributes);
        let resource: Vec<_> = attributes
            .map(|pair| (pair.key.clone(), shown(pair.value.as_ref())))
            .collect();
        for scope in &logs.scope_logs {
            found.extend(scope.log_records.iter().map(|record| Flat {
                resource: resource.clone(),
                resource_schema: logs.schema_url.clone(),
                scope: scope.scope.clone().unwrap_or_default().name,
                record: record.clone(),
            }));
        }
    }
    found
}

/// OTLP/JSON lines, as `--to stdout`, `file:` and `--out` write them.
#[track_caller]
pub(crate) fn flatten_lines(text: &str) -> Vec<Flat> {
    text.lines()
        .flat_map(|line| flatten(&serde_json::from_str(line).unwrap()))
        .collect()
}

type Judge = Box<dyn FnMut(&Seen) -> Answer + Send>;

/// A certificate for 127.0.0.1 that nobody trusts unless told to.
pub(crate) const CERTIFICATE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/localhost.cert.pem");

const KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/localhost.key.pem");

/// One connection's bytes.
trait Wire: Read + Write {
    /// Says that nothing more will be written.
    fn close(&mut self);
}

impl Wire for TcpStream {
    fn close(&mut self) {
        self.shutdown(Shutdown::Write).ok();
    }
}

impl Wire for StreamOwned<ServerConnection, TcpStream> {
    fn close(&mut self) {
        self.conn.send_close_notify();
        self.flush().ok();
        self.sock.shutdown(Shutdown::Write).ok();
    }
}

/// Whether the server speaks TLS.
#[derive(Clone)]
enum Transport {
    Plain,
    Tls(Arc<ServerConfig>),
}

impl Transport {
    fn tls() -> Transport {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let certificate = CertificateDer::from_pem_file(CERTIFICATE).unwrap();
        let key = PrivateKeyDer::from_pem_file(KEY).unwrap();
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        Transport::Tls(Arc::new(config))
    }

    fn wire(&self, stream: TcpStream) -> Box<dyn Wire> {
        match self {
            Transport::Plain => Box::new(stream),
            Transport::Tls(config) => {
                let connection = ServerConnection::new(Arc::clone(config)).unwrap();
                Box::new(StreamOwned::new(connection, stream))
            }
        }
    }
}

/// What the threads of the server share.
struct State {
    transport: Transport,
    script: Mutex<VecDeque<Answer>>,
    judge: Mutex<Judge>,
    /// A larger body is answered with 413 before it is read, as proxies do.
    body_bytes_max: usize,
    seen: Mutex<Vec<Seen>>,
    arrived: Mutex<Sender<()>>,
    closing: AtomicBool,
}

/// The server.
pub(crate) struct FakeOtlp {
    url: String,
    port: u16,
    state: Arc<State>,
    arrivals: Receiver<()>,
}

impl FakeOtlp {
    /// Takes everything.
    pub(crate) fn accepting() -> FakeOtlp {
        FakeOtlp::start(Vec::new(), Box::new(|_| Answer::ok()), usize::MAX)
    }

    /// Takes everything, over TLS, with [`CERTIFICATE`].
    pub(crate) fn over_tls() -> FakeOtlp {
        FakeOtlp::listen(
            Vec::new(),
            Box::new(|_| Answer::ok()),
            usize::MAX,
            Transport::tls(),
        )
    }

    /// Takes everything that is not larger, and answers what is before it has come.
    pub(crate) fn behind_a_proxy(body_bytes_max: usize) -> FakeOtlp {
        FakeOtlp::start(Vec::new(), Box::new(|_| Answer::ok()), body_bytes_max)
    }

    /// Answers in this order, and anything more with 500. A test that does not use up the script fails.
    pub(crate) fn script(answers: impl IntoIterator<Item = Answer>) -> FakeOtlp {
        let answers = answers.into_iter().collect();
        FakeOtlp::start(answers, Box::new(|_| Answer::status(500)), usize::MAX)
    }

    /// Looks at each request before it answers.
    pub(crate) fn judging(judge: impl FnMut(&Seen) -> Answer + Send + 'static) -> FakeOtlp {
        FakeOtlp::start(Vec::new(), Box::new(judge), usize::MAX)
    }

    fn start(script: Vec<Answer>, judge: Judge, body_bytes_max: usize) -> FakeOtlp {
        FakeOtlp::listen(script, judge, body_bytes_max, Transport::Plain)
    }

    fn listen(
        script: Vec<Answer>,
        judge: Judge,
        body_bytes_max: usize,
        transport: Transport,
    ) -> FakeOtlp {
        let scheme = match transport {
            Transport::Plain => "http",
            Transport::Tls(_) => "https",
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (arrived, arrivals) = channel();
        let state = Arc::new(State {
            transport,
            script: Mutex::new(script.into()),
            judge: Mutex::new(judge),
            body_bytes_max,
            seen: Mutex::new(Vec::new()),
            arrived: Mutex::new(arrived),
            closing: AtomicBool::new(false),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.closing.load(Ordering::SeqCst) {
                    return;
                }
                let (stream, state) = (stream.unwrap(), Arc::clone(&shared));
                thread::spawn(move || state.serve(stream));
            }
        });
        FakeOtlp {
            url: format!("{scheme}://127.0.0.1:{port}"),
            port,
            state,
            arrivals,
        }
    }

    /// Its base URL.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Every request so far, in the order of arrival.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.state.seen.lock().unwrap().clone()
    }

    /// Every record so far, in the order of arrival.
    pub(crate) fn records(&self) -> Vec<Flat> {
        self.seen().iter().flat_map(Seen::records).collect()
    }

    /// The text bodies, in the order of arrival.
    pub(crate) fn texts(&self) -> Vec<String> {
        let records = self.records();
        records.iter().map(|one| one.text().to_owned()).collect()
    }

    /// Waits until another request has come.
    #[track_caller]
    pub(crate) fn wait_for_request(&self) {
        self.arrivals.recv_timeout(ARRIVAL_WAIT).unwrap();
    }

    /// Whether another request comes within this time.
    pub(crate) fn has_request_within(&self, wait: Duration) -> bool {
        self.arrivals.recv_timeout(wait).is_ok()
    }
}

impl Drop for FakeOtlp {
    fn drop(&mut self) {
        self.state.closing.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections; whether it works does not matter.
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
        let left = self.state.script.lock().unwrap();
        if !thread::panicking() {
            assert!(left.is_empty(), "the script was not used up: {left:?}");
        }
    }
}

impl State {
    /// Answers the requests of a connection until one side closes it.
    fn serve(&self, stream: TcpStream) {
        let mut stream = self.transport.wire(stream);
        let stream = &mut *stream;
        while let Ok(Some(head)) = read_head(stream) {
            let scripted = self.script.lock().unwrap().pop_front();
            if scripted
                .as_ref()
                .is_some_and(|answer| answer.manner == Manner::Reset)
            {
                // Closing with bytes unread makes the kernel answer with RST.
                self.arrived.lock().unwrap().send(()).ok();
                return;
            }
            if head.content_length > self.body_bytes_max {
                reply(stream, &Answer::status(413).closing_silently());
                return;
            }
            let mut body = vec![0; head.content_length];
            if stream.read_exact(&mut body).is_err() {
                return;
            }
            let seen = decoded(head, body);
            let answer = scripted.unwrap_or_else(|| (self.judge.lock().unwrap())(&seen));
            self.seen.lock().unwrap().push(seen);
            self.arrived.lock().unwrap().send(()).ok();
            if !reply(stream, &answer) {
                return;
            }
        }
    }
}

/// What stands before a body.
struct Head {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    content_length: usize,
}

/// Byte by byte, so that the body stays in the socket. `None` when the client is done.
fn read_head(stream: &mut dyn Wire) -> io::Result<Option<Head>> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Ok(None);
        }
        bytes.push(byte[0]);
    }
    let text = String::from_utf8(bytes).unwrap();
    let mut lines = text.trim_end().lines();
    let mut words = lines.next().unwrap().split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let headers: Vec<_> = lines
        .map(|line| line.split_once(':').unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = header_of(&headers, "content-length").unwrap_or("0");
    Ok(Some(Head {
        method,
        path,
        content_length: length.parse().unwrap(),
        headers,
    }))
}

fn header_of<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    let found = headers.iter().find(|(held, _)| held == name)?;
    Some(&found.1)
}

/// Reads a body by what its headers say. One that cannot be read ends the connection's thread, and with it the test.
fn decoded(head: Head, wire: Vec<u8>) -> Seen {
    let wire_bytes = wire.len();
    let body = match header_of(&head.headers, "content-encoding") {
        None => wire,
        Some("gzip") => {
            let mut plain = Vec::new();
            let mut decoder = flate2::read::GzDecoder::new(&*wire);
            decoder.read_to_end(&mut plain).unwrap();
            plain
        }
        Some("zstd") => zstd::decode_all(&*wire).unwrap(),
        Some(other) => panic!("an unknown content encoding: {other}"),
    };
    let is_json = match header_of(&head.headers, "content-type") {
        // A question without a body.
        None if head.method == "GET" => false,
        Some("application/x-protobuf") => false,
        Some("application/json") => true,
        other => panic!("an unknown content type: {other:?}"),
    };
    let (mut request, mut metrics) = (ExportLogsServiceRequest::default(), None);
    match (head.path.contains("/v1/metrics"), is_json) {
        // What is in them is another test's affair.
        (false, false) if head.path.contains("/v1/traces") => {}
        (false, false) => request = ExportLogsServiceRequest::decode(&*body).unwrap(),
        (false, true) => request = serde_json::from_slice(&body).unwrap(),
        (true, false) => {
            metrics = Some(ExportMetricsServiceRequest::decode(&*body).unwrap());
        }
        (true, true) => metrics = Some(serde_json::from_slice(&body).unwrap()),
    }
    Seen {
        method: head.method,
        path: head.path,
        headers: head.headers,
        wire_bytes,
        body,
        request,
        metrics,
    }
}

/// Whether the connection goes on.
fn reply(stream: &mut dyn Wire, answer: &Answer) -> bool {
    let mut text = format!("HTTP/1.1 {} Scripted\r\n", answer.status);
    for (name, value) in &answer.headers {
        write!(text, "{name}: {value}\r\n").unwrap();
    }
    if answer.manner == Manner::Closing {
        text += "connection: close\r\n";
    }
    write!(text, "content-length: {}\r\n\r\n", answer.body.len()).unwrap();
    let mut bytes = text.into_bytes();
    match answer.manner {
        Manner::HangUp | Manner::Reset => return false,
        Manner::Silent => {
            // Ends when the client does.
            let mut rest = Vec::new();
            return stream.read_to_end(&mut rest).is_err();
        }
        Manner::Half => bytes.extend_from_slice(&answer.body[..answer.body.len() / 2]),
        Manner::Whole | Manner::Closing | Manner::ClosingSilently => {
            bytes.extend_from_slice(&answer.body);
        }
    }
    let sent = stream
        .write_all(&bytes)
        .and_then(|()| stream.flush())
        .is_ok();
    if answer.manner == Manner::Whole {
        return sent;
    }
    // What still comes is read and thrown away: a reset would take the answer with it.
    stream.close();
    io::copy(stream, &mut io::sink()).ok();
    false
}

/// Guarantees: a test whose script is not used up fails.
#[test]
#[should_panic(expected = "the script was not used up")]
fn a_script_that_is_not_used_up_fails_the_test() {
    drop(FakeOtlp::script([Answer::ok()]));
}
