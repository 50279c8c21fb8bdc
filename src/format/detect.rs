//! What a file is, told from its first lines, and why.

use crate::format::FormatKind;
use crate::format::json;
use crate::format::logfmt;
use crate::format::timestamp::{self, Zone};
use crate::format::trace;

/// Lines looked at; the head that is read for them is bounded by the source.
const LINES_MAX: usize = 500;

/// The share of lines, in percent, that must fit for a format to be chosen.
const FIT_PERCENT_MIN: usize = 50;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detection {
    /// The format.
    pub kind: FormatKind,
    /// The logger whose keys these are, for JSON; empty when unknown.
    pub flavour: &'static str,
    /// Lines looked at: not blank, not continuing another.
    pub lines: usize,
    /// How many of them fit each format, in the order they are tried.
    pub candidates: [Candidate; 3],
}

/// How well a format fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The format.
    pub kind: FormatKind,
    /// Lines that fit it.
    pub fits: usize,
}

impl Detection {
    /// The name people and receipts see, like `json/pino`.
    pub fn label(&self) -> String {
        match self.flavour {
            "" => self.kind.name().to_owned(),
            flavour => format!("{}/{flavour}", self.kind.name()),
        }
    }

    /// How many of 100 lines fit the chosen format; plain text always fits.
    pub fn confidence_percent(&self) -> usize {
        self.candidates
            .iter()
            .find(|candidate| candidate.kind == self.kind)
            .map_or(100, |candidate| percent(candidate.fits, self.lines))
    }
}

fn percent(part: usize, whole: usize) -> usize {
    (part * 100).checked_div(whole).unwrap_or(0)
}

/// Looks at the head of a file; the last line may be cut off.
pub fn detect(head: &[u8], zone: &mut Zone) -> Detection {
    let mut lines = 0;
    let mut candidates = [FormatKind::Json, FormatKind::Logfmt, FormatKind::Stamped]
        .map(|kind| Candidate { kind, fits: 0 });
    let mut flavour = "";
    for line in head.split(|byte| *byte == b'\n').take(LINES_MAX) {
        let text = String::from_utf8_lossy(line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line));
        let text = text.trim_ascii_end();
        if text.is_empty() || trace::continues(text.as_bytes()) {
            continue;
        }
        lines += 1;
        if text.starts_with('{') && json::is_object(text) {
            candidates[0].fits += 1;
            flavour = if flavour.is_empty() {
                json_flavour(text)
            } else {
                flavour
            };
        } else if timestamp::leading(text.as_bytes(), zone).is_some() {
            candidates[2].fits += 1;
        } else if logfmt::looks_like(text) {
            candidates[1].fits += 1;
        }
    }
    let kind = choose(&candidates, lines);
    Detection {
        kind,
        flavour: if kind == FormatKind::Json {
            flavour
        } else {
            ""
        },
        lines,
        candidates,
    }
}

fn choose(candidates: &[Candidate], lines: usize) -> FormatKind {
    let best = candidates.iter().filter(|candidate| {
        candidate.fits > 0 && percent(candidate.fits, lines) >= FIT_PERCENT_MIN
    });
    best.max_by_key(|candidate| candidate.fits)
        .map_or(FormatKind::Plain, |candidate| candidate.kind)
}

/// The logger that writes these keys; the first row of which all stand in the line.
fn json_flavour(line: &str) -> &'static str {
    const FLAVOURS: [(&str, &[&str]); 8] = [
        (
            "bunyan",
            &["\"v\":", "\"hostname\":", "\"pid\":", "\"msg\":"],
        ),
        (
            "pino",
            &["\"level\":", "\"time\":", "\"pid\":", "\"hostname\":"],
        ),
        ("tracing", &["\"fields\":", "\"target\":", "\"level\":"]),
        ("logstash", &["\"@timestamp\":", "\"logger_name\":"]),
        ("ecs", &["\"@timestamp\":", "\"log.level\":"]),
        ("zap", &["\"level\":", "\"ts\":", "\"msg\":"]),
        ("structlog", &["\"event\":", "\"timestamp\":"]),
        ("slog", &["\"time\":", "\"level\":\"", "\"msg\":"]),
    ];
    FLAVOURS
        .iter()
        .find(|(_, keys)| keys.iter().all(|key| line.contains(key)))
        .map_or("", |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    #[track_caller]
    fn check(head: &str, label: &str, confidence: usize) {
        let found = detect(head.as_bytes(), &mut Zone::new(TimeZone::UTC));
        assert_eq!(
            (found.label().as_str(), found.confidence_percent()),
            (label, confidence),
            "{head:?}"
        );
    }

    #[test]
    fn files_are_told_by_their_first_lines() {
        check(
            "2026-11-20T09:00:00Z INFO a\n2026-11-20T09:00:01Z INFO b\n\tat x\n",
            "text",
            100,
        );
        check(
            "{\"level\":30,\"time\":1,\"pid\":1,\"hostname\":\"h\",\"msg\":\"x\"}\n",
            "json/pino",
            100,
        );
        check("{\"a\":1}\n{\"a\":2}\n", "json", 100);
        check("level=info msg=hi\nlevel=warn msg=\"a b\"\n", "logfmt", 100);
        check("hello\nworld\n", "plain", 100);
        check("", "plain", 100);
    }

    #[test]
    fn a_mixed_file_is_what_most_of_it_is() {
        check(
            "starting\n{\"msg\":1}\n{\"msg\":2}\n{\"msg\":3}\n",
            "json",
            75,
        );
        check("a\nb\nc\n2026-11-20T09:00:00Z x\n", "plain", 100);
    }
}
