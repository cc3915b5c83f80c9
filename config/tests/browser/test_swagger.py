import json

import pytest
from playwright.sync_api import expect

from config.tests.factories import new_phone


def operation(page, method: str, path: str):
    """The block of a call, opened with “Try it out”."""
    block = page.locator(f".opblock-{method}").filter(
        has=page.locator(f'[data-path="/api/v1/{path}"]')
    )
    if "is-open" not in block.get_attribute("class"):
        block.locator(".opblock-summary-control").click()
    block.locator(".try-out__btn").wait_for()
    if block.get_by_role("button", name="Try it out").count():
        block.get_by_role("button", name="Try it out").click()
    return block


def execute(page, method: str, path: str, body=None):
    """Execute the call; returns status and body as the page shows them."""
    block = operation(page, method, path)
    if body is not None:
        block.locator("textarea.body-param__text").fill(json.dumps(body))
    with page.expect_response(lambda answer: answer.url.endswith(f"/api/v1/{path}")) as answer:
        block.get_by_role("button", name="Execute").click()
    status = answer.value.status
    shown = block.locator(".live-responses-table .response").first
    expect(shown.locator(".response-col_status")).to_contain_text(str(status))
    code = shown.locator(".highlight-code code")
    return status, json.loads(code.inner_text()) if code.count() else None


def log_in(page, phone):
    status, sent = execute(page, "post", "auth/code/", {"phone": phone})
    assert (status, sent["phone"]) == (200, phone)
    status, tokens = execute(page, "post", "auth/token/", {"phone": phone, "code": sent["code"]})
    assert (status, tokens["is_new_user"]) == (200, True)
    return tokens["access"]


def authorise(page, access):
    page.get_by_role("button", name="Authorize").first.click()
    dialog = page.locator(".dialog-ux")
    dialog.locator("input").fill(access)
    dialog.get_by_role("button", name="Apply credentials").click()
    dialog.get_by_role("button", name="Close").click()


@pytest.mark.smoke
def test_the_whole_flow_can_be_tried_in_swagger(page, server):
    friend = server.log_in(new_phone(), address="203.0.113.9")["access"]
    _, friends_profile = server.call("GET", "/api/v1/profile/", access=friend)
    page.goto("/api/docs/")
    phone = new_phone()
    assert execute(page, "get", "profile/")[0] == 401
    authorise(page, log_in(page, phone))
    status, profile = execute(page, "get", "profile/")
    assert (status, profile["phone"], profile["activated_invite_code"]) == (200, phone, None)
    code = friends_profile["invite_code"]
    status, profile = execute(page, "post", "profile/activate/", {"invite_code": code})
    assert (status, profile["activated_invite_code"]) == (200, code)
    _, friends_profile = server.call("GET", "/api/v1/profile/", access=friend)
    assert friends_profile["invitees"] == [phone]
    page.reload()
    assert execute(page, "get", "profile/")[0] == 200, "the authorisation outlives a reload"


def test_the_reference_shows_every_call(somebody, server):
    """Redoc tries to load a logo from another site; the page's policy blocks and reports it."""
    page, failed = somebody(known="https://cdn.redoc.ly/redoc/logo-mini.svg"), []
    page.on("requestfailed", lambda request: failed.append(request.failure))
    page.goto("/api/redoc/")
    _, schema = server.call("GET", "/api/schema/?format=json")
    page.get_by_role("heading", name="List invitees").or_(page.locator("h2")).first.wait_for()
    for path, methods in schema["paths"].items():
        for operation in methods.values():
            assert page.get_by_text(operation["summary"]).count(), (path, operation["summary"])
    assert failed == ["csp"]
