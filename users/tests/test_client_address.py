import pytest
from django.test import RequestFactory

from users.clients import Client, network_of, site_of


def seen(forwarded: str = "", socket: str = "192.0.2.1") -> str:
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    return Client.of(RequestFactory().get("/", REMOTE_ADDR=socket, **headers).META).address


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


@pytest.mark.parametrize(
    ("entry", "address"),
    [
        ("203.0.113.9:5678", "203.0.113.9"),
        (" 203.0.113.9:5678 ", "203.0.113.9"),
        ("[2001:db8::1]:5678", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[::ffff:203.0.113.9]:5678", "203.0.113.9"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("2001:db8::5678", "2001:db8::5678"),  # no port, but the address's end
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_an_entry_may_carry_a_port(settings, entry, address):
    settings.TRUSTED_PROXY_COUNT = 1
    assert seen(f"1.1.1.1, {entry}") == address


@pytest.mark.parametrize(
    "entry", ["203.0.113.9:x", "203.0.113.9:", "[2001:db8::1", "host:80", ":80"]
)
def test_what_is_no_address_falls_back_to_the_sockets(settings, entry):
    settings.TRUSTED_PROXY_COUNT = 1
    assert seen(entry) in ("192.0.2.1", "2001:db8::1")


def test_a_unix_socket_has_no_address(settings):
    settings.TRUSTED_PROXY_COUNT = 0
    assert seen(socket="") == "0.0.0.0"


def test_a_customer_with_a_whole_ipv6_network_is_one_client():
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2::") == "2001:db8:1:2::/64"
    assert network_of("2001:db8:1:3::4") != network_of("2001:db8:1:2::4")
    assert network_of("203.0.113.9") == "203.0.113.9"


def test_a_site_is_an_ipv6_48_and_nothing_for_ipv4():
    assert site_of("2001:db8:1:2:3::4") == site_of("2001:db8:1:ffff::") == "2001:db8:1::/48"
    assert site_of("2001:db8:2::1") != site_of("2001:db8:1::1")
    assert site_of("203.0.113.9") == ""


def test_what_a_client_is_made_of(settings):
    settings.TRUSTED_PROXY_COUNT = 0
    agent = "Tester\0/1.0 " + "x" * 300
    client = Client.of({"REMOTE_ADDR": "::ffff:203.0.113.9", "HTTP_USER_AGENT": agent})
    assert (client.address, client.network, client.site) == ("203.0.113.9", "203.0.113.9", "")
    assert client.user_agent == agent.replace("\0", "")[:200]


def test_nothing_else_is_an_address():
    with pytest.raises(ValueError, match="does not appear"):
        Client.at("nonsense")
