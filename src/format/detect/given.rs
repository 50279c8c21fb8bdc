//! The format that a user names, and what that makes of a file.
//!
//! A name is that of a built-in format, of one of the user's own, or a pattern when there is a brace in it; before it may stand the runtime
//! that wrapped the lines, as in `docker: nginx-error`. What is named is not doubted: lines of other formats are not looked for.
//! Columns are still taken from the file, and lines that a container runtime wrapped are unwrapped.

use std::sync::Arc;

use crate::base::spelling::nearest;
use crate::format::container::Runtime;
use crate::format::detect::lines::{Candidates, HeadLines, holds};
use crate::format::detect::{
    Choice, Detection, counted, detect, detect_lines, of_lines, of_table, runtime_name, runtime_of,
    stripped, unwrapped, wrapped,
};
use crate::format::fields::FieldMap;
use crate::format::guess::MissingSeverity;
use crate::format::layout::compile::LayoutError;
use crate::format::layout::{Layout, table};
use crate::format::syslog::frames;
use crate::format::timestamp::Zone;
use crate::format::{Format, FormatKind, Objects, Strays, Table, csv, w3c};
use crate::otlp::framing::Framing;

/// The name under which a pattern of the command line is shown.
const PATTERN_NAME: &str = "pattern";

/// A format without a pattern.
#[derive(Debug, Clone, Copy)]
pub struct Structured {
    /// Its name.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// A line of it.
    pub example: &'static str,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Kind(FormatKind),
    W3c,
    Csv,
    Wrapped(Runtime),
}

/// Every format without a pattern.
pub const STRUCTURED: [Structured; 12] = [
    Structured {
        name: "json",
        about: "one JSON object per line, or one over several lines",
        example: r#"{"time":"2026-11-20T09:00:00Z","level":"info","msg":"saved","id":7}"#,
        what: What::Kind(FormatKind::Json),
    },
    Structured {
        name: "logfmt",
        about: "key=value pairs, values bare or quoted",
        example: r#"time=2026-11-20T09:00:00Z level=info msg="cart saved" id=7"#,
        what: What::Kind(FormatKind::Logfmt),
    },
    Structured {
        name: "syslog",
        about: "RFC 5424 or RFC 3164, with its priority",
        example: "<34>1 2026-11-20T09:00:00Z web1 cart 812 - - saved",
        what: What::Kind(FormatKind::Syslog),
    },
    Structured {
        name: "journal-export",
        about: "what journalctl -o export writes",
        example: "__REALTIME_TIMESTAMP=1795165200000000",
        what: What::Kind(FormatKind::JournalExport),
    },
    Structured {
        name: "otlp/json",
        about: "OTLP already: a request in JSON on each line; sent as it is",
        example: r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[]}]}]}"#,
        what: What::Kind(FormatKind::OtlpJson),
    },
    Structured {
        name: "otlp/protobuf",
        about: "OTLP already: requests in protobuf; sent as they are",
        example: "",
        what: What::Kind(FormatKind::OtlpProtobuf(Framing::Bare)),
    },
    Structured {
        name: "w3c",
        about: "columns that a #Fields: or #fields line names (IIS, CloudFront, Zeek)",
        example: "#Fields: date time c-ip cs-method cs-uri-stem sc-status",
        what: What::W3c,
    },
    Structured {
        name: "csv",
        about: "separated cells, with names in the first line; PostgreSQL's csvlog",
        example: "time,level,message",
        what: What::Csv,
    },
    Structured {
        name: "docker",
        about: "lines that Docker's json-file driver wrapped; what is in them is found out",
        example: r#"{"log":"saved\n","stream":"stdout","time":"2026-11-20T09:00:00Z"}"#,
        what: What::Wrapped(Runtime::Docker),
    },
    Structured {
        name: "cri",
        about: "lines that containerd or CRI-O wrapped; what is in them is found out",
        example: "2026-11-20T09:00:00.123456789Z stdout F saved",
        what: What::Wrapped(Runtime::Cri),
    },
    Structured {
        name: "text",
        about: "a time, then a level and a logger if they are there, then the message",
        example: "2026-11-20 09:00:00 INFO [cart] saved",
        what: What::Kind(FormatKind::Stamped),
    },
    Structured {
        name: "plain",
        about: "anything: a line is a record, lines that continue it join",
        example: "saved",
        what: What::Kind(FormatKind::Plain),
    },
];

/// Why a format cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GivenError {
    /// A name that nobody knows.
    #[error("there is no format {name:?}")]
    Unknown {
        /// As written.
        name: String,
        /// The one that was probably meant.
        nearest: Option<String>,
    },
    /// A pattern that makes no sense.
    #[error("the pattern cannot be used")]
    Pattern {
        /// As written.
        pattern: String,
        /// Why.
        source: LayoutError,
    },
}

/// A format that the user named.
#[derive(Debug, Clone)]
pub struct Given {
    runtime: Option<Runtime>,
    inner: Inner,
}

#[derive(Debug, Clone)]
enum Inner {
    Layouts(Vec<Layout>),
    What(What),
    /// Only the runtime was named.
    Anything,
}

impl Given {
    /// Reads a name or a pattern; `own` are the layouts of the user's own.
    ///
    /// Errors: a name that nobody knows, a pattern that makes no sense.
    pub fn read(text: &str, own: &[Layout]) -> Result<Given, GivenError> {
        let (runtime, rest) = runtime_before(text);
        let inner = if rest.contains('{') {
            let layout = Layout::compile(PATTERN_NAME, rest.to_owned()).map_err(|source| {
                GivenError::Pattern {
                    pattern: rest.to_owned(),
                    source,
                }
            })?;
            Inner::Layouts(vec![layout])
        } else {
            named(rest, own).ok_or_else(|| unknown(rest, own))?
        };
        Ok(match inner {
            Inner::What(What::Wrapped(runtime)) => Given {
                runtime: Some(runtime),
                inner: Inner::Anything,
            },
            inner => Given { runtime, inner },
        })
    }

    /// What the file is to be read as, and how many of its first lines fit.
    fn detection(&self, head: &[u8], zone: &mut Zone, own: &[Layout]) -> Detection {
        if let Inner::What(What::Kind(FormatKind::OtlpProtobuf(usual))) = self.inner {
            let kind = FormatKind::OtlpProtobuf(Framing::of(head).unwrap_or(usual));
            return Detection::given(Format::of(kind), kind.name().to_owned());
        }
        let is_syslog = matches!(self.inner, Inner::What(What::Kind(FormatKind::Syslog)));
        if is_syslog && frames::looks_like(head) {
            return counted();
        }
        let mut clean = Vec::new();
        let head = stripped(head, &mut clean);
        // Objects and plain lines may be what the runtime wrote.
        let as_it_stands = matches!(
            self.inner,
            Inner::What(What::Kind(
                FormatKind::Json
                    | FormatKind::OtlpJson
                    | FormatKind::Plain
                    | FormatKind::JournalExport
            ))
        );
        let runtime = self
            .runtime
            .or_else(|| runtime_of(head, zone).filter(|_| !as_it_stands));
        let Some(runtime) = runtime else {
            return self.inside(head, zone, own);
        };
        let inner = unwrapped(head, runtime, zone);
        wrapped(runtime, self.inside(inner.as_bytes(), zone, own))
    }

    fn inside(&self, head: &[u8], zone: &mut Zone, own: &[Layout]) -> Detection {
        let mut found = match &self.inner {
            Inner::Anything => return detect_lines(head, zone, own),
            Inner::Layouts(layouts) => of_layouts(layouts, head, zone),
            Inner::What(what) => of_what(*what, &String::from_utf8_lossy(head), zone),
        };
        let mut format = Format::clone(&found.format);
        format.strays = Strays::Never;
        found.format = Arc::new(format);
        found.runners_up.clear();
        found
    }
}

/// How the sources of a run are read: what their user said about them.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Their format, when it was named.
    pub given: Option<Given>,
    /// Layouts of the user's own.
    pub own: Vec<Layout>,
    /// Keys of structured records.
    pub fields: FieldMap,
    /// What becomes of records without severity.
    pub severity: MissingSeverity,
}

impl Reading {
    /// What a file is, by what was said or else by its head.
    pub fn detect(&self, head: &[u8], zone: &mut Zone) -> Detection {
        let mut found = match &self.given {
            Some(given) => given.detection(head, zone, &self.own),
            None => detect(head, zone, &self.own),
        };
        if !self.fields.is_empty() || self.severity != MissingSeverity::Stays {
            let mut format = Format::clone(&found.format);
            format.fields = self.fields.clone();
            format.severity = self.severity;
            found.format = Arc::new(format);
        }
        found
    }
}

/// `docker: nginx-error` → the runtime and the rest.
fn runtime_before(text: &str) -> (Option<Runtime>, &str) {
    let text = text.trim();
    [Runtime::Docker, Runtime::Cri]
        .into_iter()
        .find_map(|runtime| {
            let rest = text.strip_prefix(runtime_name(runtime))?;
            Some((Some(runtime), rest.strip_prefix(':')?.trim()))
        })
        .unwrap_or((None, text))
}

fn named(name: &str, own: &[Layout]) -> Option<Inner> {
    if let Some(layout) = own.iter().find(|layout| layout.name == name) {
        return Some(Inner::Layouts(vec![layout.clone()]));
    }
    // `json/pino` is what a detection says.
    let family = if name.starts_with("json/") {
        "json"
    } else {
        name
    };
    if let Some(found) = STRUCTURED.iter().find(|known| known.name == family) {
        return Some(Inner::What(found.what));
    }
    let rows = table::layouts().iter().filter(|layout| layout.name == name);
    let rows: Vec<Layout> = rows.cloned().collect();
    (!rows.is_empty()).then_some(Inner::Layouts(rows))
}

fn unknown(name: &str, own: &[Layout]) -> GivenError {
    let known = STRUCTURED.iter().map(|known| known.name);
    let layouts = own.iter().chain(table::layouts());
    let known = known.chain(layouts.map(|layout| &*layout.name));
    GivenError::Unknown {
        name: name.to_owned(),
        nearest: nearest(name, known).map(str::to_owned),
    }
}

/// A file of these layouts: each line has the first that it fits.
fn of_layouts(layouts: &[Layout], head: &[u8], zone: &mut Zone) -> Detection {
    let text = String::from_utf8_lossy(head);
    let candidates = Candidates::only(layouts);
    let lines = HeadLines::read(&text, zone, candidates);
    let mut taken = vec![0; candidates.count()];
    for line in &lines.texts {
        let first = (0..taken.len()).find(|row| holds(&line.rows, *row));
        if let Some(row) = first {
            taken[row] += 1;
        }
    }
    let mut format = Format::of(FormatKind::Layout);
    format.layouts = layouts.to_vec();
    let label = layouts.first().map_or("layout", |layout| &layout.name);
    Detection {
        lines: lines.count,
        fits: taken.iter().sum(),
        taken,
        unfit: lines.unfit(|line| (0..candidates.count()).any(|row| holds(&line.rows, row))),
        ..Detection::given(format, label.to_owned())
    }
}

fn of_what(what: What, text: &str, zone: &mut Zone) -> Detection {
    let table = match what {
        What::Kind(kind) => return of_kind(kind, text, zone),
        What::Wrapped(_) => None,
        What::W3c => {
            let first = || text.lines().find(|line| !line.starts_with('#'));
            w3c::Header::read_head(text)
                .or_else(|| w3c::Header::iis_default(first()?))
                .map(Table::W3c)
        }
        What::Csv => text.lines().next().and_then(|first| {
            csv::Header::read(first)
                .or_else(|| csv::Header::postgres(first, zone))
                .map(Table::Csv)
        }),
    };
    match table {
        Some(table) => of_table(table, text),
        // Without names there are no columns: the lines are text, and none of them fits.
        None => Detection {
            lines: text.lines().filter(|line| !line.is_empty()).count(),
            ..Detection::given(
                Format::of(FormatKind::Table),
                FormatKind::Table.name().to_owned(),
            )
        },
    }
}

fn of_kind(kind: FormatKind, text: &str, zone: &mut Zone) -> Detection {
    if kind == FormatKind::JournalExport {
        return Detection::given(Format::of(kind), kind.name().to_owned());
    }
    let lines = HeadLines::read(text, zone, Candidates::all(&[]));
    if kind == FormatKind::Stamped {
        let mut choice = Choice::of(&lines, zone);
        choice.keep_only(kind.name());
        return of_lines(&lines, &choice);
    }
    let mut format = Format::of(kind);
    if kind == FormatKind::Json && lines.open_objects > 0 {
        format.objects = Objects::ManyLines;
    }
    let fits = match kind {
        FormatKind::Json => lines.objects,
        FormatKind::OtlpJson => lines.payloads,
        FormatKind::Logfmt => lines.pairs,
        FormatKind::Syslog => lines.prioritised,
        _ => lines.count,
    };
    let label = match (kind, lines.flavour) {
        (FormatKind::Json, flavour) if !flavour.is_empty() => format!("json/{flavour}"),
        _ => kind.name().to_owned(),
    };
    Detection {
        lines: lines.count,
        fits,
        unfit: lines.unfit(|_| kind == FormatKind::Plain),
        ..Detection::given(format, label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    const MINE: &str = "{time} <{level}> {body}";

    fn own() -> Vec<Layout> {
        vec![Layout::compile("mine", MINE).unwrap()]
    }

    /// `label fits/lines`, or the error with what was probably meant.
    #[track_caller]
    fn check(given: &str, head: &str, expected: &str) {
        let reading = |given| Reading {
            given,
            own: own(),
            ..Reading::default()
        };
        let found = match (given, Given::read(given, &own())) {
            ("", _) => Ok(reading(None)),
            (_, given) => given.map(|given| reading(Some(given))),
        };
        let shown = match found {
            Ok(reading) => {
                let found = reading.detect(head.as_bytes(), &mut Zone::new(TimeZone::UTC));
                assert!(found.unfit.len() <= 5 && found.fits <= found.lines);
                format!("{} {}/{}", found.label, found.fits, found.lines)
            }
            Err(GivenError::Unknown { nearest, .. }) => format!("unknown, {nearest:?}"),
            Err(error @ GivenError::Pattern { .. }) => error.to_string(),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_name_is_of_the_table_of_the_users_or_of_a_structure() {
        let lines = "2026-11-20T09:00:00Z <info> a\n2026-11-20T09:00:01Z INFO [x] b\n";
        check("mine", lines, "mine 1/2");
        check("text", lines, "text 2/2");
        check("plain", lines, "plain 2/2");
        check("json", lines, "json 0/2");
        check("nginx-error", lines, "nginx-error 0/2");
        check("csv", "time,level,message\n1,info,a\n", "csv 2/2");
        check("w3c", lines, "table 0/2");
        check("json/pino", "{\"a\":1}\n", "json 1/1");
    }

    #[test]
    fn a_pattern_is_told_by_its_brace() {
        check(
            "{time} {body}",
            "2026-11-20T09:00:00Z a\nb\n",
            "pattern 1/2",
        );
        check("{time} {", "", "the pattern cannot be used");
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest() {
        check("nginx-eror", "", "unknown, Some(\"nginx-error\")");
        check("logfnt", "", "unknown, Some(\"logfmt\")");
        check("mime", "", "unknown, Some(\"mine\")");
        check("honeycomb", "", "unknown, None");
    }

    #[test]
    fn wrapped_lines_are_unwrapped_first() {
        let docker = "{\"log\":\"level=info msg=a\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-20T09:00:00Z\"}\n";
        check("docker", docker, "docker: logfmt 1/1");
        check("logfmt", docker, "docker: logfmt 1/1");
        check("docker: plain", docker, "docker: plain 1/1");
        check("json", docker, "json 1/1");
    }

    #[test]
    fn the_users_own_layouts_come_before_the_tables() {
        let line = "2026-11-20T09:00:00Z <info> a\n";
        check("", &line.repeat(3), "mine 3/3");
        check("", "2026-11-20T09:00:00Z INFO [x] b\n", "text 1/1");
    }

    #[test]
    fn a_named_format_finds_no_strays() {
        let given = Given::read("plain", &[]).unwrap();
        let reading = Reading {
            given: Some(given),
            ..Reading::default()
        };
        let found = reading.detect(b"x\n", &mut Zone::new(TimeZone::UTC));
        assert_eq!(found.format.strays, Strays::Never);
    }

    #[test]
    fn every_structured_example_is_of_its_format() {
        for known in STRUCTURED.iter().filter(|known| {
            matches!(
                known.name,
                "json" | "logfmt" | "syslog" | "text" | "plain" | "docker" | "cri"
            )
        }) {
            let found = detect(known.example.as_bytes(), &mut Zone::new(TimeZone::UTC), &[]);
            assert!(found.label.starts_with(known.name), "{}", found.label);
        }
    }
}
