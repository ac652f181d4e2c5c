"""Properties are tried on the same examples everywhere. `--hypothesis-profile=explore` tries many others."""

from hypothesis import HealthCheck, settings

# No deadline and no complaint of slowness: how fast this machine is right now is not what is tested.
_PATIENT = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("gate", _PATIENT, derandomize=True)
settings.register_profile("explore", _PATIENT, max_examples=2000)
settings.load_profile("gate")
