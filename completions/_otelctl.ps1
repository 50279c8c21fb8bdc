
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'otelctl' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'otelctl'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'otelctl' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colours')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print the result as one JSON object on standard output')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('send', 'send', [CompletionResultType]::ParameterValue, 'Ship log files or a pipe as OTLP')
            [CompletionResult]::new('detect', 'detect', [CompletionResultType]::ParameterValue, 'Tell what a file is, why, and what its records become')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Show the settings and who set each, and write a file for them')
            [CompletionResult]::new('destinations', 'destinations', [CompletionResultType]::ParameterValue, 'List the destinations that have a name, or show everything about one')
            [CompletionResult]::new('token', 'token', [CompletionResultType]::ParameterValue, 'Keep the token of a destination in the keychain of the system')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completions of a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print a manual page in roff')
            [CompletionResult]::new('validate', 'validate', [CompletionResultType]::ParameterValue, 'Check OTLP payloads, point at the fault and say the repair')
            [CompletionResult]::new('spike', 'spike', [CompletionResultType]::ParameterValue, 'Send known records, ask for exactly those, and say which leg of the way failed')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'otelctl;send' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Read the input as this format [default: what it looks like]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read formats and profiles of your own from this file [default: ~/.config/otelctl/config.toml]')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Take times that name no zone to be in this one [default: the system''s zone]')
            [CompletionResult]::new('--timestamp-fields', '--timestamp-fields', [CompletionResultType]::ParameterName, 'Take the time of JSON and logfmt records from these keys')
            [CompletionResult]::new('--level-fields', '--level-fields', [CompletionResultType]::ParameterName, 'Take the level from these keys')
            [CompletionResult]::new('--message-fields', '--message-fields', [CompletionResultType]::ParameterName, 'Take the message from these keys')
            [CompletionResult]::new('--scope-fields', '--scope-fields', [CompletionResultType]::ParameterName, 'Take the logger, which becomes the scope, from these keys')
            [CompletionResult]::new('--record-lines-max', '--record-lines-max', [CompletionResultType]::ParameterName, 'Join at most this many lines into one record [default: 1024]')
            [CompletionResult]::new('--line-bytes-max', '--line-bytes-max', [CompletionResultType]::ParameterName, 'Cut lines that are longer than this [default: 1MiB]')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Send to a named destination or a URL [default: http://localhost:4318]')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'Keep what arrives at --to local as OTLP/JSON lines')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'Send to this base URL; /v1/logs is appended')
            [CompletionResult]::new('--protocol', '--protocol', [CompletionResultType]::ParameterName, 'Write request bodies like this [default: http/protobuf]')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Add a request header (repeatable)')
            [CompletionResult]::new('--compression', '--compression', [CompletionResultType]::ParameterName, 'Compress request bodies [default: gzip, none on loopback]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file instead of the system''s')
            [CompletionResult]::new('--client-cert', '--client-cert', [CompletionResultType]::ParameterName, 'Present this client certificate (PEM); needs --client-key')
            [CompletionResult]::new('--client-key', '--client-key', [CompletionResultType]::ParameterName, 'Use this private key (PEM) for --client-cert')
            [CompletionResult]::new('--auth', '--auth', [CompletionResultType]::ParameterName, 'Send the token so: raw, bearer, basic:USER, ''NAME: {token}''')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Read the token from this file, which only you may be able to read')
            [CompletionResult]::new('--token-fd', '--token-fd', [CompletionResultType]::ParameterName, 'Read the token from this open descriptor, as in --token-fd 3 3< FILE')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'Name the service the records come from')
            [CompletionResult]::new('--resource', '--resource', [CompletionResultType]::ParameterName, 'Add a resource attribute (repeatable, the last of a key wins)')
            [CompletionResult]::new('--attr', '--attr', [CompletionResultType]::ParameterName, 'Add an attribute to each record (repeatable, the last of a key wins)')
            [CompletionResult]::new('--time', '--time', [CompletionResultType]::ParameterName, 'What to do with records whose time the destination does not take: keep, shift, now or drop')
            [CompletionResult]::new('--uid', '--uid', [CompletionResultType]::ParameterName, 'Add the attribute log.record.uid, by which duplicates are recognised')
            [CompletionResult]::new('--detect', '--detect', [CompletionResultType]::ParameterName, 'Add what is found of the place this runs at to the resource [default: host,os,env,container,k8s]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Wait at most this long for one answer; 0s waits for ever [default: 10s]')
            [CompletionResult]::new('--retry-for', '--retry-for', [CompletionResultType]::ParameterName, 'Retry a batch for at most this long; 0s never retries [default: 5m]')
            [CompletionResult]::new('--retry-codes', '--retry-codes', [CompletionResultType]::ParameterName, 'Retry these HTTP statuses [default: broad]')
            [CompletionResult]::new('--dead-letters', '--dead-letters', [CompletionResultType]::ParameterName, 'Keep what the server does not take in this file [default: a new one in the state directory]')
            [CompletionResult]::new('--drain', '--drain', [CompletionResultType]::ParameterName, 'Finish what is under way for at most this long after an interrupt [default: 10s]')
            [CompletionResult]::new('--batch-bytes-max', '--batch-bytes-max', [CompletionResultType]::ParameterName, 'Send a batch when it has this many bytes, before compression [default: 1MiB]')
            [CompletionResult]::new('--batch-records-max', '--batch-records-max', [CompletionResultType]::ParameterName, 'Send a batch when it has this many records')
            [CompletionResult]::new('--flush-interval', '--flush-interval', [CompletionResultType]::ParameterName, 'Let a record of a pipe wait at most this long for others [default: 1s]')
            [CompletionResult]::new('--in-flight', '--in-flight', [CompletionResultType]::ParameterName, 'Have at most this many requests under way at a time [default: 4]')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Parse and encode on this many threads; without it, one per core')
            [CompletionResult]::new('--queue-records-max', '--queue-records-max', [CompletionResultType]::ParameterName, 'Let at most this many records of a pipe wait to be sent [default: 2048]')
            [CompletionResult]::new('--queue-bytes-max', '--queue-bytes-max', [CompletionResultType]::ParameterName, 'Let at most this many bytes of a pipe''s records wait to be sent [default: 16MiB]')
            [CompletionResult]::new('--on-full', '--on-full', [CompletionResultType]::ParameterName, 'Do this when no more records of a pipe can wait [default: block]')
            [CompletionResult]::new('--state-dir', '--state-dir', [CompletionResultType]::ParameterName, 'Keep checkpoints and what could not be delivered in this folder')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Begin with the start, the end or the checkpoint of files that are there already [default: start]')
            [CompletionResult]::new('--poll-interval', '--poll-interval', [CompletionResultType]::ParameterName, 'Look for new lines this often [default: 250ms]')
            [CompletionResult]::new('--open-files-max', '--open-files-max', [CompletionResultType]::ParameterName, 'Keep at most this many files open [default: 256]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Take settings from this profile of the configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colours')
            [CompletionResult]::new('--guess-severity', '--guess-severity', [CompletionResultType]::ParameterName, 'Guess a missing severity by words like error in the message')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Say for each input what it is taken for, and by which pattern')
            [CompletionResult]::new('--file-path', '--file-path', [CompletionResultType]::ParameterName, 'Add the attribute log.file.path to each record')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Do everything but the sending, and show the first records')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Read each file from where its records were last acknowledged')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Go on with the lines that are written to the files, until interrupted')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Go on with the lines that are written to the files, until interrupted')
            [CompletionResult]::new('--no-telemetry', '--no-telemetry', [CompletionResultType]::ParameterName, 'Read nothing and send nothing')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print the result as one JSON object on standard output')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'otelctl;detect' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Read the input as this format [default: what it looks like]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read formats and profiles of your own from this file [default: ~/.config/otelctl/config.toml]')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Take times that name no zone to be in this one [default: the system''s zone]')
            [CompletionResult]::new('--timestamp-fields', '--timestamp-fields', [CompletionResultType]::ParameterName, 'Take the time of JSON and logfmt records from these keys')
            [CompletionResult]::new('--level-fields', '--level-fields', [CompletionResultType]::ParameterName, 'Take the level from these keys')
            [CompletionResult]::new('--message-fields', '--message-fields', [CompletionResultType]::ParameterName, 'Take the message from these keys')
            [CompletionResult]::new('--scope-fields', '--scope-fields', [CompletionResultType]::ParameterName, 'Take the logger, which becomes the scope, from these keys')
            [CompletionResult]::new('--record-lines-max', '--record-lines-max', [CompletionResultType]::ParameterName, 'Join at most this many lines into one record [default: 1024]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Take settings from this profile of the configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colours')
            [CompletionResult]::new('--list', '--list', [CompletionResultType]::ParameterName, 'List every format that is known, with its pattern and a line of it')
            [CompletionResult]::new('--guess-severity', '--guess-severity', [CompletionResultType]::ParameterName, 'Guess a missing severity by words like error in the message')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print the result as one JSON object on standard output')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'otelctl;config' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colours')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print the result as one JSON object on standard output')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the settings that send would use, and who set each')
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print where the files are that settings come from')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Write a configuration file with everything in it commented out')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'otelctl;config;show' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Read the input as this format [default: what it looks like]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read formats and profiles of your own from this file [default: ~/.config/otelctl/config.toml]')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Take times that name no zone to be in this one [default: the system''s zone]')
            [CompletionResult]::new('--timestamp-fields', '--timestamp-fields', [CompletionResultType]::ParameterName, 'Take the time of JSON and logfmt records from these keys')
            [CompletionResult]::new('--level-fields', '--level-fields', [CompletionResultType]::ParameterName, 'Take the level from these keys')
            [CompletionResult]::new('--message-fields', '--message-fields', [CompletionResultType]::ParameterName, 'Take the message from these keys')
            [CompletionResult]::new('--scope-fields', '--scope-fields', [CompletionResultType]::ParameterName, 'Take the logger, which becomes the scope, from these keys')
            [CompletionResult]::new('--record-lines-max', '--record-lines-max', [CompletionResultType]::ParameterName, 'Join at most this many lines into one record [default: 1024]')
            [CompletionResult]::new('--line-bytes-max', '--line-bytes-max', [CompletionResultType]::ParameterName, 'Cut lines that are longer than this [default: 1MiB]')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Send to a named destination or a URL [default: http://localhost:4318]')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'Keep what arrives at --to local as OTLP/JSON lines')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'Send to this base URL; /v1/logs is appended')
            [CompletionResult]::new('--protocol', '--protocol', [CompletionResultType]::ParameterName, 'Write request bodies like this [default: http/protobuf]')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Add a request header (repeatable)')
            [CompletionResult]::new('--compression', '--compression', [CompletionResultType]::ParameterName, 'Compress request bodies [default: gzip, none on loopback]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file instead of the system''s')
            [CompletionResult]::new('--client-cert', '--client-cert', [CompletionResultType]::ParameterName, 'Present this client certificate (PEM); needs --client-key')
            [CompletionResult]::new('--client-key', '--client-key', [CompletionResultType]::ParameterName, 'Use this private key (PEM) for --client-cert')
            [CompletionResult]::new('--auth', '--auth', [CompletionResultType]::ParameterName, 'Send the token so: raw, bearer, basic:USER, ''NAME: {token}''')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Read the token from this file, which only you may be able to read')
            [CompletionResult]::new('--token-fd', '--token-fd', [CompletionResultType]::ParameterName, 'Read the token from this open descriptor, as in --token-fd 3 3< FILE')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'Name the service the records come from')
            [CompletionResult]::new('--resource', '--resource', [CompletionResultType]::ParameterName, 'Add a resource attribute (repeatable, the last of a key wins)')
            [CompletionResult]::new('--attr', '--attr', [CompletionResultType]::ParameterName, 'Add an attribute to each record (repeatable, the last of a key wins)')
            [CompletionResult]::new('--time', '--time', [CompletionResultType]::ParameterName, 'What to do with records whose time the destination does not take: keep, shift, now or drop')
            [CompletionResult]::new('--uid', '--uid', [CompletionResultType]::ParameterName, 'Add the attribute log.record.uid, by which duplicates are recognised')
            [CompletionResult]::new('--detect', '--detect', [CompletionResultType]::ParameterName, 'Add what is found of the place this runs at to the resource [default: host,os,env,container,k8s]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Wait at most this long for one answer; 0s waits for ever [default: 10s]')
            [CompletionResult]::new('--retry-for', '--retry-for', [CompletionResultType]::ParameterName, 'Retry a batch for at most this long; 0s never retries [default: 5m]')
            [CompletionResult]::new('--retry-codes', '--retry-codes', [CompletionResultType]::ParameterName, 'Retry these HTTP statuses [default: broad]')
            [CompletionResult]::new('--dead-letters', '--dead-letters', [CompletionResultType]::ParameterName, 'Keep what the server does not take in this file [default: a new one in the state directory]')
            [CompletionResult]::new('--drain', '--drain', [CompletionResultType]::ParameterName, 'Finish what is under way for at most this long after an interrupt [default: 10s]')
            [CompletionResult]::new('--batch-bytes-max', '--batch-bytes-max', [CompletionResultType]::ParameterName, 'Send a batch when it has this many bytes, before compression [default: 1MiB]')
            [CompletionResult]::new('--batch-records-max', '--batch-records-max', [CompletionResultType]::ParameterName, 'Send a batch when it has this many records')
            [CompletionResult]::new('--flush-interval', '--flush-interval', [CompletionResultType]::ParameterName, 'Let a record of a pipe wait at most this long for others [default: 1s]')
            [CompletionResult]::new('--in-flight', '--in-flight', [CompletionResultType]::ParameterName, 'Have at most this many requests under way at a time [default: 4]')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Parse and encode on this many threads; without it, one per core')
            [CompletionResult]::new('--queue-records-max', '--queue-records-max', [CompletionResultType]::ParameterName, 'Let at most this many records of a pipe wait to be sent [default: 2048]')
            [CompletionResult]::new('--queue-bytes-max', '--queue-bytes-max', [CompletionResultType]::ParameterName, 'Let at most this many bytes of a pipe''s records wait to be sent [default: 16MiB]')
            [CompletionResult]::new('--on-full', '--on-full', [CompletionResultType]::ParameterName, 'Do this when no more records of a pipe can wait [default: block]')
            [CompletionResult]::new('--state-dir', '--state-dir', [CompletionResultType]::ParameterName, 'Keep checkpoints and what could not be delivered in this folder')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Begin with the start, the end or the checkpoint of files that are there already [default: start]')
            [CompletionResult]::new('--poll-interval', '--poll-interval', [CompletionResultType]::ParameterName, 'Look for new lines this often [default: 250ms]')
            [CompletionResult]::new('--open-files-max', '--open-files-max', [CompletionResultType]::ParameterName, 'Keep at most this many files open [default: 256]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Take settings from this profile of the configuration file')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colours')
            [CompletionResult]::new('--guess-severity', '--guess-severity', [CompletionResultType]::ParameterName, 'Guess a missing severity by words like error in the message')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Say for each input what it is taken for, and by which pattern')
            [CompletionResult]::new('--file-path', '--file-path', [CompletionResultType]::ParameterName, 'Add the attribute log.file.path to each record')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Do everything but the sending, and show the first records')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Read each file from where its records were last acknowledged')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Go on with the lines that are written to the files, until interrupted')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Go on with the lines that are written to the files, until interrupted')
            [CompletionResult]::new('--no-telemetry', '--no-telemetry', [CompletionResultType]::ParameterName, 'Read nothing and send nothing')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Show every variable that is known too, and what it means here')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Exit with 1 when something looks like a mistake')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print the result as one JSON object on standard output')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'otelctl;config;path' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file [default: ~/.config/otelctl/config.toml]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colours')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print the result as one JSON object on standard output')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'otelctl;config;init' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file [default: ~/.config/otelctl/config.toml]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colours')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print the result as one JSON object on standard output')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'otelctl;config;help' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the settings that send would use, and who set each')
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print where the files are that settings come from')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Write a configuration file with everything in it commented out')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'otelctl;config;help;show' {
            break
        }
        'otelctl;config;help;path' {
            break
        }
        'otelctl;config;help;init' {
            break
        }
        'otelctl;config;help;help' {
            break
        }
        'otelctl;destinations' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colours')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print the result as one JSON object on standard output')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'otelctl;token' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colours')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print the result as one JSON object on standard output')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Store a token in the keychain of the system')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show where the token comes from, its region and its fingerprint')
            [CompletionResult]::new('rm', 'rm', [CompletionResultType]::ParameterValue, 'Remove a token from the keychain, and from the file that --insecure-storage made')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'otelctl;token;set' {
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'The destination the token is for, a name or a URL [default: logfire]')
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'What the token may do [default: write]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colours')
            [CompletionResult]::new('--insecure-storage', '--insecure-storage', [CompletionResultType]::ParameterName, 'Store it unencrypted in a file that only you can read, for machines without a keychain')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print the result as one JSON object on standard output')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'otelctl;token;status' {
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'The destination the token is for, a name or a URL [default: logfire]')
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'Look at this kind of token only [default: both]')
            [CompletionResult]::new('--auth', '--auth', [CompletionResultType]::ParameterName, 'How a server that is given by its URL takes the token, as in otelctl send --auth')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Read the token from this file, which only you may be able to read')
            [CompletionResult]::new('--token-fd', '--token-fd', [CompletionResultType]::ParameterName, 'Read the token from this open descriptor, as in --token-fd 3 3< FILE')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colours')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Ask the server whether it accepts the token')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print the result as one JSON object on standard output')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'otelctl;token;rm' {
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'The destination the token is for, a name or a URL [default: logfire]')
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'What the token may do [default: write]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colours')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print the result as one JSON object on standard output')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'otelctl;token;help' {
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Store a token in the keychain of the system')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show where the token comes from, its region and its fingerprint')
            [CompletionResult]::new('rm', 'rm', [CompletionResultType]::ParameterValue, 'Remove a token from the keychain, and from the file that --insecure-storage made')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'otelctl;token;help;set' {
            break
        }
        'otelctl;token;help;status' {
            break
        }
        'otelctl;token;help;rm' {
            break
        }
        'otelctl;token;help;help' {
            break
        }
        'otelctl;completions' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colours')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print the result as one JSON object on standard output')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'otelctl;man' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colours')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print the result as one JSON object on standard output')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'otelctl;validate' {
            [CompletionResult]::new('--signal', '--signal', [CompletionResultType]::ParameterName, 'Expect this signal [default: told from the payload]')
            [CompletionResult]::new('--encoding', '--encoding', [CompletionResultType]::ParameterName, 'Read the payload in this encoding [default: told from the bytes]')
            [CompletionResult]::new('--content-type', '--content-type', [CompletionResultType]::ParameterName, 'Take the input for the body of a request with this Content-Type')
            [CompletionResult]::new('--content-encoding', '--content-encoding', [CompletionResultType]::ParameterName, 'Take the input for a body with this Content-Encoding; an empty one means none')
            [CompletionResult]::new('--path', '--path', [CompletionResultType]::ParameterName, 'Take the input for a body that was posted to this path')
            [CompletionResult]::new('--for', '--for', [CompletionResultType]::ParameterName, 'Check against the limits of this destination too')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'End with exit code 1 from this level on')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print the findings in this form')
            [CompletionResult]::new('--fix', '--fix', [CompletionResultType]::ParameterName, 'Repair what can be repaired without guessing, and print the result')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write the repaired input into this file [default: standard output]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write the repaired input into this file [default: standard output]')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Explain a rule by its code')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colours')
            [CompletionResult]::new('--http', '--http', [CompletionResultType]::ParameterName, 'Take each input for a whole HTTP request, with its headers')
            [CompletionResult]::new('--list', '--list', [CompletionResultType]::ParameterName, 'List every rule')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print the result as one JSON object on standard output')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'otelctl;spike' {
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'The destination, a name or a URL [default: logfire]')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Wait at most this long for the records to be visible [default: 60s]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Print the result like this [default: human, and github where GITHUB_ACTIONS is true]')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Read the token from this file, which only you may be able to read')
            [CompletionResult]::new('--token-fd', '--token-fd', [CompletionResultType]::ParameterName, 'Read the token from this open descriptor, as in --token-fd 3 3< FILE')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colours')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Make the trip to a stand-in of Logfire inside the process')
            [CompletionResult]::new('--verify', '--verify', [CompletionResultType]::ParameterName, 'Fail unless what arrived was asked for and compared')
            [CompletionResult]::new('--no-metrics', '--no-metrics', [CompletionResultType]::ParameterName, 'Send no metric')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print the result as one JSON object on standard output')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing when all went well')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Print more about what happens')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'otelctl;help' {
            [CompletionResult]::new('send', 'send', [CompletionResultType]::ParameterValue, 'Ship log files or a pipe as OTLP')
            [CompletionResult]::new('detect', 'detect', [CompletionResultType]::ParameterValue, 'Tell what a file is, why, and what its records become')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Show the settings and who set each, and write a file for them')
            [CompletionResult]::new('destinations', 'destinations', [CompletionResultType]::ParameterValue, 'List the destinations that have a name, or show everything about one')
            [CompletionResult]::new('token', 'token', [CompletionResultType]::ParameterValue, 'Keep the token of a destination in the keychain of the system')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completions of a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print a manual page in roff')
            [CompletionResult]::new('validate', 'validate', [CompletionResultType]::ParameterValue, 'Check OTLP payloads, point at the fault and say the repair')
            [CompletionResult]::new('spike', 'spike', [CompletionResultType]::ParameterValue, 'Send known records, ask for exactly those, and say which leg of the way failed')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'otelctl;help;send' {
            break
        }
        'otelctl;help;detect' {
            break
        }
        'otelctl;help;config' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the settings that send would use, and who set each')
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print where the files are that settings come from')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Write a configuration file with everything in it commented out')
            break
        }
        'otelctl;help;config;show' {
            break
        }
        'otelctl;help;config;path' {
            break
        }
        'otelctl;help;config;init' {
            break
        }
        'otelctl;help;destinations' {
            break
        }
        'otelctl;help;token' {
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Store a token in the keychain of the system')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show where the token comes from, its region and its fingerprint')
            [CompletionResult]::new('rm', 'rm', [CompletionResultType]::ParameterValue, 'Remove a token from the keychain, and from the file that --insecure-storage made')
            break
        }
        'otelctl;help;token;set' {
            break
        }
        'otelctl;help;token;status' {
            break
        }
        'otelctl;help;token;rm' {
            break
        }
        'otelctl;help;completions' {
            break
        }
        'otelctl;help;man' {
            break
        }
        'otelctl;help;validate' {
            break
        }
        'otelctl;help;spike' {
            break
        }
        'otelctl;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
