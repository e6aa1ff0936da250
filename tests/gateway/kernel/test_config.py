"""Defaults, file, environment, flags: each wins over the one before; what is wrong is refused by name."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from portico.gateway.kernel.config import LIVE, Config, LiveConfig, load, reload
from portico.gateway.kernel.errors import Invalid

ENVIRON = {"HOME": "/nobody"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def write(home: Path, text: str) -> None:
    (home / "config.toml").write_text(text)


def test_nothing_told_gives_the_defaults(home: Path) -> None:
    assert load({}, ENVIRON, home) == Config(home=home, environment=ENVIRON)


def test_each_source_wins_over_the_one_before(home: Path) -> None:
    write(home, '[server]\nhost = "127.0.0.2"\nport = 1\nlog_level = "debug"\n')
    environ = {**ENVIRON, "GATEWAY_HOST": "127.0.0.3", "GATEWAY_PORT": "2"}
    config = load({"port": 3, "host": None}, environ, home)
    assert (config.log_level, config.host, config.port) == ("debug", "127.0.0.3", 3)


def test_the_home_is_told_by_flag_or_variable_or_is_the_users(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "PORTICO_HOME": str(tmp_path / "told")}
    assert load({}, environ, tmp_path / "flag").home == tmp_path / "flag"
    assert load({}, environ).home == tmp_path / "told"
    assert load({}, {"HOME": str(tmp_path)}).home == tmp_path / ".portico"


def test_secrets_are_not_in_the_printed_form(home: Path) -> None:
    config = load({}, {**ENVIRON, "GATEWAY_AUTH_TOKEN": "hunter2", "OPENAI_API_KEY": "sk-hunter2"}, home)
    assert config.auth_token == "hunter2"
    assert "hunter2" not in repr(config)


@pytest.mark.parametrize(
    ("overrides", "environ", "path"),
    [
        pytest.param({"host": "0.0.0.0", "auth_mode": "none"}, {}, "server.host", id="open beyond loopback"),
        pytest.param({"auth_mode": "none"}, {"GATEWAY_HOST": "::"}, "server.host", id="open on every address"),
        pytest.param({"host": "127.evil.example", "auth_mode": "none"}, {}, "server.host", id="looks like loopback"),
        pytest.param({"auth_mode": "maybe"}, {}, "auth.mode", id="auth mode"),
        pytest.param({"port": 65_536}, {}, "server.port", id="port too big"),
        pytest.param({"port": -1}, {}, "server.port", id="port negative"),
        pytest.param({"host": ""}, {}, "server.host", id="no host"),
        pytest.param({}, {"RUN_MODE": "double"}, "server.run_mode", id="run mode"),
        pytest.param({"log_level": "loud"}, {}, "server.log_level", id="log level"),
        pytest.param({}, {"GATEWAY_AUTH_TOKEN": "two words"}, "auth.token", id="token with a space"),
        pytest.param({}, {"GATEWAY_AUTH_TOKEN": " "}, "auth.token", id="token that is nothing"),
        pytest.param({}, {"GATEWAY_AUTH_TOKEN": "clé"}, "auth.token", id="token that no header carries"),
        pytest.param({}, {"GATEWAY_CORS_ORIGIN": "chat.example"}, "server.cors_origins", id="origin without scheme"),
        pytest.param({}, {"GATEWAY_CORS_ORIGIN": "https://o/app"}, "server.cors_origins", id="origin with a path"),
        pytest.param({}, {"GATEWAY_CORS_ORIGIN": "*,https://o\r\nX: 1"}, "server.cors_origins", id="a second header"),
        pytest.param({"tls_cert": Path("cert.pem")}, {}, "server.tls_cert", id="certificate without key"),
        pytest.param({}, {"GATEWAY_PORT": "http"}, "GATEWAY_PORT", id="variable"),
        pytest.param({}, {"CWD": "/no/such/folder"}, "tools.root", id="missing folder"),
    ],
)
def test_a_refusal_names_what_is_wrong(
    home: Path, overrides: dict[str, Any], environ: dict[str, str], path: str
) -> None:
    with pytest.raises(Invalid) as refused:
        load(overrides, {**ENVIRON, **environ}, home)
    assert refused.value.path == path


@pytest.mark.parametrize(
    "origins", ["*", "https://chat.example", "http://[::1]:3000/", "chrome-extension://abc", "null"]
)
def test_origins_as_browsers_send_them(home: Path, origins: str) -> None:
    assert load({}, {**ENVIRON, "GATEWAY_CORS_ORIGIN": origins}, home).cors_origins == (origins,)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "localhost"])
def test_an_open_server_stays_on_loopback(home: Path, host: str) -> None:
    assert load({"host": host, "auth_mode": "none"}, ENVIRON, home).is_loopback


def test_tools_run_where_they_were_told(home: Path, tmp_path: Path) -> None:
    assert load({}, {**ENVIRON, "CWD": str(tmp_path)}, home).default_root == tmp_path
    write(home, f'[tools]\nroot = "{home}"\n')
    assert load({}, ENVIRON, home).default_root == home


def test_tools_run_where_the_gateway_was_started(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load({}, ENVIRON, home).default_root == tmp_path


@pytest.mark.parametrize("place", ["user", "around", "told"])
def test_tools_never_run_in_the_users_home(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    user = tmp_path / "people" / "me"
    user.mkdir(parents=True)
    monkeypatch.chdir({"user": user, "around": tmp_path, "told": home}[place])
    told = {"CWD": str(user)} if place == "told" else {}
    assert load({}, {"HOME": str(user), **told}, home).default_root == home / "workspace"


def test_a_reload_reads_the_file_again_and_keeps_the_flags(home: Path) -> None:
    first = load({"port": 5}, ENVIRON, home)
    write(home, '[server]\nport = 1\n[model]\nmodel = "m"\n')
    assert reload(first) == dataclasses.replace(first, model="m")


def test_a_reload_of_a_broken_file_keeps_the_last_good_one(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    first = load({}, ENVIRON, home)
    write(home, "[server]\nport = 1\nport = 2\n")
    assert reload(first) is first
    assert "the last good one holds" in caplog.text
    assert "line 3" in str(caplog.records[-1].__dict__)


def test_a_reload_without_the_folder_it_was_started_in_keeps_the_last_good_one(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    first = load({}, ENVIRON, home)
    gone.rmdir()
    assert reload(first) is first
    assert "the last good one holds" in caplog.text


WAITING: dict[str, Any] = {
    "home": Path("/elsewhere"),
    "host": "127.0.0.9",
    "port": 9,
    "auth_token": "t",
    "auth_mode": "none",
    "store_url": "postgresql://x",
    "tls_cert": Path("c"),
    "tls_key": Path("k"),
    "allow_exec": True,
    "default_root": Path("/elsewhere"),
    "ollama_context_tokens": 8,
    "ollama_max_tokens": 8,
    "verbose_tools": True,
    "run_mode": "single",
    "session_persist": False,
    "web_ui": False,
    "environment": {"A": "b"},
    "flags": {"port": 9},
}
TAKEN: dict[str, Any] = {
    "hosts": ("h",),
    "cors_origins": ("https://o",),
    "log_level": "debug",
    "provider": "openai",
    "model": "m",
    "tools": "none",
    "system_prompt": "s",
    "append_system_prompt": "a",
    "pass_through_tokens_per_day": 9,
}


def test_every_field_is_live_or_waits_for_a_start() -> None:
    assert TAKEN.keys() == LIVE
    assert {each.name for each in dataclasses.fields(Config)} == WAITING.keys() | LIVE


@pytest.mark.parametrize("name", sorted(TAKEN | WAITING))
def test_only_live_fields_change_while_it_runs(home: Path, name: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    first = Config(home=home)
    live, seen = LiveConfig(first), list[Config]()
    live.follow(seen.append)
    told = dataclasses.replace(first, **{name: (TAKEN | WAITING)[name]})
    live.take(told)
    assert live.current == (told if name in LIVE else first)
    assert seen == [live.current]
    assert ("restart to apply" in caplog.text) is (name not in LIVE)
    live.take(first)
    assert live.current == first
