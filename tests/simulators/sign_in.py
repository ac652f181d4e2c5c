"""A provider where people sign in, in memory; whoever is sent there is `visitor`, and comes back at once.

provider = ProviderSimulator(Visitor(issuer="https://id.house.test", account="12", email="maria@house.test"))
url, asked = await provider.ask()
code = await provider.code(url)
provider.go_away()
"""

from dataclasses import dataclass, field
from itertools import count
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from gate.domain.errors import IssuerError
from gate.domain.identity import Unverified
from gate.domain.sign_in import Asked, Visitor

MARIA: Final = Visitor(issuer="https://id.house.test", account="12", email="maria@house.test")
_numbers = count(1)


@dataclass
class ProviderSimulator:
    """Implements `ports.SignInProvider` for one visitor after the other."""

    person: Visitor = MARIA
    _is_away: bool = False
    _codes: dict[str, str] = field(default_factory=dict)
    """Those that nobody has exchanged, and the state that each was given for."""

    async def ask(self) -> tuple[str, Asked]:
        self._demand_there()
        number = next(_numbers)
        asked = Asked(state=f"state-{number}", nonce=f"nonce-{number}", verifier=f"verifier-{number}")
        return f"{self.person.issuer}/authorize?{urlencode({'state': asked.state})}", asked

    async def code(self, url: str) -> str:
        """Somebody is sent there; what they come back with."""
        code = f"code-{next(_numbers)}"
        self._codes[code] = parse_qs(urlsplit(url).query)["state"][0]
        return code

    async def visitor(self, code: str, asked: Asked, issuer: str | None) -> Visitor | Unverified:
        self._demand_there()
        if issuer not in {None, self.person.issuer}:
            return Unverified(reason="another provider sent them back")
        number = self._codes.pop(code, "-").rpartition("-")[2]
        if not number or (asked.nonce, asked.verifier) != (f"nonce-{number}", f"verifier-{number}"):
            return Unverified(reason="the provider does not take the code")
        return self.person

    def go_away(self) -> None:
        """Answer nothing."""
        self._is_away = True

    def _demand_there(self) -> None:
        if self._is_away:
            raise IssuerError(f"the issuer {self.person.issuer} does not answer", hint="Wait for it.")

    async def close(self) -> None:
        """Nothing is open."""
