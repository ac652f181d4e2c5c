"""After signing in, nobody is led to another site."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.interfaces.web.local_path import local_path

GATE = "https://gate.house.test"
HOSTILE = st.text(alphabet="/\\.:@?#%&= \t\r\nahtps0e", max_size=24)


@pytest.mark.parametrize(
    "path", ["/", "/changes", "/changes/", "/changes/chg_1", "/changes?service=a%20b&x=/y", "/a.b/c-d_e~f", "/?a"]
)
def test_a_page_of_the_gate_is_gone_on_to(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    ["//evil.test", "/\\evil.test", "\\/evil.test", "https:evil.test", "/a//b", "x", "", "/a\n", "/a b", "/é", "/#a"],
)
def test_anything_else_is_the_first_page(path: str) -> None:
    assert local_path(path) == "/"


@settings(max_examples=2_000)
@given(HOSTILE)
def test_wherever_it_leads_it_is_the_gate(wanted: str) -> None:
    # Browsers take `\` for `/` and leave tabs and line breaks out (WHATWG URL, 4.4).
    path = local_path(wanted)
    seen = path.replace("\\", "/").translate({9: None, 10: None, 13: None})
    there = urlsplit(urljoin(GATE, seen))
    assert (there.scheme, there.netloc) == ("https", "gate.house.test")
    assert seen == path


def test_a_long_one_takes_no_time() -> None:
    assert local_path("/" + "a/" * 499 + "\\") == "/"
