"""How sync stands, and what an exchange moved, as a person likes to read it."""

from datetime import datetime

from rich.text import Text

from localstore.values import Row, number_of, rows_of, text_of
from tidelog.views.lines import age, clock, count, said, wrapped

_LABEL_CELLS = 9
_STYLES = {"online": "green", "offline": "yellow", "stopped": "red"}
_REFUSED_SHOWN = 3


def moved_lines(row: Row) -> list[Text]:
    """What one exchange moved, and what a person has to look at."""
    sent, received = number_of(row, "sent"), number_of(row, "received")
    if not sent and not received:
        first = f"In step with {text_of(row, 'hub')}: nothing to send, nothing to receive."
    else:
        told = [f"sent {count(sent, 'row')}", f"received {count(received, 'row')}"]
        if number_of(row, "merged"):
            told.append(f"merged {count(number_of(row, 'merged'), 'row')}")
        first = f"In step with {text_of(row, 'hub')}: {', '.join(told)}."
    lines = [said(first)]
    conflicts, repaired = number_of(row, "conflicts"), number_of(row, "repaired")
    if conflicts:
        told_conflicts = f"{count(conflicts, 'conflict')} to settle: `tidelog conflicts`."
        lines.append(said(told_conflicts, "yellow"))
    if repaired:
        lines.append(
            said(f"{count(repaired, 'change')} broke a rule on the hub and took a way out.")
        )
    if number_of(row, "refused"):
        refused = count(number_of(row, "refused"), "row")
        lines.append(said(f"The hub cannot take {refused}: `tidelog doctor` tells why.", "red"))
    return lines


def joined_lines(row: Row) -> list[Text]:
    """What met when a store joined a project."""
    lines = [said(f"Joined the project {text_of(row, 'project')} on hub {text_of(row, 'hub')}.")]
    return lines + (moved_lines(row) if "sent" in row else [])


def sync_lines(sync: Row, *, now: datetime, width: int, attended: bool) -> list[Text]:
    """How sync stands, below the status; nothing where there is no hub.

    `attended` says whether a daemon is at it at this moment.
    """
    state = text_of(sync, "state")
    if not text_of(sync, "hub") or text_of(sync, "hub") == "none":
        return []
    told = state + _since(sync) if attended else "nobody syncs it now; `tidelog sync` does"
    lines = _labelled("Hub", text_of(sync, "hub"), width)
    style = _STYLES.get(state, "") if attended else "dim"
    lines += _labelled("", "; ".join([told, *_waiting(sync, now)]), width, style)
    if text_of(sync, "last_error"):
        lines += _labelled("", text_of(sync, "last_error"), width, "yellow")
    refused = rows_of(sync, "refused")
    for row in refused[:_REFUSED_SHOWN]:
        lines += _labelled("", _refusal(row), width, "red")
    if len(refused) > _REFUSED_SHOWN:
        rest = f"and {len(refused) - _REFUSED_SHOWN:,} more that the hub cannot take"
        lines += _labelled("", rest, width, "red")
    return lines


def _since(sync: Row) -> str:
    since = clock(text_of(sync, "state_since"))
    return f" since {since} UTC" if since else ""


def _waiting(sync: Row, now: datetime) -> list[str]:
    told = []
    dirty = number_of(sync, "dirty")
    if dirty:
        oldest = age(text_of(sync, "oldest_unsynced_at"), now)
        from_then = f", the oldest from {oldest}" if oldest else ""
        told.append(count(dirty, "row") + " to send" + from_then)
    lag = number_of(sync, "hub_head") - number_of(sync, "cursor")
    if lag > 0:
        told.append(f"{count(lag, 'change')} to receive")
    return told or ["everything is sent"]


def _refusal(row: Row) -> str:
    name = text_of(row, "ref") or text_of(row, "id") or text_of(row, "entity_id")
    entity = text_of(row, "entity").replace("_", " ")
    return f"the hub cannot take {entity} {name}: {text_of(row, 'reason')}"


def _labelled(label: str, text: str, width: int, style: str = "") -> list[Text]:
    lines = wrapped(text, width=width, indent=_LABEL_CELLS, first=label)
    for line in lines:
        line.stylize(style, _LABEL_CELLS)
    if label:
        lines[0].stylize("bold", 0, len(label))
    return lines
