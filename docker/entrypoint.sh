#!/bin/sh
# The images' entry point, with the contract of the official Flink image; it also starts the same
# processes without Docker.
#   MILLRACE_HOME    the distribution (default: /opt/millrace)
#   FLINK_CONF_DIR   folder of config.yaml and the log4j files (default: conf/flink of the distribution)
#   FLINK_LOG_DIR    where the role's log file goes (default: log of the distribution)
#   FLINK_PROPERTIES lines 'key: value' that override config.yaml in Flink's three roles
#   JOB_MANAGER_RPC_ADDRESS, TASK_MANAGER_NUMBER_OF_TASK_SLOTS
#                    the same for these two settings, as the official image has them
#   JAVA_HOME        which Java (default: java on the PATH)
set -eu

home=${MILLRACE_HOME:-/opt/millrace}

usage() {
  cat << 'END'
Usage: docker-entrypoint.sh COMMAND

  jobmanager [-Dkey=value]...     the JobManager of a session cluster
  taskmanager [-Dkey=value]...    a TaskManager
  standalone-job [--job-classname CLASS] [--job-id ID] [--fromSavepoint PATH] [--allowNonRestoredState]
                 [--jars URI,...] [-Dkey=value]... [ARGUMENT]...
                                  a JobManager that runs one job, of Millrace's own jar where --jars
                                  names no other; the arguments are the job's
  millrace ARGUMENT...            Millrace's command line
  flink ARGUMENT...               Flink's command line
  help                            this text

Anything else is run as it is. FLINK_PROPERTIES ('key: value' lines) overrides config.yaml for
jobmanager, taskmanager and standalone-job; flink takes -Dkey=value only.
END
}

fail() {
  printf 'docker-entrypoint.sh: %s\n' "$1" >&2
  exit 2
}

# A word that survives eval: POSIX sh has one list only, and three are built below.
quoted() {
  printf "'%s' " "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"
}

properties=
options=
arguments=

property() {
  properties="$properties$(quoted "-D$1")"
}

trimmed() {
  printf '%s' "$1" | sed -e 's/^[[:space:]]*//' -e 's/[[:space:]]*$//'
}

# Of YAML's escapes only these two; the others stand for characters that settings do not have.
is_readable() {
  case $1 in
    '"'*) printf '%s\n' "$1" | grep -qE '^"([^"\\]|\\["\\])*"([[:space:]]+#.*)?$' ;;
  esac
}

# Quotes and escapes are YAML's, not the value's, and so is a comment behind it.
scalar() {
  printf '%s' "$1" | sed -E \
    -e "/^'/{s/^'(([^']|'')*)'([[:space:]]+#.*)?\$/\1/;s/''/'/g;q;}" \
    -e '/^"/{s/^"(([^"\\]|\\.)*)".*$/\1/;s/\\(.)/\1/g;q;}' \
    -e 's/(^|[[:space:]]+)#.*$//'
}

environment_properties() {
  if [ -n "${JOB_MANAGER_RPC_ADDRESS:-}" ]; then
    property "jobmanager.rpc.address=$JOB_MANAGER_RPC_ADDRESS"
  fi
  if [ -n "${TASK_MANAGER_NUMBER_OF_TASK_SLOTS:-}" ]; then
    property "taskmanager.numberOfTaskSlots=$TASK_MANAGER_NUMBER_OF_TASK_SLOTS"
  fi
  while IFS= read -r line; do
    line=$(trimmed "$line")
    case $line in
      '' | '#'*) ;;
      *': '*)
        key=${line%%: *}
        value=$(trimmed "${line#*: }")
        is_readable "$value" \
          || fail "FLINK_PROPERTIES: '$key': expected a closing quote, and no escape but \\\" and \\\\"
        property "$key=$(scalar "$value")"
        ;;
      # Only the key is shown: a value may be a credential.
      *) fail "FLINK_PROPERTIES: '${line%%[ :=]*}' is not followed by ': ' and a value" ;;
    esac
  done << END
${FLINK_PROPERTIES:-}
END
}

# Flink's parser takes a long option for any that it is the start of, so that a job's own '--config'
# would become its '--configDir', and any -D its own. What is the job's therefore stands behind '--'.
role_arguments() {
  role=$1
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      -D)
        [ $# -ge 2 ] || fail "$role: -D: expected key=value behind it"
        property "$2"
        shift 2
        continue
        ;;
      -D*) property "${1#-D}" ;;
      --host)
        # From Kubernetes operators that know no Flink 2: there it is a setting.
        [ $# -ge 2 ] || fail "$role: --host: expected an address behind it"
        property "jobmanager.rpc.address=$2"
        shift
        ;;
      *)
        [ "$role" = standalone-job ] \
          || fail "$role: unexpected argument '$1': expected nothing but -Dkey=value"
        case $1 in
          -n | --allowNonRestoredState | -jars=* | --jars=*) options="$options$(quoted "$1")" ;;
          -j | --job-classname | -jid | --job-id | -s | --fromSavepoint | -jars | --jars)
            [ $# -ge 2 ] || fail "$role: $1: expected a value behind it"
            options="$options$(quoted "$1")$(quoted "$2")"
            shift
            ;;
          --)
            shift
            break
            ;;
          *) break ;;
        esac
        ;;
    esac
    shift
  done
  for argument in "$@"; do
    arguments="$arguments$(quoted "$argument")"
  done
}

start() {
  environment_properties
  role_arguments "$@"
  log=
  if [ -n "${FLINK_LOG_DIR:-}" ]; then
    log=$(quoted --log)$(quoted "$FLINK_LOG_DIR/$1.log")
  fi
  if [ "$1" = standalone-job ]; then
    eval "set -- \"\$1\" $log $properties -- $options -- $arguments"
  else
    eval "set -- \"\$1\" $log $properties"
  fi

  FLINK_CONF_DIR=${FLINK_CONF_DIR:-$home/conf/flink}
  FLINK_LIB_DIR=${FLINK_LIB_DIR:-$home/lib}
  FLINK_PLUGINS_DIR=${FLINK_PLUGINS_DIR:-$home/plugins}
  FLINK_HOME=${FLINK_HOME:-$home}
  export FLINK_CONF_DIR FLINK_LIB_DIR FLINK_PLUGINS_DIR FLINK_HOME

  # Read through a descriptor of a file that is gone, so that neither its arguments nor a leftover
  # show a credential while the process runs. The arguments of 'cluster command' do, until it ends.
  file=$(mktemp "${TMPDIR:-/tmp}/millrace.XXXXXX")
  exec 3< "$file"
  "$home/bin/millrace" cluster command "$@" > "$file" || {
    code=$?
    rm "$file"
    exit "$code"
  }
  rm "$file"
  exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" @/dev/fd/3
}

case ${1:-} in
  '')
    usage >&2
    exit 2
    ;;
  help | -h | --help) usage ;;
  jobmanager | taskmanager | standalone-job) start "$@" ;;
  millrace | flink)
    program=$home/bin/$1
    shift
    exec "$program" "$@"
    ;;
  *) exec "$@" ;;
esac
