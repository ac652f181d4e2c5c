"""The program around the embedded engine, spoken to as anybody on this machine could."""

import json
import mmap
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import opa_bindings
import pytest

from gate.adapters.opa import embedded_server
from gate.adapters.opa.embedded_server import OPA_VERSION

TOKEN = "sesame"  # noqa: S105 -- of the servers here

POLICY = """\
package gate

assessment := {"sum": input.a + input.b, "revision": data.policy.revision} if input.b

assessment := to_number(input.a) if not input.b

secret := "s"
"""


@dataclass
class Server:
    """A server of this policy, and a connection to it."""

    process: "subprocess.Popen[bytes]"
    port: int

    def ask(self, path: str, body: object, *, method: str = "POST", token: str = TOKEN) -> tuple[int, dict[str, Any]]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, content, {"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        found = json.loads(answer.read())
        connection.close()
        return answer.status, found


def started(
    modules: dict[str, str], question: str = "gate/assessment"
) -> "tuple[subprocess.Popen[bytes], dict[str, Any]]":
    order = {
        "token": TOKEN,
        "memory_bytes": 1 << 30,
        "modules": modules,
        "documents": {"policy": {"revision": "r1"}},
        "question": question,
    }
    command = [sys.executable, "-I", embedded_server.__file__]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 -- the program tested
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(order).encode() + b"\n")
    process.stdin.flush()
    return process, json.loads(process.stdout.readline())


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    process, words = started({"rego/gate.rego": POLICY})
    with process:
        yield Server(process, words["port"])
        process.kill()


ENDLESS = """\
package gate

assessment := count([1 | some a in numbers.range(1, 100000); some b in numbers.range(1, 100000); a == b])
"""

STRICT = "?strict-builtin-errors=True"


def test_it_answers_its_question(server: Server) -> None:
    assert server.ask("/v1/data/gate/assessment" + STRICT, {"input": {"a": 1, "b": 2}}) == (
        200,
        {"result": {"sum": 3, "revision": "r1"}},
    )


def test_it_says_which_opa_it_is_where_it_is_asked(server: Server) -> None:
    _, answer = server.ask(f"/v1/data/gate/assessment{STRICT}&provenance=True", {"input": {"c": 1}})

    assert answer == {"provenance": {"version": OPA_VERSION}}


def test_undefined_is_an_empty_object_as_in_opa(server: Server) -> None:
    assert server.ask("/v1/data/gate/assessment" + STRICT, {"input": {"c": 1}}) == (200, {})


def test_an_error_of_a_built_in_function_is_an_error_with_its_place(server: Server) -> None:
    status, answer = server.ask("/v1/data/gate/assessment" + STRICT, {"input": {"a": "x"}})

    assert status == 500
    assert answer["errors"][0]["code"] == "eval_builtin_error"
    assert answer["errors"][0]["location"] == {"file": "rego/gate.rego", "row": 5}


def test_a_question_that_forgets_to_be_strict_is_refused(server: Server) -> None:
    assert server.ask("/v1/data/gate/assessment", {"input": {"a": 1, "b": 2}})[0] == 400
    assert server.ask("/v1/data/gate/assessment?strict-builtin-errors=false", {"input": {"a": 1, "b": 2}})[0] == 400


@pytest.mark.parametrize("body", [b"", b"{", b"[]", {}, {"input": None}, {"input": [1]}, b"[" * 100_000])
def test_a_question_without_facts_is_refused(server: Server, body: object) -> None:
    assert server.ask("/v1/data/gate/assessment" + STRICT, body)[0] == 400


@pytest.mark.parametrize("token", ["wrong", "sesam", "sesame2", "s\xe9same"])
def test_nobody_else_is_listened_to(server: Server, token: str) -> None:
    assert server.ask("/v1/data/gate/assessment" + STRICT, {"input": {"a": 1, "b": 2}}, token=token)[0] == 401
    assert server.ask("/health", b"", method="GET", token=token)[0] == 401


@pytest.mark.parametrize(
    "path",
    [
        "/v1/data/gate/secret",
        "/v1/data/gate",
        "/v1/data",
        "/v1/data/gate/assessment/sum",
        "/v1/data/gate/../gate/secret",
        "/v1/data/gate/%2e%2e/gate/secret",
        "/v1/data/gate.secret",
        "/v1/data/gate.secret%20==%201;%20true",
        "/v1/query",
        "/v1/compile",
        "/v1/policies/x",
        "/v1/config",
        "/",
    ],
)
def test_nothing_else_is_answered(server: Server, path: str) -> None:
    assert server.ask(path + STRICT, {"input": {}, "query": "x = 1"})[0] == 404


def test_nothing_can_be_changed(server: Server) -> None:
    assert server.ask("/v1/data/gate/assessment" + STRICT, {}, method="PUT")[0] == 404


def test_it_is_healthy(server: Server) -> None:
    assert server.ask("/health", b"", method="GET") == (200, {})


def test_every_module_that_does_not_parse_is_named() -> None:
    process, words = started({"a.rego": "package gate\nx :=", "b.rego": "package gate\ny if"})
    with process:
        assert process.wait(5) == 1

    assert [message.count(f"{name}.rego:2") > 0 for name, message in zip("ab", words["refused"], strict=True)] == [
        True
    ] * 2


def test_what_only_compiling_finds_is_found_before_it_serves() -> None:
    process, words = started({"a.rego": "package gate\nx := y"})
    with process:
        assert process.wait(5) == 1

    assert "a.rego:2: rego_unsafe_var_error: var y is unsafe" in words["refused"][0]


@pytest.mark.parametrize("question", ["gate.secret", "gate/../secret", "gate/secret == 1; true", "", "gate/my-pkg"])
def test_a_question_that_is_more_than_a_path_never_becomes_query_text(question: str) -> None:
    process, words = started({"rego/gate.rego": POLICY}, question)
    with process:
        assert process.wait(5) == 1

    assert "plain names" in words["refused"][0]


def test_nothing_of_the_policy_is_evaluated_before_somebody_asks() -> None:
    process, words = started({"a.rego": ENDLESS})
    with process:
        process.kill()

    assert "port" in words


def test_it_ends_with_the_gate_even_in_the_middle_of_an_evaluation() -> None:
    endless = (
        "package gate\nx := count([1 | some a in numbers.range(1, 100000); some b in numbers.range(1, 100000); a == b])"
    )
    process, words = started({"a.rego": endless}, "gate/x")
    connection = HTTPConnection("127.0.0.1", words["port"])
    connection.request(
        "POST", "/v1/data/gate/assessment" + STRICT, b'{"input": {"a": 1}}', {"Authorization": f"Bearer {TOKEN}"}
    )
    assert process.stdin is not None
    process.stdin.close()

    assert process.wait(5) == 0
    connection.close()
    assert process.stdout is not None
    process.stdout.close()


def test_it_imports_neither_the_gate_nor_anything_large() -> None:
    command = [sys.executable, "-I", "-X", "importtime", embedded_server.__file__]
    done = subprocess.run(command, input=b"", capture_output=True, check=False)  # noqa: S603 -- the program tested
    imported = {
        line.rsplit("|", 1)[-1].strip().split(".")[0] for line in done.stderr.decode().splitlines() if "|" in line
    }

    assert "opa_bindings" in imported
    assert not imported & {"gate", "pydantic", "fastapi", "sqlalchemy", "uvicorn", "aiohttp", "multiprocessing"}


def test_the_version_it_tells_is_that_of_the_library() -> None:
    library = Path(opa_bindings.__file__).with_name("libopabridge.so")
    with library.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        found = re.search(rb"github\.com/open-policy-agent/opa\tv([0-9.]+)", content)
        assert found is not None
        assert found[1].decode() == OPA_VERSION
