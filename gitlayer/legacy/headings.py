"""What a heading announces: a kind of entries, a status that goes for them, how many there are."""

import re
from dataclasses import dataclass

from gitlayer.legacy.entries import Kind
from gitlayer.legacy.wording import ITEM_STATUSES, VENDOR_STATUSES

_KINDS = {
    "vendor": Kind.VENDORS,
    "vendors": Kind.VENDORS,
    "supplier": Kind.VENDORS,
    "suppliers": Kind.VENDORS,
    "extractors": Kind.VENDORS,
    "providers": Kind.VENDORS,
    "items": Kind.WORK_ITEMS,
    "work": Kind.WORK_ITEMS,
    "tasks": Kind.WORK_ITEMS,
    "todo": Kind.WORK_ITEMS,
    "working": Kind.WORK_ITEMS,
    "todos": Kind.WORK_ITEMS,
    "tickets": Kind.WORK_ITEMS,
    "backlog": Kind.WORK_ITEMS,
    "deployment": Kind.DEPLOYMENTS,
    "deployments": Kind.DEPLOYMENTS,
    "deploys": Kind.DEPLOYMENTS,
    "releases": Kind.DEPLOYMENTS,
    "rollouts": Kind.DEPLOYMENTS,
    "shipped": Kind.DEPLOYMENTS,
    "deployed": Kind.DEPLOYMENTS,
    "rollout": Kind.DEPLOYMENTS,
    "enhancement": Kind.ENHANCEMENTS,
    "enhancements": Kind.ENHANCEMENTS,
    "improvements": Kind.ENHANCEMENTS,
    "ideas": Kind.ENHANCEMENTS,
    "roadmap": Kind.ENHANCEMENTS,
    "wishlist": Kind.ENHANCEMENTS,
    "features": Kind.ENHANCEMENTS,
    "prompts": Kind.PROMPTS,
    "prompt": Kind.PROMPTS,
}
_QUALIFIERS = frozenset(
    [
        "a",
        "active",
        "all",
        "and",
        "broken",
        "by",
        "completed",
        "current",
        "feature",
        "for",
        "future",
        "history",
        "in",
        "known",
        "latest",
        "list",
        "live",
        "log",
        "made",
        "nice",
        "of",
        "on",
        "open",
        "operational",
        "our",
        "ours",
        "overview",
        "past",
        "pending",
        "planned",
        "production",
        "progress",
        "project",
        "recent",
        "requests",
        "session",
        "so",
        "far",
        "status",
        "summary",
        "table",
        "the",
        "to",
        "total",
        "tracked",
        "tracker",
        "tracking",
        "upcoming",
        "vendor",
        "vendors",
        "wish",
        "matrix",
        "support",
        "implementation",
        "integration",
        "have",
        "add",
        "blocked",
        "next",
        "coming",
        "failing",
        "working",
        "up",
        "done",
        "closed",
        "finished",
        "item",
        "state",
    ]
)
_OTHER = frozenset(
    [
        "procedure",
        "procedures",
        "process",
        "checklist",
        "guide",
        "how",
        "note",
        "notes",
        "contact",
        "contacts",
        "policy",
        "policies",
        "rule",
        "rules",
        "runbook",
        "instructions",
        "template",
        "templates",
        "legend",
        "glossary",
        "faq",
        "reference",
        "archive",
        "requirements",
    ]
)
_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
_CLAIM = re.compile(
    r"[(\[]\s*(?:(?P<part>\d{1,7})\s*(?:/|of)\s*)?(?P<total>\d{1,7})\b[^()\[\]]*[)\]]"
)
_TOTAL = re.compile(r"\b(?P<total>\d{1,7})\s+(?:in\s+)?total\b", re.IGNORECASE)
_OURS = re.compile(
    r"## (Operational Vendors \(|Active Work Items|Recent Deployments|Future Enhancements)"
    r"|# Project Status - "
)


@dataclass(frozen=True, slots=True)
class Heading:
    """What a heading says of what is below it.

    `pure` when it says nothing else; `other` when it surely announces text of another sort; `claim`
    the number of entries it names; `status` a word for the status of its entries.
    """

    kind: Kind | None
    pure: bool
    other: bool
    claim: int | None
    status: str


def read_heading(text: str) -> Heading:
    """Read a heading's words, whatever stands around them."""
    claim = _CLAIM.search(text) or _TOTAL.search(text)
    bare = _BRACKETS.sub(" ", text).casefold().replace("wish list", "wishlist")
    bare = bare.replace("to-do", "todo").replace("future work", "roadmap")
    bare = bare.replace("nice to have", "wishlist")
    words = re.findall(r"[^\W\d_]+", bare)
    head = re.split(r"\b(?:by|per|for|of)\b", " ".join(words))[0].split() or words
    named = [word for word in head if word in _KINDS] or [word for word in words if word in _KINDS]
    kind = _KINDS[named[-1]] if named else None
    only_status = kind is None and " ".join(words) in ITEM_STATUSES
    if only_status:
        kind = Kind.WORK_ITEMS
    if kind is Kind.WORK_ITEMS and "enhancements" in words:
        kind = Kind.ENHANCEMENTS
    other = bool(_OTHER.intersection(words))
    told = _TOTAL.sub(" ", _CLAIM.sub(_without_claim, text)).casefold()
    known = all(word in _KINDS or word in _QUALIFIERS for word in re.findall(r"[^\W_]+", told))
    pure = kind is not None and not other and known and not only_status
    ratio = claim is not None and claim.groupdict().get("part") is not None
    return Heading(
        kind=None if other else kind,
        pure=pure,
        other=other,
        claim=int(claim["total"]) if claim else None,
        status="" if ratio else status_word(bare),
    )


def _without_claim(claim: re.Match[str]) -> str:
    """What stands in the brackets of a claim beside its numbers."""
    return re.sub(r"^\d*\s*(?:/|of)?\s*\d+", " ", claim.group().strip("[]() "))


def status_word(text: str) -> str:
    """The word for a status that a heading consists of, or begins with."""
    bare = " ".join(re.findall(r"[^\W\d_]+", _BRACKETS.sub(" ", text).casefold()))
    known = VENDOR_STATUSES.keys() | ITEM_STATUSES.keys()
    if bare in known:
        return bare
    first = bare.split(" ")[0]
    return first if first in known and len(bare.split()) <= 3 else ""


def is_ours(line: str) -> bool:
    """Whether the generated report has this very heading."""
    return _OURS.match(line) is not None
