"""The command `gate`: the command line, and the adapters that some of its commands need."""

from gate.interfaces.cli.assembly import Assembly
from gate.interfaces.cli.main import run


def _load() -> Assembly:
    # Imported late: `gate --version` and `gate check` start without a database driver.
    from gate import wiring  # noqa: PLC0415 -- see above

    return wiring


def main() -> None:
    """Run the command line."""
    run(_load)


if __name__ == "__main__":
    main()
