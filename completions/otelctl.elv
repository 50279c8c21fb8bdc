
use builtin;
use str;

set edit:completion:arg-completer[otelctl] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'otelctl'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'otelctl'= {
            cand --color 'Use colours'
            cand --json 'Print the result as one JSON object on standard output'
            cand -q 'Print nothing when all went well'
            cand --quiet 'Print nothing when all went well'
            cand -v 'Print more about what happens'
            cand --verbose 'Print more about what happens'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand send 'Ship log files or a pipe as OTLP'
            cand detect 'Tell what a file is, why, and what its records become'
            cand config 'Show the settings and who set each, and write a file for them'
            cand destinations 'List the destinations that have a name, or show everything about one'
            cand token 'Keep the token of a destination in the keychain of the system'
            cand completions 'Print the completions of a shell'
            cand man 'Print a manual page in roff'
            cand validate 'Check OTLP payloads, point at the fault and say the repair'
            cand spike 'Send known records, ask for exactly those, and say which leg of the way failed'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'otelctl;send'= {
            cand --format 'Read the input as this format [default: what it looks like]'
            cand --config 'Read formats and profiles of your own from this file [default: ~/.config/otelctl/config.toml]'
            cand --tz 'Take times that name no zone to be in this one [default: the system''s zone]'
            cand --timestamp-fields 'Take the time of JSON and logfmt records from these keys'
            cand --level-fields 'Take the level from these keys'
            cand --message-fields 'Take the message from these keys'
            cand --scope-fields 'Take the logger, which becomes the scope, from these keys'
            cand --record-lines-max 'Join at most this many lines into one record [default: 1024]'
            cand --line-bytes-max 'Cut lines that are longer than this [default: 1MiB]'
            cand --to 'Send to a named destination or a URL [default: http://localhost:4318]'
            cand --out 'Keep what arrives at --to local as OTLP/JSON lines'
            cand --endpoint 'Send to this base URL; /v1/logs is appended'
            cand --protocol 'Write request bodies like this [default: http/protobuf]'
            cand --header 'Add a request header (repeatable)'
            cand --compression 'Compress request bodies [default: gzip, none on loopback]'
            cand --ca-cert 'Trust the certificates in this PEM file instead of the system''s'
            cand --client-cert 'Present this client certificate (PEM); needs --client-key'
            cand --client-key 'Use this private key (PEM) for --client-cert'
            cand --auth 'Send the token so: raw, bearer, basic:USER, ''NAME: {token}'''
            cand --token-file 'Read the token from this file, which only you may be able to read'
            cand --token-fd 'Read the token from this open descriptor, as in --token-fd 3 3< FILE'
            cand --service 'Name the service the records come from'
            cand --resource 'Add a resource attribute (repeatable, the last of a key wins)'
            cand --attr 'Add an attribute to each record (repeatable, the last of a key wins)'
            cand --time 'What to do with records whose time the destination does not take: keep, shift, now or drop'
            cand --uid 'Add the attribute log.record.uid, by which duplicates are recognised'
            cand --detect 'Add what is found of the place this runs at to the resource [default: host,os,env,container,k8s]'
            cand --timeout 'Wait at most this long for one answer; 0s waits for ever [default: 10s]'
            cand --retry-for 'Retry a batch for at most this long; 0s never retries [default: 5m]'
            cand --retry-codes 'Retry these HTTP statuses [default: broad]'
            cand --dead-letters 'Keep what the server does not take in this file [default: a new one in the state directory]'
            cand --drain 'Finish what is under way for at most this long after an interrupt [default: 10s]'
            cand --batch-bytes-max 'Send a batch when it has this many bytes, before compression [default: 1MiB]'
            cand --batch-records-max 'Send a batch when it has this many records'
            cand --flush-interval 'Let a record of a pipe wait at most this long for others [default: 1s]'
            cand --in-flight 'Have at most this many requests under way at a time [default: 4]'
            cand --threads 'Parse and encode on this many threads; without it, one per core'
            cand --queue-records-max 'Let at most this many records of a pipe wait to be sent [default: 2048]'
            cand --queue-bytes-max 'Let at most this many bytes of a pipe''s records wait to be sent [default: 16MiB]'
            cand --on-full 'Do this when no more records of a pipe can wait [default: block]'
            cand --state-dir 'Keep checkpoints and what could not be delivered in this folder'
            cand --from 'Begin with the start, the end or the checkpoint of files that are there already [default: start]'
            cand --poll-interval 'Look for new lines this often [default: 250ms]'
            cand --open-files-max 'Keep at most this many files open [default: 256]'
            cand --profile 'Take settings from this profile of the configuration file'
            cand --color 'Use colours'
            cand --guess-severity 'Guess a missing severity by words like error in the message'
            cand --explain 'Say for each input what it is taken for, and by which pattern'
            cand --file-path 'Add the attribute log.file.path to each record'
            cand --dry-run 'Do everything but the sending, and show the first records'
            cand --resume 'Read each file from where its records were last acknowledged'
            cand -f 'Go on with the lines that are written to the files, until interrupted'
            cand --follow 'Go on with the lines that are written to the files, until interrupted'
            cand --no-telemetry 'Read nothing and send nothing'
            cand --json 'Print the result as one JSON object on standard output'
            cand -q 'Print nothing when all went well'
            cand --quiet 'Print nothing when all went well'
            cand -v 'Print more about what happens'
            cand --verbose 'Print more about what happens'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'otelctl;detect'= {
            cand --format 'Read the input as this format [default: what it looks like]'
            cand --config 'Read formats and profiles of your own from this file [default: ~/.config/otelctl/config.toml]'
            cand --tz 'Take times that name no zone to be in this one [default: the system''s zone]'
            cand --timestamp-fields 'Take the time of JSON and logfmt records from these keys'
            cand --level-fields 'Take the level from these keys'
            cand --message-fields 'Take the message from these keys'
            cand --scope-fields 'Take the logger, which becomes the scope, from these keys'
            cand --record-lines-max 'Join at most this many lines into one record [default: 1024]'
            cand --profile 'Take settings from this profile of the configuration file'
            cand --color 'Use colours'
            cand --list 'List every format that is known, with its pattern and a line of it'
            cand --guess-severity 'Guess a missing severity by words like error in the message'
            cand --json 'Print the result as one JSON object on standard output'
            cand -q 'Print nothing when all went well'
            cand --quiet 'Print nothing when all went well'
            cand -v 'Print more about what happens'
            cand --verbose 'Print more about what happens'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'otelctl;config'= {
            cand --color 'Use colours'
            cand --json 'Print the result as one JSON object on standard output'
            cand -q 'Print nothing when all went well'
            cand --quiet 'Print nothing when all went well'
            cand -v 'Print more about what happens'
            cand --verbose 'Print more about what happens'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand show 'Show the settings that send would use, and who set each'
            cand path 'Print where the files are that settings come from'
            cand init 'Write a configuration file with everything in it commented out'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'otelctl;config;show'= {
            cand --format 'Read the input as this format [default: what it looks like]'
            cand --config 'Read formats and profiles of your own from this file [default: ~/.config/otelctl/config.toml]'
            cand --tz 'Take times that name no zone to be in this one [default: the system''s zone]'
            cand --timestamp-fields 'Take the time of JSON and logfmt records from these keys'
            cand --level-fields 'Take the level from these keys'
            cand --message-fields 'Take the message from these keys'
            cand --scope-fields 'Take the logger, which becomes the scope, from these keys'
            cand --record-lines-max 'Join at most this many lines into one record [default: 1024]'
            cand --line-bytes-max 'Cut lines that are longer than this [default: 1MiB]'
            cand --to 'Send to a named destination or a URL [default: http://localhost:4318]'
            cand --out 'Keep what arrives at --to local as OTLP/JSON lines'
            cand --endpoint 'Send to this base URL; /v1/logs is appended'
            cand --protocol 'Write request bodies like this [default: http/protobuf]'
            cand --header 'Add a request header (repeatable)'
            cand --compression 'Compress request bodies [default: gzip, none on loopback]'
            cand --ca-cert 'Trust the certificates in this PEM file instead of the system''s'
            cand --client-cert 'Present this client certificate (PEM); needs --client-key'
            cand --client-key 'Use this private key (PEM) for --client-cert'
            cand --auth 'Send the token so: raw, bearer, basic:USER, ''NAME: {token}'''
            cand --token-file 'Read the token from this file, which only you may be able to read'
            cand --token-fd 'Read the token from this open descriptor, as in --token-fd 3 3< FILE'
            cand --service 'Name the service the records come from'
            cand --resource 'Add a resource attribute (repeatable, the last of a key wins)'
            cand --attr 'Add an attribute to each record (repeatable, the last of a key wins)'
            cand --time 'What to do with records whose time the destination does not take: keep, shift, now or drop'
            cand --uid 'Add the attribute log.record.uid, by which duplicates are recognised'
            cand --detect 'Add what is found of the place this runs at to the resource [default: host,os,env,container,k8s]'
            cand --timeout 'Wait at most this long for one answer; 0s waits for ever [default: 10s]'
            cand --retry-for 'Retry a batch for at most this long; 0s never retries [default: 5m]'
            cand --retry-codes 'Retry these HTTP statuses [default: broad]'
            cand --dead-letters 'Keep what the server does not take in this file [default: a new one in the state directory]'
            cand --drain 'Finish what is under way for at most this long after an interrupt [default: 10s]'
            cand --batch-bytes-max 'Send a batch when it has this many bytes, before compression [default: 1MiB]'
            cand --batch-records-max 'Send a batch when it has this many records'
            cand --flush-interval 'Let a record of a pipe wait at most this long for others [default: 1s]'
            cand --in-flight 'Have at most this many requests under way at a time [default: 4]'
            cand --threads 'Parse and encode on this many threads; without it, one per core'
            cand --queue-records-max 'Let at most this many records of a pipe wait to be sent [default: 2048]'
            cand --queue-bytes-max 'Let at most this many bytes of a pipe''s records wait to be sent [default: 16MiB]'
            cand --on-full 'Do this when no more records of a pipe can wait [default: block]'
            cand --state-dir 'Keep checkpoints and what could not be delivered in this folder'
            cand --from 'Begin with the start, the end or the checkpoint of files that are there already [default: start]'
            cand --poll-interval 'Look for new lines this often [default: 250ms]'
            cand --open-files-max 'Keep at most this many files open [default: 256]'
            cand --profile 'Take settings from this profile of the configuration file'
            cand --color 'Use colours'
            cand --guess-severity 'Guess a missing severity by words like error in the message'
            cand --explain 'Say for each input what it is taken for, and by which pattern'
            cand --file-path 'Add the attribute log.file.path to each record'
            cand --dry-run 'Do everything but the sending, and show the first records'
            cand --resume 'Read each file from where its records were last acknowledged'
            cand -f 'Go on with the lines that are written to the files, until interrupted'
            cand --follow 'Go on with the lines that are written to the files, until interrupted'
            cand --no-telemetry 'Read nothing and send nothing'
            cand --all 'Show every variable that is known too, and what it means here'
            cand --strict 'Exit with 1 when something looks like a mistake'
            cand --json 'Print the result as one JSON object on standard output'
            cand -q 'Print nothing when all went well'
            cand --quiet 'Print nothing when all went well'
            cand -v 'Print more about what happens'
            cand --verbose 'Print more about what happens'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'otelctl;config;path'= {
            cand --config 'The configuration file [default: ~/.config/otelctl/config.toml]'
            cand --color 'Use colours'
            cand --json 'Print the result as one JSON object on standard output'
            cand -q 'Print nothing when all went well'
            cand --quiet 'Print nothing when all went well'
            cand -v 'Print more about what happens'
            cand --verbose 'Print more about what happens'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'otelctl;config;init'= {
            cand --config 'The configuration file [default: ~/.config/otelctl/config.toml]'
            cand --color 'Use colours'
            cand --json 'Print the result as one JSON object on standard output'
            cand -q 'Print nothing when all went well'
            cand --quiet 'Print nothing when all went well'
            cand -v 'Print more about what happens'
            cand --verbose 'Print more about what happens'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'otelctl;config;help'= {
            cand show 'Show the settings that send would use, and who set each'
            cand path 'Print where the files are that settings come from'
            cand init 'Write a configuration file with everything in it commented out'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'otelctl;config;help;show'= {
        }
        &'otelctl;config;help;path'= {
        }
        &'otelctl;config;help;init'= {
        }
        &'otelctl;config;help;help'= {
        }
        &'otelctl;destinations'= {
            cand --color 'Use colours'
            cand --json 'Print the result as one JSON object on standard output'
            cand -q 'Print nothing when all went well'
            cand --quiet 'Print nothing when all went well'
            cand -v 'Print more about what happens'
            cand --verbose 'Print more about what happens'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'otelctl;token'= {
            cand --color 'Use colours'
            cand --json 'Print the result as one JSON object on standard output'
            cand -q 'Print nothing when all went well'
            cand --quiet 'Print nothing when all went well'
            cand -v 'Print more about what happens'
            cand --verbose 'Print more about what happens'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand set 'Store a token in the keychain of the system'
            cand status 'Show where the token comes from, its region and its fingerprint'
            cand rm 'Remove a token from the keychain, and from the file that --insecure-storage made'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'otelctl;token;set'= {
            cand --to 'The destination the token is for, a name or a URL [default: logfire]'
            cand --kind 'What the token may do [default: write]'
            cand --color 'Use colours'
            cand --insecure-storage 'Store it unencrypted in a file that only you can read, for machines without a keychain'
            cand --json 'Print the result as one JSON object on standard output'
            cand -q 'Print nothing when all went well'
            cand --quiet 'Print nothing when all went well'
            cand -v 'Print more about what happens'
            cand --verbose 'Print more about what happens'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'otelctl;token;status'= {
            cand --to 'The destination the token is for, a name or a URL [default: logfire]'
            cand --kind 'Look at this kind of token only [default: both]'
            cand --auth 'How a server that is given by its URL takes the token, as in otelctl send --auth'
            cand --token-file 'Read the token from this file, which only you may be able to read'
            cand --token-fd 'Read the token from this open descriptor, as in --token-fd 3 3< FILE'
            cand --color 'Use colours'
            cand --check 'Ask the server whether it accepts the token'
            cand --json 'Print the result as one JSON object on standard output'
            cand -q 'Print nothing when all went well'
            cand --quiet 'Print nothing when all went well'
            cand -v 'Print more about what happens'
            cand --verbose 'Print more about what happens'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'otelctl;token;rm'= {
            cand --to 'The destination the token is for, a name or a URL [default: logfire]'
            cand --kind 'What the token may do [default: write]'
            cand --color 'Use colours'
            cand --json 'Print the result as one JSON object on standard output'
            cand -q 'Print nothing when all went well'
            cand --quiet 'Print nothing when all went well'
            cand -v 'Print more about what happens'
            cand --verbose 'Print more about what happens'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'otelctl;token;help'= {
            cand set 'Store a token in the keychain of the system'
            cand status 'Show where the token comes from, its region and its fingerprint'
            cand rm 'Remove a token from the keychain, and from the file that --insecure-storage made'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'otelctl;token;help;set'= {
        }
        &'otelctl;token;help;status'= {
        }
        &'otelctl;token;help;rm'= {
        }
        &'otelctl;token;help;help'= {
        }
        &'otelctl;completions'= {
            cand --color 'Use colours'
            cand --json 'Print the result as one JSON object on standard output'
            cand -q 'Print nothing when all went well'
            cand --quiet 'Print nothing when all went well'
            cand -v 'Print more about what happens'
            cand --verbose 'Print more about what happens'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'otelctl;man'= {
            cand --color 'Use colours'
            cand --json 'Print the result as one JSON object on standard output'
            cand -q 'Print nothing when all went well'
            cand --quiet 'Print nothing when all went well'
            cand -v 'Print more about what happens'
            cand --verbose 'Print more about what happens'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'otelctl;validate'= {
            cand --signal 'Expect this signal [default: told from the payload]'
            cand --encoding 'Read the payload in this encoding [default: told from the bytes]'
            cand --content-type 'Take the input for the body of a request with this Content-Type'
            cand --content-encoding 'Take the input for a body with this Content-Encoding; an empty one means none'
            cand --path 'Take the input for a body that was posted to this path'
            cand --for 'Check against the limits of this destination too'
            cand --fail-on 'End with exit code 1 from this level on'
            cand --format 'Print the findings in this form'
            cand --fix 'Repair what can be repaired without guessing, and print the result'
            cand -o 'Write the repaired input into this file [default: standard output]'
            cand --output 'Write the repaired input into this file [default: standard output]'
            cand --explain 'Explain a rule by its code'
            cand --color 'Use colours'
            cand --http 'Take each input for a whole HTTP request, with its headers'
            cand --list 'List every rule'
            cand --json 'Print the result as one JSON object on standard output'
            cand -q 'Print nothing when all went well'
            cand --quiet 'Print nothing when all went well'
            cand -v 'Print more about what happens'
            cand --verbose 'Print more about what happens'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'otelctl;spike'= {
            cand --to 'The destination, a name or a URL [default: logfire]'
            cand --wait 'Wait at most this long for the records to be visible [default: 60s]'
            cand --format 'Print the result like this [default: human, and github where GITHUB_ACTIONS is true]'
            cand --token-file 'Read the token from this file, which only you may be able to read'
            cand --token-fd 'Read the token from this open descriptor, as in --token-fd 3 3< FILE'
            cand --color 'Use colours'
            cand --local 'Make the trip to a stand-in of Logfire inside the process'
            cand --verify 'Fail unless what arrived was asked for and compared'
            cand --no-metrics 'Send no metric'
            cand --json 'Print the result as one JSON object on standard output'
            cand -q 'Print nothing when all went well'
            cand --quiet 'Print nothing when all went well'
            cand -v 'Print more about what happens'
            cand --verbose 'Print more about what happens'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'otelctl;help'= {
            cand send 'Ship log files or a pipe as OTLP'
            cand detect 'Tell what a file is, why, and what its records become'
            cand config 'Show the settings and who set each, and write a file for them'
            cand destinations 'List the destinations that have a name, or show everything about one'
            cand token 'Keep the token of a destination in the keychain of the system'
            cand completions 'Print the completions of a shell'
            cand man 'Print a manual page in roff'
            cand validate 'Check OTLP payloads, point at the fault and say the repair'
            cand spike 'Send known records, ask for exactly those, and say which leg of the way failed'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'otelctl;help;send'= {
        }
        &'otelctl;help;detect'= {
        }
        &'otelctl;help;config'= {
            cand show 'Show the settings that send would use, and who set each'
            cand path 'Print where the files are that settings come from'
            cand init 'Write a configuration file with everything in it commented out'
        }
        &'otelctl;help;config;show'= {
        }
        &'otelctl;help;config;path'= {
        }
        &'otelctl;help;config;init'= {
        }
        &'otelctl;help;destinations'= {
        }
        &'otelctl;help;token'= {
            cand set 'Store a token in the keychain of the system'
            cand status 'Show where the token comes from, its region and its fingerprint'
            cand rm 'Remove a token from the keychain, and from the file that --insecure-storage made'
        }
        &'otelctl;help;token;set'= {
        }
        &'otelctl;help;token;status'= {
        }
        &'otelctl;help;token;rm'= {
        }
        &'otelctl;help;completions'= {
        }
        &'otelctl;help;man'= {
        }
        &'otelctl;help;validate'= {
        }
        &'otelctl;help;spike'= {
        }
        &'otelctl;help;help'= {
        }
    ]
    $completions[$command]
}
