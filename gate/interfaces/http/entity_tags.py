"""Entity tags (RFC 9110, 8.8.3): a caller that has the newest already is told so, and gets nothing again."""

from typing import Annotated

from fastapi import Header

IfNoneMatch = Annotated[
    str | None, Header(alias="If-None-Match", max_length=1000, description="Entity tags (RFC 9110, section 13.1.2)")
]


def names(entity_tags: str, tag: str) -> bool:
    """Whether the tag is among those of an If-None-Match header."""
    tags = {each.strip().removeprefix("W/") for each in entity_tags.split(",")}
    return bool(tags & {f'"{tag}"', "*"})
