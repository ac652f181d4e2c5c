"""`/sign-in` and `/sign-out`: where people say, and have shown, who they are."""

from fastapi import APIRouter, Request, Response

from gate.interfaces.web.rendering import page

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/sign-in")
async def sign_in(request: Request) -> Response:
    """Where people sign in."""
    return page(request, "sign_in.html", people=(), state="")
