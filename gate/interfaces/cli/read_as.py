"""How what a command shows is read: by people, or by programs."""

from enum import StrEnum


class Output(StrEnum):
    """Forms of what is shown."""

    TEXT = "text"
    JSON = "json"
