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

wait_until_healthy() { # CONTAINER SECONDS: asks by its own healthcheck, which Docker itself does every ten seconds only
    local probe deadline=$((SECONDS + $2))
    mapfile -t probe < <(docker inspect --format '{{range slice .Config.Healthcheck.Test 1}}{{println .}}{{end}}' "$1" |
        sed '/^$/d')
    while [ "$SECONDS" -lt "$deadline" ]; do
        case $(docker inspect --format '{{.State.Status}}' "$1") in exited | dead) return 1 ;; esac
        if docker exec "$1" "${probe[@]}" >/dev/null 2>&1; then return 0; fi
        sleep 0.5
    done
    return 1
}

wait_for() { # SERVICE SECONDS: until all its containers are healthy
    local id
    for id in $(containers "$1"); do
        wait_until_healthy "$id" "$2" || fail "$1 is not healthy after $2 s: ${COMPOSE[*]} logs $1"
    done
}
