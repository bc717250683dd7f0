"""The conformance suite's tools that ask the client for something before they answer.

tidelog itself asks for nothing; these show that such an answer passes through its server.
"""

from collections.abc import Callable

from fastmcp import Context
from mcp.shared.exceptions import MCPError
from mcp_types import (
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    CreateMessageRequest,
    CreateMessageRequestParams,
    CreateMessageResult,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequest,
    InputRequiredResult,
    InputResponse,
    ListRootsRequest,
    ListRootsResult,
    SamplingMessage,
    TextContent,
)

from mcp_server.server import TidelogServer
from tests.interop.suite_content import offer_function

Answer = str | InputRequiredResult

_PREFIX = "test_input_required_result_"


def add_asking(server: TidelogServer) -> None:
    """Add the tools, and the prompt, that ask first."""
    for name, tool in _TOOLS.items():
        offer_function(server, name, tool)
    server.prompt(prompt, name=_PREFIX + "prompt", description=prompt.__doc__)


async def elicitation(ctx: Context) -> Answer:
    """Asks for a name."""
    name = _field(ctx, "user_name", "name")
    return f"Hello, {name}!" if name else _asking({"user_name": _name_form()})


async def sampling(ctx: Context) -> Answer:
    """Asks the client's model a question."""
    answered = _response(ctx, "capital_question")
    if isinstance(answered, CreateMessageResult) and isinstance(answered.content, TextContent):
        return f"The model said: {answered.content.text}"
    return _asking({"capital_question": _question("What is the capital of France?", 100)})


async def list_roots(ctx: Context) -> Answer:
    """Asks for the client's folders."""
    answered = _response(ctx, "client_roots")
    if isinstance(answered, ListRootsResult):
        return "Roots: " + ", ".join(str(root.uri) for root in answered.roots)
    return _asking({"client_roots": ListRootsRequest()})


async def request_state(ctx: Context) -> Answer:
    """Asks for a confirmation, and gives a state to bring back."""
    if ctx.request_state == "asked" and _field(ctx, "confirm", "ok") is not None:
        return "state-ok"
    return _asking({"confirm": _form("Please confirm", "ok", "boolean")}, state="asked")


async def multiple_inputs(ctx: Context) -> Answer:
    """Asks for three things at once."""
    given = ctx.input_responses or {}
    if ctx.request_state == "asked" and {"user_name", "greeting", "client_roots"} <= given.keys():
        return "All three are here"
    questions: dict[str, InputRequest] = {
        "user_name": _name_form(),
        "greeting": _question("Generate a greeting", 50),
        "client_roots": ListRootsRequest(),
    }
    return _asking(questions, state="asked")


async def multi_round(ctx: Context) -> Answer:
    """Asks twice, one after the other."""
    if ctx.request_state == "second" and _field(ctx, "step2", "color"):
        return "Both steps are done"
    if ctx.request_state == "first" and _field(ctx, "step1", "name"):
        color = _form("Step 2: What is your favorite color?", "color")
        return _asking({"step2": color}, state="second")
    return _asking({"step1": _form("Step 1: What is your name?", "name")}, state="first")


async def capabilities(ctx: Context) -> Answer:
    """Asks only for what the client said it can give."""
    declared = ctx.session.client_capabilities
    questions: dict[str, InputRequest] = {}
    if declared and declared.sampling is not None:
        questions["greeting"] = _question("Generate a greeting", 50)
    if declared and declared.elicitation is not None:
        questions["user_name"] = _name_form()
    return _asking(questions) if questions else "Nothing can be asked"


async def missing_capability(ctx: Context) -> str:
    """Refuses a client that cannot sample."""
    declared = ctx.session.client_capabilities
    if declared is None or declared.sampling is None:
        raise MCPError(
            MISSING_REQUIRED_CLIENT_CAPABILITY,
            "this tool needs sampling",
            data={"requiredCapabilities": {"sampling": {}}},
        )
    return "The client can sample"


async def prompt(ctx: Context) -> Answer:
    """Asks for a context."""
    context = _field(ctx, "user_context", "context")
    if context:
        return f"Use this context: {context}"
    return _asking({"user_context": _form("What context should the prompt use?", "context")})


_TOOLS: dict[str, Callable[..., object]] = {
    _PREFIX + "elicitation": elicitation,
    _PREFIX + "sampling": sampling,
    _PREFIX + "list_roots": list_roots,
    _PREFIX + "request_state": request_state,
    _PREFIX + "tampered_state": request_state,
    _PREFIX + "multiple_inputs": multiple_inputs,
    _PREFIX + "multi_round": multi_round,
    _PREFIX + "capabilities": capabilities,
    "test_missing_capability": missing_capability,
}


def _asking(questions: dict[str, InputRequest], state: str | None = None) -> InputRequiredResult:
    return InputRequiredResult(input_requests=questions, request_state=state)


def _name_form() -> ElicitRequest:
    return _form("What is your name?", "name")


def _form(message: str, field: str, json_type: str = "string") -> ElicitRequest:
    schema = {"type": "object", "properties": {field: {"type": json_type}}, "required": [field]}
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))


def _question(text: str, max_tokens: int) -> CreateMessageRequest:
    message = SamplingMessage(role="user", content=TextContent(type="text", text=text))
    return CreateMessageRequest(
        params=CreateMessageRequestParams(messages=[message], max_tokens=max_tokens)
    )


def _response(ctx: Context, key: str) -> InputResponse | None:
    return (ctx.input_responses or {}).get(key)


def _field(ctx: Context, key: str, field: str) -> object:
    answered = _response(ctx, key)
    if not isinstance(answered, ElicitResult) or answered.action != "accept":
        return None
    return (answered.content or {}).get(field)
