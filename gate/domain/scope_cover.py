"""Whether one scope is about everything that another is about. Where that is hard to tell, it is not said to be.

Patterns are compared as they are written: `pay*` covers `payments` and `pay*`, and is not known to cover `pay[ab]*`.
"""

from collections.abc import Iterable, Mapping

from gate.domain.scope import Scope, Selector, any_matches, is_glob


def covers(wide: Scope, narrow: Scope) -> bool:
    """Whether every change that `narrow` matches is surely matched by `wide`."""
    return _selects_all_of(wide, narrow) and _takes_out_nothing_of(wide, narrow)


def _selects_all_of(wide: Selector, narrow: Selector) -> bool:
    theirs = _coordinates(narrow)
    return all(_all_match(patterns, theirs.get(name, ())) for name, patterns in _coordinates(wide).items() if patterns)


def _takes_out_nothing_of(wide: Scope, narrow: Scope) -> bool:
    out, too = wide.excluded, narrow.excluded
    if out is None or out.is_empty or (too is not None and not too.is_empty and _selects_all_of(too, out)):
        return True
    theirs = _coordinates(narrow)
    return any(
        _none_matches(patterns, theirs.get(name, ())) for name, patterns in _coordinates(out).items() if patterns
    )


def _all_match(globs: tuple[str, ...], narrower: Iterable[str]) -> bool:
    """Whether each of the narrower patterns is surely matched. Of none, which means anything, it is not."""
    if "*" in globs:
        return True
    each = list(narrower)
    return bool(each) and all(pattern in globs or _as_a_name(globs, pattern) for pattern in each)


def _as_a_name(globs: tuple[str, ...], pattern: str) -> bool:
    """`p*` matches the text `pay*`, and with it whatever `pay*` matches. Where there are sets, that tells nothing."""
    if not is_glob(pattern):
        return any_matches(globs, pattern)
    plain = [glob for glob in globs if not {"[", "]", "?"} & set(glob)]
    return "[" not in pattern and any_matches(plain, pattern)


def _none_matches(globs: tuple[str, ...], narrower: Iterable[str]) -> bool:
    each = list(narrower)
    return bool(each) and not any(is_glob(pattern) or any_matches(globs, pattern) for pattern in each)


def _coordinates(selector: Selector) -> Mapping[str, tuple[str, ...]]:
    return {
        "environment": selector.environments,
        "service": selector.services,
        "kind": selector.kinds,
        "owners": selector.owners,
        "objective": selector.objectives,
        **{f"label {label}": (glob,) for label, glob in selector.labels.items()},
    }
