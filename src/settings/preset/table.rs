//! The destinations: one row for each, and beside it where its facts come from.
//!
//! What a vendor does not say is left out: no limit is guessed, and zstd is only where it is documented. gRPC is not spoken, so it is not listed.

mod first;
mod own;
mod second;

use std::time::Duration;

use crate::otlp::{Compression, Encoding};
use crate::settings::preset::{Auth, AuthNeed, Form, Need, Param, ParamKind, Preset};

const BOTH: &[Encoding] = &[Encoding::Protobuf, Encoding::Json];
const PROTOBUF: &[Encoding] = &[Encoding::Protobuf];
/// What every OTLP server takes. Spec: OTLP, "OTLP/HTTP Request".
const GZIP: &[Compression] = &[Compression::Gzip, Compression::None];
const ZSTD: &[Compression] = &[Compression::Gzip, Compression::Zstd, Compression::None];

const AUTHORIZATION: &str = "authorization";
const BEARER: Form = Form::Scheme("Bearer");
const MB: u64 = 1_000_000;
const MIB: u64 = 1 << 20;

const fn hours(count: u64) -> Duration {
    Duration::from_secs(count * 3_600)
}

const NO_AUTH: Auth = Auth {
    header: "",
    form: Form::None,
    need: AuthNeed::Optional,
    what: "",
    made: "",
};

/// A server of one's own: its URL, with what stands for it.
const fn own_url(found: &'static str, default: &'static str) -> Param {
    Param {
        name: "url",
        kind: ParamKind::Base,
        need: Need::Else(default),
        found,
        example: default,
    }
}

const fn param(
    name: &'static str,
    kind: ParamKind,
    need: Need,
    (found, example): (&'static str, &'static str),
) -> Param {
    Param {
        name,
        kind,
        need,
        found,
        example,
    }
}

/// Every destination that is a server, in the order in which they are shown.
pub const PRESETS: &[Preset] = &[
    first::LOGFIRE,
    first::LOGFIRE_US,
    first::LOGFIRE_EU,
    own::COLLECTOR,
    own::OTEL_LGTM,
    first::GRAFANA_CLOUD,
    own::LOKI,
    first::HONEYCOMB,
    first::HONEYCOMB_EU,
    first::DATADOG,
    first::NEWRELIC,
    first::NEWRELIC_EU,
    first::NEWRELIC_GOV,
    first::DASH0,
    first::AXIOM,
    second::BETTERSTACK,
    second::SIGNOZ_CLOUD,
    own::SIGNOZ,
    second::ELASTIC,
    own::VICTORIALOGS,
    own::OPENOBSERVE,
    second::DYNATRACE,
    second::AWS_CLOUDWATCH,
    second::GCP,
    second::OBSERVE,
    second::CORALOGIX,
    second::SUMOLOGIC,
    own::UPTRACE,
    own::HYPERDX,
];
