"""Addresses of a hub: which hosts one names, how it is spoken to, and how it is shown."""

import re
import ssl
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from localstore.errors import InvalidArguments

Tls = Literal["verify", "unverified", "off"]
"""How a hub elsewhere is spoken to; anything but `verify` has to be said in words."""

DEFAULT_PORT = 5432
EXAMPLE = "postgresql://user:password@host:5432/database"
_UNNAMED = ("/run/postgresql", "/var/run/postgresql", "localhost")
"""Where a server of this machine is looked for when the DSN names no host."""

_DEMANDS_PROOF = ("verify-ca", "verify-full")
_PASSWORD_OPTION = re.compile(r"(?i)\b((?:ssl)?password\s*=\s*)('[^']*'|[^\s&]*)")


@dataclass(frozen=True, slots=True)
class Address:
    """What of a DSN decides whom we speak to, and how."""

    hosts: tuple[tuple[str, int], ...]
    database: str
    password: str
    options: dict[str, str]

    @property
    def place(self) -> str:
        """Hosts and database, for people: never a user, never a password."""
        hosts = ",".join(
            host if host.startswith("/") else f"{host}:{port}" for host, port in self.hosts
        )
        return f"{hosts}/{self.database}" if self.database else hosts

    @property
    def is_local(self) -> bool:
        """Whether nothing of the conversation leaves this machine."""
        return all(_is_loopback(host) for host, _ in self.hosts)


def parse_dsn(dsn: str) -> Address:
    """Read a DSN of the form `postgresql://user:password@host1:port,host2/database?option=value`.

    Of several hosts an IPv6 address in brackets stands first: newer Pythons, and asyncpg on them,
    take it nowhere else. The option `host` takes it anywhere.

    Raises:
        InvalidArguments: it has another form. Nothing of it is repeated.
    """
    try:
        parts = urlsplit(dsn)
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.scheme not in ("postgresql", "postgres") or parts.netloc.count("@") > 1:
            raise _no_address()
        login, _, named = parts.netloc.rpartition("@")
        hosts = _hosts(named or options.get("host", ""), options.get("port", ""))
    except ValueError:
        raise _no_address() from None
    password = unquote(login.partition(":")[2]) or options.get("password", "")
    database = unquote(parts.path[1:]) or options.get("dbname", options.get("database", ""))
    return Address(hosts, database, password, options)


def redacted(dsn: str) -> str:
    """A DSN without its password, whatever its form; for texts that people see."""
    hidden = _PASSWORD_OPTION.sub(r"\1***", dsn)
    scheme, mark, rest = hidden.partition("://")
    if not mark:
        return hidden
    # As far as the last "@", for a password may hold any of "@/?#" although it should not.
    login, at, place = rest.rpartition("@")
    user, colon, _ = login.partition(":")
    return f"{scheme}://{user}{':***' if colon else ''}{at}{place}"


def tls_for(address: Address, tls: Tls) -> ssl.SSLContext | bool | None:
    """What asyncpg is told of TLS; None leaves it to the DSN's own `sslmode`.

    A hub on this machine needs none. One elsewhere is spoken to with its certificate and name
    verified, unless `tls` says otherwise in words and the DSN does not insist.

    Raises:
        InvalidArguments: the DSN asks for less than verification and `tls` does not say so.
    """
    mode = address.options.get("sslmode")
    if address.is_local:
        return None if mode else False
    if mode is not None and mode not in _DEMANDS_PROOF and tls == "verify":
        raise InvalidArguments(
            "hub",
            f"asks for sslmode={mode}, and a hub elsewhere is spoken to over verified TLS",
            hint='take sslmode out, or say so in words too: set hub_tls to "unverified" or "off"',
        )
    if tls == "off" and mode not in _DEMANDS_PROOF:
        return False
    context = _context(address.options)
    if tls == "unverified" and mode not in _DEMANDS_PROOF:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _context(options: dict[str, str]) -> ssl.SSLContext:
    root, certificate = options.get("sslrootcert"), options.get("sslcert")
    try:
        context = ssl.create_default_context(cafile=None if root in (None, "system") else root)
        if certificate is not None:
            context.load_cert_chain(
                certificate, options.get("sslkey"), lambda: options.get("sslpassword", "")
            )
    except OSError as failure:
        file = certificate if root in (None, "system") else root
        reason = failure.strerror or "it holds no certificate"
        raise InvalidArguments("hub", f"names a certificate, {file}: {reason}") from None
    return context


def _hosts(named: str, ports: str) -> tuple[tuple[str, int], ...]:
    if not named:
        port = int(ports or DEFAULT_PORT)
        return tuple((host, port) for host in _UNNAMED)
    hosts = [_host(each) for each in named.split(",")]
    given = [int(port) for port in ports.split(",") if port]
    if len(given) not in (0, 1, len(hosts)):
        raise _no_address()
    beside = given * len(hosts) if len(given) == 1 else given or [DEFAULT_PORT] * len(hosts)
    return tuple((host, port or other) for (host, port), other in zip(hosts, beside, strict=True))


def _host(named: str) -> tuple[str, int | None]:
    found = re.fullmatch(r"(\[[^\]]+\]|[^:\[\]]+)(?::(\d+))?", named)
    if found is None:
        raise _no_address()
    host, port = found.groups()
    return unquote(host.strip("[]")), int(port) if port else None


def _is_loopback(host: str) -> bool:
    octets = re.fullmatch(r"127(\.\d{1,3}){3}", host)
    return host.startswith("/") or octets is not None or host in ("localhost", "::1")


def _no_address() -> InvalidArguments:
    return InvalidArguments("hub", "is no address of a PostgreSQL", example=EXAMPLE)
