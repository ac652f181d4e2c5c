"""Settings from the environment, with what the command line says on top; what is wrong with them, as a usage error."""

from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from gate.domain.errors import CallerError
from gate.settings import Settings


def settings_from(**flags: Any) -> Settings:
    """The settings; flags that are None leave them alone. CallerError names the variable."""
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except SettingsError as error:
        raise CallerError(str(error), hint="Let the gate's user read the files of that folder.") from error
    except ValidationError as error:
        mistakes = [_in_words(mistake["loc"], mistake["msg"]) for mistake in error.errors(include_input=False)]
        raise CallerError(
            "; ".join(mistakes), hint="Mend the environment variable, or the flag of that name."
        ) from error


def _in_words(place: tuple[int | str, ...], message: str) -> str:
    said = message.removeprefix("Value error, ")
    return f"GATE_{str(place[0]).upper()}: {said}" if place else said
