//! Whether telemetry is switched off for this run, and by whom.
//!
//! Spec: OpenTelemetry environment variables, `OTEL_SDK_DISABLED` and `OTEL_LOGS_EXPORTER`.

use crate::cli::config::SwitchArgs;
use crate::settings::Origin;
use crate::settings::env::{EnvReader, EnvVars, OTEL_LOGS_EXPORTER, OTEL_SDK_DISABLED};

/// Who switched telemetry off; nobody, most of the time.
pub fn switched_off(args: &SwitchArgs, env: &EnvVars) -> Option<Origin> {
    if args.no_telemetry {
        return Some(Origin::Flag("--no-telemetry"));
    }
    // What is wrong with these is told when the settings are resolved.
    let mut reader = EnvReader::new(env);
    if reader.is_true(OTEL_SDK_DISABLED) {
        return Some(Origin::Env(OTEL_SDK_DISABLED));
    }
    let exporters = env.get(OTEL_LOGS_EXPORTER)?;
    let is_none = exporters.trim().eq_ignore_ascii_case("none");
    is_none.then_some(Origin::Env(OTEL_LOGS_EXPORTER))
}

/// Warns of exporters that are not obeyed: records go where the destination is, once.
pub(super) fn warn_of_exporters(reader: &mut EnvReader<'_>) {
    let Some(list) = reader.vars.get(OTEL_LOGS_EXPORTER) else {
        return;
    };
    let others: Vec<&str> = list
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty() && !word.eq_ignore_ascii_case("otlp"))
        .collect();
    if others.is_empty() {
        return;
    }
    let hint = match others[0].to_ascii_lowercase().as_str() {
        "console" | "logging" | "otlp/stdout" => "; --to stdout writes records to standard output",
        other if other.starts_with("otlp_file") => "; --to file:PATH writes records to a file",
        _ => "",
    };
    let others = others.join(", ");
    reader.warn(format!(
        "{OTEL_LOGS_EXPORTER} is ignored as to {others:?}: records go where --to says{hint}"
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(no_telemetry: bool, env: &[(&str, &str)], expected: Option<&str>, warnings: usize) {
        let vars = EnvVars::new(env.iter().copied());
        let found = switched_off(&SwitchArgs { no_telemetry }, &vars);
        assert_eq!(found.map(|origin| origin.to_string()).as_deref(), expected);
        let mut reader = EnvReader::new(&vars);
        warn_of_exporters(&mut reader);
        assert_eq!(reader.warnings.len(), warnings, "{:?}", reader.warnings);
    }

    #[test]
    fn a_flag_and_two_variables_switch_it_off() {
        check(false, &[], None, 0);
        check(true, &[], Some("--no-telemetry"), 0);
        let disabled = |value| [(OTEL_SDK_DISABLED, value)];
        check(false, &disabled("TRUE"), Some(OTEL_SDK_DISABLED), 0);
        check(false, &disabled("1"), None, 0);
        check(false, &disabled("false"), None, 0);
    }

    #[test]
    fn exporters_other_than_otlp_are_warned_about() {
        let exporter = |value| [(OTEL_LOGS_EXPORTER, value)];
        check(false, &exporter("None"), Some(OTEL_LOGS_EXPORTER), 1);
        check(false, &exporter("otlp"), None, 0);
        check(false, &exporter(""), None, 0);
        check(false, &exporter("console,otlp"), None, 1);
        check(false, &exporter("otlp_file/development"), None, 1);
        check(false, &exporter("none,otlp"), None, 1);
    }
}
