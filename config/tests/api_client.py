"""The tests' API client."""

import json
from typing import Any

from rest_framework.test import APIClient, ForceAuthClientHandler

from config.tests.contract import CONTRACT

_handler = ForceAuthClientHandler(enforce_csrf_checks=False)


class Client(APIClient):
    """Calls version 1 of the API in JSON from a given address."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        super().__init__(REMOTE_ADDR=address, raise_request_exception=False)
        self.handler = _handler  # loading the middleware for each client would be slow

    def generic(self, method: str, path: str, *args: Any, **kwargs: Any) -> Any:
        """Any request; fails if the schema doesn't cover the answer."""
        answer = super().generic(method, path, *args, **kwargs)
        CONTRACT.hold(method, path, answer)
        return answer

    def call(self, method: str, path: str, body: Any = None, **headers: Any) -> Any:
        """One call; `path` is relative to the version's prefix."""
        path = path.removeprefix("http://testserver")
        return self.generic(
            method,
            path if path.startswith("/") else f"/api/v1/{path}",
            b"" if body is None else json.dumps(body).encode(),
            content_type="application/json",
            **headers,
        )

    def request_code(self, phone: str, **more: str) -> Any:
        return self.call("POST", "auth/code/", {"phone": phone, **more})

    def confirm(self, phone: str, code: str, **more: str) -> Any:
        return self.call("POST", "auth/token/", {"phone": phone, "code": code, **more})

    def refresh(self, token: str) -> Any:
        return self.call("POST", "auth/token/refresh/", {"refresh": token})

    def profile(self) -> Any:
        return self.call("GET", "profile/")

    def change_phone(self, phone: str, code: str, **more: str) -> Any:
        return self.call("PUT", "profile/phone/", {"phone": phone, "code": code, **more})

    def activate(self, code: str) -> Any:
        return self.call("POST", "profile/activate/", {"invite_code": code})

    def use(self, access: str) -> "Client":
        self.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
        return self


def error(response: Any) -> str:
    """The code of the answer's only error, after checking the error shape."""
    body = response.json()
    assert set(body) - {"meta"} == {"type", "errors"}, body
    assert all(set(one) == {"code", "detail", "attr"} for one in body["errors"]), body
    assert all(isinstance(number, int) for number in body.get("meta", {}).values())
    assert response.status_code != 429 or "Retry-After" in response.headers
    if "Retry-After" in response.headers:
        assert response.status_code in (429, 503)
        assert int(response.headers["Retry-After"]) == body["meta"]["retry_after"] >= 1
    return body["errors"][0]["code"]
