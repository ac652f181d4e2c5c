"""Change Gate: pipelines ask before they deploy; policy in git answers."""

__version__ = "0.1.0"
