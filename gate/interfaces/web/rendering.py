"""Templates to pages: every page knows who is signed in, and what they put into a form is escaped."""

from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from gate.interfaces.web.forms import CSRF_FIELD
from gate.interfaces.web.session import session_of

TEMPLATES: Final = Environment(
    loader=PackageLoader("gate.interfaces.web"),
    autoescape=True,  # of every template, whatever it is called
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(request: Request, template: str, status: int = 200, **told: Any) -> HTMLResponse:
    """A page made of `templates/<template>`, which knows `session`, `csrf_field`, `is_demo` and what is told."""
    known = {
        "session": session_of(request),
        "csrf_field": CSRF_FIELD,
        "is_demo": request.app.state.is_demo,
    }
    return HTMLResponse(TEMPLATES.get_template(template).render(known | told), status)
