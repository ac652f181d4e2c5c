# The image of Change Gate: `gate serve` as a service, and every other command of `gate` in a pipeline.
#
#   docker build --tag change-gate .
#   docker run --rm change-gate policy check --help
#
# Debian 12 with Python 3.11, because that is what the tests run on; the embedded engine needs glibc 2.34 or newer, so
# Alpine is no base for it. The version of OPA is the one of scripts/install-opa and of compose.yaml.
ARG BASE=python:3.11-slim-bookworm
ARG OPA=openpolicyagent/opa:1.22.2-static

FROM ${OPA} AS opa

FROM ${BASE} AS build
WORKDIR /src
RUN python -m venv /opt/gate && python -m venv /opt/build
# What is pinned comes first: it changes less often than the code, so this layer is usually there already.
COPY requirements/ requirements/
RUN /opt/gate/bin/pip install --require-hashes -r requirements/runtime.txt
# The engine's metadata asks for a newer Python than its code needs. The flag is for this package alone.
RUN /opt/gate/bin/pip install --ignore-requires-python --require-hashes -r requirements/opa.txt
# What builds the wheel has an environment of its own, which stays behind in this stage.
RUN /opt/build/bin/pip install --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY gate/ gate/
COPY policies/ policies/
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /opt/wheels .
RUN /opt/gate/bin/pip install --no-deps /opt/wheels/*.whl && /opt/gate/bin/pip check

FROM ${BASE}
# git fetches the policy repository, ssh does where its address says so; ssh-keygen and gpg check who signed a grant; tini
# reaps what a killed fetch leaves over.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates git gpg openssh-client tini \
    && rm -rf /var/lib/apt/lists/*
# The user has a name, because ssh refuses to work for a number that nobody has.
RUN groupadd --gid 10001 gate \
    && useradd --uid 10001 --gid gate --home-dir /var/lib/gate --no-create-home --shell /usr/sbin/nologin gate \
    && install --directory --owner gate --group gate --mode 0700 /var/lib/gate
# Not the engine by default: for those who set GATE_OPA_BINARY=/usr/local/bin/opa, and for who writes Rego.
COPY --from=opa /opa /usr/local/bin/opa
COPY --from=build /opt/gate /opt/gate
ENV PATH=/opt/gate/bin:$PATH \
    GATE_STATE_DIR=/var/lib/gate
# By number, so that an orchestrator can see that it is not root. Nothing of the image is this user's but the state.
USER 10001:10001
EXPOSE 8080
# Whether it lives, not whether it is ready: no restart mends a policy repository that is away. Python's own client,
# and not its urllib, which would ask a proxy for 127.0.0.1.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-I", "-c", "import http.client, os; \
gate = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('GATE_PORT') or 8080), timeout=4); \
gate.request('GET', '/healthz'); \
raise SystemExit(gate.getresponse().status != 200)"]
ENTRYPOINT ["tini", "--", "gate"]
# Without settings it listens on the container's own loopback, which nobody outside reaches: see compose.yaml.
CMD ["serve"]
