"""Where somebody goes on after signing in: a page of the gate, whatever the link says that brought them."""

import re
from typing import Final

HOME: Final = "/"
_LONGEST: Final = 1_000
_CHARACTERS: Final = r"[A-Za-z0-9._~!$&'()*+,;=:@%-]"
_LOCAL: Final = re.compile(rf"/(?:{_CHARACTERS}+(?:/{_CHARACTERS}+)*/?)?(?:\?(?:{_CHARACTERS}|[/?])*)?", re.ASCII)
"""A path of RFC 3986, 3.3, without an empty segment, with or without a query. In a browser, `//elsewhere.test` leads to
another host, and so does the same with backslashes."""


def local_path(wanted: str) -> str:
    """The path that is wanted, if it is one of this gate; the first page otherwise."""
    return wanted if len(wanted) <= _LONGEST and _LOCAL.fullmatch(wanted) else HOME
