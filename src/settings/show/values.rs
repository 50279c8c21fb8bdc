//! What stands behind each key: the resolved value as one would write it, and its origin.

use std::path::Path;
use std::time::Duration;

use crate::base::units::ByteCount;
use crate::flow::plan::PathAttribute;
use crate::format::guess::MissingSeverity;
use crate::net::address::printable_url;
use crate::otlp::drop_count::Temporality;
use crate::pipeline::classify::RetryCodes;
use crate::pipeline::queue::OnFull;
use crate::pipeline::times::TimePolicy;
use crate::settings::env::{ALL_PROXY, HTTP_PROXY, HTTPS_PROXY, NO_PROXY};
use crate::settings::{Destination, Origin, Resume, Uids};
use crate::source::follow::From;

use super::{Effective, Row, Shown, optional, plain, sourced};

/// The value of a key; `None` for a key that is not known here.
pub(super) fn value(key: &str, of: &Effective<'_>) -> Option<Shown> {
    input(key, of)
        .or_else(|| destination(key, of))
        .or_else(|| record(key, of))
        .or_else(|| delivery(key, of))
        .or_else(|| follow(key, of))
}

fn input(key: &str, of: &Effective<'_>) -> Option<Shown> {
    let (args, reading) = (&of.args.input, &of.input.reading);
    let fields = |fields: &[String], flag| {
        let text = (!fields.is_empty()).then(|| fields.join(","));
        (text, of.origin_of(flag))
    };
    Some(match key {
        "format" => (args.format.clone(), of.origin_of("--format")),
        "tz" => optional(of.input.time_zone.as_ref(), plain),
        "timestamp-fields" => fields(&reading.fields.time, "--timestamp-fields"),
        "level-fields" => fields(&reading.fields.level, "--level-fields"),
        "message-fields" => fields(&reading.fields.message, "--message-fields"),
        "scope-fields" => fields(&reading.fields.scope, "--scope-fields"),
        "guess-severity" => {
            let is_on = reading.severity == MissingSeverity::Guessed;
            (Some(is_on.to_string()), of.origin_of("--guess-severity"))
        }
        "record-lines-max" => sourced(&of.input.record_lines_max, plain),
        "line-bytes-max" => sourced(&of.send.line_bytes_max, |size| bytes(*size)),
        _ => return None,
    })
}

fn destination(key: &str, of: &Effective<'_>) -> Option<Shown> {
    let (send, args) = (of.send, &of.args.destination);
    let path = |path: Option<&Path>, flag| (path.map(shown_path), of.origin_of(flag));
    let tls = &send.tls;
    Some(match key {
        "to" => sourced(&send.destination, place),
        "out" => path(args.out.as_deref(), "--out"),
        "protocol" => sourced(&send.encoding, |encoding| encoding.protocol().to_owned()),
        "compression" => sourced(&send.compression, plain),
        "ca-cert" => path(tls.ca_cert.as_deref(), "--ca-cert"),
        "client-cert" => path(tls.client_cert.as_deref(), "--client-cert"),
        "client-key" => path(tls.client_key.as_deref(), "--client-key"),
        _ => return None,
    })
}

fn record(key: &str, of: &Effective<'_>) -> Option<Shown> {
    let send = of.send;
    Some(match key {
        "service" => optional(send.service_name.as_ref(), plain),
        "file-path" => {
            let is_on = send.file_path == PathAttribute::Attach;
            (Some(is_on.to_string()), of.origin_of("--file-path"))
        }
        "time" => {
            let word = send.time_policy.map(|policy| match policy {
                TimePolicy::Keep => "keep",
                TimePolicy::Shift => "shift",
                TimePolicy::Now => "now",
                TimePolicy::Drop => "drop",
            });
            (word.map(str::to_owned), of.origin_of("--time"))
        }
        "detect" => sourced(&send.detect, |words| {
            let names: Vec<String> = words.iter().map(|word| word.word()).collect();
            match names.as_slice() {
                [] => "none".to_owned(),
                names => names.join(","),
            }
        }),
        "uid" => sourced(&send.uids, |uids| {
            let word = match uids {
                Uids::Attach => "always",
                Uids::Omit => "never",
            };
            word.to_owned()
        }),
        _ => return None,
    })
}

fn delivery(key: &str, of: &Effective<'_>) -> Option<Shown> {
    let send = of.send;
    let time = |length: &Duration| duration(*length);
    let size = |size: &ByteCount| bytes(*size);
    Some(match key {
        "timeout" => sourced(&send.timeout, |limit| duration(limit.unwrap_or_default())),
        "retry-for" => sourced(&send.retry_for, time),
        "retry-codes" => {
            let word = match send.retry_codes {
                RetryCodes::Broad => "broad",
                RetryCodes::Otlp => "otlp",
            };
            (Some(word.to_owned()), of.origin_of("--retry-codes"))
        }
        "dead-letters" => {
            let path = send.dead_letters.as_deref().map(shown_path);
            (path, of.origin_of("--dead-letters"))
        }
        "drain" => sourced(&send.drain, time),
        "batch-bytes-max" => sourced(&send.batch_bytes_max, size),
        "batch-records-max" => optional(send.batch_records_max.as_ref(), plain),
        "flush-interval" => sourced(&send.flush_interval, time),
        "in-flight" => sourced(&send.in_flight_max, plain),
        "threads" => {
            let count = send.threads.map(|count| count.to_string());
            (count, of.origin_of("--threads"))
        }
        "queue-records-max" => sourced(&send.queue_records_max, plain),
        "queue-bytes-max" => sourced(&send.queue_bytes_max, size),
        "on-full" => sourced(&send.on_full, |what| {
            let word = match what {
                OnFull::Block => "block",
                OnFull::Drop => "drop",
            };
            word.to_owned()
        }),
        "resume" => sourced(&send.resume, |resume| (*resume == Resume::On).to_string()),
        "state-dir" => optional(send.state_dir.as_ref(), |path| shown_path(path)),
        _ => return None,
    })
}

/// What belongs to following counts only when files are followed.
fn follow(key: &str, of: &Effective<'_>) -> Option<Shown> {
    let found = of.send.follow.as_ref();
    Some(match key {
        "follow" => (Some(found.is_some().to_string()), of.origin_of("--follow")),
        "from" => optional(found.map(|follow| &follow.from), |from| {
            let word = match from {
                From::Start => "start",
                From::End => "end",
            };
            word.to_owned()
        }),
        "poll-interval" => {
            let interval = found.map(|follow| &follow.poll_interval);
            optional(interval, |length| duration(*length))
        }
        "open-files-max" => optional(found.map(|follow| &follow.open_files_max), plain),
        _ => return None,
    })
}

/// What only variables set.
pub(super) fn without_flags(of: &Effective<'_>) -> Vec<Row> {
    let send = of.send;
    let row = |group: &str, key: &str, (value, origin): Shown| Row {
        group: group.to_owned(),
        key: key.to_owned(),
        value,
        origin,
    };
    let proxy = |names: &[&'static str]| {
        let url = of.env.first(names);
        optional(url.as_ref(), |url| printable_url(url))
    };
    let temporality = sourced(&send.temporality, |temporality| {
        let word = match temporality {
            Temporality::Cumulative => "cumulative",
            Temporality::Delta => "delta",
        };
        word.to_owned()
    });
    let count_max = optional(send.attribute_count_max.as_ref(), plain);
    let length_max = optional(send.attribute_length_max.as_ref(), plain);
    let mut rows = vec![
        row("Record", "attribute count limit", count_max),
        row("Record", "attribute length limit", length_max),
        row("Delivery", "temporality of drops", temporality),
    ];
    if matches!(send.destination.value, Destination::Http { .. }) {
        let proxies: [(&str, &[&'static str]); 4] = [
            ("http proxy", &[HTTP_PROXY]),
            ("https proxy", &HTTPS_PROXY),
            ("proxy of both", &ALL_PROXY),
            ("no proxy for", &NO_PROXY),
        ];
        let set = proxies.into_iter().map(|(key, names)| (key, proxy(names)));
        let set = set.filter(|(_, (_, origin))| *origin != Origin::Default);
        rows.extend(set.map(|(key, shown)| row("Destination", key, shown)));
    }
    rows
}

fn place(destination: &Destination) -> String {
    match destination {
        Destination::Http { name, url } if name == "url" => printable_url(url),
        Destination::Http { name, url } => format!("{} ({name})", printable_url(url)),
        Destination::Local { .. } => "local".to_owned(),
        Destination::Stdout => "stdout".to_owned(),
        Destination::File(path) => format!("file:{}", shown_path(path)),
    }
}

fn shown_path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A length of time as a flag takes it, exactly.
fn duration(length: Duration) -> String {
    let millis = length.as_millis();
    let units = [("h", 3_600_000), ("m", 60_000), ("s", 1_000)];
    let fits = |(_, scale): &(&str, u128)| millis > 0 && millis.is_multiple_of(*scale);
    match units.into_iter().find(fits) {
        Some((unit, scale)) => format!("{}{unit}", millis / scale),
        None if millis == 0 => "0s".to_owned(),
        None => format!("{millis}ms"),
    }
}

/// A size as a flag takes it, exactly.
fn bytes(size: ByteCount) -> String {
    let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let fits = |(_, scale): &(&str, u64)| size.0 > 0 && size.0.is_multiple_of(*scale);
    match units.into_iter().find(fits) {
        Some((unit, scale)) => format!("{}{unit}", size.0 / scale),
        None => format!("{}B", size.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::units::parse_duration;

    #[test]
    fn values_are_shown_as_they_are_written() {
        for text in ["0s", "250ms", "10s", "90s", "5m", "2h"] {
            assert_eq!(duration(parse_duration(text).unwrap()), text);
        }
        for text in ["0B", "1B", "1KiB", "1500B", "16MiB", "2GiB"] {
            assert_eq!(bytes(text.parse().unwrap()), text);
        }
    }
}
