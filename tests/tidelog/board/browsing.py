"""A board as its own process, asked over HTTP as a browser asks."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree as ET

from html5lib import HTMLParser

from localstore.values import Row
from tests.tidelog.running import environment

PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Element:
    """An element of a page: its name, its attributes, the ids around it, and all text in it."""

    name: str
    attributes: dict[str, str]
    within: frozenset[str]
    text: str

    def words(self) -> str:
        """The text, as a reader sees its words."""
        return " ".join(self.text.split())


class Page:
    """A page as the algorithm of the HTML standard reads it, which here must find no fault: its
    elements in their order."""

    def __init__(self, html: str) -> None:
        tree = HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
        self.elements = [*elements_of(tree)]

    def all(self, name: str, /, **attributes: str) -> list[Element]:
        """The elements of a name with these attributes; `class_` is one of its classes."""
        wanted = {each.rstrip("_").replace("_", "-"): value for each, value in attributes.items()}
        return [
            element
            for element in self.elements
            if element.name == name
            and all(
                value in element.attributes.get(each, "").split()
                if each == "class"
                else element.attributes.get(each) == value
                for each, value in wanted.items()
            )
        ]

    def one(self, name: str, /, **attributes: str) -> Element:
        """The only element like that."""
        (found,) = self.all(name, **attributes)
        return found

    def column(self, status: str) -> list[str]:
        """The titles of the cards in a column."""
        column = f"column-{status}"
        return [each.words() for each in self.all("h3") if column in each.within]


def elements_of(element: ET.Element, within: frozenset[str] = frozenset()) -> Iterator[Element]:
    """An element and all below it, in their order."""
    if isinstance(element.tag, str):  # a comment has none
        yield Element(element.tag, {**element.attrib}, within, "".join(element.itertext()))
    inside = within | {element.get("id", "")}
    for child in element:
        yield from elements_of(child, inside)


@dataclass(frozen=True)
class Answer:
    """What a request got."""

    status: int
    headers: Message
    text: str

    @property
    def page(self) -> Page:
        """The same, read as HTML."""
        return Page(self.text)

    def json(self) -> Row:
        """The same, read as JSON."""
        row: Row = json.loads(self.text)
        return row


@dataclass
class Site:
    """A running board, and what a browser keeps of it."""

    url: str
    process: "subprocess.Popen[str]"
    cookie: str = field(default="", repr=False)

    @property
    def port(self) -> int:
        """Where it listens."""
        return urlsplit(self.url).port or 0

    @property
    def origin(self) -> str:
        """Its address without path or secret."""
        return f"http://127.0.0.1:{self.port}"

    def enter(self) -> "Site":
        """Follow the printed address, as a browser does."""
        answer = self.get(self.url.removeprefix(self.origin))
        assert answer.status == 303, answer.text
        self.cookie = str(answer.headers["Set-Cookie"]).partition(";")[0]
        return self

    def get(self, path: str = "/", **headers: str) -> Answer:
        """Ask for a page."""
        return self._ask("GET", path, None, headers)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        """Send a form, as a page of the board does, unless the headers say otherwise."""
        return self._ask("POST", path, urlencode(fields), {"Origin": self.origin} | headers)

    def token(self) -> str:
        """What the forms on the page carry."""
        inputs = self.get("/").page.all("input", name="token")
        return inputs[0].attributes["value"] if inputs else ""

    @contextmanager
    def events(self) -> Iterator[HTTPResponse]:
        """The stream of news."""
        with closing(self._connection()) as connection:
            connection.request("GET", "/events", headers={"Cookie": self.cookie})
            yield connection.getresponse()

    def _connection(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        told = {"Cookie": self.cookie} if self.cookie else {}
        if body is not None:
            told["Content-Type"] = "application/x-www-form-urlencoded"
        given = {name.replace("_", "-"): value for name, value in headers.items() if value}
        with closing(self._connection()) as connection:
            connection.request(method, path, body, told | given)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())


def next_event(stream: HTTPResponse) -> tuple[str, str]:
    """The next event of a stream: its name and what it says."""
    fields: dict[str, str] = {}
    for line in stream:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name:
            fields[name] = value
        elif "event" in fields:
            break
    return fields.get("event", ""), fields.get("data", "")


@contextmanager
def board(folder: Path, *words: str, **variables: str) -> Iterator[Site]:
    """A board over the project in a folder, ended when the test is done with it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tidelog", "board", "--no-open", *words],
        cwd=folder,
        env=environment(**({"TIDELOG_PERSON": "grace"} | variables)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield Site(_address(process), process)
        finally:
            process.kill()


def _address(process: "subprocess.Popen[str]") -> str:
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if line.startswith("tidelog: listening on http://"):
            assert process.stderr.readline() == "tidelog: Ctrl-C ends it\n"
            return line.rpartition(" ")[2].strip()
    raise AssertionError(said)
