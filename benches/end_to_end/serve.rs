//! The sink, in its own process: an OTLP receiver that costs as little as it can.
//!
//! It prints its port on the first line, answers 200 to everything, and when its stdin ends prints what it has seen.
//! One plain thread per connection. It looks into a body only when told to count.

use std::fs;
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::Result;
use crate::http::{Head, Requests};
use crate::verify::verify;

/// What happens to a body.
#[derive(Debug)]
enum Mode {
    /// It is read and forgotten.
    Null,
    /// It is decoded, and its records are counted and looked at.
    Count,
    /// It is kept as a file, to be posted again.
    Record(PathBuf),
}

#[derive(Debug)]
struct Sink {
    mode: Mode,
    request_count: AtomicU64,
    body_bytes: AtomicU64,
    record_count: AtomicU64,
    fault_count: AtomicU64,
}

/// Serves until stdin ends. Shape: `null`, `count` or `record FOLDER`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let mode = match words.as_slice() {
        ["null"] => Mode::Null,
        ["count"] => Mode::Count,
        ["record", folder] => Mode::Record(PathBuf::from(folder)),
        _ => return Err("--sink needs null, count or record FOLDER".into()),
    };
    let sink = Arc::new(Sink {
        mode,
        request_count: AtomicU64::new(0),
        body_bytes: AtomicU64::new(0),
        record_count: AtomicU64::new(0),
        fault_count: AtomicU64::new(0),
    });
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?.port());
    let accepting = Arc::clone(&sink);
    thread::spawn(move || accept(&listener, &accepting));
    io::copy(&mut io::stdin().lock(), &mut io::sink())?;
    let shown = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    println!(
        "{} {} {} {}",
        shown(&sink.request_count),
        shown(&sink.body_bytes),
        shown(&sink.record_count),
        shown(&sink.fault_count)
    );
    Ok(())
}

fn accept(listener: &TcpListener, sink: &Arc<Sink>) {
    for stream in listener.incoming().flatten() {
        let sink = Arc::clone(sink);
        thread::spawn(move || {
            if let Err(error) = sink.answer(&stream) {
                eprintln!("sink: {error}");
            }
        });
    }
}

impl Sink {
    fn answer(&self, mut stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut requests = Requests::new(stream);
        let mut body = Vec::new();
        while let Some(head) = requests.head()? {
            body.clear();
            let mut body_bytes = 0;
            let keeps = !matches!(self.mode, Mode::Null);
            requests.body(&head, |piece| {
                body_bytes += piece.len() as u64;
                if keeps {
                    body.extend_from_slice(piece);
                }
            })?;
            let index = self.request_count.fetch_add(1, Ordering::Relaxed);
            self.body_bytes.fetch_add(body_bytes, Ordering::Relaxed);
            self.use_body(index, &head, &body)?;
            // OTLP: a full success is an empty message, in JSON an empty object.
            let answer = if head.content_type == "application/json" {
                "{}"
            } else {
                ""
            };
            let (content_type, bytes) = (&head.content_type, answer.len());
            write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {bytes}\r\n\r\n{answer}"
            )?;
        }
        Ok(())
    }

    fn use_body(&self, index: u64, head: &Head, body: &[u8]) -> io::Result<()> {
        match &self.mode {
            Mode::Null => {}
            Mode::Count => {
                let verified = verify(&head.content_type, &head.content_encoding, body);
                self.record_count
                    .fetch_add(verified.record_count, Ordering::Relaxed);
                self.fault_count
                    .fetch_add(verified.fault_count, Ordering::Relaxed);
            }
            Mode::Record(folder) => {
                let headers = format!("{}\n{}\n", head.content_type, head.content_encoding);
                fs::write(folder.join(format!("{index:08}.head")), headers)?;
                fs::write(folder.join(format!("{index:08}.body")), body)?;
            }
        }
        Ok(())
    }
}
