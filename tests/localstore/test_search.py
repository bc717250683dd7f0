"""Full-text search: over title, description and metadata, ranked, filtered, no syntax errors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localstore.errors import InvalidArguments
from localstore.rows.listing import match_expression
from localstore.values import Value
from tests.localstore.world import World

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("parser", True),
        ("PARSER", True),
        ("date parser", True),
        ("parser date", True),
        ("parsers", True),
        ("pars", True),
        ("german", True),
        ("invoice", True),
        ("nested", True),
        ("muller", True),
        ("Müller", True),
        ("parser xylophone", False),
        ("arser", False),
        ("title", False),
        ("customer", False),
    ],
)
async def test_words(world: World, query: str, found: bool) -> None:
    """Every word must be there, in any case, form and order, the last as a beginning."""
    await world.item(
        "Fix the date parser",
        description="It reads German dates wrongly. Ask Müller.",
        metadata={"customer": "invoice", "more": [{"deep": "nested"}]},
    )
    assert await world.titles(query=query) == ["Fix the date parser"] * found


async def test_title_outranks_text(world: World) -> None:
    """A word in the title ranks above the same word in the description."""
    await world.item("Something else", description="about the zebra among many other things")
    await world.item("The zebra")
    await world.item("Nothing")
    assert await world.titles(query="zebra") == ["The zebra", "Something else"]


async def test_search_takes_the_same_filters(world: World) -> None:
    """Search combines with every other filter."""
    await world.item("zebra one", status="planned", labels=["x"])
    await world.item("zebra two", assignee="ada")
    cases: list[tuple[dict[str, Value], list[str]]] = [
        ({"status": ["planned"]}, ["zebra one"]),
        ({"labels": ["x"]}, ["zebra one"]),
        ({"assignee": "ada"}, ["zebra two"]),
        ({"assignee": "none", "status": ["active"]}, []),
    ]
    for filters, expected in cases:
        told = await world.listed(query="zebra", **filters)
        assert await world.titles(query="zebra", **filters) == expected
        assert told["total"] == len(expected)


async def test_search_follows_changes(world: World) -> None:
    """A changed title is found by its new words and no longer by its old ones."""
    item = await world.item("zebra", metadata={"note": "quagga"})
    await world.change(item, title="giraffe", metadata={"note": "okapi"})
    for word, hits in [("zebra", 0), ("quagga", 0), ("giraffe", 1), ("okapi", 1)]:
        assert len(await world.titles(query=word)) == hits
    assert await world.failed_checks() == []


async def test_search_follows_rows_to_the_archive(world: World) -> None:
    """An archived item is found in the archive only, and a restored one in the list again."""
    item = await world.item("zebra", status="completed")
    await world.store.archive(who="ada", older_than_days=0)
    assert (
        await world.titles(query="zebra"),
        await world.titles(query="zebra", archived=True),
    ) == ([], ["zebra"])
    await world.store.restore_archived([str(item["id"])], who="ada")
    assert (
        await world.titles(query="zebra"),
        await world.titles(query="zebra", archived=True),
    ) == (["zebra"], [])


@pytest.mark.parametrize("query", ["", " ", "!!", "---", "\u0301", "()"])
async def test_query_without_a_word(world: World, query: str) -> None:
    """A query without a word is refused, with an example."""
    with pytest.raises(InvalidArguments) as caught:
        await world.listed(query=query)
    assert caught.value.field == "query"
    assert caught.value.details["example"]


SYNTAX = [
    '"',
    "zebra OR",
    "NOT zebra",
    "title:zebra",
    "zebra*",
    "(zebra",
    "^zebra",
    "NEAR(zebra, 2)",
    "zebra AND",
    "-zebra",
    "{title}: zebra",
    "zebra'",
    "a + zebra",
    "zebra\\",
    "zebra; DROP",
]


@pytest.mark.parametrize("query", SYNTAX)
async def test_search_syntax_is_plain_text(world: World, query: str) -> None:
    """The search engine's operators mean nothing in a query: they are words or are left out."""
    await world.item("a zebra not or and near title drop 2")
    if query == '"':
        with pytest.raises(InvalidArguments):
            await world.listed(query=query)
    else:
        assert len(await world.titles(query=query)) == 1


async def test_accents_in_both_forms(world: World) -> None:
    """A word is found whether its accents are typed as one character or as two."""
    await world.item("Cafe\u0301s in Ko\u0308ln")
    await world.item("Cafés in Köln")
    for query in ("cafés", "cafe\u0301s", "köln", "ko\u0308ln", "koln"):
        assert len(await world.titles(query=query)) == 2


@given(query=st.text(max_size=40))
def test_any_query_has_a_safe_form(query: str) -> None:
    """Whatever is typed becomes quoted words, the last with a star, or is refused."""
    try:
        expression = match_expression(query)
    except InvalidArguments:
        return
    words = expression.removesuffix("*").split(" ")
    assert expression.endswith('"*')
    assert all(word[0] == word[-1] == '"' and '"' not in word[1:-1] for word in words)
