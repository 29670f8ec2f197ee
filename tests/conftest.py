"""What all tests share: how property tests are run."""

from hypothesis import HealthCheck, settings

# Speed is no matter of a test: a busy machine must not fail one.
settings.register_profile("vaken", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("vaken")
