//! Vendors, the second part: Better Stack to Sumo Logic.

use crate::base::units::ByteCount;
use crate::settings::preset::table::{
    AUTHORIZATION, BEARER, BOTH, GZIP, MB, PROTOBUF, hours, param,
};
use crate::settings::preset::{Auth, AuthNeed, Form, Limits, Need, ParamKind, Preset, UNLIMITED};

// Source: betterstack.com/docs/logs/open-telemetry and …/ingesting-data/http/logs (statuses).
pub(super) const BETTERSTACK: Preset = Preset {
    name: "betterstack",
    about: "Better Stack Telemetry",
    url: "https://{host}/v1/logs",
    params: &[param(
        "host",
        ParamKind::Host(&["betterstackdata.com", "betterstack.com"]),
        Need::Always,
        (
            "it is the ingesting host of the source, on the source's page",
            "s1234567.eu-nbg-2.betterstackdata.com",
        ),
    )],
    auth: Auth {
        header: AUTHORIZATION,
        form: BEARER,
        need: AuthNeed::Needed,
        what: "a source token",
        made: "it is on the page of the source, under Sources",
    },
    headers: &[],
    encodings: BOTH,
    compressions: GZIP,
    limits: UNLIMITED,
    quirks: "402 means that the quota is used up.",
};

// Source: signoz.io/docs/ingestion/signoz-cloud/overview (addresses, header).
pub(super) const SIGNOZ_CLOUD: Preset = Preset {
    name: "signoz-cloud",
    about: "SigNoz Cloud",
    url: "https://ingest.{region}.signoz.cloud/v1/logs",
    params: &[param(
        "region",
        ParamKind::Label,
        Need::Always,
        ("it is us, eu or in, in the settings under Ingestion", "us"),
    )],
    auth: Auth {
        header: "signoz-ingestion-key",
        form: Form::Raw,
        need: AuthNeed::Needed,
        what: "an ingestion key",
        made: "create an ingestion key in the settings, under Ingestion",
    },
    headers: &[],
    encodings: BOTH,
    compressions: GZIP,
    limits: UNLIMITED,
    quirks: "",
};

// Source: elastic.co/docs/reference/opentelemetry: "Elastic Cloud Managed OTLP Endpoint" (address, header, 413, rate).
pub(super) const ELASTIC: Preset = Preset {
    name: "elastic",
    about: "Elastic Cloud, by its managed OTLP endpoint",
    url: "https://{host}/v1/logs",
    params: &[param(
        "host",
        ParamKind::Host(&["elastic.cloud"]),
        Need::Always,
        (
            "it is the managed OTLP endpoint of the deployment, without https:// and port",
            "shop.ingest.us-east-1.aws.elastic.cloud",
        ),
    )],
    auth: Auth {
        header: AUTHORIZATION,
        form: Form::Scheme("ApiKey"),
        need: AuthNeed::Needed,
        what: "an API key",
        made: "create an API key in its base64 form, in Kibana under Stack Management, API keys",
    },
    headers: &[],
    encodings: BOTH,
    compressions: GZIP,
    limits: UNLIMITED,
    quirks: "An APM server of your own takes --to URL --auth bearer, with its secret token.",
};

// Source: docs.dynatrace.com: "OpenTelemetry logs ingest API" (protobuf, scope, 413), "Log Management and Analytics default limits".
pub(super) const DYNATRACE: Preset = Preset {
    name: "dynatrace",
    about: "Dynatrace SaaS",
    url: "https://{env}.live.dynatrace.com/api/v2/otlp/v1/logs",
    params: &[param(
        "env",
        ParamKind::Label,
        Need::Always,
        (
            "it is the first part of the environment's address",
            "abc12345",
        ),
    )],
    auth: Auth {
        header: AUTHORIZATION,
        form: Form::Scheme("Api-Token"),
        need: AuthNeed::Needed,
        what: "an access token",
        made: "create an access token (dt0c01.…) with the scope logs.ingest, under Access tokens",
    },
    headers: &[],
    encodings: PROTOBUF,
    compressions: GZIP,
    limits: Limits {
        request_bytes_max: Some(ByteCount(10 * MB)),
        age_max: Some(hours(24)),
        attributes_max: Some(500),
        ..UNLIMITED
    },
    quirks: "A value has at most 32 kB. An ActiveGate takes --to https://HOST:9999/e/ENV/api/v2/otlp --auth 'authorization: Api-Token {token}'.",
};

// Source: docs.aws.amazon.com/AmazonCloudWatch: "OTLP Endpoints" (address, headers, gzip and none), "Setting up bearer token authentication".
pub(super) const AWS_CLOUDWATCH: Preset = Preset {
    name: "aws-cloudwatch",
    about: "Amazon CloudWatch Logs, by a bearer token",
    url: "https://logs.{region}.amazonaws.com/v1/logs",
    params: &[
        param(
            "region",
            ParamKind::Label,
            Need::Always,
            ("it is the region of the log group", "us-west-2"),
        ),
        param(
            "group",
            ParamKind::Text,
            Need::Always,
            ("it is the name of a log group that exists", "/shop/web"),
        ),
        param(
            "stream",
            ParamKind::Text,
            Need::Always,
            (
                "it is the name of a log stream that exists in the group",
                "main",
            ),
        ),
    ],
    auth: Auth {
        header: AUTHORIZATION,
        form: BEARER,
        need: AuthNeed::Needed,
        what: "an API key",
        made: "create an API key for CloudWatch Logs (ACWL…), and let the log group take bearer tokens",
    },
    headers: &[
        ("x-aws-log-group", "{group}"),
        ("x-aws-log-stream", "{stream}"),
    ],
    encodings: BOTH,
    compressions: GZIP,
    limits: UNLIMITED,
    quirks: "Signatures of IAM roles (SigV4) are not made; a collector with sigv4auth makes them.",
};

// Source: docs.cloud.google.com/stackdriver/docs/reference/telemetry (address, quota project, role).
pub(super) const GCP: Preset = Preset {
    name: "gcp",
    about: "Google Cloud, by its Telemetry API",
    url: "https://telemetry.googleapis.com/v1/logs",
    params: &[param(
        "project",
        ParamKind::Text,
        Need::Always,
        (
            "it is the project's id: gcloud config get-value project",
            "my-project",
        ),
    )],
    auth: Auth {
        header: AUTHORIZATION,
        form: BEARER,
        need: AuthNeed::Needed,
        what: "an OAuth access token",
        made: "take one from gcloud auth print-access-token, as somebody with the role logging.logWriter",
    },
    headers: &[("x-goog-user-project", "{project}")],
    encodings: BOTH,
    compressions: GZIP,
    limits: UNLIMITED,
    quirks: "The token is good for about an hour, so it is better in a variable than in a store.",
};

// Source: docs.observeinc.com: "Send OTLP data" (address, token), "Ingest limits" (10 MB compressed, 50 MB uncompressed).
pub(super) const OBSERVE: Preset = Preset {
    name: "observe",
    about: "Observe",
    url: "https://{customer}.collect.observeinc.com/v2/otel/v1/logs",
    params: &[param(
        "customer",
        ParamKind::Label,
        Need::Always,
        (
            "it is the customer id, the number at the beginning of the tenant's address",
            "123456789012",
        ),
    )],
    auth: Auth {
        header: AUTHORIZATION,
        form: BEARER,
        need: AuthNeed::Needed,
        what: "an ingest token",
        made: "create an ingest token in a datastream",
    },
    headers: &[],
    encodings: PROTOBUF,
    compressions: GZIP,
    limits: Limits {
        request_bytes_max: Some(ByteCount(50 * MB)),
        wire_bytes_max: Some(ByteCount(10 * MB)),
        ..UNLIMITED
    },
    quirks: "A record has at most 4 MB.",
};

// Source: coralogix.com/docs: "OpenTelemetry custom logs" (HTTP, resource attributes), "Limitations" (10 MB, better 2 MB), "Coralogix domain".
pub(super) const CORALOGIX: Preset = Preset {
    name: "coralogix",
    about: "Coralogix",
    url: "https://ingress.{domain}/v1/logs",
    params: &[param(
        "domain",
        ParamKind::Host(&[
            "coralogix.com",
            "coralogix.us",
            "coralogix.in",
            "coralogixsg.com",
        ]),
        Need::Always,
        (
            "it is the domain of the account, in the browser's address bar",
            "eu1.coralogix.com",
        ),
    )],
    auth: Auth {
        header: AUTHORIZATION,
        form: BEARER,
        need: AuthNeed::Needed,
        what: "a Send-Your-Data key",
        made: "create a Send-Your-Data API key in the settings, under API Keys",
    },
    headers: &[],
    encodings: BOTH,
    compressions: GZIP,
    limits: Limits {
        request_bytes_max: Some(ByteCount(10 * MB)),
        ..UNLIMITED
    },
    quirks: "Application and subsystem are --resource cx.application.name=… and --resource cx.subsystem.name=….",
};

// Source: help.sumologic.com, "OTLP/HTTP Source" (each source has a URL of its own, which is the secret).
pub(super) const SUMOLOGIC: Preset = Preset {
    name: "sumologic",
    about: "Sumo Logic, by an OTLP/HTTP source",
    url: "https://{host}",
    params: &[param(
        "host",
        ParamKind::Host(&["sumologic.com"]),
        Need::Always,
        (
            "it is the host in the URL of the source",
            "endpoint4.collection.sumologic.com",
        ),
    )],
    auth: Auth {
        header: "",
        form: Form::Url("host"),
        need: AuthNeed::Needed,
        what: "the URL of a source as its token",
        made: "create an OTLP/HTTP source at a hosted collector and copy its URL",
    },
    headers: &[],
    encodings: BOTH,
    compressions: GZIP,
    limits: UNLIMITED,
    quirks: "The URL is the secret: it is kept as the token and never shown.",
};
