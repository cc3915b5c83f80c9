#!/bin/sh
# Succeeds if the server in this container answers. It asks for the public host, which is always allowed.
exec python3 -c '
import os, urllib.parse, urllib.request
host = urllib.parse.urlsplit(os.environ.get("PUBLIC_URL", "")).netloc or "127.0.0.1"
address = "http://127.0.0.1:" + os.environ.get("PORT", "8000") + "/healthz"
urllib.request.urlopen(urllib.request.Request(address, headers={"Host": host}), timeout=4)
'
