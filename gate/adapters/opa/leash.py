"""Becomes another program that dies with its parent and stays within its memory: `leash.py PARENT BYTES PROGRAM ARG…`.

For `opa run`, which does neither by itself. Run by path in an isolated interpreter, so it imports nothing of the gate.
The kernel ends the program when the gate does, however that ends; where there is no such call (not Linux), a gate that
is killed leaves its OPA behind.
"""

import ctypes
import os
import resource
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(parent: int, memory_bytes: int, command: list[str]) -> None:
    """Put on the leash, then exec `command`; does not return."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        # It ended before the leash was on: nobody is there to serve.
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606  # no shell is wanted; the gate's own settings name the program


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
