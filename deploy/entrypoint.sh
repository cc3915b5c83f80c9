#!/bin/sh
# Reads secrets from files, refuses example values, builds DATABASE_URL, then becomes the command.
set -eu

refuse() {
    echo "$1" >&2
    exit 1
}

for name in SECRET_KEY JWT_SIGNING_KEY OTP_KEY POSTGRES_PASSWORD DATABASE_URL SMS_URL; do
    eval "value=\${$name:-} file=\${${name}_FILE:-}"
    if [ -n "$file" ]; then
        [ -z "$value" ] || refuse "$name: is set, and so is ${name}_FILE; use one of them"
        [ -r "$file" ] || refuse "${name}_FILE: can't read $file as user $(id -u)"
        value=$(cat "$file")
        [ -n "$value" ] || refuse "${name}_FILE: $file is empty"
        export "$name=$value"
        unset "${name}_FILE"
    fi
    case $(printf %s "$value" | tr '[:upper:]' '[:lower:]') in
    *change-me* | *changeme* | *change_me* | *example* | *insecure* | *placeholder* | \
        build-only-* | checks-only-* | *:password@* | *sid:token@* | password | postgres | secret)
        refuse "$name: is an example value; set your own"
        ;;
    esac
done

[ -n "${SECRET_KEY:-}" ] || refuse "SECRET_KEY: is not set"

if [ -z "${DATABASE_URL:-}" ]; then
    [ -n "${POSTGRES_PASSWORD:-}" ] || refuse "DATABASE_URL: is not set, nor is POSTGRES_PASSWORD"
    DATABASE_URL=$(python3 -c '
import os
from urllib.parse import quote
part = lambda name, default: quote(os.environ.get("POSTGRES_" + name) or default, safe="")
user, password, host = part("USER", "referrals"), part("PASSWORD", ""), part("HOST", "postgres")
print(f"postgres://{user}:{password}@{host}:" + part("PORT", "5432") + "/" + part("DB", "referrals"))
')
    export DATABASE_URL
fi
unset POSTGRES_PASSWORD

exec "$@"
