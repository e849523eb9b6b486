"""Settings are read once, checked at the start, and keep the secret to themselves."""

import pytest
from pydantic import ValidationError

from api.settings import APISettings


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATALYST_API_WEBHOOK_SECRET", "hunter22")


def test_one_secret_is_enough_to_start() -> None:
    settings = APISettings()
    assert settings.listen == ("127.0.0.1:8080",)
    assert settings.kubeconfig is None


@pytest.mark.invariant(4)
def test_the_secret_is_not_printed() -> None:
    assert "hunter22" not in repr(APISettings())
    assert "hunter22" not in APISettings().model_dump_json()


@pytest.mark.parametrize("secret", [None, ""])
def test_without_a_secret_nothing_starts(
    secret: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if secret is None:
        monkeypatch.delenv("CATALYST_API_WEBHOOK_SECRET")
    else:
        monkeypatch.setenv("CATALYST_API_WEBHOOK_SECRET", secret)
    with pytest.raises(ValidationError, match="webhook_secret"):
        APISettings()


def test_addresses_and_networks_are_lists_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATALYST_API_LISTEN", "127.0.0.1:8080, [::1]:8080,10.88.0.1:8081")
    monkeypatch.setenv("CATALYST_API_TRUSTED_NETWORKS", "127.0.0.0/8,172.17.0.0/16")
    settings = APISettings()
    assert settings.listen == ("127.0.0.1:8080", "[::1]:8080", "10.88.0.1:8081")
    assert [str(each) for each in settings.trusted_networks] == ["127.0.0.0/8", "172.17.0.0/16"]


@pytest.mark.spec("OPS-5")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LISTEN", "8080"),
        ("LISTEN", "127.0.0.1:http"),
        ("LISTEN", "127.0.0.1:70000"),
        ("LISTEN", ""),
        ("TRUSTED_NETWORKS", "everybody"),
        ("WEB_URL", "catalyst.example"),
        ("GITHUB_WEB_URL", "javascript:alert(1)"),
        ("TEMPORAL_UI_URL", "ftp://x"),
        ("UPDATE_TIMEOUT_SECONDS", "0"),
    ],
)
def test_a_wrong_setting_is_told_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"CATALYST_API_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        APISettings()
