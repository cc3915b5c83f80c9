import pytest
from django.test import RequestFactory

from users.clients import client_address, network_of


def seen(forwarded: str = "", socket: str = "192.0.2.1") -> str:
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=socket, **headers))


def test_without_a_proxy_a_spoofed_header_changes_nothing(settings):
    settings.TRUSTED_PROXY_COUNT = 0
    assert seen("203.0.113.9") == "192.0.2.1"


@pytest.mark.parametrize(
    ("hops", "forwarded", "address"),
    [
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        (2, "1.1.1.1, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "nonsense", "192.0.2.1"),
        (1, " 2001:db8::1 ", "2001:db8::1"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_the_outermost_trusted_proxy_decides(settings, hops, forwarded, address):
    settings.TRUSTED_PROXY_COUNT = hops
    assert seen(forwarded) == address


def test_a_unix_socket_has_no_address(settings):
    settings.TRUSTED_PROXY_COUNT = 0
    assert seen(socket="") == "0.0.0.0"


def test_a_customer_with_a_whole_ipv6_network_is_one_client():
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2::") == "2001:db8:1:2::/64"
    assert network_of("2001:db8:1:3::4") != network_of("2001:db8:1:2::4")
    assert network_of("203.0.113.9") == "203.0.113.9"
