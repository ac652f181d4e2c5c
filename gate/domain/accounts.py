"""Whose account at a forge it is: by its number where the policy names that, or else by its login."""

import re
from collections.abc import Iterable
from typing import Final

from gate.domain.catalogue import Person

_NAME: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}")


class Accounts:
    """The accounts of all people of a revision."""

    def __init__(self, people: Iterable[Person] = ()) -> None:
        held = [(account, person.name) for person in people for account in person.accounts]
        self._holders = {(account.issuer, account.id): name for account, name in held}
        self._known = {(account.issuer, name) for account, name in held}

    def person(self, issuer: str, number: str, login: str) -> str | None:
        """The person; None if it is nobody whom the policy could name.

        Without an account in the policy, the login is taken for the name. Not so where somebody of that name has an
        account there, which is another: then a stranger took the login over. Nor is a bot of the forge anybody's name
        (`dependabot[bot]`), and nobody else may be named in its place.
        """
        if (holder := self._holders.get((issuer, number))) is not None:
            return holder
        return login if _NAME.fullmatch(login) and (issuer, login) not in self._known else None
