"""The size of a first visit."""

import pytest

from config.tests.browser.test_accessibility import PROFILE
from referrals import invites

KILOBYTE = 1024
PUBLIC = ("/", "/i/7K2M9X", "/i/x", "/help/", "/privacy/", "/nowhere")


@pytest.mark.parametrize("path", [*PUBLIC, *PROFILE])
def test_a_first_visit_takes_few_and_small_answers(logged_in, somebody, join, server, path):
    user = join()
    for _ in range(20):
        invites.activate(join(), user.invite_code.value)
    page = logged_in(user) if path in PROFILE else somebody()
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    sizes = {}
    page.on("requestfinished", lambda request: sizes.update({request.url: request.sizes()}))
    page.goto(path, wait_until="networkidle")
    assert page.url.endswith(path)
    icon = not any(url.endswith(".svg") for url in sizes)  # Playwright reports it only at times
    weight = sum(one["responseHeadersSize"] + one["responseBodySize"] for one in sizes.values())
    assert len(sizes) + icon <= 6, sizes
    assert weight + icon * KILOBYTE <= 60 * KILOBYTE, sizes
