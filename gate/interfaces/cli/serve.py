"""`gate serve`: runs a gate until it is told to stop. Settings come from the environment; flags go first."""

import asyncio
import gc
import logging
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from socket import socket
from typing import Annotated, Final

import typer
import uvicorn
import uvloop
from fastapi import FastAPI

from gate import __version__
from gate.application.gate import Gate
from gate.domain.errors import CallerError
from gate.interfaces.cli import terminal
from gate.interfaces.cli.assembly import Assembly, assembly_of
from gate.interfaces.cli.configured import settings_from
from gate.interfaces.cli.demo import banner, prepare_demo
from gate.interfaces.cli.lines import Line, line
from gate.interfaces.cli.listening import bound, is_private, url_of
from gate.interfaces.http.app import create_app
from gate.interfaces.http.bounded_protocol import HeadLimits, protocol_within
from gate.settings import Settings

logger = logging.getLogger(__name__)

LAST_ANSWERS_S: Final = 3
"""How long questions in flight may take when the gate is told to stop."""


def serve(  # noqa: PLR0913 -- each option is a parameter
    context: typer.Context,
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on; beyond loopback only with tokens.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    state_dir: Annotated[Path | None, typer.Option(help="Folder for what the gate keeps.")] = None,
    policy_repo: Annotated[str | None, typer.Option(help="Path or URL of the policy repository.")] = None,
    policy_branch: Annotated[str | None, typer.Option(help="Branch that holds.")] = None,
    policy_folder: Annotated[str | None, typer.Option(help="Folder of the policies in it.")] = None,
    demo: Annotated[
        bool | None,
        typer.Option("--demo", help="Let whoever opens the pages be one of three people; on loopback only."),
    ] = None,
) -> None:
    """Run a gate until it is told to stop.

    Every flag has an environment variable: --policy-repo is GATE_POLICY_REPO. There are more of these than flags.
    """
    settings = settings_from(
        host=host,
        port=port,
        state_dir=state_dir,
        policy_repo=policy_repo,
        policy_branch=policy_branch,
        policy_folder=policy_folder,
        demo=demo,
    )
    assembly = assembly_of(context)
    assembly.configure_log(settings)
    # To be told to stop is no failure, not even while the gate opens.
    with bound(settings.host, settings.port) as listening, suppress(asyncio.CancelledError):
        if settings.demo:
            prepare_demo(settings, listening)
        uvloop.run(_serve(assembly, settings, listening))


def collect_less_garbage() -> None:
    """A decision leaves no cycles behind, so looking for them every 700 objects costs more than it finds.

    What is imported stays, and is set aside; each policy that is read joins it.
    """
    gc.set_threshold(50_000, 20, 50)
    gc.freeze()


async def _serve(assembly: Assembly, settings: Settings, listening: socket) -> None:
    if (opening := asyncio.current_task()) is not None:
        _when_told_to_stop(opening.cancel)
    collect_less_garbage()
    async with assembly.open_gate(settings) as gate:
        gc.freeze()  # the policy stays; no need to walk it again and again
        is_open = await gate.access.is_open()
        if is_open and not is_private(listening):
            raise _too_open(settings.host)
        # The app is handed an open gate: what goes wrong while it opens is then told like any other error.
        app = create_app(lambda: nullcontext(gate), settings)
        url = url_of(listening)
        greeting = [*_greeting(gate, url, is_open=is_open), *(banner(url) if settings.demo else ())]
        server = _Server(_configuration(app, settings), url, greeting)
        _when_told_to_stop(partial(_end, gate, server))
        await server.serve([listening])


def _when_told_to_stop(do: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, do)


def _end(gate: Gate, server: "_Server") -> None:
    gate.intake.let_go()
    server.end()


class _Server(uvicorn.Server):
    """Greets once it listens, so that whoever reads the greeting can ask."""

    def __init__(self, configuration: uvicorn.Config, url: str, greeting: Sequence[Line]) -> None:
        super().__init__(configuration)
        self._url = url
        self._greeting = greeting

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Listen, then greet: people on standard output, whoever collects logs in the log."""
        await super().startup(sockets)
        terminal.show(self._greeting)
        logger.info("listening on %s", self._url)

    def end(self) -> None:
        """Answer what is asked already, then end."""
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing: they are caught from the moment the gate opens until it is closed."""
        yield


def _too_open(host: str) -> CallerError:
    return CallerError(
        f"{host} can be reached from other machines, and this gate has no tokens: whoever reaches it might ask",
        hint="Make one with `gate token new`, or listen on 127.0.0.1 or ::1.",
        field="host",
    )


def _configuration(app: FastAPI, settings: Settings) -> uvicorn.Config:
    heads = HeadLimits(size=settings.max_head_bytes, seconds=settings.head_seconds)
    return uvicorn.Config(
        app,
        http=protocol_within(heads),  # type: ignore[arg-type]  # stated as a class; all it does is call it
        ws="none",
        lifespan="on",
        access_log=False,  # decisions are on record; who asked when is there, too
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=LAST_ANSWERS_S,
    )


def _greeting(gate: Gate, url: str, *, is_open: bool) -> Iterator[Line]:
    yield line(f"Change Gate {__version__} listens on {url}", "green")
    if is_open:
        yield line("It is open: there are no tokens, so whoever reaches this address may ask.", "yellow")
    policy = gate.active.policy
    if policy is None:
        yield line(f"No policy is active, so nothing is approved: {_why_no_policy(gate)}", "red")
    else:
        yield line(f"Policy revision {policy.revision}, {policy.documents} documents. Questions: {url}/docs")


def _why_no_policy(gate: Gate) -> str:
    rejected = gate.active.rejected
    return rejected.message if rejected else gate.active.trouble
