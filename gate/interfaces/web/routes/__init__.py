"""What people open in a browser; no part of the API that the OpenAPI document describes."""

from typing import Final

from gate.interfaces.web import sign_in
from gate.interfaces.web.routes import bypasses, change, changes, files, inbox, pirs

PAGES: Final = (sign_in, inbox, changes, change, bypasses, pirs, files)
