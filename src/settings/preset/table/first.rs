//! Vendors, the first part: Logfire, Grafana Cloud, Honeycomb, Datadog, New Relic, Dash0, Axiom.

use crate::base::units::ByteCount;
use crate::settings::preset::table::{
    AUTHORIZATION, BEARER, BOTH, GZIP, MB, MIB, PROTOBUF, ZSTD, hours, param,
};
use crate::settings::preset::{Auth, AuthNeed, Form, Limits, Need, ParamKind, Preset, UNLIMITED};

// Source: Logfire documentation, "Limits" (100 MB of the decompressed request, 24 h and 1 h, 512 bytes of message), "Alternative clients"
// (addresses, raw token), logfire-sdk 5.4.0 (LOGFIRE_COMPRESSION=gzip|zstd).
pub(super) const LOGFIRE: Preset = Preset {
    name: "logfire",
    about: "Pydantic Logfire, in the region of the token",
    url: "{url}/v1/logs",
    params: &[param(
        "url",
        ParamKind::Base,
        Need::Optional,
        (
            "it is the address of a Logfire of your own",
            "https://logfire.example.com",
        ),
    )],
    auth: Auth {
        header: AUTHORIZATION,
        form: Form::Raw,
        need: AuthNeed::Needed,
        what: "a write token",
        made: "create a write token in the project's settings, under Write tokens",
    },
    headers: &[],
    encodings: BOTH,
    compressions: ZSTD,
    limits: Limits {
        request_bytes_max: Some(ByteCount(100 * MB)),
        age_max: Some(hours(24)),
        ahead_max: Some(hours(1)),
        message_bytes_max: Some(512),
        ..UNLIMITED
    },
    quirks: "Records outside the window are discarded. The message is the first 512 bytes of the body, which is kept whole. LOGFIRE_TOKEN is read too, and LOGFIRE_BASE_URL names a Logfire of your own.",
};

pub(super) const LOGFIRE_US: Preset = Preset {
    name: "logfire-us",
    about: "Pydantic Logfire, US",
    params: &[],
    url: "https://logfire-us.pydantic.dev/v1/logs",
    ..LOGFIRE
};

pub(super) const LOGFIRE_EU: Preset = Preset {
    name: "logfire-eu",
    about: "Pydantic Logfire, EU",
    params: &[],
    url: "https://logfire-eu.pydantic.dev/v1/logs",
    ..LOGFIRE
};

// Source: grafana.com/docs/grafana-cloud/send-data/otlp ("Send data to the OTLP endpoint", "OTLP format considerations"). Its limits are set
// for each stack.
pub(super) const GRAFANA_CLOUD: Preset = Preset {
    name: "grafana-cloud",
    about: "Grafana Cloud, by its OTLP gateway",
    url: "https://otlp-gateway-{zone}.grafana.net/otlp/v1/logs",
    params: &[
        param(
            "zone",
            ParamKind::Label,
            Need::Always,
            (
                "it is in the address of the OTLP gateway, in the Cloud Portal under OpenTelemetry",
                "prod-us-east-0",
            ),
        ),
        param(
            "instance",
            ParamKind::User,
            Need::Always,
            (
                "it is the number beside the OTLP gateway, in the Cloud Portal under OpenTelemetry",
                "123456",
            ),
        ),
    ],
    auth: Auth {
        header: AUTHORIZATION,
        form: Form::Basic("instance"),
        need: AuthNeed::Needed,
        what: "an access policy token",
        made: "create an access policy with the scope logs:write in the Cloud Portal, and a token (glc_…) for it",
    },
    headers: &[],
    encodings: BOTH,
    compressions: GZIP,
    limits: UNLIMITED,
    quirks: "OTLP/JSON is meant for little traffic. Resource attributes like service.name become labels, the others structured metadata.",
};

// Source: honeycomb.io documentation, "Send data with OpenTelemetry" (addresses, header), honeycombio/husky (20 MiB, gzip and zstd, 2,000 fields,
// times ahead of the clock).
pub(super) const HONEYCOMB: Preset = Preset {
    name: "honeycomb",
    about: "Honeycomb, US",
    url: "https://api.honeycomb.io/v1/logs",
    params: &[param(
        "dataset",
        ParamKind::Text,
        Need::Optional,
        (
            "it is only for Classic environments; others take the dataset from service.name",
            "shop",
        ),
    )],
    auth: Auth {
        header: "x-honeycomb-team",
        form: Form::Raw,
        need: AuthNeed::Needed,
        what: "an ingest API key",
        made: "create an ingest key in the environment's settings, under API Keys",
    },
    headers: &[("x-honeycomb-dataset", "{dataset}")],
    encodings: BOTH,
    compressions: ZSTD,
    limits: Limits {
        request_bytes_max: Some(ByteCount(20 * MIB)),
        attributes_max: Some(2_000),
        ..UNLIMITED
    },
    quirks: "Times more than an hour ahead of the clock are replaced.",
};

pub(super) const HONEYCOMB_EU: Preset = Preset {
    name: "honeycomb-eu",
    about: "Honeycomb, EU",
    url: "https://api.eu1.honeycomb.io/v1/logs",
    ..HONEYCOMB
};

// Source: docs.datadoghq.com: "OTLP logs intake endpoint" (protobuf, header), "Send logs" (5 MB uncompressed, 18 hours, 1 MB of a log).
pub(super) const DATADOG: Preset = Preset {
    name: "datadog",
    about: "Datadog, by its OTLP intake",
    url: "https://otlp.{site}/v1/logs",
    params: &[param(
        "site",
        ParamKind::Host(&["datadoghq.com", "datadoghq.eu"]),
        Need::Else("datadoghq.com"),
        (
            "it is the host in the browser's address bar, without app",
            "datadoghq.eu",
        ),
    )],
    auth: Auth {
        header: "dd-api-key",
        form: Form::Raw,
        need: AuthNeed::Needed,
        what: "an API key",
        made: "create an API key in the organization's settings, under API Keys",
    },
    headers: &[],
    encodings: PROTOBUF,
    compressions: GZIP,
    limits: Limits {
        request_bytes_max: Some(ByteCount(5 * MB)),
        age_max: Some(hours(18)),
        ..UNLIMITED
    },
    quirks: "A key of another site is answered with 403. A record over 1 MB is cut. Sites of the US government are not served.",
};

// Source: docs.newrelic.com, "New Relic OTLP endpoint" (addresses, header, compressions), "OTLP best practices" (1 MB of a payload), "Log event data"
// (255 attributes; timestamps older than 48 hours may be dropped).
pub(super) const NEWRELIC: Preset = Preset {
    name: "newrelic",
    about: "New Relic, US",
    url: "https://otlp.nr-data.net/v1/logs",
    params: &[],
    auth: Auth {
        header: "api-key",
        form: Form::Raw,
        need: AuthNeed::Needed,
        what: "a license key",
        made: "create an ingest license key in the account's settings, under API keys",
    },
    headers: &[],
    encodings: BOTH,
    compressions: ZSTD,
    limits: Limits {
        request_bytes_max: Some(ByteCount(MB)),
        age_max: Some(hours(48)),
        attributes_max: Some(255),
        ..UNLIMITED
    },
    quirks: "Of a value, 4,094 characters can be searched. A key of another region is answered with 403.",
};

pub(super) const NEWRELIC_EU: Preset = Preset {
    name: "newrelic-eu",
    about: "New Relic, EU",
    url: "https://otlp.eu01.nr-data.net/v1/logs",
    ..NEWRELIC
};

pub(super) const NEWRELIC_GOV: Preset = Preset {
    name: "newrelic-gov",
    about: "New Relic, FedRAMP",
    url: "https://gov-otlp.nr-data.net/v1/logs",
    ..NEWRELIC
};

// Source: dash0.com/docs: "Endpoints", "Datasets", "Quotas and limits".
pub(super) const DASH0: Preset = Preset {
    name: "dash0",
    about: "Dash0",
    url: "https://ingress.{region}.aws.dash0.com/v1/logs",
    params: &[
        param(
            "region",
            ParamKind::Label,
            Need::Always,
            (
                "it is in the organization's settings, under Endpoints",
                "eu-west-1",
            ),
        ),
        param(
            "dataset",
            ParamKind::Text,
            Need::Optional,
            (
                "it is the name of a dataset; default is the one without a name",
                "production",
            ),
        ),
    ],
    auth: Auth {
        header: AUTHORIZATION,
        form: BEARER,
        need: AuthNeed::Needed,
        what: "an auth token",
        made: "create an auth token (auth_…) in the organization's settings, under Auth Tokens",
    },
    headers: &[("dash0-dataset", "{dataset}")],
    encodings: BOTH,
    compressions: GZIP,
    limits: Limits {
        age_max: Some(hours(6)),
        ahead_max: Some(hours(72)),
        attributes_max: Some(16),
        ..UNLIMITED
    },
    quirks: "A body has at most 4 kB, a value 2,048 characters. A token for one dataset is answered with 403 when the dataset is not named.",
};

// Source: axiom.co/docs/send-data/opentelemetry (address, headers), axiom.co/docs/reference/edge-deployments (domains).
pub(super) const AXIOM: Preset = Preset {
    name: "axiom",
    about: "Axiom",
    url: "https://{domain}/v1/logs",
    params: &[
        param(
            "dataset",
            ParamKind::Text,
            Need::Always,
            (
                "it is the name of a dataset for logs, in the Datasets tab",
                "logs",
            ),
        ),
        param(
            "domain",
            ParamKind::Host(&["axiom.co"]),
            Need::Else("api.axiom.co"),
            (
                "it is the edge domain of the organization, in its settings",
                "us-east-1.aws.edge.axiom.co",
            ),
        ),
    ],
    auth: Auth {
        header: AUTHORIZATION,
        form: BEARER,
        need: AuthNeed::Needed,
        what: "an API token",
        made: "create an API token (xaat-…) that may ingest into the dataset, in the settings under API tokens",
    },
    headers: &[("x-axiom-dataset", "{dataset}")],
    encodings: BOTH,
    compressions: GZIP,
    limits: UNLIMITED,
    quirks: "Each signal wants a dataset of its own.",
};
