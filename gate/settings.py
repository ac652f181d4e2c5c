"""Settings from the environment, prefix `GATE_`, and from files of a folder that it names; read once at start."""

import os
import warnings
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, DirectoryPath, Field, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

_WEB = frozenset({"https", "http"})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def _several(value: object) -> object:
    """One variable names several, apart by white space or commas."""
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


def _issuer(url: str) -> str:
    """OpenID Connect Discovery 1.0, 3: https, without query or fragment. Over plain http only on this machine."""
    try:
        parts = urlsplit(url)
        host, allowed = parts.hostname, {"https", "http"} if parts.hostname in _LOOPBACK else {"https"}
    except ValueError:
        host, allowed = None, set()
    if not host or parts.scheme not in allowed or "@" in parts.netloc or parts.query or parts.fragment:
        msg = "an issuer is written like https://token.actions.githubusercontent.com, letter by letter as its `iss`"
        raise ValueError(msg)
    return url


def _issuer_or_none(url: str) -> str:
    return _issuer(url) if url else url


def _address(url: str) -> str:
    """Where people reach the gate; what may be appended to it."""
    try:
        parts = urlsplit(url)
        is_one = not url or (parts.scheme in _WEB and bool(parts.hostname) and parts.port != 0)
    except ValueError:
        is_one = False
    else:
        is_one = is_one and not ("@" in parts.netloc or parts.query or parts.fragment)
    if not is_one:
        msg = "the address of the gate is written like https://gate.example.com"
        raise ValueError(msg)
    return url.rstrip("/")


class Settings(BaseSettings):
    """Everything an operator can set. What the organisation decides (steps, windows, limits) is policy, not here."""

    model_config = SettingsConfigDict(env_prefix="GATE_", extra="ignore")

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    """Port to listen on; 0 takes a free one."""
    state_dir: Path = Path(".state")
    """Folder for the policy mirror and, without a database URL, the SQLite file."""
    policy_repo: str = ""
    """Path or URL (https, ssh) of the policy repository; `policy` in the state folder where nothing is set."""
    policy_branch: str = "main"
    """Branch that holds."""
    policy_folder: str = ""
    """Folder of the policies in the repository; its root where nothing is set."""
    policy_poll_seconds: Annotated[float, Field(gt=0, le=86_400)] = 15.0
    """How often to look for a new revision; `POST /hooks/policy` looks at once."""
    policy_fetch_seconds: Annotated[float, Field(gt=0, le=600)] = 20.0
    """How long the policy repository may take to answer."""
    policy_ssh_agent: Path | None = None
    """Socket of an SSH agent that holds the key to the policy repository."""
    policy_credentials: Path | None = None
    """File of `https://user:token@host` lines, in the format of git-credential-store."""
    hook_secret: Annotated[SecretStr, Field(min_length=16)] | None = None
    """What a forge shows at `POST /hooks/policy`: the secret of its webhook, 16 characters or more."""
    policy_propose: bool = False
    """Push a branch `gate/freeze-…` for every pressed freeze; needs the right to push, to such branches only."""
    policy_allow_rewind: bool = False
    """Follow the branch even where it was force-pushed to a commit that does not contain the last good one."""
    database_url: SecretStr | None = None
    """`postgresql://…`, or `sqlite:///…`; a file in the state folder where nothing is set."""
    opa_url: str = ""
    """Base URL of an OPA that pulls the gate's bundle; without it the gate runs OPA itself."""
    opa_token: SecretStr | None = None
    """Bearer token for that OPA."""
    opa_binary: Path | None = None
    """An `opa` executable to run instead of the embedded engine."""
    opa_timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 2.0
    """How long one judgement may take before the engine is ended and started anew."""
    opa_queue: Annotated[int, Field(ge=1, le=10_000)] = 64
    """How many judgements may wait for the engine."""
    oidc_issuers: Annotated[
        tuple[Annotated[str, AfterValidator(_issuer)], ...], NoDecode, BeforeValidator(_several)
    ] = ()
    """Who may issue identity tokens to pipelines: URLs, apart by white space. Which may ask for what is policy."""
    oidc_audience: Annotated[str, Field(max_length=200)] = ""
    """What identity tokens must be issued for, and for nothing else: the URL by which pipelines know the gate."""
    oidc_leeway_seconds: Annotated[float, Field(ge=0, le=60)] = 30.0
    """How much the clocks of the gate and of an issuer may differ."""

    public_url: Annotated[str, AfterValidator(_address)] = ""
    """Under which address people reach the gate, such as `https://gate.example.com`: links in notices lead there, and
    people come back there when they have signed in."""
    sign_in_issuer: Annotated[str, AfterValidator(_issuer_or_none)] = ""
    """Where people sign in for the web pages: the URL of an OpenID Connect provider, letter by letter as its `iss`."""
    sign_in_client_id: Annotated[str, Field(max_length=500)] = ""
    """What that provider calls the gate."""
    sign_in_client_secret: SecretStr | None = None
    """What the gate shows to that provider; a provider may do without."""
    sign_in_scopes: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_several)] = ("openid", "email", "profile")
    """What the gate asks that provider for, apart by white space; `openid` is always asked for."""
    sign_in_account_claim: Annotated[str, Field(min_length=1, max_length=100)] = "sub"
    """The claim that holds the number of an account, as `accounts` of a `Person` name it; `oid` at Microsoft Entra."""
    sign_in_groups_claim: Annotated[str, Field(max_length=100)] = ""
    """The claim that lists somebody's groups at that provider. A `Group` with a `claim` hears those members alone who
    have it; the others need nothing but `groups.yaml`."""
    session_minutes: Annotated[float, Field(ge=1, le=1_440)] = 60.0
    """How long somebody stays signed in."""
    session_key: Annotated[SecretStr, Field(min_length=32)] | None = None
    """What sessions are sealed with: 32 random characters or more, the same for all gates at one address. Without it
    the gate makes a key at each start, and whoever was signed in signs in anew."""
    demo: bool = False
    """Let whoever opens the pages choose to be one of three people of the default pack, without a password; on loopback
    alone, and never beside a provider."""
    notify: dict[str, list[SecretStr]] = Field(default_factory=dict)
    """Whom to tell, and how: JSON of groups, people, or `*` for everything, each with a list of Apprise addresses."""
    webhook_url: SecretStr | None = None
    """A program that hears of everything, by signed webhooks (Standard Webhooks)."""
    webhook_secret: SecretStr | None = None
    """What its webhooks are signed with: `whsec_` and the base64 of 24 bytes or more."""

    secrets_dir: DirectoryPath | None = None
    """Folder of files called like these variables, each holding a value: where secrets are mounted. Variables win."""
    log_format: Literal["console", "json"] = "console"
    """How log lines look."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Which log lines there are."""
    max_body_bytes: Annotated[int, Field(ge=1_000, le=100_000_000)] = 1_000_000
    """The largest request body. Those of more than 16,000 bytes are worked on two at a time, callers in rotation."""
    body_seconds: Annotated[float, Field(gt=0, le=300)] = 10.0
    """How long a request body may take to arrive."""
    max_head_bytes: Annotated[int, Field(ge=4_000, le=10_000_000)] = 64_000
    """The largest head of a request: its first line and headers."""
    head_seconds: Annotated[float, Field(gt=0, le=300)] = 10.0
    """How long a connection may take to bring the head of a request."""
    max_requests: Annotated[int, Field(ge=1, le=100_000)] = 256
    """How many requests may be under way at once; one more gets 503 with Retry-After."""
    max_waiting: Annotated[int, Field(ge=1, le=100_000)] = 2_000
    """How many callers may wait for an answer at once (`GET /v1/changes/{id}?wait=`)."""
    max_requests_per_caller: Annotated[int, Field(ge=1, le=100_000)] = 64
    """How many of them may be of one caller, the holder of a token; one more gets 429 with Retry-After."""
    max_waiting_per_caller: Annotated[int, Field(ge=1, le=100_000)] = 1_000
    """How many of those who wait may be of one caller."""
    rate_per_second: Annotated[float, Field(gt=0, le=1_000_000)] = 200.0
    """How many requests a second one caller may send in the long run; more get 429 with Retry-After."""
    rate_burst: Annotated[int, Field(ge=1, le=1_000_000)] = 400
    """How many requests one caller may send at once after a quiet time."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- there is no such file
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- it takes a folder that is known beforehand
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given, then variables, then files."""
        folder = Path(os.environ.get("GATE_SECRETS_DIR", ""))
        # A folder that is none is told like any other setting that makes no sense.
        mounted = (_SecretFiles(settings_cls, folder),) if folder.name and folder.is_dir() else ()
        return init_settings, env_settings, *mounted

    @model_validator(mode="after")
    def _one_engine(self) -> Self:
        if self.opa_url and self.opa_binary:
            msg = "GATE_OPA_URL and GATE_OPA_BINARY exclude each other; set one of them, or none for the embedded OPA"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _signed_webhooks(self) -> Self:
        if (self.webhook_url is None) != (self.webhook_secret is None):
            msg = "GATE_WEBHOOK_URL and GATE_WEBHOOK_SECRET go together; set both, or none"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _own_audience(self) -> Self:
        if self.oidc_issuers and not self.oidc_audience:
            msg = "GATE_OIDC_ISSUERS needs GATE_OIDC_AUDIENCE; without one of its own, the gate took others' tokens"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _whole_sign_in(self) -> Self:
        if self.sign_in_issuer and not (self.sign_in_client_id and self.public_url):
            msg = "GATE_SIGN_IN_ISSUER needs GATE_SIGN_IN_CLIENT_ID, and GATE_PUBLIC_URL, where people come back to"
            raise ValueError(msg)
        if self.sign_in_issuer and not (self.public_url.startswith("https://") or _is_at_home(self.public_url)):
            msg = "GATE_SIGN_IN_ISSUER needs a GATE_PUBLIC_URL with https; over http, whoever listens signs in as well"
            raise ValueError(msg)
        if self.sign_in_issuer and urlsplit(self.public_url).path:
            msg = "GATE_SIGN_IN_ISSUER needs a GATE_PUBLIC_URL without a path; the pages are at the root of their host"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _harmless_demo(self) -> Self:
        if self.demo and self.sign_in_issuer:
            msg = "GATE_DEMO and GATE_SIGN_IN_ISSUER exclude each other: one takes everybody's word, the other nobody's"
            raise ValueError(msg)
        if self.demo and self.public_url and not _is_at_home(self.public_url):
            msg = "GATE_DEMO lets anybody be anybody, so GATE_PUBLIC_URL must be on this machine, or not be set"
            raise ValueError(msg)
        return self

    @property
    def policy_location(self) -> str:
        """Where the policy repository is."""
        return self.policy_repo or str((self.state_dir / "policy").absolute())

    @property
    def database_location(self) -> str:
        """Where the store is, as an SQLAlchemy URL; it may hold a password, so it is never shown."""
        if self.database_url is None:
            return f"sqlite:///{(self.state_dir / 'gate.db').absolute()}"
        url = self.database_url.get_secret_value()
        return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _is_at_home(url: str) -> bool:
    return urlsplit(url).hostname in _LOOPBACK


class _SecretFiles(SecretsSettingsSource):
    """The files of a folder. One that cannot be read is never left out: without it, the gate would be another gate."""

    def __call__(self) -> dict[str, Any]:
        """Values by setting. SettingsError."""
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # the base class warns, and goes on without the file
            try:
                return super().__call__()
            except SettingsError as error:
                raise SettingsError(f"GATE_SECRETS_DIR: {error.__cause__ or error}") from error
