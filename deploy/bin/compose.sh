# shellcheck shell=bash
# For the scripts beside it, which source this file: where the project is and how compose is called here.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if [ -z "${COMPOSE:-}" ]; then
    if docker compose version >/dev/null 2>&1; then COMPOSE="docker compose"; else COMPOSE=docker-compose; fi
fi
read -ra COMPOSE <<<"$COMPOSE"

SERVICES=(planning venue registration documents awards)
# shellcheck disable=SC2034 # the scripts use it
WEBS=("${SERVICES[@]/%/-web}" portal)
# shellcheck disable=SC2034
WORKERS=("${SERVICES[@]/%/-worker}")

say() { printf '[%4d s] %s\n' "$SECONDS" "$*"; }
fail() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }
usage() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2; exit 64; }

containers() { # SERVICE: ids of those that are there, one a line
    "${COMPOSE[@]}" ps -aq "$1"
}

wait_until_healthy() { # CONTAINER SECONDS
    local state deadline=$((SECONDS + $2))
    while true; do
        state=$(docker inspect --format '{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}' "$1")
        case $state in
            "running healthy") return 0 ;;
            exited* | dead*) return 1 ;;
        esac
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.5
    done
}

wait_for() { # SERVICE SECONDS: until all its containers are healthy
    local id
    for id in $(containers "$1"); do
        wait_until_healthy "$id" "$2" || fail "$1 is not healthy after $2 s: ${COMPOSE[*]} logs $1"
    done
}
