#!/bin/sh
# Finds this network's name server, chooses HTTPS if there is a certificate, then becomes nginx.
set -eu

mkdir -p /tmp/nginx
# Only the first one is the network's own; the others don't know `web`.
server=$(awk '$1 == "nameserver" { print ($2 ~ /:/ ? "[" $2 "]" : $2); exit }' /etc/resolv.conf)
echo "resolver $server valid=5s;" > /tmp/nginx/resolver.conf

site=http
[ ! -e /etc/nginx/tls/fullchain.pem ] || site=https
echo "include /etc/nginx/edge/$site.conf;" > /tmp/nginx/site.conf

exec nginx -e stderr -c /etc/nginx/edge/nginx.conf -g "daemon off;"
