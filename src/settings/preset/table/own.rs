//! Servers that people run themselves, some of them also in a vendor's cloud.

use std::time::Duration;

use crate::base::units::ByteCount;
use crate::settings::preset::table::{
    AUTHORIZATION, BOTH, GZIP, MIB, NO_AUTH, ZSTD, hours, own_url, param,
};
use crate::settings::preset::{Auth, AuthNeed, Form, Limits, Need, ParamKind, Preset, UNLIMITED};

// Source: the Collector: README of receiver/otlpreceiver (port 4318, both encodings), config/confighttp (20 MiB, which is
// answered with 400, and the compressions it reads).
pub(super) const COLLECTOR: Preset = Preset {
    name: "collector",
    about: "OpenTelemetry Collector, Grafana Alloy",
    url: "{url}/v1/logs",
    params: &[own_url(
        "it is where the OTLP receiver listens for HTTP",
        "http://localhost:4318",
    )],
    auth: NO_AUTH,
    headers: &[],
    encodings: BOTH,
    compressions: ZSTD,
    limits: Limits {
        request_bytes_max: Some(ByteCount(20 * MIB)),
        ..UNLIMITED
    },
    quirks: "The limit is the receiver's default.",
};

// Source: grafana/otel-lgtm's README: the Collector's ports in front of Loki, Tempo and Mimir.
pub(super) const OTEL_LGTM: Preset = Preset {
    name: "otel-lgtm",
    about: "Grafana's container for trying things out",
    quirks: "docker run -p 3000:3000 -p 4318:4318 grafana/otel-lgtm",
    ..COLLECTOR
};

// Source: signoz.io/docs/install (the Collector's ports, no key).
pub(super) const SIGNOZ: Preset = Preset {
    name: "signoz",
    about: "SigNoz of your own",
    quirks: "It takes no key.",
    ..COLLECTOR
};

// Source: grafana/loki: pkg/loghttp/push/otlp.go (encodings, compressions), distributor (204), limits: reject_old_samples_max_age 168 h,
// creation_grace_period 10 min, max_structured_metadata_entries_count 128, max_recv_msg_size 100 MiB of the compressed body.
pub(super) const LOKI: Preset = Preset {
    name: "loki",
    about: "Loki of your own, 3.0 or newer",
    url: "{url}/otlp/v1/logs",
    params: &[
        own_url("it is where Loki listens", "http://localhost:3100"),
        param(
            "tenant",
            ParamKind::Text,
            Need::Optional,
            (
                "it is the tenant's id, where auth_enabled is true",
                "team-a",
            ),
        ),
        param(
            "user",
            ParamKind::User,
            Need::Optional,
            (
                "it is the user name of the gateway before Loki, whose password is the token",
                "loki",
            ),
        ),
    ],
    auth: Auth {
        header: AUTHORIZATION,
        form: Form::Basic("user"),
        need: AuthNeed::Optional,
        what: "a password, where a gateway asks for one",
        made: "it is the password of the gateway before Loki",
    },
    headers: &[("x-scope-orgid", "{tenant}")],
    encodings: BOTH,
    compressions: ZSTD,
    limits: Limits {
        wire_bytes_max: Some(ByteCount(100 * MIB)),
        age_max: Some(hours(168)),
        ahead_max: Some(Duration::from_secs(600)),
        attributes_max: Some(128),
        ..UNLIMITED
    },
    quirks: "The limits are the server's defaults. A line has at most 256 kB, structured metadata 64 kB.",
};

// Source: docs.victoriametrics.com/victorialogs/data-ingestion/opentelemetry (path, headers, compression).
pub(super) const VICTORIALOGS: Preset = Preset {
    name: "victorialogs",
    about: "VictoriaLogs of your own",
    url: "{url}/insert/opentelemetry/v1/logs",
    params: &[
        own_url("it is where VictoriaLogs listens", "http://localhost:9428"),
        param(
            "account",
            ParamKind::Text,
            Need::Optional,
            ("it is the tenant's AccountID", "12"),
        ),
        param(
            "project",
            ParamKind::Text,
            Need::Optional,
            ("it is the tenant's ProjectID", "34"),
        ),
        param(
            "stream-fields",
            ParamKind::Text,
            Need::Optional,
            (
                "it names the fields that make a stream, with commas",
                "service.name,host.name",
            ),
        ),
        param(
            "user",
            ParamKind::User,
            Need::Optional,
            (
                "it is the user name of -httpAuth.username, whose password is the token",
                "admin",
            ),
        ),
    ],
    auth: Auth {
        header: AUTHORIZATION,
        form: Form::Basic("user"),
        need: AuthNeed::Optional,
        what: "a password, where the server asks for one",
        made: "it is the server's -httpAuth.password",
    },
    headers: &[
        ("accountid", "{account}"),
        ("projectid", "{project}"),
        ("vl-stream-fields", "{stream-fields}"),
    ],
    encodings: BOTH,
    compressions: GZIP,
    limits: UNLIMITED,
    quirks: "Attributes of the resource, the scope and the record share one set of names.",
};

// Source: openobserve.ai/docs/reference/api/ingestion/logs/otlp (path, header, default stream).
pub(super) const OPENOBSERVE: Preset = Preset {
    name: "openobserve",
    about: "OpenObserve, of your own or in the cloud",
    url: "{url}/api/{org}/v1/logs",
    params: &[
        own_url(
            "it is where OpenObserve listens, https://api.openobserve.ai in the cloud",
            "http://localhost:5080",
        ),
        param(
            "org",
            ParamKind::Segment,
            Need::Else("default"),
            (
                "it is the organization's name in the address of the data sources page",
                "default",
            ),
        ),
        param(
            "user",
            ParamKind::User,
            Need::Always,
            (
                "it is the e-mail address by which you log in",
                "root@example.com",
            ),
        ),
        param(
            "stream",
            ParamKind::Text,
            Need::Optional,
            (
                "it is the stream's name; without it, records go to default",
                "shop",
            ),
        ),
    ],
    auth: Auth {
        header: AUTHORIZATION,
        form: Form::Basic("user"),
        need: AuthNeed::Needed,
        what: "a password or an ingestion token",
        made: "it is on the data sources page, or the password by which you log in",
    },
    headers: &[("stream-name", "{stream}")],
    encodings: BOTH,
    compressions: GZIP,
    limits: UNLIMITED,
    quirks: "",
};

// Source: uptrace.dev/get/opentelemetry-js/otlp (address, header).
pub(super) const UPTRACE: Preset = Preset {
    name: "uptrace",
    about: "Uptrace, in the cloud or of your own",
    url: "{url}/v1/logs",
    params: &[own_url(
        "it is where an Uptrace of your own listens for HTTP",
        "https://api.uptrace.dev",
    )],
    auth: Auth {
        header: "uptrace-dsn",
        form: Form::Raw,
        need: AuthNeed::Needed,
        what: "a DSN",
        made: "it is in the project's settings",
    },
    headers: &[],
    encodings: BOTH,
    compressions: GZIP,
    limits: UNLIMITED,
    quirks: "",
};

// Source: hyperdxio/hyperdx, issue 397 (address of the cloud, raw key in authorization).
pub(super) const HYPERDX: Preset = Preset {
    name: "hyperdx",
    about: "HyperDX, in the cloud or of your own",
    url: "{url}/v1/logs",
    params: &[own_url(
        "it is where the collector of a HyperDX or ClickStack of your own listens",
        "https://in-otel.hyperdx.io",
    )],
    auth: Auth {
        header: AUTHORIZATION,
        form: Form::Raw,
        need: AuthNeed::Needed,
        what: "an ingestion API key",
        made: "it is in the team's settings, under Ingestion API Key",
    },
    headers: &[],
    encodings: BOTH,
    compressions: GZIP,
    limits: UNLIMITED,
    quirks: "",
};
