"""The policy engine as an OPA that somebody else runs and that pulls the gate's bundle.

A revision is first checked in local processes, then published; the served OPA fetches it when it looks next. Until it
echoes the revision that was asked about, there is no answer.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from gate.adapters.opa.bundle import Content
from gate.adapters.opa.client import OpaClient
from gate.adapters.opa.failures import SlowAnswerError, UndefinedError
from gate.adapters.opa.judging import judged
from gate.adapters.opa.limits import DEFAULT, Limits
from gate.adapters.opa.turnstile import Turnstile
from gate.domain.assessment import Assessment
from gate.domain.bundle import Bundle
from gate.domain.errors import CallerError, EngineBehindError, EngineBusyError, EngineError, GateError
from gate.domain.facts import Facts
from gate.domain.finding import Finding
from gate.ports import EngineStatus, PolicyEngine, RegoTest

_REVISION: Final = "policy/revision"
_PARALLEL: Final = 16
_LOOK_EVERY_S: Final = 0.1
_SETTLE_S: Final = 30.0


class Published(NamedTuple):
    """What the served OPA is to fetch. The ETag (without quotation marks) is the revision."""

    etag: str
    content: bytes


class ServedEngine:
    """`gate.ports.PolicyEngine` on an OPA at a URL, with a local engine that checks what is to be published."""

    def __init__(
        self,
        url: str,
        checker: PolicyEngine,
        *,
        token: str | None = None,
        limits: Limits = DEFAULT,
        settle_s: float = _SETTLE_S,
    ) -> None:
        """`settle_s`: seconds that `activate` waits for the served OPA. CallerError if `url` cannot be used."""
        self._client = _client_of(url, token, limits)
        self._turnstile = Turnstile(_PARALLEL, limits)
        self._checker = checker
        self._settle_s = settle_s
        self._prepared: dict[str, Bundle] = {}
        self._published: Published | None = None
        self._replaced: str | None = None
        self._echoed: str | None = None
        self._version = ""
        self._watch: asyncio.Task[None] | None = None

    def published(self) -> Published | None:
        """The bundle of the active revision, None before there is one."""
        return self._published

    async def prepare(self, bundle: Bundle) -> Sequence[Finding]:
        """Check a revision locally; nothing is published yet."""
        findings = await self._checker.prepare(bundle)
        if not findings:
            self._prepared[bundle.revision] = bundle
        return findings

    async def run_tests(self, revision: str) -> Sequence[RegoTest]:
        """Run the tests of a prepared revision locally."""
        return await self._checker.run_tests(revision)

    async def activate(self, revision: str) -> None:
        """Publish, and wait a bounded time for the served OPA to follow.

        As long as it has not, it goes on judging at the revision before. If it does not in time, the new one is active
        all the same: `status` says where the OPA is, `assess` raises EngineBehindError, and both change by themselves
        when it catches up. The first revision after a start is not waited for, because the gate opens the route that
        OPA pulls from only when it has a policy.
        """
        settle_s = self._settle_s if self._published else 0
        if not self._is_active(revision):
            self._publish(revision)
        await asyncio.wait([self._watching(revision)], timeout=settle_s)
        for checked in tuple(self._prepared):
            await self.discard(checked)

    async def discard(self, revision: str) -> None:
        """Let the local processes of a prepared revision go."""
        self._prepared.pop(revision, None)
        await self._checker.discard(revision)

    async def assess(self, facts: Facts) -> Assessment:
        """Judge by the served OPA; what is prepared but not active, locally."""
        if self._is_active(facts.revision):
            return await self._assess_active(facts)
        if facts.revision == self._replaced and facts.revision not in self._prepared:
            return await judged(self._query, facts)
        return await self._checker.assess(facts)

    async def _assess_active(self, facts: Facts) -> Assessment:
        try:
            assessment = await judged(self._query, facts)
        except UndefinedError:
            await self._require_bundle(facts.revision)
            raise
        except (EngineBusyError, SlowAnswerError):
            raise
        except EngineError:
            self._lose_sight(facts.revision)
            raise
        self._echoed = facts.revision
        return assessment

    def status(self) -> EngineStatus:
        """The revision is the one that the served OPA showed last, None if it is not known to hold the active one."""
        return EngineStatus("served", self._version, self._echoed)

    async def close(self) -> None:
        """Let go of the served OPA, which goes on, and of the local processes."""
        await self._end_watch()
        await self._client.close()
        await self._checker.close()

    def _is_active(self, revision: str) -> bool:
        return self._published is not None and self._published.etag == revision

    def _publish(self, revision: str) -> None:
        bundle = self._prepared.get(revision)
        if bundle is None:
            raise EngineBehindError(f"revision {revision[:12]} was not prepared", hint="Prepare it, then activate it.")
        self._replaced = self._published.etag if self._published else None
        self._published = Published(revision, Content.of_policy(bundle.without_tests()).archive())
        self._echoed = None
        if self._watch is not None:
            self._watch.cancel()

    async def _query(self, path: str, document: object) -> object:
        async with self._turnstile.passage():
            return await self._client.query(path, document)

    async def _require_bundle(self, revision: str) -> None:
        """Where nothing is defined, it may be that there is no policy at all: an OPA that has just been started."""
        echoed, self._version = await self._client.introduce(_REVISION)
        if echoed != revision:
            self._lose_sight(revision)
            raise EngineBehindError(
                f"the policy engine does not hold revision {revision[:12]} yet",
                hint="Ask again in a moment; if this stays, the engine does not receive the gate's bundles.",
            )

    def _lose_sight(self, revision: str) -> None:
        """From now on it is unknown what the served OPA holds; look out for the revision that it should."""
        self._echoed = None
        self._watching(revision)

    def _watching(self, revision: str) -> asyncio.Task[None]:
        """The look-out for a revision, started if there is none."""
        if self._watch is None or self._watch.done() or self._watch.cancelling():
            self._watch = asyncio.create_task(self._until_echoed(revision))
        return self._watch

    async def _until_echoed(self, revision: str) -> None:
        while self._echoed != revision:
            # Not reachable, or without the bundle: the reason to go on looking.
            with contextlib.suppress(GateError):
                echoed, self._version = await self._client.introduce(_REVISION)
                self._echoed = echoed if isinstance(echoed, str) else None
            if self._echoed != revision:
                await asyncio.sleep(_LOOK_EVERY_S)

    async def _end_watch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait([self._watch])


def _client_of(url: str, token: str | None, limits: Limits) -> OpaClient:
    parts = urlsplit(url)
    tls = parts.scheme == "https"
    usable = parts.scheme in ("http", "https") and parts.hostname and not parts.username
    if not usable or parts.path.strip("/") or parts.query or parts.fragment or parts.hostname is None:
        # opa-python-client builds its own paths under the root, so an OPA behind a path prefix is out of its reach.
        # Not shown: people put passwords into URLs.
        raise CallerError(
            "GATE_OPA_URL is no address of an OPA that the gate can ask",
            hint="Write it like https://opa.example.org:8181, without user or path; what OPA wants to see goes into "
            "GATE_OPA_TOKEN.",
            field="opa_url",
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = parts.port or (443 if tls else 80)
    return OpaClient(host, port, token=token, timeout_s=limits.answer_s, tls=tls)
