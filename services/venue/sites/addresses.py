"""Where a site's terminal listens, and which addresses a probe may reach. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from shared.contact import BadValue
from shared.flaws import Flaw

IpAddress = IPv4Address | IPv6Address
IpNetwork = IPv4Network | IPv6Network

NOT_AN_ADDRESS = Flaw(
    "not-an-address",
    "Không phải địa chỉ dạng máy:cổng, ví dụ cau-vinh.example.vn:5060",
    "Not an address of the form host:port, such as bridge.example.vn:5060",
)
FORBIDDEN = Flaw(
    "address-forbidden",
    "Không được thử đến địa chỉ này (máy cục bộ, nội tuyến hoặc dịch vụ nội bộ)",
    "This address may not be probed (loopback, link-local or an internal service)",
)

# Services of a cloud machine about itself, where they are not link-local.
METADATA = frozenset({ip_address("fd00:ec2::254"), ip_address("100.100.100.200")})
_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*\.?", re.IGNORECASE)
_ADDRESS = re.compile(r"(?P<host>\[[^\[\]]+\]|[^\[\]:]+):(?P<port>[0-9]{1,5})")
LONGEST_HOST = 253
LARGEST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Address:
    """A host name or an IP address, and a TCP port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Guard:
    """Which addresses may be probed: public and private ones, and what `allowed` names besides."""

    allowed: tuple[IpNetwork, ...] = ()

    def permits(self, address: IpAddress) -> bool:
        plain = _plain(address)
        if any(plain in network for network in self.allowed):
            return True
        return not (
            plain.is_loopback
            or plain.is_link_local
            or plain.is_multicast
            or plain.is_unspecified
            or plain.is_reserved
            or plain in METADATA
        )


def read_address(text: str, guard: Guard) -> Address:
    """`host:port`, an IPv6 address in brackets. Raises BadValue, also for an IP that is not permitted."""
    found = _ADDRESS.fullmatch(text.strip())
    port = int(found["port"]) if found else 0
    if found is None or not 1 <= port <= LARGEST_PORT:
        raise BadValue(NOT_AN_ADDRESS)
    host = found["host"]
    literal = _literal(host.strip("[]"))
    if literal is not None:
        if not guard.permits(literal):
            raise BadValue(FORBIDDEN)
        return Address(str(literal), port)
    if host.startswith("[") or len(host) > LONGEST_HOST or not _HOST.fullmatch(host):
        raise BadValue(NOT_AN_ADDRESS)
    return Address(host.lower(), port)


def _literal(host: str) -> IpAddress | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _plain(address: IpAddress) -> IpAddress:
    """::ffff:127.0.0.1 is 127.0.0.1, and so is its 6to4 and NAT64 form."""
    if isinstance(address, IPv4Address):
        return address
    if address in IPv6Network("64:ff9b::/96"):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
