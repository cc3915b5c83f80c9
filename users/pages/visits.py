"""Tells visits by people from requests by programs.

Best effort: a program that identifies as a browser counts as one.
"""

import re

from django.http import HttpRequest

BROWSER = "Mozilla/"  # every browser's begins so; messengers' and libraries' mostly don't
PROGRAM = re.compile(
    r"(?<!cu)bot\b|crawler|spider|preview|facebookexternalhit|vkshare|embedly|iframely",
    re.IGNORECASE,
)  # Cubot makes phones


def is_visit(request: HttpRequest) -> bool:
    """Whether a person seems to have opened the page; prefetching by a browser doesn't count."""
    agent = request.headers.get("User-Agent", "")
    ahead = request.headers.get("Sec-Purpose") or request.headers.get("Purpose")
    is_program = not agent.startswith(BROWSER) or PROGRAM.search(agent)
    return request.method == "GET" and not ahead and not is_program
