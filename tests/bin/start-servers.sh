# shellcheck shell=bash
# Starts private servers for with-servers, which sources this file and gives it say, answers and $work.
# start_* put the new server's URL in $started_url, or return 1; stop_servers ends whatever they started.

: "${python:?is set by with-servers}" "${work:?is set by with-servers}"

containers=()
postgres_programs= # directory of the programs of a private PostgreSQL that runs
rabbit_group=      # process group of a private RabbitMQ that runs
rabbit_epmd=       # port of its own Erlang port mapper

wait_until_answers() { # URL SECONDS
    local line deadline=$((SECONDS + $2))
    until line=$(answers "$1"); do
        [ "$SECONDS" -lt "$deadline" ] || { say "gave up after $2 s: $line"; return 1; }
        sleep 0.3
    done
    say "started $line"
}

free_ports() { # COUNT: that many different free ports on one line
    "$python" -c 'import socket, sys
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(each.getsockname()[1] for each in sockets))' "$1"
}

# --- Docker

start_in_docker() { # SERVER
    timeout 20 docker info >/dev/null 2>&1 || return 1
    case $1 in
        PostgreSQL) run_container 5432 postgresql+psycopg://postgres:diemcau@ /postgres -e POSTGRES_PASSWORD=diemcau postgres:17 ;;
        RabbitMQ) run_container 5672 amqp://guest:guest@ / rabbitmq:4.0-management ;;
    esac
}

run_container() { # PORT URL_START URL_END DOCKER_RUN_ARGUMENT…
    local port=$1 start=$2 end=$3 id
    shift 3
    say "starting ${*: -1} in Docker …"
    id=$(docker run --detach --rm --publish "127.0.0.1::$port" "$@" 2>"$work/docker.log") ||
        { say "Docker cannot: $(grep -v 'docker run --help' "$work/docker.log" | tail -n 1)"; return 1; }
    containers+=("$id")
    started_url=$start$(docker port "$id" "$port/tcp" | head -n 1)$end
    wait_until_answers "$started_url" 120
}

# --- Debian's packages

apt_updated=
apt_install() { # PACKAGE…
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then return 1; fi
    say "installing Debian's $* …"
    export DEBIAN_FRONTEND=noninteractive
    {
        { [ -n "$apt_updated" ] || apt-get update -q; } && apt_updated=yes &&
            apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
    } >"$work/apt.log" 2>&1 </dev/null || { tail -n 20 "$work/apt.log" >&2; return 1; }
}

start_from_debian() { # SERVER
    case $1 in
        PostgreSQL) start_private_postgres ;;
        RabbitMQ) start_private_rabbitmq ;;
    esac || { tail -n 20 "$work/$1.log" >&2 2>/dev/null; return 1; }
}

run_as() { # USER COMMAND…: as that user when we are root (neither server runs as root), else as ourselves
    local user=$1
    shift
    if [ "$(id -u)" = 0 ]; then set -- setpriv --reuid="$user" --regid="$user" --init-groups "$@"; fi
    cd / && exec "$@"
}

private_directory() { # USER NAME
    install -d -m 700 "$work/$2"
    [ "$(id -u)" != 0 ] || chown "$1:" "$work/$2"
}

newest_initdb() { printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1; }

start_private_postgres() {
    local data=$work/postgres port programs
    [ -x "$(newest_initdb)" ] || apt_install postgresql || return 1
    programs=$(dirname "$(newest_initdb)")
    port=$(free_ports 1)
    private_directory postgres postgres
    {
        (run_as postgres "$programs/initdb" -D "$data" -U postgres --auth=trust -E UTF8 --locale=C.UTF-8 --no-sync) &&
            printf "listen_addresses = '127.0.0.1'\nport = %s\nunix_socket_directories = ''\n" "$port" \
                >>"$data/postgresql.conf" &&
            (run_as postgres "$programs/pg_ctl" -D "$data" -l "$data/log" -t 60 -w start)
    } >"$work/PostgreSQL.log" 2>&1 || return 1
    postgres_programs=$programs
    started_url=postgresql+psycopg://postgres@127.0.0.1:$port/postgres
    wait_until_answers "$started_url" 30
}

start_private_rabbitmq() {
    local home=$work/rabbitmq program=/usr/lib/rabbitmq/bin/rabbitmq-server port dist
    [ -x "$program" ] || apt_install rabbitmq-server || return 1
    read -r port dist rabbit_epmd < <(free_ports 3)
    private_directory rabbitmq rabbitmq
    # HOME holds the Erlang cookie; the machine's own broker, its settings and its port mapper stay untouched.
    (run_as rabbitmq setsid env HOME="$home" ERL_EPMD_PORT="$rabbit_epmd" ERL_EPMD_ADDRESS=127.0.0.1 \
        RABBITMQ_NODENAME="diemcau-test-$$@localhost" RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 \
        RABBITMQ_NODE_PORT="$port" RABBITMQ_DIST_PORT="$dist" RABBITMQ_MNESIA_BASE="$home/mnesia" \
        RABBITMQ_LOG_BASE="$home/log" RABBITMQ_PID_FILE="$home/pid" RABBITMQ_CONF_ENV_FILE=/dev/null \
        RABBITMQ_CONFIG_FILE="$home/rabbitmq" RABBITMQ_CONFIG_FILES="$home/conf.d" \
        RABBITMQ_ENABLED_PLUGINS_FILE="$home/enabled_plugins" \
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}" \
        "$program") >"$work/RabbitMQ.log" 2>&1 </dev/null &
    rabbit_group=$!
    started_url=amqp://guest:guest@127.0.0.1:$port/
    wait_until_answers "$started_url" 90
}

# --- the end

stop_private_rabbitmq() {
    local tries=0
    kill -TERM -- "-$rabbit_group" 2>/dev/null || true
    while kill -0 -- "-$rabbit_group" 2>/dev/null && [ $((tries += 1)) -le 50 ]; do sleep 0.2; done
    kill -KILL -- "-$rabbit_group" 2>/dev/null || true
    ERL_EPMD_PORT=$rabbit_epmd ERL_EPMD_ADDRESS=127.0.0.1 epmd -kill >/dev/null 2>&1 || true
}

stop_servers() {
    if [ -n "$rabbit_group" ]; then stop_private_rabbitmq; fi
    if [ -n "$postgres_programs" ]; then
        (run_as postgres "$postgres_programs/pg_ctl" -D "$work/postgres" -m immediate -w stop) >/dev/null 2>&1 || true
    fi
    if [ ${#containers[@]} -gt 0 ]; then docker rm --force --volumes "${containers[@]}" >/dev/null 2>&1 || true; fi
}
