#!/usr/bin/env bash
# One login and one database for each service. Runs at the first start of PostgreSQL; run it again after new
# passwords were made (deploy/bin/mksecrets --rotate): it changes what differs and nothing else.
set -euo pipefail

for service in planning venue registration documents awards portal; do
    psql --set=ON_ERROR_STOP=1 --no-psqlrc --quiet --username="${POSTGRES_USER:-postgres}" --dbname=postgres \
        --set=name="$service" --set=password="$(cat "/run/secrets/database-$service")" <<'SQL'
select format('create role %I login', :'name') where not exists (select from pg_roles where rolname = :'name') \gexec
select format('alter role %I login password %L', :'name', :'password') \gexec
select format('create database %I owner %I template template0 encoding %L locale %L', :'name', :'name', 'UTF8', 'C.UTF-8')
 where not exists (select from pg_database where datname = :'name') \gexec
select format('revoke connect on database %I from public', :'name') \gexec
SQL
done
