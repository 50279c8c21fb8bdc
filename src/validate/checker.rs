//! Looks at one request after another of the same input, with the same room.

use super::found::{DESCRIBED_MAX, Found, Mend, Place, Tail, mended};
use super::json;
use super::meaning::{Case, Key};
use super::protobuf;
use super::rules::{self, Code};
use super::schema::Shape;
use super::top::{self, Top};
use super::tree::{ROOT, Span, Tree};
use super::view::{self, Origin};
use super::{FixMode, Level, Options, REQUEST_BYTES_MAX, Repair, Report};
use crate::base::secret::door;
use crate::otlp::{Encoding, Signal};

/// Rounds of repairs: each may bring faults to light that the one before hid, one level deeper at most.
const ROUNDS_MAX: usize = 2 * json::DEPTH_MAX;

/// How many faults of each kind.
type Counts = [u64; super::COUNT];

/// What was found in one input so far.
#[derive(Debug)]
pub struct Checker {
    options: Options,
    tree: Tree,
    found: Found,
    keys: Vec<Key>,
    report: Report,
    several_signals: bool,
    /// Where the request begins in its input.
    offset: u64,
}

impl Checker {
    /// Nothing looked at yet.
    pub fn new(options: Options) -> Checker {
        Checker {
            options,
            tree: Tree::default(),
            found: Found::new(options.fix),
            keys: Vec::new(),
            report: Report {
                findings: Vec::new(),
                counts: [0; super::COUNT],
                signal: None,
                encoding: None,
                requests: 0,
                records: 0,
                left: [0; super::COUNT],
                repaired: [0; super::COUNT],
                repairs: Vec::new(),
                traces: super::Traces::default(),
            },
            several_signals: false,
            offset: 0,
        }
    }

    /// Looks at a request that is the whole input; returns it repaired, when repairs are wanted and there are any.
    pub fn request(&mut self, bytes: &[u8], encoding: Option<Encoding>) -> Option<Vec<u8>> {
        self.request_at(bytes, encoding, (0, 1))
    }

    /// The same for a request within an input: the offset of its first byte, and its first line.
    pub fn request_at(
        &mut self,
        bytes: &[u8],
        encoding: Option<Encoding>,
        (offset, line): (u64, u64),
    ) -> Option<Vec<u8>> {
        let encoding = encoding.unwrap_or_else(|| top::encoding(bytes));
        let before = self.found.counts;
        self.report.encoding.get_or_insert(encoding);
        self.report.requests += 1;
        self.offset = offset;
        if bytes.len() > REQUEST_BYTES_MAX {
            self.too_large(bytes.len());
        } else {
            match encoding {
                Encoding::Json => self.json(bytes),
                Encoding::Protobuf => self.protobuf(bytes),
            }
        }
        let origin = Origin { offset, line };
        let found = view::findings(&mut self.found, &self.tree, (bytes, encoding), origin);
        self.report.findings.extend(found);
        if !self.repairs() {
            return None;
        }
        let repaired = self.repaired(bytes, encoding);
        let (text, left) = match repaired {
            Some((text, left)) => (Some(text), left),
            None => (None, minus(&self.found.counts, &before)),
        };
        for (sum, more) in self.report.left.iter_mut().zip(left) {
            *sum += more;
        }
        text
    }

    /// Says what the requests should carry, unless that was said before.
    pub fn expect(&mut self, signal: Signal) {
        self.options.signal.get_or_insert(signal);
    }

    /// Notes a fault of the input itself.
    pub fn note(&mut self, code: Code, message: impl Into<String>) {
        self.note_at(code, 0..0, message);
    }

    /// The same for some of its bytes.
    pub fn note_at(&mut self, code: Code, byte: std::ops::Range<u64>, message: impl Into<String>) {
        self.found.counts[code as usize] += 1;
        self.report.left[code as usize] += 1;
        if self.found.counts[code as usize] > DESCRIBED_MAX {
            return;
        }
        self.report.findings.push(super::Finding {
            code,
            path: "$".to_owned(),
            line: None,
            column: None,
            byte,
            message: door::hidden(&message.into()),
            fixable: false,
            view: super::View::None,
        });
    }

    /// Tells that the last fault of this kind of the input itself can be repaired; with repairs wanted, the caller makes it.
    pub fn mend_noted(&mut self, code: Code) {
        let mut findings = self.report.findings.iter_mut().rev();
        if let Some(finding) = findings.find(|finding| finding.code == code) {
            finding.fixable = true;
        }
        if self.repairs() {
            let left = &mut self.report.left[code as usize];
            *left = left.saturating_sub(1);
            self.report.repaired[code as usize] += 1;
            let path = "$".to_owned();
            self.report.repairs.push(Repair { code, path });
        }
    }

    /// How many faults were found for which receivers refuse a request.
    pub fn errors(&self) -> u64 {
        let errors = rules::all().filter(|rule| rule.level == Level::Error);
        errors.map(|rule| self.count(rule.code)).sum()
    }

    /// How many records were looked at.
    pub fn records(&self) -> u64 {
        self.report.records
    }

    /// How often a fault was found.
    pub fn count(&self, code: Code) -> u64 {
        self.found.counts[code as usize]
    }

    /// What was found in all.
    pub fn finish(mut self) -> Report {
        self.report.counts = self.found.counts;
        if !self.repairs() {
            self.report.left = self.report.counts;
        }
        if self.several_signals {
            self.report.signal = None;
        }
        self.report
    }

    fn too_large(&mut self, bytes: usize) {
        self.tree.begin(0);
        let place = whole(0);
        self.found.add(Code::NotChecked, place, || {
            format!("a request of {bytes} bytes, above {REQUEST_BYTES_MAX}, was not checked")
        });
    }

    fn json(&mut self, bytes: &[u8]) {
        if let Err(error) = std::str::from_utf8(bytes) {
            self.tree.begin(bytes.len());
            let bad = error.valid_up_to();
            let end = bad + error.error_len().unwrap_or(1);
            let place = Place {
                span: Span::new(bad, end),
                ..whole(bytes.len())
            };
            self.found.add(Code::JsonUtf8, place, || {
                format!("the byte at {bad} is not UTF-8")
            });
        }
        if bytes.starts_with(b"\xef\xbb\xbf") {
            self.tree.begin(bytes.len());
            self.found.add(Code::JsonSyntax, whole(3), || {
                "a byte order mark stands before the JSON".to_owned()
            });
            return;
        }
        let end = match top::top(bytes) {
            Top::Request(signal, key) => self.json_request(bytes, signal, key),
            Top::Empty => self.json_request(bytes, self.wanted(), Span::default()),
            Top::Profiles => json::pass(bytes, &mut self.tree, &mut self.found),
            Top::Unknown(key) => self.json_unknown(bytes, key),
            Top::Other => self.json_other(bytes),
        };
        if let Ok(end) = end {
            self.behind(bytes, end);
        }
    }

    fn wanted(&self) -> Signal {
        self.options.signal.unwrap_or(Signal::Logs)
    }

    fn json_request(
        &mut self,
        bytes: &[u8],
        signal: Signal,
        key: Span,
    ) -> Result<usize, json::Lost> {
        self.carries(signal);
        self.tree.begin(bytes.len());
        if let Some(wanted) = self.options.signal.filter(|wanted| *wanted != signal) {
            let place = Place {
                tail: Tail::Key(key),
                span: key,
                ..whole(0)
            };
            self.found
                .add(Code::WrongSignal, place, || wrong_signal(signal, wanted));
        }
        let (room, case) = self.case(bytes, Encoding::Json);
        let read = json::read(bytes, Shape::Request(signal), room, case);
        if read.is_err() {
            self.tree.cut_off(bytes.len());
            let ((tree, found), mut case) = self.case(bytes, Encoding::Json);
            case.cut(tree, found);
        }
        read
    }

    fn json_unknown(&mut self, bytes: &[u8], key: Span) -> Result<usize, json::Lost> {
        let end = json::pass(bytes, &mut self.tree, &mut self.found)?;
        let place = Place {
            tail: Tail::Key(key),
            span: key,
            ..whole(0)
        };
        self.found.add(Code::TopLevelUnknown, place, || {
            format!("{} is no key of a request", json::quoted(key.of(bytes)))
        });
        Ok(end)
    }

    fn json_other(&mut self, bytes: &[u8]) -> Result<usize, json::Lost> {
        let end = json::pass(bytes, &mut self.tree, &mut self.found)?;
        let start = bytes.len() - bytes.trim_ascii_start().len();
        let place = Place {
            span: Span::new(start, (start + 1).min(end)),
            ..whole(0)
        };
        let is_list = bytes.get(start) == Some(&b'[');
        self.found.add(Code::TopLevelNotObject, place, || {
            let met = if is_list { "a list" } else { "a bare value" };
            format!("the body is {met}, where an object with \"resourceLogs\" or its like belongs")
        });
        Ok(end)
    }

    /// Notes what stands behind a request.
    fn behind(&mut self, bytes: &[u8], end: usize) {
        let Some(next) = bytes.get(end) else {
            return;
        };
        let place = Place {
            span: Span::new(end, end + 1),
            ..whole(0)
        };
        let code = match next {
            b'{' | b'[' => Code::JsonSeveralDocuments,
            _ => Code::JsonSyntax,
        };
        self.found.add(code, place, || match code {
            Code::JsonSeveralDocuments => "a second document begins here".to_owned(),
            _ => "nothing may follow the request".to_owned(),
        });
    }

    fn protobuf(&mut self, bytes: &[u8]) {
        let known = self.options.signal.or(self.report.signal);
        let signal = top::protobuf_signal(bytes, known, &mut self.tree);
        self.carries(signal);
        self.tree.begin(bytes.len());
        if let Some(wanted) = self.options.signal.filter(|wanted| *wanted != signal) {
            self.found.add(Code::WrongSignal, whole(bytes.len()), || {
                wrong_signal(signal, wanted)
            });
        }
        let (room, case) = self.case(bytes, Encoding::Protobuf);
        protobuf::read(bytes, Shape::Request(signal), room, Some(case));
    }

    /// The room that a reader needs, and the request as the rules see it.
    fn case<'c>(
        &'c mut self,
        bytes: &'c [u8],
        encoding: Encoding,
    ) -> ((&'c mut Tree, &'c mut Found), Case<'c>) {
        let case = Case {
            bytes,
            encoding,
            options: &self.options,
            offset: self.offset,
            keys: &mut self.keys,
            records: &mut self.report.records,
            traces: &mut self.report.traces,
            carries: false,
            has_resource: false,
            is_cut: false,
        };
        ((&mut self.tree, &mut self.found), case)
    }

    fn carries(&mut self, signal: Signal) {
        let before = *self.report.signal.get_or_insert(signal);
        self.several_signals |= before != signal;
    }

    /// Makes the repairs, and those of what they bring to light; returns the faults that are left then too.
    fn repaired(&mut self, bytes: &[u8], encoding: Encoding) -> Option<(Vec<u8>, Counts)> {
        let mends = self.found.take_mends(&self.tree, bytes);
        if mends.is_empty() {
            return None;
        }
        let mut text = self.report.mend(mends, bytes);
        let mut left = [0; super::COUNT];
        for _ in 1..ROUNDS_MAX {
            let mut again = Checker::new(self.options);
            match encoding {
                Encoding::Json => again.json(&text),
                Encoding::Protobuf => again.protobuf(&text),
            }
            left = again.found.counts;
            let mends = again.found.take_mends(&again.tree, &text);
            if mends.is_empty() {
                break;
            }
            text = self.report.mend(mends, &text);
        }
        Some((text, left))
    }

    /// Whether repairs are made.
    pub fn repairs(&self) -> bool {
        self.options.fix != FixMode::Nothing
    }
}

impl Report {
    /// Makes repairs, and writes down each.
    fn mend(&mut self, mends: Vec<Mend>, bytes: &[u8]) -> Vec<u8> {
        let (text, made) = mended(bytes, &mends);
        for (mend, _) in mends.into_iter().zip(made).filter(|(_, made)| *made) {
            let count = &mut self.repaired[mend.code as usize];
            *count += 1;
            if *count <= DESCRIBED_MAX && !mend.path.is_empty() {
                let Mend { code, path, .. } = mend;
                self.repairs.push(Repair { code, path });
            }
        }
        text
    }
}

/// What came to the counts since then.
fn minus(now: &Counts, then: &Counts) -> Counts {
    std::array::from_fn(|code| now[code] - then[code])
}

fn whole(end: usize) -> Place {
    Place {
        at: ROOT,
        tail: Tail::None,
        span: Span::new(0, end),
    }
}

fn wrong_signal(signal: Signal, wanted: Signal) -> String {
    let word = |signal: Signal| signal.path().trim_start_matches("/v1/");
    format!(
        "this carries {}, and {} are expected",
        word(signal),
        word(wanted)
    )
}
