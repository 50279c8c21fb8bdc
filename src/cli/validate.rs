//! Arguments of `validate`: what is checked, against what, and how the answer looks.

use std::convert::Infallible;
use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

const EXAMPLES: &str = "\
Examples:
  Check a payload before it is sent:
    otelctl validate payload.json

  Check what a program posted, with its headers:
    otelctl validate --content-type application/json --path /v1/logs body.bin

  Repair what can be repaired without guessing:
    otelctl validate --fix -o fixed.json payload.json

  Read why a rule is there:
    otelctl validate --explain id-base64";

/// Everything `validate` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ValidateArgs {
    /// The files to check, or - for standard input
    ///
    /// JSON documents, JSON lines as the Collector's file exporter writes them, protobuf, length-delimited protobuf, gRPC
    /// frames; gzip and zstd of these are recognised. Without a file, standard input is read.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,

    /// Expect this signal [default: told from the payload]
    #[arg(long, value_name = "SIGNAL", value_enum)]
    pub signal: Option<SignalWord>,

    /// Read the payload in this encoding [default: told from the bytes]
    #[arg(
        long,
        value_name = "ENCODING",
        value_enum,
        conflicts_with = "content_type"
    )]
    pub encoding: Option<EncodingWord>,

    /// Take the input for the body of a request with this Content-Type
    #[arg(long, value_name = "TYPE", value_parser = unquoted)]
    pub content_type: Option<String>,

    /// Take the input for a body with this Content-Encoding; an empty one means none
    #[arg(long, value_name = "ENCODING", value_parser = unquoted)]
    pub content_encoding: Option<String>,

    /// Take the input for a body that was posted to this path
    #[arg(long, value_name = "PATH", value_parser = unquoted)]
    pub path: Option<String>,

    /// Take each input for a whole HTTP request, with its headers
    #[arg(long, conflicts_with_all = ["content_type", "content_encoding", "path", "encoding"])]
    pub http: bool,

    /// Check against the limits of this destination too
    ///
    /// One of otlp, collector, logfire, loki, grafana-cloud, newrelic, datadog, honeycomb, dash0, dynatrace, coralogix, observe.
    #[arg(long = "for", value_name = "DEST")]
    pub destination: Option<String>,

    /// End with exit code 1 from this level on
    #[arg(long, value_name = "LEVEL", value_enum, default_value = "error")]
    pub fail_on: LevelWord,

    /// Print the findings in this form
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "human")]
    pub format: FormatWord,

    /// Repair what can be repaired without guessing, and print the result
    ///
    /// With --fix=semconv, attributes with old names get their new ones too. What is repaired is written as it was: compressed, in
    /// frames, or as a captured request. What was changed is told for each rule, and with --verbose each place. The exit code is
    /// that of what is left.
    #[arg(
        long,
        value_name = "WHAT",
        value_enum,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "structure"
    )]
    pub fix: Option<FixWord>,

    /// Write the repaired input into this file [default: standard output]
    ///
    /// It may be the input itself: the file is written beside its place, and takes it at the end.
    #[arg(short, long, value_name = "OUT", requires = "fix", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// Explain a rule by its code
    #[arg(long, value_name = "CODE", conflicts_with = "files")]
    pub explain: Option<String>,

    /// List every rule
    #[arg(long, conflicts_with_all = ["files", "explain"])]
    pub list: bool,
}

/// The value of a header or a path. Scripts that quote twice leave quotes around it, which none of them has.
#[expect(clippy::unnecessary_wraps, reason = "as clap wants it")]
fn unquoted(text: &str) -> Result<String, Infallible> {
    let text = text.trim();
    let inside = ['\'', '"'].into_iter().find_map(|quote| {
        let behind = text.strip_prefix(quote)?;
        behind.strip_suffix(quote)
    });
    Ok(inside.unwrap_or(text).trim().to_owned())
}

/// A signal as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SignalWord {
    /// Told from the payload
    Auto,
    /// Log records
    Logs,
    /// Spans
    Traces,
    /// Metrics
    Metrics,
}

/// An encoding as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EncodingWord {
    /// Told from the bytes
    Auto,
    /// JSON
    Json,
    /// Protobuf
    Protobuf,
}

/// A level as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LevelWord {
    /// Errors only
    Error,
    /// Warnings too
    Warning,
    /// Notes too
    Note,
}

/// A form of the findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatWord {
    /// For people
    Human,
    /// One JSON object
    Json,
    /// SARIF 2.1.0
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// JUnit XML
    Junit,
}

/// What is repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FixWord {
    /// What can be repaired without guessing
    Structure,
    /// Also the names of attributes
    Semconv,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_that_a_script_left_around_a_value_are_taken_off() {
        for (text, expected) in [
            ("gzip", "gzip"),
            ("''", ""),
            ("", ""),
            ("'", "'"),
            ("\"application/json\"", "application/json"),
            (" 'gzip' ", "gzip"),
        ] {
            assert_eq!(unquoted(text).unwrap(), expected, "{text:?}");
        }
    }
}
