"""Settings: typed, frozen, told in words when wrong, no secret with a default."""

from __future__ import annotations

import dataclasses
import stat
from pathlib import Path

import pytest
from flask import request

from web import create_app
from web.config import Config, SettingsRefused, own_redis_socket


def configure(var: Path, **environ: str) -> Config:
    return Config.from_environment({"TAPAK_VAR": str(var), **environ})


def test_defaults(tmp_path: Path) -> None:
    config = configure(tmp_path)
    assert (config.host, config.port, config.environment) == ("127.0.0.1", 8000, "demo")
    assert config.database_url == f"sqlite:///{tmp_path / 'tapak.sqlite3'}"
    assert config.redis_url is None
    assert config.proxies == 0
    assert config.public_url == "http://127.0.0.1:8000"
    assert not config.secure_cookies


def test_it_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        configure(tmp_path).port = 1  # type: ignore[misc]  # that it is frozen is the test


def test_the_secret_key_is_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    first = configure(tmp_path).secret_key
    assert configure(tmp_path).secret_key == first
    assert len(first) == 64
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert configure(tmp_path / "other").secret_key != first


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    configure(tmp_path)
    (tmp_path / "secret_key").chmod(0o644)
    with pytest.raises(SettingsRefused, match="chmod 600"):
        configure(tmp_path)


def test_secrets_do_not_show(tmp_path: Path) -> None:
    config = configure(
        tmp_path, DATABASE_URL="postgresql://tapak:rahasia@db/tapak", REDIS_URL="redis://:rahasia@r/0",
    )
    assert "rahasia" not in repr(config)
    assert config.secret_key not in repr(config)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "delapan"), ("PORT", "0"), ("PORT", "70000"), ("TAPAK_ENV", "staging"), ("REDIS_URL", "localhost"),
        ("DATABASE_URL", "mysql://u:rahasia@h/d"), ("DATABASE_URL", "sqlite:///:memory:"), ("TAPAK_URL", "kpu.example"),
        ("TAPAK_MAX_FILE_MB", "-1"), ("TAPAK_PROXIES", "many"), ("DATABASE_URL", "postgresql://h:xx/d"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsRefused) as refusal:
        configure(tmp_path, **{name: value})
    assert any(line.startswith(name) for line in refusal.value.problems)
    assert "rahasia" not in str(refusal.value)


def test_all_wrong_settings_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused) as refusal:
        configure(tmp_path, PORT="x", TAPAK_ENV="y")
    assert len(refusal.value.problems) == 2
    assert not (tmp_path / "secret_key").exists()


def test_https_makes_cookies_secure(tmp_path: Path) -> None:
    assert configure(tmp_path, TAPAK_URL="https://tapak.example/").public_url == "https://tapak.example"
    assert configure(tmp_path, TAPAK_URL="https://tapak.example/").secure_cookies


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    assert own_redis_socket(tmp_path / "v") == tmp_path / "v" / "run" / "redis.sock"
    assert len(str(own_redis_socket(tmp_path / ("n" * 120)))) < 100


@pytest.mark.parametrize(("proxies", "address"), [("0", "127.0.0.1"), ("1", "203.0.113.7"), ("2", "198.51.100.9")])
def test_only_as_many_proxies_are_believed_as_are_set(
    sqlite_url: str, tmp_path: Path, proxies: str, address: str
) -> None:
    """Otherwise everybody behind one shares a limit, or anybody escapes it by naming an address."""
    app = create_app(configure(tmp_path, DATABASE_URL=sqlite_url, TAPAK_PROXIES=proxies))
    seen: list[str | None] = []
    app.before_request_funcs.setdefault(None, []).insert(0, lambda: seen.append(request.remote_addr))
    app.test_client().get("/masuk", headers={"X-Forwarded-For": "192.0.2.1, 198.51.100.9, 203.0.113.7"})
    assert seen == [address]
