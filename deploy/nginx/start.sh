#!/bin/sh
# Finds this network's name server, takes HTTPS when a certificate is there, then becomes nginx.
set -eu

mkdir -p /tmp/nginx
# The first one alone: it is the network's own, and those after it do not know `web`.
server=$(awk '$1 == "nameserver" { print ($2 ~ /:/ ? "[" $2 "]" : $2); exit }' /etc/resolv.conf)
echo "resolver $server valid=5s;" > /tmp/nginx/resolver.conf

site=http
[ ! -e /etc/nginx/tls/fullchain.pem ] || site=https
echo "include /etc/nginx/edge/$site.conf;" > /tmp/nginx/site.conf

exec nginx -e stderr -c /etc/nginx/edge/nginx.conf -g "daemon off;"
