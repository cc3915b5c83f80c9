"""What a first visit costs."""

import pytest

from referrals import invites

KILOBYTE = 1024


@pytest.mark.parametrize("path", ["/", "/profile/"])
def test_a_first_visit_takes_few_and_small_answers(logged_in, somebody, join, server, path):
    user = join()
    for _ in range(20):
        invites.activate(join(), user.invite_code.value)
    page = somebody() if path == "/" else logged_in(user)
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    sizes = {}
    page.on("requestfinished", lambda request: sizes.update({request.url: request.sizes()}))
    page.goto(path, wait_until="networkidle")
    assert page.url.endswith(path)
    icon = page.locator("link[rel=icon]").count()  # which Playwright doesn't tell of
    weight = sum(one["responseHeadersSize"] + one["responseBodySize"] for one in sizes.values())
    assert len(sizes) + icon <= 5, sizes
    assert weight + icon * KILOBYTE <= 50 * KILOBYTE, sizes
