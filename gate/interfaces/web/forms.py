"""Forms that people send from the gate's own pages, and from nowhere else.

    (1) the browser says that the page was the gate's own: `Origin`, and `Sec-Fetch-Site` where it sends one
    (2) the form is one, and small
    (3) it holds the secret of the session that it was made for

A form without JavaScript must work, so the secret is a hidden field. Another site can make a browser send a form, but
can neither read that field nor pretend to be our origin.
"""

import hmac
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from gate.domain.errors import CallerError, ForbiddenError
from gate.interfaces.web.origin import Origin
from gate.interfaces.web.session import Session

CSRF_FIELD: Final = "csrf"
"""The hidden field of every form; its value is `session.csrf`."""
MAX_BYTES: Final = 64_000
MAX_FIELDS: Final = 100
_FORM: Final = "application/x-www-form-urlencoded"
_AGAIN: Final = "Open the page anew at the gate's own address, and send the form from there."


async def posted(request: Request, session: Session) -> Mapping[str, str]:
    """The fields of a form that this session was given, line breaks as one character. ForbiddenError, CallerError."""
    fields = await sent_from_here(request)
    # (3) Compared in the same time, whatever it is.
    if not hmac.compare_digest(fields.get(CSRF_FIELD, "").encode(), session.csrf.encode()):
        raise ForbiddenError("this form was not made for who is signed in now", hint=_AGAIN)
    return {name: value for name, value in fields.items() if name != CSRF_FIELD}


async def sent_from_here(request: Request) -> Mapping[str, str]:
    """The fields of a form on one of the gate's pages, whoever sent it. ForbiddenError, CallerError."""
    # (1) Whose page was it?
    demand_own_origin(request)
    # (2) Is it a form?
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise CallerError("this takes a form", hint=f"Send {_FORM}, as a browser does.")
    body = await request.body()
    if len(body) > MAX_BYTES:
        raise CallerError(f"a form may have {MAX_BYTES} bytes", hint="Write less, and link to the rest.")
    return _fields(body)


def demand_own_origin(request: Request) -> None:
    """ForbiddenError unless a page of the gate itself sent this."""
    own: Origin = request.app.state.origin
    site = request.headers.get("sec-fetch-site", "same-origin")
    if site != "same-origin" or not own.is_own(request.headers.get("origin", ""), request):
        raise ForbiddenError("this form does not come from a page of the gate", hint=_AGAIN)


def _fields(body: bytes) -> Mapping[str, str]:
    try:
        text = body.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise CallerError("the form cannot be read", hint=_AGAIN) from error
    fields = {name: value.replace("\r\n", "\n") for name, value in pairs}
    if len(fields) != len(pairs):
        raise CallerError("the form has a field twice", hint=_AGAIN)
    if any("\0" in value for value in fields.values()):
        raise CallerError("the form holds the character NUL", hint=_AGAIN)  # no database keeps it as text
    return fields
