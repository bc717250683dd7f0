"""Addresses of hubs: whom we speak to, how safely, and what is shown of it."""

import ssl

import pytest

from localstore.errors import InvalidArguments
from syncd.dsn import parse_dsn, redacted, tls_for


@pytest.mark.parametrize(
    ("dsn", "hosts"),
    [
        ("postgresql://a:b@db.example:6432/x", (("db.example", 6432),)),
        ("postgres://db.example/x", (("db.example", 5432),)),
        ("postgresql://[::1]:3,one:1,two/x", (("::1", 3), ("one", 1), ("two", 5432))),
        ("postgresql:///x?host=one,two&port=1,2", (("one", 1), ("two", 2))),
        ("postgresql:///x?host=one,[::1]:3", (("one", 5432), ("::1", 3))),
        ("postgresql:///x?host=/run/pg&port=7", (("/run/pg", 7),)),
        ("postgresql://%2Frun%2Fpg/x", (("/run/pg", 5432),)),
    ],
)
def test_hosts(dsn: str, hosts: tuple[tuple[str, int], ...]) -> None:
    """One host or several, with ports of their own or one for all, sockets too."""
    assert parse_dsn(dsn).hosts == hosts


def test_no_host_means_this_machine() -> None:
    """A DSN without a host is never looked up elsewhere, whatever the environment says."""
    address = parse_dsn("postgresql:///x")
    assert address.is_local
    assert address.hosts[-1] == ("localhost", 5432)


@pytest.mark.parametrize(
    "dsn",
    [
        "",
        "host=one dbname=x",
        "mysql://one/x",
        "postgresql://a:p@ss@one/x",
        "postgresql://one:port/x",
        "postgresql://[::1/x",
        "postgresql:///x?host=one,two&port=1,2,3",
    ],
)
def test_no_address(dsn: str) -> None:
    """What is no address is refused with an example, and not repeated."""
    with pytest.raises(InvalidArguments) as refused:
        parse_dsn(dsn)
    assert not dsn or dsn not in str(refused.value)
    assert "example" in refused.value.details


@pytest.mark.parametrize(
    ("dsn", "shown"),
    [
        ("postgresql://ann:secret@one/x", "postgresql://ann:***@one/x"),
        ("postgresql://ann:se@c/r?et@one/x", "postgresql://ann:***@one/x"),
        ("postgresql://ann@one/x?password=secret&a=b", "postgresql://ann@one/x?password=***&a=b"),
        ("postgresql://one/x?sslpassword=secret", "postgresql://one/x?sslpassword=***"),
        ("host=one password=secret dbname=x", "host=one password=*** dbname=x"),
        ("host=one password='se cret'", "host=one password=***"),
    ],
)
def test_redacted(dsn: str, shown: str) -> None:
    """A password is not shown, wherever it stands and however wrongly it is written."""
    assert redacted(dsn) == shown


def test_place_holds_no_secret() -> None:
    """What people are shown of an address is hosts and database."""
    assert parse_dsn("postgresql://ann:secret@one,two:7/x").place == "one:5432,two:7/x"


def test_hub_elsewhere_is_verified() -> None:
    """A host that is not this machine is spoken to over TLS, its certificate and name verified."""
    context = tls_for(parse_dsn("postgresql://one/x"), "verify")
    assert isinstance(context, ssl.SSLContext)
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require"])
def test_the_dsn_alone_does_not_lower_it(mode: str) -> None:
    """A DSN that asks for less is refused until a setting says so in words too."""
    address = parse_dsn(f"postgresql://one/x?sslmode={mode}")
    with pytest.raises(InvalidArguments, match="verified TLS"):
        tls_for(address, "verify")
    assert tls_for(address, "off") is False


def test_unverified_in_words() -> None:
    """Unverified is encrypted, and believes any certificate."""
    context = tls_for(parse_dsn("postgresql://one/x"), "unverified")
    assert isinstance(context, ssl.SSLContext)
    assert not context.check_hostname
    assert context.verify_mode is ssl.CERT_NONE


@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
def test_the_dsn_may_insist(mode: str) -> None:
    """A DSN that insists on verification is followed, whatever the setting says."""
    address = parse_dsn(f"postgresql://one/x?sslmode={mode}")
    for tls in ("off", "unverified"):
        context = tls_for(address, tls)
        assert isinstance(context, ssl.SSLContext)
        assert context.check_hostname


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "[::1]", "%2Frun%2Fpg"])
def test_this_machine_needs_none(host: str) -> None:
    """Nothing is encrypted on the way to this machine, unless the DSN says how."""
    assert tls_for(parse_dsn(f"postgresql://{host}/x"), "verify") is False
    assert tls_for(parse_dsn(f"postgresql://{host}/x?sslmode=require"), "verify") is None


def test_one_host_elsewhere_is_enough() -> None:
    """Of several hosts, one that is not this machine has all of them verified; a name that only
    begins like the loopback is elsewhere."""
    assert isinstance(tls_for(parse_dsn("postgresql://localhost,one/x"), "verify"), ssl.SSLContext)
    assert not parse_dsn("postgresql://127.0.0.1.example/x").is_local


def test_missing_certificate() -> None:
    """A certificate that is not there is named."""
    with pytest.raises(InvalidArguments, match=r"none\.crt"):
        tls_for(parse_dsn("postgresql://one/x?sslrootcert=none.crt"), "verify")
