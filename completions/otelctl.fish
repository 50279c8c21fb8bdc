# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_otelctl_global_optspecs
    string join \n json q/quiet v/verbose color= h/help V/version
end

function __fish_otelctl_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_otelctl_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_otelctl_using_subcommand
    set -l cmd (__fish_otelctl_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c otelctl -n "__fish_otelctl_needs_command" -l color -d 'Use colours' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c otelctl -n "__fish_otelctl_needs_command" -l json -d 'Print the result as one JSON object on standard output'
complete -c otelctl -n "__fish_otelctl_needs_command" -s q -l quiet -d 'Print nothing when all went well'
complete -c otelctl -n "__fish_otelctl_needs_command" -s v -l verbose -d 'Print more about what happens'
complete -c otelctl -n "__fish_otelctl_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c otelctl -n "__fish_otelctl_needs_command" -s V -l version -d 'Print version'
complete -c otelctl -n "__fish_otelctl_needs_command" -f -a "send" -d 'Ship log files or a pipe as OTLP'
complete -c otelctl -n "__fish_otelctl_needs_command" -f -a "detect" -d 'Tell what a file is, why, and what its records become'
complete -c otelctl -n "__fish_otelctl_needs_command" -f -a "config" -d 'Show the settings and who set each, and write a file for them'
complete -c otelctl -n "__fish_otelctl_needs_command" -f -a "destinations" -d 'List the destinations that have a name, or show everything about one'
complete -c otelctl -n "__fish_otelctl_needs_command" -f -a "token" -d 'Keep the token of a destination in the keychain of the system'
complete -c otelctl -n "__fish_otelctl_needs_command" -f -a "completions" -d 'Print the completions of a shell'
complete -c otelctl -n "__fish_otelctl_needs_command" -f -a "man" -d 'Print a manual page in roff'
complete -c otelctl -n "__fish_otelctl_needs_command" -f -a "validate" -d 'Check OTLP payloads, point at the fault and say the repair'
complete -c otelctl -n "__fish_otelctl_needs_command" -f -a "spike" -d 'Send known records, ask for exactly those, and say which leg of the way failed'
complete -c otelctl -n "__fish_otelctl_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l format -d 'Read the input as this format [default: what it looks like]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l config -d 'Read formats and profiles of your own from this file [default: ~/.config/otelctl/config.toml]' -r -F
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l tz -d 'Take times that name no zone to be in this one [default: the system\'s zone]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l timestamp-fields -d 'Take the time of JSON and logfmt records from these keys' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l level-fields -d 'Take the level from these keys' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l message-fields -d 'Take the message from these keys' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l scope-fields -d 'Take the logger, which becomes the scope, from these keys' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l record-lines-max -d 'Join at most this many lines into one record [default: 1024]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l line-bytes-max -d 'Cut lines that are longer than this [default: 1MiB]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l to -d 'Send to a named destination or a URL [default: http://localhost:4318]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l out -d 'Keep what arrives at --to local as OTLP/JSON lines' -r -F
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l endpoint -d 'Send to this base URL; /v1/logs is appended' -r -f
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l protocol -d 'Write request bodies like this [default: http/protobuf]' -r -f -a "http/protobuf\t'Binary protobuf over HTTP'
http/json\t'OTLP/JSON over HTTP'"
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l header -d 'Add a request header (repeatable)' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l compression -d 'Compress request bodies [default: gzip, none on loopback]' -r -f -a "none\t'As they are'
gzip\t'What every OTLP server reads'
zstd\t'Smaller and faster, but not every server reads it'"
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l ca-cert -d 'Trust the certificates in this PEM file instead of the system\'s' -r -F
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l client-cert -d 'Present this client certificate (PEM); needs --client-key' -r -F
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l client-key -d 'Use this private key (PEM) for --client-cert' -r -F
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l auth -d 'Send the token so: raw, bearer, basic:USER, \'NAME: {token}\'' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l token-file -d 'Read the token from this file, which only you may be able to read' -r -F
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l token-fd -d 'Read the token from this open descriptor, as in --token-fd 3 3< FILE' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l service -d 'Name the service the records come from' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l resource -d 'Add a resource attribute (repeatable, the last of a key wins)' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l attr -d 'Add an attribute to each record (repeatable, the last of a key wins)' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l time -d 'What to do with records whose time the destination does not take: keep, shift, now or drop' -r -f -a "keep\t'They are sent as they are'
shift\t'All records are moved by the same length'
now\t'They get the present time'
drop\t'They are left out'"
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l uid -d 'Add the attribute log.record.uid, by which duplicates are recognised' -r -f -a "auto\t'When several runs may send the same record'
always\t'Always'
never\t'Never'"
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l detect -d 'Add what is found of the place this runs at to the resource [default: host,os,env,container,k8s]' -r -f -a "none\t'Nothing'
all\t'All but the ids: host, os, env, container, k8s, cloud and process'
host\t'host.name and host.arch'
os\t'os.type, os.name, os.version, os.description and os.build_id'
env\t'OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME'
container\t'container.id and what else the container\'s files say'
k8s\t'k8s.* from variables and files of the downward API'
cloud\t'cloud.* and faas.* from variables, never from the network'
process\t'process.* of otelctl itself'
host.id\t'The id of this machine, as it is'
service.instance.id\t'An id of this run'"
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l timeout -d 'Wait at most this long for one answer; 0s waits for ever [default: 10s]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l retry-for -d 'Retry a batch for at most this long; 0s never retries [default: 5m]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l retry-codes -d 'Retry these HTTP statuses [default: broad]' -r -f -a "broad\t'The specification\'s, and 408 and 500'
otlp\t'The specification\'s'"
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l dead-letters -d 'Keep what the server does not take in this file [default: a new one in the state directory]' -r -F
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l drain -d 'Finish what is under way for at most this long after an interrupt [default: 10s]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l batch-bytes-max -d 'Send a batch when it has this many bytes, before compression [default: 1MiB]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l batch-records-max -d 'Send a batch when it has this many records' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l flush-interval -d 'Let a record of a pipe wait at most this long for others [default: 1s]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l in-flight -d 'Have at most this many requests under way at a time [default: 4]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l threads -d 'Parse and encode on this many threads; without it, one per core' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l queue-records-max -d 'Let at most this many records of a pipe wait to be sent [default: 2048]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l queue-bytes-max -d 'Let at most this many bytes of a pipe\'s records wait to be sent [default: 16MiB]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l on-full -d 'Do this when no more records of a pipe can wait [default: block]' -r -f -a "block\t'Stop reading'
drop\t'Give up the least severe records'"
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l state-dir -d 'Keep checkpoints and what could not be delivered in this folder' -r -f -a "(__fish_complete_directories)"
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l from -d 'Begin with the start, the end or the checkpoint of files that are there already [default: start]' -r -f -a "start\t'With the first line'
end\t'With the next line that is written'
checkpoint\t'With the first line that is not acknowledged'"
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l poll-interval -d 'Look for new lines this often [default: 250ms]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l open-files-max -d 'Keep at most this many files open [default: 256]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l profile -d 'Take settings from this profile of the configuration file' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l color -d 'Use colours' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l guess-severity -d 'Guess a missing severity by words like error in the message'
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l explain -d 'Say for each input what it is taken for, and by which pattern'
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l file-path -d 'Add the attribute log.file.path to each record'
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l dry-run -d 'Do everything but the sending, and show the first records'
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l resume -d 'Read each file from where its records were last acknowledged'
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -s f -l follow -d 'Go on with the lines that are written to the files, until interrupted'
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l no-telemetry -d 'Read nothing and send nothing'
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -l json -d 'Print the result as one JSON object on standard output'
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -s q -l quiet -d 'Print nothing when all went well'
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -s v -l verbose -d 'Print more about what happens'
complete -c otelctl -n "__fish_otelctl_using_subcommand send" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c otelctl -n "__fish_otelctl_using_subcommand detect" -l format -d 'Read the input as this format [default: what it looks like]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand detect" -l config -d 'Read formats and profiles of your own from this file [default: ~/.config/otelctl/config.toml]' -r -F
complete -c otelctl -n "__fish_otelctl_using_subcommand detect" -l tz -d 'Take times that name no zone to be in this one [default: the system\'s zone]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand detect" -l timestamp-fields -d 'Take the time of JSON and logfmt records from these keys' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand detect" -l level-fields -d 'Take the level from these keys' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand detect" -l message-fields -d 'Take the message from these keys' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand detect" -l scope-fields -d 'Take the logger, which becomes the scope, from these keys' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand detect" -l record-lines-max -d 'Join at most this many lines into one record [default: 1024]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand detect" -l profile -d 'Take settings from this profile of the configuration file' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand detect" -l color -d 'Use colours' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c otelctl -n "__fish_otelctl_using_subcommand detect" -l list -d 'List every format that is known, with its pattern and a line of it'
complete -c otelctl -n "__fish_otelctl_using_subcommand detect" -l guess-severity -d 'Guess a missing severity by words like error in the message'
complete -c otelctl -n "__fish_otelctl_using_subcommand detect" -l json -d 'Print the result as one JSON object on standard output'
complete -c otelctl -n "__fish_otelctl_using_subcommand detect" -s q -l quiet -d 'Print nothing when all went well'
complete -c otelctl -n "__fish_otelctl_using_subcommand detect" -s v -l verbose -d 'Print more about what happens'
complete -c otelctl -n "__fish_otelctl_using_subcommand detect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and not __fish_seen_subcommand_from show path init help" -l color -d 'Use colours' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and not __fish_seen_subcommand_from show path init help" -l json -d 'Print the result as one JSON object on standard output'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and not __fish_seen_subcommand_from show path init help" -s q -l quiet -d 'Print nothing when all went well'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and not __fish_seen_subcommand_from show path init help" -s v -l verbose -d 'Print more about what happens'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and not __fish_seen_subcommand_from show path init help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and not __fish_seen_subcommand_from show path init help" -f -a "show" -d 'Show the settings that send would use, and who set each'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and not __fish_seen_subcommand_from show path init help" -f -a "path" -d 'Print where the files are that settings come from'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and not __fish_seen_subcommand_from show path init help" -f -a "init" -d 'Write a configuration file with everything in it commented out'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and not __fish_seen_subcommand_from show path init help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l format -d 'Read the input as this format [default: what it looks like]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l config -d 'Read formats and profiles of your own from this file [default: ~/.config/otelctl/config.toml]' -r -F
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l tz -d 'Take times that name no zone to be in this one [default: the system\'s zone]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l timestamp-fields -d 'Take the time of JSON and logfmt records from these keys' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l level-fields -d 'Take the level from these keys' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l message-fields -d 'Take the message from these keys' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l scope-fields -d 'Take the logger, which becomes the scope, from these keys' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l record-lines-max -d 'Join at most this many lines into one record [default: 1024]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l line-bytes-max -d 'Cut lines that are longer than this [default: 1MiB]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l to -d 'Send to a named destination or a URL [default: http://localhost:4318]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l out -d 'Keep what arrives at --to local as OTLP/JSON lines' -r -F
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l endpoint -d 'Send to this base URL; /v1/logs is appended' -r -f
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l protocol -d 'Write request bodies like this [default: http/protobuf]' -r -f -a "http/protobuf\t'Binary protobuf over HTTP'
http/json\t'OTLP/JSON over HTTP'"
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l header -d 'Add a request header (repeatable)' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l compression -d 'Compress request bodies [default: gzip, none on loopback]' -r -f -a "none\t'As they are'
gzip\t'What every OTLP server reads'
zstd\t'Smaller and faster, but not every server reads it'"
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l ca-cert -d 'Trust the certificates in this PEM file instead of the system\'s' -r -F
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l client-cert -d 'Present this client certificate (PEM); needs --client-key' -r -F
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l client-key -d 'Use this private key (PEM) for --client-cert' -r -F
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l auth -d 'Send the token so: raw, bearer, basic:USER, \'NAME: {token}\'' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l token-file -d 'Read the token from this file, which only you may be able to read' -r -F
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l token-fd -d 'Read the token from this open descriptor, as in --token-fd 3 3< FILE' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l service -d 'Name the service the records come from' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l resource -d 'Add a resource attribute (repeatable, the last of a key wins)' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l attr -d 'Add an attribute to each record (repeatable, the last of a key wins)' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l time -d 'What to do with records whose time the destination does not take: keep, shift, now or drop' -r -f -a "keep\t'They are sent as they are'
shift\t'All records are moved by the same length'
now\t'They get the present time'
drop\t'They are left out'"
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l uid -d 'Add the attribute log.record.uid, by which duplicates are recognised' -r -f -a "auto\t'When several runs may send the same record'
always\t'Always'
never\t'Never'"
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l detect -d 'Add what is found of the place this runs at to the resource [default: host,os,env,container,k8s]' -r -f -a "none\t'Nothing'
all\t'All but the ids: host, os, env, container, k8s, cloud and process'
host\t'host.name and host.arch'
os\t'os.type, os.name, os.version, os.description and os.build_id'
env\t'OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME'
container\t'container.id and what else the container\'s files say'
k8s\t'k8s.* from variables and files of the downward API'
cloud\t'cloud.* and faas.* from variables, never from the network'
process\t'process.* of otelctl itself'
host.id\t'The id of this machine, as it is'
service.instance.id\t'An id of this run'"
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l timeout -d 'Wait at most this long for one answer; 0s waits for ever [default: 10s]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l retry-for -d 'Retry a batch for at most this long; 0s never retries [default: 5m]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l retry-codes -d 'Retry these HTTP statuses [default: broad]' -r -f -a "broad\t'The specification\'s, and 408 and 500'
otlp\t'The specification\'s'"
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l dead-letters -d 'Keep what the server does not take in this file [default: a new one in the state directory]' -r -F
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l drain -d 'Finish what is under way for at most this long after an interrupt [default: 10s]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l batch-bytes-max -d 'Send a batch when it has this many bytes, before compression [default: 1MiB]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l batch-records-max -d 'Send a batch when it has this many records' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l flush-interval -d 'Let a record of a pipe wait at most this long for others [default: 1s]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l in-flight -d 'Have at most this many requests under way at a time [default: 4]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l threads -d 'Parse and encode on this many threads; without it, one per core' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l queue-records-max -d 'Let at most this many records of a pipe wait to be sent [default: 2048]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l queue-bytes-max -d 'Let at most this many bytes of a pipe\'s records wait to be sent [default: 16MiB]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l on-full -d 'Do this when no more records of a pipe can wait [default: block]' -r -f -a "block\t'Stop reading'
drop\t'Give up the least severe records'"
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l state-dir -d 'Keep checkpoints and what could not be delivered in this folder' -r -f -a "(__fish_complete_directories)"
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l from -d 'Begin with the start, the end or the checkpoint of files that are there already [default: start]' -r -f -a "start\t'With the first line'
end\t'With the next line that is written'
checkpoint\t'With the first line that is not acknowledged'"
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l poll-interval -d 'Look for new lines this often [default: 250ms]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l open-files-max -d 'Keep at most this many files open [default: 256]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l profile -d 'Take settings from this profile of the configuration file' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l color -d 'Use colours' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l guess-severity -d 'Guess a missing severity by words like error in the message'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l explain -d 'Say for each input what it is taken for, and by which pattern'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l file-path -d 'Add the attribute log.file.path to each record'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l dry-run -d 'Do everything but the sending, and show the first records'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l resume -d 'Read each file from where its records were last acknowledged'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -s f -l follow -d 'Go on with the lines that are written to the files, until interrupted'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l no-telemetry -d 'Read nothing and send nothing'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l all -d 'Show every variable that is known too, and what it means here'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l strict -d 'Exit with 1 when something looks like a mistake'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -l json -d 'Print the result as one JSON object on standard output'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print nothing when all went well'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Print more about what happens'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from path" -l config -d 'The configuration file [default: ~/.config/otelctl/config.toml]' -r -F
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from path" -l color -d 'Use colours' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from path" -l json -d 'Print the result as one JSON object on standard output'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from path" -s q -l quiet -d 'Print nothing when all went well'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from path" -s v -l verbose -d 'Print more about what happens'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from init" -l config -d 'The configuration file [default: ~/.config/otelctl/config.toml]' -r -F
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from init" -l color -d 'Use colours' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from init" -l json -d 'Print the result as one JSON object on standard output'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from init" -s q -l quiet -d 'Print nothing when all went well'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from init" -s v -l verbose -d 'Print more about what happens'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show the settings that send would use, and who set each'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "path" -d 'Print where the files are that settings come from'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "init" -d 'Write a configuration file with everything in it commented out'
complete -c otelctl -n "__fish_otelctl_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c otelctl -n "__fish_otelctl_using_subcommand destinations" -l color -d 'Use colours' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c otelctl -n "__fish_otelctl_using_subcommand destinations" -l json -d 'Print the result as one JSON object on standard output'
complete -c otelctl -n "__fish_otelctl_using_subcommand destinations" -s q -l quiet -d 'Print nothing when all went well'
complete -c otelctl -n "__fish_otelctl_using_subcommand destinations" -s v -l verbose -d 'Print more about what happens'
complete -c otelctl -n "__fish_otelctl_using_subcommand destinations" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and not __fish_seen_subcommand_from set status rm help" -l color -d 'Use colours' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and not __fish_seen_subcommand_from set status rm help" -l json -d 'Print the result as one JSON object on standard output'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and not __fish_seen_subcommand_from set status rm help" -s q -l quiet -d 'Print nothing when all went well'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and not __fish_seen_subcommand_from set status rm help" -s v -l verbose -d 'Print more about what happens'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and not __fish_seen_subcommand_from set status rm help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and not __fish_seen_subcommand_from set status rm help" -f -a "set" -d 'Store a token in the keychain of the system'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and not __fish_seen_subcommand_from set status rm help" -f -a "status" -d 'Show where the token comes from, its region and its fingerprint'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and not __fish_seen_subcommand_from set status rm help" -f -a "rm" -d 'Remove a token from the keychain, and from the file that --insecure-storage made'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and not __fish_seen_subcommand_from set status rm help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from set" -l to -d 'The destination the token is for, a name or a URL [default: logfire]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from set" -l kind -d 'What the token may do [default: write]' -r -f -a "write\t'Send telemetry'
read\t'Ask for what arrived'"
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from set" -l color -d 'Use colours' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from set" -l insecure-storage -d 'Store it unencrypted in a file that only you can read, for machines without a keychain'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from set" -l json -d 'Print the result as one JSON object on standard output'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Print nothing when all went well'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Print more about what happens'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from status" -l to -d 'The destination the token is for, a name or a URL [default: logfire]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from status" -l kind -d 'Look at this kind of token only [default: both]' -r -f -a "write\t'Send telemetry'
read\t'Ask for what arrived'"
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from status" -l auth -d 'How a server that is given by its URL takes the token, as in otelctl send --auth' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from status" -l token-file -d 'Read the token from this file, which only you may be able to read' -r -F
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from status" -l token-fd -d 'Read the token from this open descriptor, as in --token-fd 3 3< FILE' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from status" -l color -d 'Use colours' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from status" -l check -d 'Ask the server whether it accepts the token'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from status" -l json -d 'Print the result as one JSON object on standard output'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Print nothing when all went well'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Print more about what happens'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from rm" -l to -d 'The destination the token is for, a name or a URL [default: logfire]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from rm" -l kind -d 'What the token may do [default: write]' -r -f -a "write\t'Send telemetry'
read\t'Ask for what arrived'"
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from rm" -l color -d 'Use colours' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from rm" -l json -d 'Print the result as one JSON object on standard output'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Print nothing when all went well'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Print more about what happens'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "set" -d 'Store a token in the keychain of the system'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "status" -d 'Show where the token comes from, its region and its fingerprint'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "rm" -d 'Remove a token from the keychain, and from the file that --insecure-storage made'
complete -c otelctl -n "__fish_otelctl_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c otelctl -n "__fish_otelctl_using_subcommand completions" -l color -d 'Use colours' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c otelctl -n "__fish_otelctl_using_subcommand completions" -l json -d 'Print the result as one JSON object on standard output'
complete -c otelctl -n "__fish_otelctl_using_subcommand completions" -s q -l quiet -d 'Print nothing when all went well'
complete -c otelctl -n "__fish_otelctl_using_subcommand completions" -s v -l verbose -d 'Print more about what happens'
complete -c otelctl -n "__fish_otelctl_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c otelctl -n "__fish_otelctl_using_subcommand man" -l color -d 'Use colours' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c otelctl -n "__fish_otelctl_using_subcommand man" -l json -d 'Print the result as one JSON object on standard output'
complete -c otelctl -n "__fish_otelctl_using_subcommand man" -s q -l quiet -d 'Print nothing when all went well'
complete -c otelctl -n "__fish_otelctl_using_subcommand man" -s v -l verbose -d 'Print more about what happens'
complete -c otelctl -n "__fish_otelctl_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c otelctl -n "__fish_otelctl_using_subcommand validate" -l signal -d 'Expect this signal [default: told from the payload]' -r -f -a "auto\t'Told from the payload'
logs\t'Log records'
traces\t'Spans'
metrics\t'Metrics'"
complete -c otelctl -n "__fish_otelctl_using_subcommand validate" -l encoding -d 'Read the payload in this encoding [default: told from the bytes]' -r -f -a "auto\t'Told from the bytes'
json\t'JSON'
protobuf\t'Protobuf'"
complete -c otelctl -n "__fish_otelctl_using_subcommand validate" -l content-type -d 'Take the input for the body of a request with this Content-Type' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand validate" -l content-encoding -d 'Take the input for a body with this Content-Encoding; an empty one means none' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand validate" -l path -d 'Take the input for a body that was posted to this path' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand validate" -l for -d 'Check against the limits of this destination too' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand validate" -l fail-on -d 'End with exit code 1 from this level on' -r -f -a "error\t'Errors only'
warning\t'Warnings too'
note\t'Notes too'"
complete -c otelctl -n "__fish_otelctl_using_subcommand validate" -l format -d 'Print the findings in this form' -r -f -a "human\t'For people'
json\t'One JSON object'
sarif\t'SARIF 2.1.0'
github\t'Annotations of GitHub Actions'
junit\t'JUnit XML'"
complete -c otelctl -n "__fish_otelctl_using_subcommand validate" -l fix -d 'Repair what can be repaired without guessing, and print the result' -r -f -a "structure\t'What can be repaired without guessing'
semconv\t'Also the names of attributes'"
complete -c otelctl -n "__fish_otelctl_using_subcommand validate" -s o -l output -d 'Write the repaired input into this file [default: standard output]' -r -F
complete -c otelctl -n "__fish_otelctl_using_subcommand validate" -l explain -d 'Explain a rule by its code' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand validate" -l color -d 'Use colours' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c otelctl -n "__fish_otelctl_using_subcommand validate" -l http -d 'Take each input for a whole HTTP request, with its headers'
complete -c otelctl -n "__fish_otelctl_using_subcommand validate" -l list -d 'List every rule'
complete -c otelctl -n "__fish_otelctl_using_subcommand validate" -l json -d 'Print the result as one JSON object on standard output'
complete -c otelctl -n "__fish_otelctl_using_subcommand validate" -s q -l quiet -d 'Print nothing when all went well'
complete -c otelctl -n "__fish_otelctl_using_subcommand validate" -s v -l verbose -d 'Print more about what happens'
complete -c otelctl -n "__fish_otelctl_using_subcommand validate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c otelctl -n "__fish_otelctl_using_subcommand spike" -l to -d 'The destination, a name or a URL [default: logfire]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand spike" -l wait -d 'Wait at most this long for the records to be visible [default: 60s]' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand spike" -l format -d 'Print the result like this [default: human, and github where GITHUB_ACTIONS is true]' -r -f -a "human\t'A person'
json\t'A script: one object, as with --json'
github\t'GitHub Actions'
junit\t'Whatever reads JUnit XML'"
complete -c otelctl -n "__fish_otelctl_using_subcommand spike" -l token-file -d 'Read the token from this file, which only you may be able to read' -r -F
complete -c otelctl -n "__fish_otelctl_using_subcommand spike" -l token-fd -d 'Read the token from this open descriptor, as in --token-fd 3 3< FILE' -r
complete -c otelctl -n "__fish_otelctl_using_subcommand spike" -l color -d 'Use colours' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c otelctl -n "__fish_otelctl_using_subcommand spike" -l local -d 'Make the trip to a stand-in of Logfire inside the process'
complete -c otelctl -n "__fish_otelctl_using_subcommand spike" -l verify -d 'Fail unless what arrived was asked for and compared'
complete -c otelctl -n "__fish_otelctl_using_subcommand spike" -l no-metrics -d 'Send no metric'
complete -c otelctl -n "__fish_otelctl_using_subcommand spike" -l json -d 'Print the result as one JSON object on standard output'
complete -c otelctl -n "__fish_otelctl_using_subcommand spike" -s q -l quiet -d 'Print nothing when all went well'
complete -c otelctl -n "__fish_otelctl_using_subcommand spike" -s v -l verbose -d 'Print more about what happens'
complete -c otelctl -n "__fish_otelctl_using_subcommand spike" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c otelctl -n "__fish_otelctl_using_subcommand help; and not __fish_seen_subcommand_from send detect config destinations token completions man validate spike help" -f -a "send" -d 'Ship log files or a pipe as OTLP'
complete -c otelctl -n "__fish_otelctl_using_subcommand help; and not __fish_seen_subcommand_from send detect config destinations token completions man validate spike help" -f -a "detect" -d 'Tell what a file is, why, and what its records become'
complete -c otelctl -n "__fish_otelctl_using_subcommand help; and not __fish_seen_subcommand_from send detect config destinations token completions man validate spike help" -f -a "config" -d 'Show the settings and who set each, and write a file for them'
complete -c otelctl -n "__fish_otelctl_using_subcommand help; and not __fish_seen_subcommand_from send detect config destinations token completions man validate spike help" -f -a "destinations" -d 'List the destinations that have a name, or show everything about one'
complete -c otelctl -n "__fish_otelctl_using_subcommand help; and not __fish_seen_subcommand_from send detect config destinations token completions man validate spike help" -f -a "token" -d 'Keep the token of a destination in the keychain of the system'
complete -c otelctl -n "__fish_otelctl_using_subcommand help; and not __fish_seen_subcommand_from send detect config destinations token completions man validate spike help" -f -a "completions" -d 'Print the completions of a shell'
complete -c otelctl -n "__fish_otelctl_using_subcommand help; and not __fish_seen_subcommand_from send detect config destinations token completions man validate spike help" -f -a "man" -d 'Print a manual page in roff'
complete -c otelctl -n "__fish_otelctl_using_subcommand help; and not __fish_seen_subcommand_from send detect config destinations token completions man validate spike help" -f -a "validate" -d 'Check OTLP payloads, point at the fault and say the repair'
complete -c otelctl -n "__fish_otelctl_using_subcommand help; and not __fish_seen_subcommand_from send detect config destinations token completions man validate spike help" -f -a "spike" -d 'Send known records, ask for exactly those, and say which leg of the way failed'
complete -c otelctl -n "__fish_otelctl_using_subcommand help; and not __fish_seen_subcommand_from send detect config destinations token completions man validate spike help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c otelctl -n "__fish_otelctl_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "show" -d 'Show the settings that send would use, and who set each'
complete -c otelctl -n "__fish_otelctl_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "path" -d 'Print where the files are that settings come from'
complete -c otelctl -n "__fish_otelctl_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "init" -d 'Write a configuration file with everything in it commented out'
complete -c otelctl -n "__fish_otelctl_using_subcommand help; and __fish_seen_subcommand_from token" -f -a "set" -d 'Store a token in the keychain of the system'
complete -c otelctl -n "__fish_otelctl_using_subcommand help; and __fish_seen_subcommand_from token" -f -a "status" -d 'Show where the token comes from, its region and its fingerprint'
complete -c otelctl -n "__fish_otelctl_using_subcommand help; and __fish_seen_subcommand_from token" -f -a "rm" -d 'Remove a token from the keychain, and from the file that --insecure-storage made'
