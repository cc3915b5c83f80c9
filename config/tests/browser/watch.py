"""Watches for errors that no page may cause, whatever is tested."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

# Chromium's message for each 4xx and 5xx; `Watch` checks the responses themselves.
STATUS = re.compile(r"Failed to load resource: the server responded with a status of")
REPORT = """document.addEventListener("securitypolicyviolation", (event) => console.error(
    `policy violated: ${event.violatedDirective} by ${event.blockedURI}`))"""


class Watch:
    """Collects console errors, script errors, server errors and requests to other sites.

    Anything that mentions the URL `known` is ignored.
    """

    def __init__(self, context: BrowserContext, base: str, known: str = "") -> None:
        self.problems: list[str] = []
        self._known = known
        self._host = urlsplit(base).netloc
        context.add_init_script(REPORT)
        context.on("console", self._console)
        context.on("weberror", self._script)
        context.on("request", self._request)
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not STATUS.match(message.text):
            self._note(f"console: {message.text}")

    def _script(self, error: WebError) -> None:
        self._note(f"script: {error.error}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != self._host:
            self._note(f"request to another host: {request.url}")

    def _response(self, response: Response) -> None:
        asked = response.request.resource_type in ("document", "fetch", "xhr")
        if response.status >= (500 if asked else 400):
            self._note(f"{response.status} for {response.url}")

    def _note(self, problem: str) -> None:
        if not (self._known and self._known in problem):
            self.problems.append(problem)
