//! The command line itself: help, version, and the generated texts.

use crate::harness::Run;

/// Guarantees: the help names every command and what each exit code means.
#[test]
fn the_help_lists_commands_and_exit_codes() {
    let outcome = Run::new().arg("--help").run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    for word in ["send", "detect", "destinations", "completions", "man"] {
        let named = |line: &str| line.trim_start().starts_with(word);
        assert!(outcome.stdout.lines().any(named), "{word}");
    }
    let (_, codes) = outcome.stdout.split_once("Exit codes:").unwrap();
    for code in ["0", "1", "2", "3", "4", "101", "130"] {
        let told = |line: &str| line.trim_start().starts_with(&format!("{code}  "));
        assert!(codes.lines().any(told), "{code}");
    }
}

/// Guarantees: without a command the help is shown, as a fault of usage.
#[test]
fn no_command_is_answered_with_the_help() {
    let outcome = Run::new().run();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(
        outcome.stderr.contains("Usage: otelctl"),
        "{}",
        outcome.stderr
    );
}

/// Guarantees: the version is the package's.
#[test]
fn the_version_is_printed() {
    let outcome = Run::new().arg("--version").run();
    assert_eq!(outcome.code, 0);
    let expected = format!("otelctl {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(outcome.stdout, expected);
}

/// Guarantees: the short help of `send` fits the screen and names what people look for.
#[test]
#[expect(clippy::too_many_lines, reason = "the help is as long as it is")]
fn the_short_help_of_send_is_stable() {
    let outcome = Run::new().args(["send", "-h"]).run();
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(outcome.stdout, @r#"
    Ship log files or a pipe as OTLP

    Usage: otelctl send [OPTIONS] [FILE]...

    Arguments:
      [FILE]...  Files, globs, or - for standard input [default: standard input, when it is a pipe]

    Options:
      -h, --help  Print help (see more with '--help')

    Input:
          --format <NAME|PATTERN>     Read the input as this format [default: what it looks like]
          --config <FILE>             Read formats and profiles of your own from this file [default:
                                      ~/.config/otelctl/config.toml]
          --tz <ZONE>                 Take times that name no zone to be in this one [default: the
                                      system's zone]
          --timestamp-fields <KEYS>   Take the time of JSON and logfmt records from these keys
          --level-fields <KEYS>       Take the level from these keys
          --message-fields <KEYS>     Take the message from these keys
          --scope-fields <KEYS>       Take the logger, which becomes the scope, from these keys
          --guess-severity            Guess a missing severity by words like error in the message
          --record-lines-max <COUNT>  Join at most this many lines into one record [default: 1024]
          --line-bytes-max <SIZE>     Cut lines that are longer than this [default: 1MiB]
          --explain                   Say for each input what it is taken for, and by which pattern

    Destination:
          --to <NAME|URL>              Send to a named destination or a URL [default:
                                       http://localhost:4318]
          --out <FILE>                 Keep what arrives at --to local as OTLP/JSON lines
          --endpoint <URL>             Send to this base URL; /v1/logs is appended
          --protocol <PROTOCOL>        Write request bodies like this [default: http/protobuf] [possible
                                       values: http/protobuf, http/json]
          --header <K=V>               Add a request header (repeatable)
          --compression <COMPRESSION>  Compress request bodies [default: gzip, none on loopback]
                                       [possible values: none, gzip, zstd]
          --ca-cert <FILE>             Trust the certificates in this PEM file instead of the system's
          --client-cert <FILE>         Present this client certificate (PEM); needs --client-key
          --client-key <FILE>          Use this private key (PEM) for --client-cert
          --auth <HOW>                 Send the token so: raw, bearer, basic:USER, 'NAME: {token}'
          --token-file <FILE>          Read the token from this file, which only you may be able to read
          --token-fd <FD>              Read the token from this open descriptor, as in --token-fd 3 3<
                                       FILE

    Record:
          --service <NAME>  Name the service the records come from
          --resource <K=V>  Add a resource attribute (repeatable, the last of a key wins)
          --attr <K=V>      Add an attribute to each record (repeatable, the last of a key wins)
          --file-path       Add the attribute log.file.path to each record
          --time <POLICY>   What to do with records whose time the destination does not take: keep,
                            shift, now or drop
          --uid <WHEN>      Add the attribute log.record.uid, by which duplicates are recognised
                            [default: auto] [possible values: auto, always, never]
          --detect <LIST>   Add what is found of the place this runs at to the resource [default:
                            host,os,env,container,k8s] [possible values: none, all, host, os, env,
                            container, k8s, cloud, process, host.id, service.instance.id]

    Delivery:
          --timeout <TIME>             Wait at most this long for one answer; 0s waits for ever
                                       [default: 10s]
          --retry-for <TIME>           Retry a batch for at most this long; 0s never retries [default:
                                       5m]
          --retry-codes <CODES>        Retry these HTTP statuses [default: broad]
          --dead-letters <FILE>        Keep what the server does not take in this file [default: a new
                                       one in the state directory]
          --drain <TIME>               Finish what is under way for at most this long after an interrupt
                                       [default: 10s]
          --batch-bytes-max <SIZE>     Send a batch when it has this many bytes, before compression
                                       [default: 1MiB]
          --batch-records-max <COUNT>  Send a batch when it has this many records
          --flush-interval <TIME>      Let a record of a pipe wait at most this long for others
                                       [default: 1s]
          --in-flight <COUNT>          Have at most this many requests under way at a time [default: 4]
          --threads <COUNT>            Parse and encode on this many threads; without it, one per core
          --dry-run                    Do everything but the sending, and show the first records
          --queue-records-max <COUNT>  Let at most this many records of a pipe wait to be sent [default:
                                       2048]
          --queue-bytes-max <SIZE>     Let at most this many bytes of a pipe's records wait to be sent
                                       [default: 16MiB]
          --on-full <WHAT>             Do this when no more records of a pipe can wait [default: block]
                                       [possible values: block, drop]
          --resume                     Read each file from where its records were last acknowledged
          --state-dir <DIR>            Keep checkpoints and what could not be delivered in this folder

    Follow:
      -f, --follow                  Go on with the lines that are written to the files, until
                                    interrupted
          --from <PLACE>            Begin with the start, the end or the checkpoint of files that are
                                    there already [default: start] [possible values: start, end,
                                    checkpoint]
          --poll-interval <TIME>    Look for new lines this often [default: 250ms]
          --open-files-max <COUNT>  Keep at most this many files open [default: 256]

    Settings:
          --profile <NAME>  Take settings from this profile of the configuration file
          --no-telemetry    Read nothing and send nothing

    Output:
          --json          Print the result as one JSON object on standard output
      -q, --quiet         Print nothing when all went well
      -v, --verbose       Print more about what happens
          --color <WHEN>  Use colours [default: auto] [possible values: auto, always, never]

    Examples:
      otelctl send app.log --to local
      otelctl send 'logs/*.gz' --to logfire --service shop
      kubectl logs -f deploy/web | otelctl send --to https://otlp.example.com
      otelctl send app.log --to stdout | jq .
      otelctl send --follow '/var/log/app/*.log' --from end --to collector
    "#);
}

/// Guarantees: every shell has completions, and every command a manual page.
#[test]
fn completions_and_manual_pages_are_generated() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let outcome = Run::new().args(["completions", shell]).run();
        assert_eq!(outcome.code, 0);
        assert!(outcome.stdout.contains("batch-bytes-max"), "{shell}");
    }
    for (words, title) in [
        (&["man"][..], "otelctl 1"),
        (&["man", "send"], "otelctl-send 1"),
    ] {
        let outcome = Run::new().args(words).run();
        assert_eq!(outcome.code, 0);
        let is_title = |line: &str| line.starts_with(&format!(".TH {title}"));
        assert!(outcome.stdout.lines().any(is_title), "{}", outcome.stdout);
    }
    let outcome = Run::new().args(["man", "nope", "--json"]).run();
    assert_eq!(outcome.code, 2);
    assert!(outcome.error().1.contains("nope"));
}
