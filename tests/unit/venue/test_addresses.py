"""Where a terminal listens, and what a probe may reach."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from services.venue.sites.addresses import FORBIDDEN, NOT_AN_ADDRESS, Guard, read_address
from shared.contact import BadValue

ANYWHERE = Guard()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Cau-Vinh.example.VN:5060", "cau-vinh.example.vn:5060"),
        (" 10.1.2.3:443 ", "10.1.2.3:443"),
        ("[2001:DB8::1]:5060", "[2001:db8::1]:5060"),
        ("203.0.113.9:65535", "203.0.113.9:65535"),
    ],
)
def test_address_is_kept_in_one_form(given: str, kept: str) -> None:
    assert str(read_address(given, Guard((ip_network("2001:db8::/32"),)))) == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        ":80",
        "cau",
        "cau:",
        "cau:0",
        "cau:65536",
        "cau:80/x",
        "http://cau:80",
        "2001:db8::1:80",
        "[cau]:80",
    ],
)
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(BadValue) as refused:
        read_address(given, ANYWHERE)
    assert refused.value.flaw == NOT_AN_ADDRESS


def test_address_of_this_machine_is_refused_at_once() -> None:
    with pytest.raises(BadValue) as refused:
        read_address("127.0.0.1:22", ANYWHERE)
    assert refused.value.flaw == FORBIDDEN


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.0.1",
        "0.0.0.0",  # a value to refuse, nothing listens
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "100.100.100.200",
        "::",
        "::1",
        "fe80::1",
        "ff02::1",
        "fd00:ec2::254",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_guard_refuses_what_is_inside(address: str) -> None:
    assert not ANYWHERE.permits(ip_address(address))


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "192.168.1.9", "172.16.0.1", "8.8.8.8", "fd12::1", "2606:4700::1"]
)
def test_guard_permits_public_and_private_addresses(address: str) -> None:
    assert ANYWHERE.permits(ip_address(address))


def test_guard_permits_what_the_setting_allows() -> None:
    guard = Guard((ip_network("127.0.0.0/8"),))
    assert guard.permits(ip_address("127.0.0.1"))
    assert guard.permits(ip_address("::ffff:127.0.0.1"))
    assert not guard.permits(ip_address("::1"))
