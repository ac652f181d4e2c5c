"""What an engine is given."""

from gate.domain.bundle import Bundle


def test_a_serving_engine_gets_no_tests() -> None:
    modules = {"rego/a.rego": "package a", "rego/a_test.rego": "package a_test"}
    bundle = Bundle("r", modules, {"process": {}})
    assert bundle.without_tests() == Bundle("r", {"rego/a.rego": "package a"}, {"process": {}})
