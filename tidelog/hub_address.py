"""Which hub a store has: by flag, variable or tidelog.toml, else by a file in the store's folder.

The address a person gave to `init --hub` or `hub join` goes into that file, 0600, and never into
tidelog.toml: that one may be under version control, and an address may hold a password.
"""

import os
import re
from pathlib import Path

from localstore.errors import InvalidArguments, Unavailable
from syncd.dsn import EXAMPLE, parse_dsn
from syncd.linking import HubAddress
from tidelog.discovery import HUB_FILE, Place
from tidelog.opening import Setting, locate_again
from tidelog.secrecy import BY_VARIABLE, VARIABLE
from tidelog.settings import Settings

_PROJECT = "project "
"""What the line with the project's id begins with."""


def checked(dsn: str, told: str) -> str:
    """An address as it was given, if it can be one.

    Raises:
        InvalidArguments: it cannot; `told` says where it stood, and the address is not repeated.
    """
    try:
        parse_dsn(dsn)
    except InvalidArguments as refused:
        raise InvalidArguments(told, f"{refused.rule}, like {EXAMPLE}") from None
    return dsn


def address_of(dsn: str, settings: Settings) -> HubAddress:
    """The address with the name that people see."""
    return HubAddress(parse_dsn(dsn).place, dsn, settings.hub_tls)


def find_hub(setting: Setting) -> HubAddress | None:
    """The hub of a store; None where none is set.

    Raises:
        InvalidArguments: what is set is no address. Unavailable: the file cannot be read.
    """
    settings = setting.settings.values
    if settings.hub is not None:
        dsn = settings.hub.get_secret_value()
        return address_of(checked(dsn, setting.settings.origins["hub"]), settings)
    file = setting.place.home / HUB_FILE
    try:
        kept = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as failure:
        raise Unavailable(f"{file} cannot be read: {failure}") from None
    dsn = kept.strip().partition("\n")[0].strip()
    return address_of(checked(dsn, str(file)), settings)


def project_at_hub(place: Place) -> str:
    """The id of the store's project on its hub, as joining noted it beside the address; empty
    where it did not, or the file cannot be read."""
    try:
        kept = (place.home / HUB_FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    noted = re.search(rf"^{_PROJECT}([0-9a-f-]{{36}})$", kept, re.MULTILINE)
    return noted[1] if noted else ""


def required_hub(setting: Setting) -> HubAddress:
    """The hub of the store. Raises: Unavailable: none is set."""
    address = find_hub(setting)
    if address is None:
        raise Unavailable(
            "this store has no hub",
            hint="`tidelog hub join DSN --project NAME` joins one; `tidelog hub start` runs one on "
            "this machine",
        )
    return address


def find_hub_anew(setting: Setting) -> HubAddress | None:
    """The same, with the settings read again: they may have changed while a daemon ran.

    Raises: as `find_hub`.
    """
    return find_hub(locate_again(setting))


def keep_hub(place: Place, dsn: str, project_id: str) -> Path:
    """Put an address into the store's folder, in one step, for its owner only, and below it the id
    of the project there, which is to be had when the store is lost; return the file.

    Raises:
        Unavailable: it cannot be written; what was there stays.
    """
    file = place.home / HUB_FILE
    fresh = file.with_name(f"{HUB_FILE}.new")
    try:
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as out:
            out.write(f"{dsn}\n{_PROJECT}{project_id}\n")
        fresh.replace(file)
    except OSError as failure:
        raise Unavailable(f"{file} cannot be written: {failure.strerror}") from failure
    return file


def given(text: str | None) -> str | None:
    """An address from the command line, where `$TIDELOG_HUB` stands for what the variable holds.

    Raises:
        InvalidArguments: it is no address.
    """
    if text is None:
        return None
    if text == BY_VARIABLE:
        return checked(os.environ.get(VARIABLE, ""), VARIABLE)
    return checked(text, "DSN")
