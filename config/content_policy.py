"""The Content-Security-Policy: what browsers may load and run on our pages."""

from csp.constants import NONE, SELF

# Nothing from other sites, nothing inline; exceptions are in config/urls.py and config/admin.
POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
