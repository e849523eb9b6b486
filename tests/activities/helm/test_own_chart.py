"""What people are told when Catalyst's own chart does not take their settings: nothing of its templates."""

import pytest

from activities.helm.failures import OWN_CHART, to_failure


@pytest.mark.spec("EC-2")
def test_what_catalysts_own_chart_refuses_is_told_as_settings_not_as_templates() -> None:
    stderr = (
        "Error: execution error at (app/templates/checks.yaml:2:4): \n- components.web.env: no\n"
    )
    failure = to_failure(stderr, chart=OWN_CHART, name="app")
    assert str(failure) == (
        "the application's settings do not fit together: components.web.env: no"
    )
    assert "templates" not in "".join(failure.excerpt)
    assert ".catalyst.yaml" in failure.hint
