"""Templates to pages: every page knows who is signed in, and what others wrote comes out as text for reading alone.

Whatever a template puts out is escaped, and before that loses every character that is not for reading: no template
can forget it.
"""

from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from gate.interfaces.readable import line_by_line
from gate.interfaces.web import assets, words
from gate.interfaces.web.forms import CSRF_FIELD
from gate.interfaces.web.session import session_of


def _harmless(value: object) -> object:
    """What a template puts out; its own markup as it is."""
    return line_by_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


TEMPLATES: Final = Environment(
    loader=PackageLoader("gate.interfaces.web"),
    autoescape=True,  # of every template, whatever it is called
    undefined=StrictUndefined,
    finalize=_harmless,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.globals |= {"asset": assets.url_of, "count": words.count, "spoken": words.spoken}


def page(request: Request, template: str, status: int = 200, **told: Any) -> HTMLResponse:
    """A page made of `templates/<template>`, which knows `session`, `csrf_field`, `is_demo` and what is told."""
    known = {
        "session": session_of(request),
        "csrf_field": CSRF_FIELD,
        "is_demo": request.app.state.is_demo,
        "path": request.url.path,
    }
    return HTMLResponse(TEMPLATES.get_template(template).render(known | told), status)
