"""The parser of Dockerfiles that the container tests stand on."""

from typing import Final

from tests.dockerfile import parse

DOCKERFILE: Final = """\
# A note
ARG A=x:1
FROM ${A} AS one
RUN a b \\
    && c
CMD ["p", "q \\
r"]
FROM y
COPY --from=one /a /b
"""


def test_the_parser_reads_what_docker_reads() -> None:
    one, two = parse(DOCKERFILE)

    assert (one.base, one.name, two.base, two.name) == ("x:1", "one", "y", "")
    assert one.last("RUN").commands == [["a", "b"], ["c"]]
    assert one.last("CMD").arguments == ["p", "q r"]
    assert (two.last("COPY").flags, two.last("COPY").arguments) == ({"from": "one"}, ["/a", "/b"])
