"""What a person can change on the board: the status of an item, and who has it."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import ValidationError

from localstore.errors import InvalidArguments, TidelogError, VersionConflict
from localstore.models import WorkItemPatch
from localstore.validation import refusal
from localstore.values import Row, text_of
from mcp_server.layers import Layers
from tidelog.views.lines import age

ME = "me"
NOBODY = "nobody"


def patch_of(form: Mapping[str, str], who: str) -> WorkItemPatch:
    """The change a form asks for: `status`, or `assign` to me or to nobody.

    Raises:
        InvalidArguments: neither, or a status that there is not.
    """
    if form.get("assign") == ME:
        return WorkItemPatch(assignee=who)
    if form.get("assign") == NOBODY:
        return WorkItemPatch(clear=["assignee"])
    try:
        return WorkItemPatch.model_validate({"status": form.get("status", "")})
    except ValidationError as failure:
        refused = refusal(failure, WorkItemPatch)
        raise InvalidArguments(refused.field, refused.rule) from None


async def change(layers: Layers, key: str, form: Mapping[str, str], who: str) -> tuple[Row, str]:
    """Change the item as the form asks, if it is still at the version that the page showed.

    Returns the item in short, and what was done in words.

    Raises:
        InvalidArguments, NotFound, VersionConflict, Busy, Unavailable: nothing was written.
    """
    patch = patch_of(form, who)
    version = form.get("version", "")
    if not (version.isascii() and version.isdigit()):
        raise InvalidArguments("version", "must be the one that the page showed")
    row, told = await layers.write(
        lambda store: store.update_work_item(key, int(version[:15]), patch, who=who)
    )
    ref = text_of(row, "ref")
    if patch.status is not None:
        done = f"{ref} is {patch.status} now."
    else:
        done = f"{ref} is yours now." if patch.assignee else f"Nobody has {ref} now."
    warning = text_of(told, "warning")
    return row, f"{done} {warning}" if warning else done


def told_of(failure: TidelogError, now: datetime) -> str:
    """Why something was not done, for a person who sees the item on the page again."""
    if isinstance(failure, VersionConflict):
        current = failure.current
        who, when = text_of(current, "updated_by"), age(text_of(current, "updated_at"), now)
        return (
            f"{who or 'Somebody'} was faster: {text_of(current, 'ref')} was changed {when}, and is "
            f"{text_of(current, 'status')}. Nothing of yours was written; look again, and repeat "
            "it if it still holds."
        )
    hint = f" {failure.hint[:1].upper()}{failure.hint[1:]}." if failure.hint else ""
    return f"{failure.message[:1].upper()}{failure.message[1:]}.{hint}"
