//! The file that `otelctl config init` writes: everything explained, nothing set.

/// Its text.
pub const TEMPLATE: &str = r#"# The configuration of otelctl. Nothing is set yet: take the # off what you want.
#
# otelctl config show        tells every setting and who set it
# otelctl send --help        tells the flags; each can stand in a profile by its long name
#
# Secrets do not belong here, and are refused: otelctl token set keeps a token safe.

# The profile that is taken when neither --profile nor OTELCTL_PROFILE names one.
# default-profile = "prod"

# Projects whose .otelctl.toml may say where records go.
# trusted-projects = ["/home/me/shop"]

# What is typed beats a variable, a variable beats a profile, and a profile beats a default.
# [profiles.prod]
# to = "https://otlp.example.com"
# service = "shop"
# resource = { "deployment.environment.name" = "production", "service.version" = "1.4.2" }
# headers = { "x-scope-orgid" = "shop" }
# timeout = "10s"
# retry-for = "5m"
# compression = "gzip"

# [profiles.dev]
# to = "local"
# attributes = { developer = "me" }

# A format of your own; otelctl detect FILE --format '{time} …' tries a pattern.
# [formats.shop]
# pattern = "{time} <{level}> {scope}: {body}"
# example = "2026-11-20 09:14:02 <info> cart: saved"
"#;
