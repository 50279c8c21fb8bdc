//! Hands out the inputs, chunk by chunk and numbered, to whichever worker asks.
//!
//! It is behind one lock: reading is far faster than parsing, so the workers seldom meet there.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::{Duration, SystemTime};

use crate::base::clock::Clock;
use crate::base::shutdown::Shutdown;
use crate::base::units::{ByteCount, UnixNanos};
use crate::flow::followed::{Followed, is_unsure};
use crate::flow::plan::{PathAttribute, RecordPlan};
use crate::format::detect::Detection;
use crate::format::timestamp::Zone;
use crate::format::{Parser, container};
use crate::otlp::Encoding;
use crate::pipeline::batch::Envelope;
use crate::pipeline::encode::Constants;
use crate::pipeline::stage::Chunk;
use crate::pipeline::uid::UidSeed;
use crate::record::{Attribute, Value};
use crate::source::checkpoint::search::Start;
use crate::source::checkpoint::{HEAD_BYTES_MAX, Mark, TAIL_BYTES_MAX};
use crate::source::chunks::Chunker;
use crate::source::feed::{BLOCKS_MAX, Feed, Filled, LiveFeed, Meter, pump};
use crate::source::follow::{self, FollowPlan};
use crate::source::head::{HEAD_BYTES, byte_order_mark};
use crate::source::inode::Inode;
use crate::source::inputs::Input;
use crate::source::{SourceError, inflate, name};

/// The name of a source that gives none.
pub(super) const SERVICE_UNKNOWN: &str = "unknown_service:otelctl";

/// A source that is being read, as the workers need to know it.
#[derive(Debug)]
pub(super) struct OpenSource {
    pub(super) index: usize,
    pub(super) name: String,
    pub(super) detection: Detection,
    /// Near which times without year or date lie: when the file was last written, or now.
    pub(super) anchor: UnixNanos,
    /// When it was opened.
    pub(super) opened: UnixNanos,
    pub(super) total: Option<ByteCount>,
    pub(super) start_offset: u64,
    pub(super) envelope: Arc<Envelope>,
    pub(super) constants: Arc<Constants>,
    /// Whether its records come as they are made: then they wait in the queue for others.
    pub(super) is_live: bool,
    pub(super) uids: Option<UidSeed>,
    /// What is remembered of a file; `None` when nothing is.
    pub(super) kept: Option<KeptFile>,
}

/// What is remembered of a file.
#[derive(Debug)]
pub(super) struct KeptFile {
    pub(super) path: PathBuf,
    /// Its first bytes.
    pub(super) head: Arc<[u8]>,
    /// Where reading began.
    pub(super) start: Start,
}

/// One piece of work; numbered in the order of the inputs.
pub(super) struct Work {
    pub(super) number: u64,
    pub(super) step: Step,
}

/// What there is to do.
pub(super) enum Step {
    /// A source begins.
    Opened(Arc<OpenSource>),
    /// Records of a source.
    Chunk(Arc<OpenSource>, Chunk),
    /// A source cannot be read further.
    Failed { index: usize, error: SourceError },
    /// A source is read to its end.
    Ended { index: usize },
    /// A followed file was found; nothing of it was read yet.
    Found(Box<FoundFile>),
    /// Something the user should know of what is followed.
    Notice(String),
}

/// A followed file that was found.
#[derive(Debug)]
pub(super) struct FoundFile {
    pub(super) index: usize,
    pub(super) name: String,
    pub(super) identity: follow::Identity,
    pub(super) start: Start,
    /// What is remembered of it; `None` when nothing is.
    pub(super) kept: Option<KeptFile>,
}

/// What a source begins with.
pub(super) struct Opening<'o> {
    pub(super) index: usize,
    /// Its first bytes.
    pub(super) head: &'o [u8],
    pub(super) total: Option<ByteCount>,
    pub(super) start_offset: u64,
    /// What the file before it under the same path was, which counts when its own head tells little.
    pub(super) known: Option<&'o Detection>,
    /// Whether its records come as they are made.
    pub(super) is_live: bool,
    pub(super) uids: Option<UidSeed>,
    pub(super) kept: Option<KeptFile>,
}

/// What the feeder knows of the run.
pub(super) struct FeedPlan {
    pub(super) records: RecordPlan,
    pub(super) encoding: Encoding,
    pub(super) flush_interval: Duration,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) shutdown: Shutdown,
    pub(super) meters: Arc<[Arc<Meter>]>,
    /// Where to begin in each input.
    pub(super) starts: Vec<Start>,
    /// Whether files are remembered.
    pub(super) is_keeping: bool,
}

/// The inputs that are left, and the one that is open.
pub(super) struct Feeder {
    plan: FeedPlan,
    left: VecDeque<(usize, Input)>,
    stdin: Option<Box<dyn Read + Send>>,
    open: Option<Open>,
    followed: Option<Followed>,
    number: u64,
}

struct Open {
    source: Arc<OpenSource>,
    feed: Feed,
    chunker: Chunker,
    parser: Parser,
    /// The last bytes that were read of a file that is remembered.
    trail: Option<Vec<u8>>,
}

impl FeedPlan {
    /// A source as the workers need to know it, and what reads it.
    pub(super) fn recognised(&self, input: &Input, opening: Opening<'_>) -> (OpenSource, Parser) {
        let records = &self.records;
        let anchor = self.anchor(input);
        let mut zone = Zone::new(records.zone.clone()).with_anchor(anchor);
        let mut detection = records.reading.detect(opening.head, &mut zone);
        let _looked_only = zone.take_assumptions();
        if let (true, Some(known)) = (is_unsure(&detection), opening.known) {
            detection.clone_from(known);
        }
        let source = OpenSource {
            index: opening.index,
            name: input.name(),
            detection,
            anchor,
            opened: self.clock.now(),
            total: opening.total,
            start_offset: opening.start_offset,
            envelope: Arc::new(envelope(self.encoding, records, input)),
            constants: Arc::new(constants(self.encoding, records, input)),
            is_live: opening.is_live,
            uids: opening.uids,
            kept: opening.kept,
        };
        let parser = Parser::new(Arc::clone(&source.detection.format), zone);
        (source, parser)
    }

    /// What the uids of a source's records are made of, when they get any.
    pub(super) fn uids(&self, input: &Input, rewrites: u32) -> Option<UidSeed> {
        let uids = self.records.uids.as_ref()?;
        Some(match input {
            Input::File(_) => UidSeed::of_file(&uids.machine, rewrites),
            Input::Stream(_) | Input::Stdin => UidSeed::of_run(&uids.machine, uids.run),
        })
    }

    /// What is remembered of a file, when anything is.
    pub(super) fn kept(&self, input: &Input, head: Arc<[u8]>, start: Start) -> Option<KeptFile> {
        match input {
            Input::File(path) if self.is_keeping => Some(KeptFile {
                path: std::path::absolute(path).unwrap_or_else(|_| path.clone()),
                head,
                start,
            }),
            _ => None,
        }
    }

    /// When a file was last written; for a pipe, now.
    fn anchor(&self, input: &Input) -> UnixNanos {
        let written = match input {
            Input::File(path) => fs::metadata(path)
                .and_then(|metadata| metadata.modified())
                .ok(),
            Input::Stream(_) | Input::Stdin => None,
        };
        written
            .and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok())
            .and_then(|since| u64::try_from(since.as_nanos()).ok())
            .map_or_else(|| self.clock.now(), UnixNanos)
    }
}

impl Feeder {
    pub(super) fn new(
        plan: FeedPlan,
        inputs: Vec<Input>,
        stdin: Option<Box<dyn Read + Send>>,
        follow: Option<FollowPlan>,
    ) -> Feeder {
        let first = inputs.len();
        Feeder {
            followed: follow.map(|follow| Followed::start(&plan, follow, first)),
            plan,
            left: inputs.into_iter().enumerate().collect(),
            stdin,
            open: None,
            number: 0,
        }
    }

    /// The next piece of work, its bytes in `buffer`; `None` when all is read or the run shall end.
    ///
    /// Followed files come behind the inputs, and their end is the follower's to tell.
    pub(super) fn next(&mut self, buffer: Vec<u8>) -> Option<Work> {
        let step = self.step(buffer)?;
        let number = self.number;
        self.number += 1;
        Some(Work { number, step })
    }

    fn step(&mut self, buffer: Vec<u8>) -> Option<Step> {
        let is_live = self.open.as_ref().is_some_and(|open| open.feed.is_live());
        let is_read = self.open.is_none() && self.left.is_empty();
        if let (true, Some(followed)) = (is_read, &mut self.followed) {
            return followed.next(&self.plan);
        }
        if self.plan.shutdown.is_requested() && !is_live {
            return None;
        }
        Some(match self.open.as_mut() {
            Some(open) => {
                let step = open.step(buffer);
                if !matches!(step, Step::Chunk(..)) {
                    self.open = None;
                }
                step
            }
            None => self.open_next()?,
        })
    }

    fn open_next(&mut self) -> Option<Step> {
        let (index, input) = self.left.pop_front()?;
        Some(match self.opened(index, &input) {
            Ok(open) => {
                let source = Arc::clone(&open.source);
                self.open = Some(open);
                Step::Opened(source)
            }
            Err(error) => Step::Failed { index, error },
        })
    }

    fn opened(&mut self, index: usize, input: &Input) -> Result<Open, SourceError> {
        let (mut feed, total) = self.feed(index, input)?;
        let read_error = |source| SourceError::Read {
            path: input.name(),
            offset: 0,
            source,
        };
        let mut head = Vec::new();
        while head.len() < HEAD_BYTES {
            let filled = match feed.fill(&mut head, HEAD_BYTES) {
                Ok(filled) => filled,
                Err(error) if head.is_empty() => return Err(read_error(error)),
                Err(error) => {
                    // What came before it is good, and the error comes again behind it.
                    feed = Feed::broken(error);
                    break;
                }
            };
            let may_come = matches!(filled, Filled::Lull { .. }) && !head.contains(&b'\n');
            if filled != Filled::Enough && !may_come {
                break;
            }
        }
        let mark_bytes = byte_order_mark(&head, &input.name())?;
        let mut start = self.start(index);
        let first_bytes = Arc::from(head.get(..HEAD_BYTES_MAX).unwrap_or(&head));
        let uids = self.plan.uids(input, start.generation);
        if let (Some(uids), Input::File(_)) = (&uids, input) {
            uids.learn(&head);
        }
        head.drain(..mark_bytes);
        let mut start_offset = mark_bytes as u64;
        let mut trail = Vec::new();
        let rest = self.rest(index, start.mark.offset, &mut trail);
        let rest = rest.map_err(read_error)?;
        if rest.is_some() {
            start_offset = start.mark.offset;
        } else {
            start.mark = Mark::default();
        }
        let opening = Opening {
            index,
            head: &head,
            total,
            start_offset,
            known: None,
            is_live: feed.is_live(),
            uids,
            kept: self.plan.kept(input, first_bytes, start),
        };
        let (source, parser) = self.plan.recognised(input, opening);
        if let Some(rest) = rest {
            head.clear();
            feed = rest;
        }
        let limits = self.plan.records.limits;
        let limits = limits.of_format(&source.detection.format);
        Ok(Open {
            chunker: Chunker::new(head, start_offset, &parser, limits),
            parser,
            trail: source.kept.as_ref().map(|_| trail),
            source: Arc::new(source),
            feed,
        })
    }

    /// Where to begin: at the checkpoint, unless another file has taken the place of the one that was found.
    fn start(&self, index: usize) -> Start {
        let planned = self.plan.starts.get(index).cloned().unwrap_or_default();
        let opened = self.plan.meters[index].file();
        let metadata = opened.and_then(|file| file.metadata().ok());
        let identity = metadata.as_ref().and_then(Inode::of);
        if identity == planned.identity {
            return planned;
        }
        Start {
            identity,
            ..Start::default()
        }
    }

    /// What follows the checkpoint of a file, the bytes before it in `trail`; `None` when it is to be read from its start.
    fn rest(&self, index: usize, offset: u64, trail: &mut Vec<u8>) -> io::Result<Option<Feed>> {
        let Some(file) = self.plan.meters[index].file().filter(|_| offset > 0) else {
            return Ok(None);
        };
        let known = offset.min(TAIL_BYTES_MAX as u64);
        let Some(mut rest) = inflate::from_offset(file, offset - known)? else {
            return Ok(None);
        };
        rest.by_ref().take(known).read_to_end(trail)?;
        let is_there = trail.len() as u64 == known;
        Ok(is_there.then_some(Feed::Bulk(rest)))
    }

    fn feed(
        &mut self,
        index: usize,
        input: &Input,
    ) -> Result<(Feed, Option<ByteCount>), SourceError> {
        let open_error = |source| SourceError::Open {
            path: input.name(),
            source,
        };
        let meter = Arc::clone(&self.plan.meters[index]);
        match input {
            Input::File(path) => {
                let file = Arc::new(File::open(path).map_err(open_error)?);
                meter.watch(Arc::clone(&file));
                let total = file
                    .metadata()
                    .ok()
                    .map(|metadata| ByteCount(metadata.len()));
                let plain = inflate::plain(file).map_err(open_error)?;
                Ok((Feed::Bulk(plain), total))
            }
            Input::Stream(path) => {
                let path = path.clone();
                let open = move || Ok(Box::new(File::open(path)?) as Box<dyn Read + Send>);
                Ok((self.live(open, meter), None))
            }
            Input::Stdin => {
                let stdin = self.stdin.take().unwrap_or_else(|| Box::new(io::empty()));
                Ok((self.live(|| Ok(stdin), meter), None))
            }
        }
    }

    fn live(
        &self,
        open: impl FnOnce() -> io::Result<Box<dyn Read + Send>> + Send + 'static,
        meter: Arc<Meter>,
    ) -> Feed {
        let (sender, receiver) = sync_channel(BLOCKS_MAX);
        // Not joined: it may block in `read` for ever, and ends with the process.
        thread::spawn(move || pump(open, &sender, &meter));
        Feed::Live(LiveFeed::new(
            receiver,
            self.plan.flush_interval,
            Arc::clone(&self.plan.clock),
            self.plan.shutdown.clone(),
        ))
    }
}

impl Open {
    fn step(&mut self, buffer: Vec<u8>) -> Step {
        let index = self.source.index;
        match self.chunker.next(&mut self.feed, &mut self.parser, buffer) {
            Ok(Some(mut chunk)) => {
                if let Some(trail) = &mut self.trail {
                    leave_trail(trail, &mut chunk);
                }
                Step::Chunk(Arc::clone(&self.source), chunk)
            }
            Ok(None) => Step::Ended { index },
            Err(source) => Step::Failed {
                index,
                error: SourceError::Read {
                    path: self.source.name.clone(),
                    offset: self.chunker.offset(),
                    source,
                },
            },
        }
    }
}

/// Tells a chunk the bytes before it, and keeps the last of its own for the next one.
pub(super) fn leave_trail(trail: &mut Vec<u8>, chunk: &mut Chunk) {
    chunk.before.clone_from(trail);
    let is_whole = chunk.end_offset - chunk.start_offset == chunk.bytes.len() as u64;
    if !is_whole {
        trail.clear();
        return;
    }
    let from = chunk.bytes.len().saturating_sub(TAIL_BYTES_MAX);
    trail.extend_from_slice(&chunk.bytes[from..]);
    trail.drain(..trail.len().saturating_sub(TAIL_BYTES_MAX));
}

/// The resource of a source's records. Where nobody said the service, records may name their own.
fn envelope(encoding: Encoding, plan: &RecordPlan, input: &Input) -> Envelope {
    let path = match input {
        Input::File(path) => Some(path),
        Input::Stream(_) | Input::Stdin => None,
    };
    let whole_path = path.and_then(|path| std::path::absolute(path).ok());
    let whole_path = whole_path.map(|path| path.to_string_lossy().into_owned());
    let container = whole_path.as_deref().map(container::path::attributes);
    let container = container.unwrap_or_default();
    let named_by_file = || {
        // The file of a container has the name of its id.
        let path = path.filter(|_| container.is_empty())?;
        name::service_of(path)
    };
    let service = plan
        .service_name
        .clone()
        .or_else(|| container_name(&container))
        .or_else(named_by_file)
        .unwrap_or_else(|| SERVICE_UNKNOWN.to_owned());
    let mut attributes = vec![Attribute::text("service.name", service)];
    let given = |key: &str| plan.resource.iter().any(|(held, _)| held == key);
    let detected = plan.detected.iter();
    let detected = detected.filter(|found| container.is_empty() || !is_of_container(&found.key));
    let found = detected.chain(&container);
    attributes.extend(found.filter(|found| !given(&found.key)).map(owned));
    let said = plan.resource.iter();
    attributes.extend(said.map(|(key, value)| owned(&text(key, value))));
    match plan.service_name {
        Some(_) => Envelope::new(encoding, &attributes),
        None => Envelope::of_services(encoding, attributes),
    }
}

/// Whether an attribute tells one container from others of its node: that of this process is not the one whose log is read.
fn is_of_container(key: &str) -> bool {
    const OF_ALL: [&str; 2] = ["k8s.cluster.", "k8s.node."];
    let is_of_all = OF_ALL.iter().any(|of_all| key.starts_with(of_all));
    key.starts_with("container.") || key.starts_with("k8s.") && !is_of_all
}

/// What the path of a container's log says is its name.
fn container_name(attributes: &[Attribute<'_>]) -> Option<String> {
    let named = attributes
        .iter()
        .find(|attribute| attribute.key == "k8s.container.name")?;
    match &named.value {
        Value::Text(name) => Some(name.clone().into_owned()),
        _ => None,
    }
}

/// The same, with texts and numbers of its own.
fn owned(attribute: &Attribute<'_>) -> Attribute<'static> {
    Attribute {
        key: attribute.key.clone().into_owned().into(),
        value: match &attribute.value {
            Value::Text(text) => Value::Text(text.clone().into_owned().into()),
            Value::Int(number) => Value::Int(*number),
            _ => Value::Empty,
        },
    }
}

/// The attributes that each record of a source gets. What the user gave wins over what the source is.
fn constants(encoding: Encoding, plan: &RecordPlan, input: &Input) -> Constants {
    let mut attributes: Vec<Attribute<'_>> = match input {
        Input::File(path) | Input::Stream(path) => file_attributes(path, plan.file_path),
        Input::Stdin => vec![Attribute::text("log.iostream", "stdout")],
    };
    let given =
        |attribute: &Attribute<'_>| plan.attributes.iter().any(|(key, _)| *key == attribute.key);
    attributes.retain(|attribute| !given(attribute));
    attributes.extend(plan.attributes.iter().map(|(key, value)| text(key, value)));
    Constants::new(encoding, &attributes)
}

fn file_attributes(path: &Path, whole: PathAttribute) -> Vec<Attribute<'static>> {
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy();
    let mut attributes = vec![Attribute::text("log.file.name", name.into_owned())];
    if whole == PathAttribute::Attach {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        attributes.push(Attribute::text(
            "log.file.path",
            absolute.to_string_lossy().into_owned(),
        ));
    }
    attributes
}

fn text<'a>(key: &'a str, value: &'a str) -> Attribute<'a> {
    Attribute {
        key: key.into(),
        value: Value::Text(value.into()),
    }
}
