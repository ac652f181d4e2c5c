"""A scope in words, for a line that people read."""

from gate.domain.scope import Scope, Selector


def in_words(scope: Scope) -> str:
    """Such as `production and payments, except status-page`; `everything` where nothing is named."""
    if scope.excluded is None or scope.excluded.is_empty:
        return _selector(scope)
    return f"{_selector(scope)}, except {_selector(scope.excluded)}"


def _selector(selector: Selector) -> str:
    named = [
        *(selector.environments, selector.services, selector.kinds, selector.owners, selector.objectives),
        tuple(f"{label}={glob}" for label, glob in selector.labels.items()),
    ]
    return " and ".join(" or ".join(globs) for globs in named if globs) or "everything"
