//! The logger that writes JSON with these keys.

/// The first row of which all keys stand in the line.
pub(super) fn of_json(line: &str) -> &'static str {
    const FLAVOURS: [(&str, &[&str]); 14] = [
        ("journald", &["\"__REALTIME_TIMESTAMP\":"]),
        (
            "bunyan",
            &["\"v\":", "\"hostname\":", "\"pid\":", "\"msg\":"],
        ),
        (
            "pino",
            &["\"level\":", "\"time\":", "\"pid\":", "\"hostname\":"],
        ),
        ("tracing", &["\"fields\":", "\"target\":", "\"level\":"]),
        ("clef", &["\"@t\":", "\"@m"]),
        ("serilog", &["\"MessageTemplate\":", "\"Level\":"]),
        ("gelf", &["\"short_message\":", "\"version\":"]),
        ("logstash", &["\"@timestamp\":", "\"logger_name\":"]),
        ("ecs", &["\"@timestamp\":", "\"log.level\":"]),
        ("log4j2", &["\"loggerName\":", "\"level\":"]),
        ("mongodb", &["\"t\":{\"$date\":", "\"ctx\":"]),
        ("zap", &["\"level\":", "\"ts\":", "\"msg\":"]),
        ("structlog", &["\"event\":", "\"timestamp\":"]),
        ("slog", &["\"time\":", "\"level\":\"", "\"msg\":"]),
    ];
    FLAVOURS
        .iter()
        .find(|(_, keys)| keys.iter().all(|key| line.contains(key)))
        .map_or("", |(name, _)| name)
}
