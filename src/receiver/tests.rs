//! The receiver over a real loopback socket, spoken to by hand.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Mutex;

use flate2::write::GzEncoder;
use prost::Message as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::*;
use crate::receiver::response::Status;

const JSON: &str = "Content-Type: application/json\r\n";
const PROTOBUF: &str = "Content-Type: application/x-protobuf\r\n";
const ONE_RECORD: &[u8] =
    br#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityNumber":9}]}]}]}"#;

/// Small caps, so that a body over them is one write.
const TIGHT: ReceiverLimits = ReceiverLimits {
    wire_bytes_max: ByteCount(4 << 10),
    body_bytes_max: ByteCount(64 << 10),
    ..ReceiverLimits::STANDARD
};

/// A running receiver that keeps what it received.
struct Rig {
    address: SocketAddr,
    shutdown: Shutdown,
    served: JoinHandle<()>,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Rig {
    async fn start(limits: ReceiverLimits, reply: Reply) -> Rig {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let store = Arc::clone(&received);
        let handler: Handler = Arc::new(move |one| {
            store.lock().unwrap().push(one);
            reply.clone()
        });
        let shutdown = Shutdown::new();
        let served = tokio::spawn(serve(listener, limits, handler, shutdown.clone()));
        Rig {
            address,
            shutdown,
            served,
            received,
        }
    }

    async fn client(&self) -> Client {
        Client(TcpStream::connect(self.address).await.unwrap())
    }

    /// One request on a connection of its own.
    async fn ask(&self, request: &[u8]) -> Answer {
        let mut client = self.client().await;
        client.send(request).await;
        client.answer().await
    }
}

struct Client(TcpStream);

impl Client {
    async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    async fn answer(&mut self) -> Answer {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(soon(self.0.read_u8()).await.unwrap());
        }
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        let mut answer = Answer {
            head,
            body: Vec::new(),
        };
        let length = answer.header("content-length").parse().unwrap();
        answer.body.resize(length, 0);
        soon(self.0.read_exact(&mut answer.body)).await.unwrap();
        answer
    }

    /// Everything until the other side closes.
    async fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        // A reset is an end too.
        let _end = soon(self.0.read_to_end(&mut rest)).await;
        rest
    }
}

/// A receiver that hangs fails its test instead of holding up the run.
async fn soon<T>(work: impl Future<Output = T>) -> T {
    let limit = Duration::from_secs(20);
    tokio::time::timeout(limit, work).await.unwrap()
}

struct Answer {
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|line| line.0 == name).map_or("", |line| line.1)
    }

    #[track_caller]
    fn check(&self, status: u16, content_type: &str, body: &str) {
        assert!(
            self.head.starts_with(&format!("http/1.1 {status} ")),
            "{}{}",
            self.head,
            String::from_utf8_lossy(&self.body)
        );
        assert_eq!(self.header("content-type"), content_type);
        assert_eq!(String::from_utf8_lossy(&self.body), body);
    }

    #[track_caller]
    fn check_text(&self, status: u16, body: &str) {
        self.check(status, "text/plain; charset=utf-8", body);
    }

    #[track_caller]
    fn check_json(&self, status: u16, body: &str) {
        self.check(status, "application/json", body);
    }
}

fn request(method: &str, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: here\r\n{headers}Content-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn post(headers: &str, body: &[u8]) -> Vec<u8> {
    request("POST", "/v1/logs", headers, body)
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn both_encodings_are_decoded_and_answered_in_kind() {
    let rig = Rig::start(TIGHT, Reply::Accepted).await;
    let json = "Content-Type: Application/JSON; charset=utf-8\r\n";
    rig.ask(&post(json, ONE_RECORD)).await.check_json(200, "{}");
    let one_record = rig.received.lock().unwrap()[0].request.clone();
    let body = one_record.encode_to_vec();
    let answer = rig.ask(&post(PROTOBUF, &body)).await;
    answer.check(200, "application/x-protobuf", "");
    // Nothing in it is still a request.
    rig.ask(&post(PROTOBUF, b""))
        .await
        .check(200, "application/x-protobuf", "");

    let received = rig.received.lock().unwrap();
    assert_eq!(received[0].request, received[1].request);
    assert_eq!(received[0].encoding, Encoding::Json);
    assert_eq!(received[1].encoding, Encoding::Protobuf);
    assert_eq!(received[1].signal, Signal::Logs);
    assert_eq!(received[1].wire_bytes, ByteCount(body.len() as u64));
    assert_eq!(received.len(), 3);
}

#[tokio::test]
async fn gzip_and_zstd_bodies_are_inflated() {
    let rig = Rig::start(TIGHT, Reply::Accepted).await;
    let spaced = [ONE_RECORD, &[b' '; 10_000]].concat();
    let headers = format!("{JSON}Content-Encoding: gzip\r\n");
    rig.ask(&post(&headers, &gzip(&spaced)))
        .await
        .check_json(200, "{}");
    let headers = format!("{JSON}Content-Encoding: zstd\r\n");
    let body = zstd::encode_all(&spaced[..], 1).unwrap();
    rig.ask(&post(&headers, &body)).await.check_json(200, "{}");

    let received = rig.received.lock().unwrap();
    assert_eq!(received[0].compression, Compression::Gzip);
    assert_eq!(received[1].compression, Compression::Zstd);
    assert_eq!(received[1].wire_bytes, ByteCount(body.len() as u64));
    assert_eq!(received[1].body_bytes, ByteCount(spaced.len() as u64));
}

#[tokio::test]
async fn only_posts_of_logs_are_served() {
    let rig = Rig::start(TIGHT, Reply::Accepted).await;
    let answer = rig.ask(&request("GET", "/v1/logs", "", b"")).await;
    answer.check_text(405, "only POST is served here");
    assert_eq!(answer.header("allow"), "post");
    let answer = rig.ask(&request("POST", "/v1/logs/", JSON, b"{}")).await;
    answer.check_text(404, "nothing is served here; logs go to /v1/logs");
    let answer = rig.ask(&request("POST", "/v1/traces", JSON, b"{}")).await;
    answer.check_text(
        404,
        "/v1/traces is not served here: this receiver takes logs only",
    );
    assert!(rig.received.lock().unwrap().is_empty());
}

#[tokio::test]
async fn unknown_content_types_and_encodings_are_refused() {
    let rig = Rig::start(TIGHT, Reply::Accepted).await;
    let text = "content type must be application/x-protobuf or application/json";
    rig.ask(&post("", b"{}")).await.check_text(415, text);
    let headers = "Content-Type: text/json\r\n";
    rig.ask(&post(headers, b"{}")).await.check_text(415, text);
    for lines in [
        "Content-Encoding: gzip, gzip\r\n",
        "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n",
    ] {
        let answer = rig
            .ask(&post(&format!("{JSON}{lines}"), &gzip(b"{}")))
            .await;
        answer.check_json(415, r#"{"code":3,"message":"content encoding \"gzip, gzip\" is not supported; send gzip, zstd or none"}"#);
    }
    assert!(rig.received.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_by_its_announced_length() {
    let rig = Rig::start(TIGHT, Reply::Accepted).await;
    // Only the head is sent: the answer must not wait for the body.
    let head =
        format!("POST /v1/logs HTTP/1.1\r\nHost: here\r\n{JSON}Content-Length: 4097\r\n\r\n");
    let answer = rig.ask(head.as_bytes()).await;
    answer.check_json(
        413,
        r#"{"code":8,"message":"the body is larger than 4.1 kB"}"#,
    );
    let at_the_limit = [ONE_RECORD, &vec![b' '; 4096 - ONE_RECORD.len()]].concat();
    rig.ask(&post(JSON, &at_the_limit))
        .await
        .check_json(200, "{}");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_while_it_arrives_in_chunks() {
    let rig = Rig::start(TIGHT, Reply::Accepted).await;
    let head =
        format!("POST /v1/logs HTTP/1.1\r\nHost: here\r\n{JSON}Transfer-Encoding: chunked\r\n\r\n");
    let mut client = rig.client().await;
    client.send(head.as_bytes()).await;
    for _ in 0..5 {
        client.send(b"400\r\n").await;
        client.send(&[b' '; 0x400]).await;
        client.send(b"\r\n").await;
    }
    let answer = client.answer().await;
    answer.check_json(
        413,
        r#"{"code":8,"message":"the body is larger than 4.1 kB"}"#,
    );
}

#[tokio::test]
async fn a_body_that_inflates_over_the_limit_is_refused() {
    let rig = Rig::start(TIGHT, Reply::Accepted).await;
    let headers = format!("{PROTOBUF}Content-Encoding: gzip\r\n");
    let answer = rig
        .ask(&post(&headers, &gzip(&vec![0; (64 << 10) + 1])))
        .await;
    assert!(answer.head.starts_with("http/1.1 413 "), "{}", answer.head);
    let status = Status::decode(&answer.body[..]).unwrap();
    assert_eq!(status.code, 8);
    assert_eq!(status.message, "the decompressed body is larger than 66 kB");
}

#[tokio::test]
async fn an_undecodable_body_is_answered_with_a_status_in_its_encoding() {
    let rig = Rig::start(TIGHT, Reply::Accepted).await;
    let answer = rig
        .ask(&post(JSON, br#"{"resourceLogs":[{"scopeLogs":7}]}"#))
        .await;
    answer.check_json(400, r#"{"code":3,"message":"cannot decode the body as JSON: resourceLogs[0].scopeLogs: expected an array, found another number"}"#);
    let answer = rig.ask(&post(PROTOBUF, b"\x0a\x05no")).await;
    assert!(answer.head.starts_with("http/1.1 400 "), "{}", answer.head);
    assert_eq!(answer.header("content-type"), "application/x-protobuf");
    let status = Status::decode(&answer.body[..]).unwrap();
    assert_eq!(status.code, 3);
    assert!(
        status
            .message
            .starts_with("cannot decode the body as protobuf: ")
    );
    let headers = format!("{JSON}Content-Encoding: zstd\r\n");
    let answer = rig.ask(&post(&headers, b"{}")).await;
    assert!(answer.head.starts_with("http/1.1 400 "), "{}", answer.head);
    assert!(rig.received.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_partial_success_says_how_many_and_why() {
    let message = "too \"old\"".to_owned();
    let rig = Rig::start(
        TIGHT,
        Reply::Partial {
            rejected: 5,
            message,
        },
    )
    .await;
    let answer = rig.ask(&post(JSON, ONE_RECORD)).await;
    answer.check_json(
        200,
        r#"{"partialSuccess":{"rejectedLogRecords":"5","errorMessage":"too \"old\""}}"#,
    );
    let answer = rig.ask(&post(PROTOBUF, b"")).await;
    answer.check(
        200,
        "application/x-protobuf",
        "\n\r\u{8}\u{5}\u{12}\ttoo \"old\"",
    );
}

#[tokio::test]
async fn an_unavailable_handler_names_the_wait_in_whole_seconds() {
    let retry_after = Duration::from_millis(1_500);
    let rig = Rig::start(TIGHT, Reply::Unavailable { retry_after }).await;
    let answer = rig.ask(&post(JSON, ONE_RECORD)).await;
    answer.check_json(
        503,
        r#"{"code":14,"message":"not ready for more; send it again later"}"#,
    );
    assert_eq!(answer.header("retry-after"), "2");
}

#[tokio::test]
async fn a_refused_body_does_not_cost_the_answer_or_the_connection() {
    let rig = Rig::start(ReceiverLimits::STANDARD, Reply::Accepted).await;
    let mut client = rig.client().await;
    let traces = request("POST", "/v1/traces", PROTOBUF, &vec![0; 8 << 20]);
    client.send(&traces).await;
    client.answer().await.check_text(
        404,
        "/v1/traces is not served here: this receiver takes logs only",
    );
    client.send(&post(JSON, ONE_RECORD)).await;
    client.answer().await.check_json(200, "{}");
}

#[tokio::test]
async fn a_connection_that_does_not_finish_a_head_is_closed() {
    let limits = ReceiverLimits {
        header_wait_max: Duration::from_millis(100),
        ..TIGHT
    };
    let rig = Rig::start(limits, Reply::Accepted).await;
    // Nothing; what could still become HTTP/2; half a head; HTTP/2 without a request.
    let starts: [&[u8]; 4] = [
        b"",
        b"P",
        b"POST /v1/logs HTTP/1.1\r\nHost:",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
    ];
    for start in starts {
        let mut client = rig.client().await;
        client.send(start).await;
        let rest = client.rest().await;
        assert!(!rest.starts_with(b"HTTP/1.1 200"), "{start:?}");
    }
    assert!(rig.received.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_body_that_takes_too_long_is_refused() {
    let limits = ReceiverLimits {
        body_wait_max: Duration::from_millis(100),
        ..TIGHT
    };
    let rig = Rig::start(limits, Reply::Accepted).await;
    let mut half = post(JSON, ONE_RECORD);
    half.truncate(half.len() - 10);
    let answer = rig.ask(&half).await;
    answer.check_json(
        408,
        r#"{"code":4,"message":"the body did not arrive in time"}"#,
    );
}

#[tokio::test]
async fn a_request_over_http_2_is_answered() {
    let rig = Rig::start(TIGHT, Reply::Accepted).await;
    let mut client = rig.client().await;
    client
        .send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
        .await;
    // :method POST and :scheme http from the static table, the others spelled out.
    let mut head = vec![0x83, 0x86];
    for (name, value) in [(":path", "/v1/logs"), ("content-type", "application/json")] {
        for text in [name, value] {
            if text == name {
                head.push(0);
            }
            head.push(u8::try_from(text.len()).unwrap());
            head.extend_from_slice(text.as_bytes());
        }
    }
    let length = u8::try_from(head.len()).unwrap();
    client
        .send(&[&[0, 0, length, 1, 4, 0, 0, 0, 1], &head[..]].concat())
        .await;
    client.send(b"\0\0\x02\0\x01\0\0\0\x01{}").await;
    loop {
        let mut frame = [0; 9];
        soon(client.0.read_exact(&mut frame)).await.unwrap();
        let mut payload = vec![0; usize::from(frame[1]) << 8 | usize::from(frame[2])];
        soon(client.0.read_exact(&mut payload)).await.unwrap();
        if frame[3] == 1 {
            assert_eq!(payload[0], 0x88, ":status 200 in the static table");
            break;
        }
    }
    assert_eq!(rig.received.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn connections_over_the_limit_wait_for_one_to_end() {
    let limits = ReceiverLimits {
        connections_max: 1,
        ..TIGHT
    };
    let rig = Rig::start(limits, Reply::Accepted).await;
    let mut first = rig.client().await;
    let mut second = rig.client().await;
    second.send(&post(JSON, ONE_RECORD)).await;
    first.send(&post(JSON, ONE_RECORD)).await;
    first.answer().await.check_json(200, "{}");
    assert_eq!(rig.received.lock().unwrap().len(), 1);
    drop(first);
    second.answer().await.check_json(200, "{}");
}

#[tokio::test]
async fn a_request_in_flight_at_the_shutdown_is_still_answered() {
    let rig = Rig::start(TIGHT, Reply::Accepted).await;
    let mut client = rig.client().await;
    // The first answer shows that the connection is accepted.
    client.send(&post(JSON, ONE_RECORD)).await;
    client.answer().await.check_json(200, "{}");
    let whole = post(&format!("{JSON}Expect: 100-continue\r\n"), ONE_RECORD);
    let (head, body) = whole.split_at(whole.len() - ONE_RECORD.len());
    client.send(head).await;
    let mut go_on = [0; 25];
    soon(client.0.read_exact(&mut go_on)).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    rig.shutdown.request();
    client.send(body).await;
    client.answer().await.check_json(200, "{}");
    soon(rig.served).await.unwrap();
    assert!(TcpStream::connect(rig.address).await.is_err());
}

#[tokio::test]
async fn a_connection_that_does_not_end_is_cut_off_after_the_drain_wait() {
    let limits = ReceiverLimits {
        drain_wait_max: Duration::from_millis(50),
        ..TIGHT
    };
    let rig = Rig::start(limits, Reply::Accepted).await;
    let mut client = rig.client().await;
    client.send(&post(JSON, ONE_RECORD)).await;
    client.answer().await.check_json(200, "{}");
    let mut half = post(&format!("{JSON}Expect: 100-continue\r\n"), ONE_RECORD);
    half.truncate(half.len() - 10);
    client.send(&half).await;
    let mut go_on = [0; 25];
    soon(client.0.read_exact(&mut go_on)).await.unwrap();
    rig.shutdown.request();
    soon(rig.served).await.unwrap();
    assert_eq!(client.rest().await, b"");
}
