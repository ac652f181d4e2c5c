"""One revision in local processes, from its preparation to its end. When each step is due is elsewhere (`engine`)."""

from collections.abc import Sequence
from typing import Self

from gate.adapters.opa import rego_tests
from gate.adapters.opa.bundle import Content
from gate.adapters.opa.inspection import RegoTestRule
from gate.adapters.opa.judging import ASSESSMENT
from gate.adapters.opa.launch import Launcher, Order
from gate.adapters.opa.limits import Limits
from gate.adapters.opa.local import LocalOpa
from gate.domain.bundle import Bundle
from gate.domain.errors import EngineError
from gate.ports import RegoTest


class LoadedRevision:
    """A judge, which holds what is served and no tests; and until it is active a tester, which holds both."""

    def __init__(self, tests: Sequence[RegoTestRule], judge: LocalOpa, tester: LocalOpa | None) -> None:
        self.judge = judge
        self._tests = tests
        self._tester = tester

    @classmethod
    async def start(cls, bundle: Bundle, tests: Sequence[RegoTestRule], launcher: Launcher, limits: Limits) -> Self:
        """Compile a revision with its tests and without. If either is refused (LoadRefusedError), neither stays."""
        served = Order(Content.of_policy(bundle.without_tests()), ASSESSMENT, limits)
        judge = await LocalOpa.start(launcher, served)
        tested = Order(rego_tests.content(bundle, tests), rego_tests.QUESTION, limits)
        try:
            tester = await LocalOpa.start(launcher, tested) if tests else None
        except BaseException:
            await judge.close()
            raise
        return cls(tests, judge, tester)

    async def run_tests(self) -> Sequence[RegoTest]:
        """Every test, in order of name. EngineError if they are gone."""
        if self._tester is None and self._tests:
            raise EngineError(
                "the tests of an active revision are not kept", hint="Prepare it in an engine of its own."
            )
        return await rego_tests.results(self._tester.query, self._tests) if self._tester else ()

    async def forget_tests(self) -> None:
        """End the tester."""
        if self._tester is not None:
            await self._tester.close()
            self._tester = None

    async def retire(self) -> None:
        """End it when the last question has been answered, or at once when told to stop waiting."""
        try:
            await self.judge.emptied()
        finally:
            await self.close()

    async def close(self) -> None:
        """End it now."""
        await self.judge.close()
        await self.forget_tests()
