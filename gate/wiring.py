"""The only module that knows every adapter: it puts a gate together from settings."""

import zoneinfo
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gate.adapters import log
from gate.adapters.clock import SystemClock
from gate.adapters.notify.channels import Channel, Channels
from gate.adapters.oidc.reading import Expected
from gate.adapters.oidc.verifier import OidcVerifier
from gate.adapters.opa.engine import LocalEngine
from gate.adapters.opa.limits import Limits
from gate.adapters.opa.served import ServedEngine
from gate.adapters.policy_repo import git, local_revision, working_copy
from gate.adapters.policy_repo.address import Address
from gate.adapters.policy_repo.source import GitPolicySource
from gate.adapters.sql.store import SqlStore
from gate.adapters.telemetry import PrometheusMeter
from gate.application.access import Access
from gate.application.activation import Activation
from gate.application.active_policy import ActivePolicy
from gate.application.break_glass import GlassBreaking
from gate.application.courier import Courier
from gate.application.filing import Filing, GlassFiling
from gate.application.gate import Gate, PublishedBundle
from gate.application.intake import Intake
from gate.application.news import News
from gate.application.red_button import RedButton
from gate.application.reminders import Reminders
from gate.application.robots import RobotAccess
from gate.application.running import Running
from gate.application.sign_in import SignIn
from gate.application.watch import Watch
from gate.domain.notice import EVERYTHING
from gate.domain.policy_set import PolicySet
from gate.ports import Clock, PolicyEngine
from gate.settings import Settings

# Zones come from the pinned tzdata package, not from whatever this machine has: two gates must see the same windows.
zoneinfo.reset_tzpath(to=())


def configure_log(settings: Settings) -> None:
    """How log lines look from now on."""
    log.configure(settings.log_format, settings.log_level)


@asynccontextmanager
async def open_gate(settings: Settings) -> AsyncIterator[Gate]:
    """A gate that runs until left: policy followed, waiting changes watched, everything it started ended."""
    settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    clock, active, meter = SystemClock(), ActivePolicy(), PrometheusMeter()
    source, (engine, published) = _source(settings), _engine(settings)
    proposals = source.proposals() if settings.policy_propose else None
    meter.watch(lambda: active.age_seconds(clock.now_ns()), engine.status)
    store = await SqlStore.open(settings.database_location)
    notifier = _notifier(settings, clock)
    intake = Intake(active, engine, store, clock, News(), meter, notifier.reachable)
    robots = _robots(settings, active)
    gate = Gate(
        active=active,
        activation=Activation(active, source, engine, store, clock, meter),
        intake=intake,
        access=Access(store, clock, robots),
        robots=robots,
        sign_in=_sign_in(settings, active, clock),
        red_button=RedButton(active, store, clock, Filing(active, store, clock, proposals), meter),
        glass_breaking=GlassBreaking(active, intake, store, clock, GlassFiling(active, store, clock, proposals)),
        reminders=Reminders(active, store, clock, notifier.reachable),
        watch=Watch(intake, Running(intake, active, store, clock), store, clock),
        courier=Courier(store, notifier, clock),
        engine=engine,
        store=store,
        clock=clock,
        poll_seconds=settings.policy_poll_seconds,
        metrics=meter.exposition,
        published_bundle=published,
    )
    async with gate.running():
        yield gate


@asynccontextmanager
async def open_access(settings: Settings) -> AsyncIterator[Access]:
    """The tokens alone, on the store of a gate that may well be running meanwhile."""
    settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = await SqlStore.open(settings.database_location)
    try:
        yield Access(store, SystemClock())
    finally:
        await store.close()


def open_trial_engine(settings: Settings) -> PolicyEngine:
    """A local engine to try policy out on; whoever opened it closes it."""
    limits = _limits(settings)
    return LocalEngine.of_binary(settings.opa_binary, limits) if settings.opa_binary else LocalEngine.embedded(limits)


def read_working_copy(folder: Path) -> PolicySet:
    """The policy set of a folder as it lies there. PolicyRejectedError, RepositoryError."""
    return working_copy.read_working_copy(folder, SystemClock().now_ns())


def read_revision(repository: Path, commit: str, folder: str) -> PolicySet:
    """The policy set at a commit of a local repository. PolicyRejectedError, RepositoryError."""
    return local_revision.read_revision(repository, commit, folder)


def _engine(settings: Settings) -> tuple[PolicyEngine, PublishedBundle]:
    if not settings.opa_url:
        return open_trial_engine(settings), lambda: None
    token = settings.opa_token.get_secret_value() if settings.opa_token else None
    served = ServedEngine(settings.opa_url, open_trial_engine(settings), token=token, limits=_limits(settings))
    return served, served.published


def _notifier(settings: Settings, clock: Clock) -> Channels:
    channels: dict[str, list[Channel]] = {}
    if settings.notify:
        from gate.adapters.notify.chat import Chat  # noqa: PLC0415 -- it takes a second to load, and few need it

        for name, addresses in settings.notify.items():
            told = [address.get_secret_value() for address in addresses]
            channels[name] = [Chat(name, told, settings.public_url)]
    if settings.webhook_url and settings.webhook_secret:
        from gate.adapters.notify.webhook import Webhook  # noqa: PLC0415 -- the same

        url, secret = settings.webhook_url.get_secret_value(), settings.webhook_secret.get_secret_value()
        channels.setdefault(EVERYTHING, []).append(Webhook(url, secret, clock, settings.public_url))
    return Channels(channels)


def _robots(settings: Settings, active: ActivePolicy) -> RobotAccess | None:
    if not settings.oidc_issuers:
        return None
    expected = Expected(settings.oidc_audience, settings.oidc_leeway_seconds)
    return RobotAccess(OidcVerifier(settings.oidc_issuers, expected, SystemClock()), active)


def _sign_in(settings: Settings, active: ActivePolicy, clock: Clock) -> SignIn | None:
    if not settings.sign_in_issuer:
        return None
    from gate.adapters.oidc.people import Client, OidcPeople  # noqa: PLC0415 -- Authlib takes a while to load

    secret = settings.sign_in_client_secret
    client = Client(
        issuer=settings.sign_in_issuer,
        client_id=settings.sign_in_client_id,
        secret=secret.get_secret_value() if secret else None,
        redirect_uri=f"{settings.public_url}/sign-in/callback",
        scopes=settings.sign_in_scopes,
        account_claim=settings.sign_in_account_claim,
        groups_claim=settings.sign_in_groups_claim,
        leeway_s=settings.oidc_leeway_seconds,
    )
    return SignIn(OidcPeople(client, clock), active)


def _limits(settings: Settings) -> Limits:
    return Limits(answer_s=settings.opa_timeout_seconds, waiting=settings.opa_queue)


def _source(settings: Settings) -> GitPolicySource:
    return GitPolicySource(
        Address.of(settings.policy_location, branch=settings.policy_branch, folder=settings.policy_folder),
        settings.state_dir.absolute() / "mirror",
        access=git.Access(ssh_agent=settings.policy_ssh_agent, credentials=settings.policy_credentials),
        limits=git.Limits(remote_s=settings.policy_fetch_seconds),
        allow_rewind=settings.policy_allow_rewind,
    )
