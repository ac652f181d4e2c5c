"""What bad input gets: a clear problem with field and hint, nothing recorded, and never a 5xx."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx2
import pytest

from tests.http_house import HttpHouse, document, problem_in

pytestmark = pytest.mark.anyio

JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def house() -> AsyncIterator[HttpHouse]:
    async with HttpHouse.open() as opened:
        yield opened


async def demand_nothing_recorded(house: HttpHouse, store: Mapping[str, Any]) -> None:
    """The store holds what it held, and nobody was asked to judge."""
    assert contents(house) == store
    assert house.bench.engine.asked == []


def contents(house: HttpHouse) -> Mapping[str, Any]:
    return {name: repr(value) for name, value in vars(house.bench.store).items() if name != "calls"}


async def sent(house: HttpHouse, body: bytes, headers: Mapping[str, str] = JSON) -> httpx2.Response:
    before = contents(house)
    answer = await house.http.post("/v1/changes", content=body, headers=dict(headers))
    await demand_nothing_recorded(house, before)
    return answer


async def asked(house: HttpHouse, **fields: Any) -> httpx2.Response:
    return await sent(house, json.dumps(document(**fields)).encode())


def spoilt(place: str, value: str) -> bytes:
    """A request with this text, as it stands, for a value."""
    whole = json.dumps(document(**{place: "@"}))
    return whole.replace('"@"', value).encode()


MALFORMED = {
    "nothing": b"",
    "half": b'{"service": "payments"',
    "single quotes": b"{'service': 'payments'}",
    "a comma too many": b'{"service": "payments",}',
    "two values": b"{}{}",
    "no UTF-8": b'{"service": "\xff"}',
    "UTF-16": json.dumps(document()).encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + json.dumps(document()).encode(),
    "a comment": b'{"service": "payments" /* him */}',
    "bottomless": b'{"paths": ' + b"[" * 400_000,
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
async def test_malformed_json_says_where_it_goes_wrong(house: HttpHouse, body: bytes) -> None:
    problem = problem_in(await sent(house, body), 400, "bad-request")
    assert problem["detail"].startswith("the body is not clear JSON: ")
    assert "RFC 7493" in problem["hint"]


UNCLEAR = {
    "NUL": (spoilt("summary", r'"a\u0000b"'), "summary", "NUL"),
    "a lone surrogate": (spoilt("summary", r'"\ud83d"'), "summary", "surrogate"),
    "a lone surrogate in a name": (spoilt("labels", r'{"\udc00": "x"}'), "labels", "surrogate"),
    "a number beyond 64 bits": (spoilt("size", '{"files": 18446744073709551616}'), "size.files", "64 bits"),
    "a number of a million digits": (spoilt("size", '{"files": ' + "9" * 900_000 + "}"), "size.files", "64 bits"),
    "a fraction beyond 64 bits": (spoilt("size", '{"lines": 1e999}'), "size.lines", "64 bits"),
    "no number": (spoilt("size", '{"lines": NaN}'), "size.lines", "NaN"),
    "deep nesting": (spoilt("paths", "[" * 40 + "]" * 40), "paths" + ".0" * 31, "nested"),
    "a name twice": (b'{"service": "payments", "service": "ledger"}', "", "'service' is there twice"),
    "too many values": (spoilt("paths", "[" + "[]," * 20_000 + "[]]"), "paths", "values"),
    "more values than anybody reads": (spoilt("paths", "[" + "1," * 490_000 + "1]"), "", "values"),
    "too many names": (spoilt("labels", "{" + ",".join(f'"l{n}": 1' for n in range(201)) + "}"), "labels", "names"),
}


@pytest.mark.parametrize(("body", "field", "why"), UNCLEAR.values(), ids=UNCLEAR)
async def test_json_that_others_might_read_otherwise_is_refused(
    house: HttpHouse, body: bytes, field: str, why: str
) -> None:
    problem = problem_in(await sent(house, body), 400, "bad-request")
    assert problem.get("field", "") == field
    assert why in problem["detail"]


INVALID: dict[str, tuple[dict[str, Any], str]] = {
    "a commit that is no commit id": ({"commit": "main"}, "commit"),
    "an abbreviated commit": ({"commit": "4f0c2f6"}, "commit"),
    "a commit in capitals": ({"commit": "4F0C" * 10}, "commit"),
    "a commit and a line break": ({"commit": "4f0c" * 10 + "\n"}, "commit"),
    "a commit that is a number": ({"commit": 4}, "commit"),
    "an artifact that is no digest": ({"artifact": "payments:latest"}, "artifact"),
    "a naive time": ({"batch": {"oldest_commit_at": "2026-11-01T10:00:00"}}, "batch.oldest_commit_at"),
    "a day for a time": ({"batch": {"oldest_commit_at": "2026-11-01"}}, "batch.oldest_commit_at"),
    "a number for a time": ({"batch": {"oldest_commit_at": 1793000000}}, "batch.oldest_commit_at"),
    "no time at all": ({"batch": {"oldest_commit_at": "yesterday"}}, "batch.oldest_commit_at"),
    "an end before its start": ({"duration": "-PT5M"}, "duration"),
    "an end at its start": ({"duration": "PT0S"}, "duration"),
    "a change that takes a year": ({"duration": "P1Y"}, "duration"),
    "a number for a duration": ({"duration": 300}, "duration"),
    "an unknown field": ({"servcie": "payments"}, "servcie"),
    "an outcome of one's own": ({"outcome": "approved"}, "outcome"),
    "a class of one's own": ({"class": "standard"}, "class"),
    "an unknown field deep inside": ({"size": {"files": 1, "fiels": 2}}, "size.fiels"),
    "a text for a number": ({"size": {"files": "1"}}, "size.files"),
    "a fraction for a number": ({"size": {"files": 1.5}}, "size.files"),
    "a negative size": ({"size": {"files": -1}}, "size.files"),
    "a size beyond all measure": ({"size": {"lines": 10_000_001}}, "size.lines"),
    "a name with spaces": ({"service": "pay ments"}, "service"),
    "a name with a path": ({"service": "../payments"}, "service"),
    "a name without end": ({"service": "p" * 101}, "service"),
    "an empty name": ({"environment": ""}, "environment"),
    "nothing for a name": ({"service": None}, "service"),
    "a result that evidence cannot have": ({"evidence": [{"kind": "tests", "status": "green"}]}, "evidence.0.status"),
    "too much evidence": ({"evidence": [{"kind": "tests", "status": "passed"}] * 101}, "evidence"),
    "too many labels": ({"labels": {f"l{number}": "x" for number in range(51)}}, "labels"),
    "an empty path": ({"paths": [""]}, "paths.0"),
    "too many paths": ({"paths": ["a"] * 5001}, "paths"),
    "a summary without end": ({"summary": "x" * 2001}, "summary"),
}


@pytest.mark.parametrize(("fields", "field"), INVALID.values(), ids=INVALID)
async def test_what_is_not_valid_is_named(house: HttpHouse, fields: dict[str, Any], field: str) -> None:
    problem = problem_in(await asked(house, **fields), 422, "invalid-request")
    assert problem["field"] == field
    assert field in {mistake["field"] for mistake in problem["errors"]}


@pytest.mark.parametrize("missing", ["service", "environment", "commit"])
async def test_what_is_missing_is_named(house: HttpHouse, missing: str) -> None:
    fields = document()
    del fields[missing]
    problem = problem_in(await sent(house, json.dumps(fields).encode()), 422, "invalid-request")
    assert (problem["field"], problem["hint"]) == (missing, "Send this field.")


async def test_all_mistakes_are_told_at_once(house: HttpHouse) -> None:
    answer = await asked(house, commit="main", servcie="x", paths=[""], size={"files": -1})
    problem = problem_in(answer, 422, "invalid-request")
    assert {mistake["field"] for mistake in problem["errors"]} == {"commit", "servcie", "paths.0", "size.files"}


@pytest.mark.parametrize(
    ("field", "name", "near"), [("service", "paymets", "payments"), ("environment", "prod", "production")]
)
async def test_an_unknown_name_comes_with_the_nearest(house: HttpHouse, field: str, name: str, near: str) -> None:
    problem = problem_in(await asked(house, **{field: name}), 422, "unknown-name")
    assert (problem["field"], near in problem["detail"]) == (field, True)


@pytest.mark.parametrize("body", [b"[]", b"null", b'"payments"', b"1", b"true"])
async def test_a_request_is_an_object(house: HttpHouse, body: bytes) -> None:
    problem = problem_in(await sent(house, body), 422, "invalid-request")
    assert problem["detail"] == "the request: Input should be an object"


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp", "json"]
)
async def test_what_does_not_say_that_it_is_json_is_not_read(house: HttpHouse, kind: str) -> None:
    answer = await sent(house, json.dumps(document()).encode(), {"Content-Type": kind} if kind else {})
    assert "application/json" in problem_in(answer, 415)["hint"]
    assert answer.headers["accept"] == "application/json"


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8", "application/vnd.ci+json"])
async def test_what_says_that_it_is_json_is_read(house: HttpHouse, kind: str) -> None:
    body = json.dumps(document()).encode()
    assert (await house.http.post("/v1/changes", content=body, headers={"Content-Type": kind})).status_code == 201


async def test_a_body_over_a_megabyte_is_refused_however_it_comes(house: HttpHouse) -> None:
    body = b'{"summary": "' + b"x" * 1_000_000 + b'"}'

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 100_000):
            yield body[start : start + 100_000]

    for content in (body, in_pieces()):
        before = contents(house)
        problem = problem_in(await house.http.post("/v1/changes", content=content, headers=JSON), 413, "too-large")
        assert "1000000 bytes" in problem["detail"]
        await demand_nothing_recorded(house, before)


async def test_a_large_request_is_no_bad_request(house: HttpHouse) -> None:
    paths = [f"services/payments/some/rather/deep/folder/file_{number}.py" for number in range(5000)]
    assert (await house.ask(paths=paths)).status_code == 201


@pytest.mark.parametrize("result", [None, "", "ok", 1, ["succeeded"]])
async def test_an_end_is_one_of_three(house: HttpHouse, result: Any) -> None:
    change = (await house.ask()).json()["id"]
    await house.start(change)
    before = contents(house)
    answer = await house.http.post(f"/v1/changes/{change}/finish", json={"result": result})
    assert problem_in(answer, 422, "invalid-request")["field"] == "result"
    assert contents(house) == before


@pytest.mark.parametrize(
    "change", ["chg_", "chg_" + "x" * 80, "chg_a b", "chg_%00", "chg_a/../b", "chg_é", "1", "%2e%2e"]
)
async def test_an_id_that_can_be_none_finds_nothing(house: HttpHouse, change: str) -> None:
    for path in (f"/v1/changes/{change}", f"/v1/decisions/{change}.1"):
        answer = await house.http.get(path)
        assert answer.status_code in {404, 422}
        assert answer.headers["content-type"] == "application/problem+json"


async def test_what_was_sent_is_not_sent_back(house: HttpHouse) -> None:
    canary = "canary-" * 8
    answers = [
        await asked(
            house, commit=canary, summary=[canary], labels={"a": [canary]}, evidence=[{"kind": "a b", "status": canary}]
        ),
        await sent(house, f'{{"summary": "{canary}", "n": {canary}}}'.encode()),
        await sent(house, f'["{canary}"]'.encode()),
        await sent(house, canary.encode(), {"Content-Type": canary}),
        await house.http.get(f"/v1/changes/{canary}"),
        await house.http.get("/v1/changes/chg_1", params={"wait": canary}),
        await house.http.get(f"/{canary}"),
        await house.http.post("/v1/changes", json=document(), headers={"Idempotency-Key": f"a {canary}"}),
    ]
    assert all(400 <= answer.status_code < 500 for answer in answers)
    assert not [answer.text for answer in answers if canary in answer.text + str(answer.headers)]
