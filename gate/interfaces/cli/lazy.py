"""Groups of commands of which each is imported only when it is called, so that `gate --help` stays quick."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

AnyCommand = TyperCommand | TyperGroup

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def lazy_app(
    commands: Mapping[str, tuple[str, str]], *, usual: str = "", bare: Mapping[str, str] = _NOTHING
) -> typer.Typer:
    """A group of these commands: name → (`module:function`, what `--help` of the group says of it).

    `usual` is the one that is meant where options follow the group's name at once; `bare` names options that without a
    value stand for another command: option → command.
    """

    class LazyGroup(TyperGroup):
        """Knows names and one-line helps; everything else waits in the modules."""

        # `Any`: the library's own types for these are private to it.
        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            is_usual = bool(usual and args) and args[0].startswith("-") and args[0] not in ctx.help_option_names
            return super().parse_args(ctx, _in_full(args, usual, bare) if is_usual else args)

        def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 -- the base class hands it over
            return list(commands)

        def get_command(self, ctx: Any, cmd_name: str) -> AnyCommand | None:  # noqa: ARG002 -- as above
            return _imported(cmd_name, commands[cmd_name][0]) if cmd_name in commands else None

        def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 -- as above
            with formatter.section("Commands"):
                formatter.write_dl([(name, summary) for name, (_, summary) in commands.items()])

    return _plain_app(cls=LazyGroup, no_args_is_help=True)


def _in_full(args: Sequence[str], usual: str, bare: Mapping[str, str]) -> list[str]:
    """What options alone stand for: a command, and its own options."""
    for place, (word, following) in enumerate(zip(args, [*args[1:], "-"], strict=True)):
        if word in bare and following.startswith("-"):
            return [bare[word], *args[:place], *args[place + 1 :]]
    return [usual, *args]


def _plain_app(**arguments: Any) -> typer.Typer:
    """Help is plain and exceptions are left alone: for either, Typer would import Rich."""
    return typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, **arguments)


def _imported(name: str, place: str) -> AnyCommand:
    module, _, attribute = place.partition(":")
    found = getattr(import_module(module), attribute)
    if not isinstance(found, typer.Typer):
        function, found = found, _plain_app()
        found.command(name)(function)
    return cast("AnyCommand", get_command(found))
