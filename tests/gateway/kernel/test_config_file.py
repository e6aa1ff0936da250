"""config.toml is read whole or refused with its line and key."""

from pathlib import Path

import pytest

from portico.gateway.kernel.config_file import KEY_OF, line_of, read_config_file
from portico.gateway.kernel.errors import Invalid

WHOLE = """
[server]
host = "127.0.0.1"
port = 4000
hosts = ["one.example", "two.example"]
cors_origins = ["https://one.example"]
tls_cert = "cert.pem"
tls_key = "key.pem"
web_ui = false
run_mode = "single"
log_level = "debug"

[store]
url = "postgresql://host/db"
session_persist = false

[auth]
mode = "token"
token = "a-token"

[tools]
access = ["read_file"]
allow_exec = true
root = "/srv"
verbose = true

[model]
provider = "openai"
model = "m"
system_prompt = "be kind"
append_system_prompt = "and brief"

[limits]
pass_through_tokens_per_day = 2_000
"""


def test_every_key_has_its_field(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(WHOLE)
    assert read_config_file(tmp_path / "config.toml") == {
        "host": "127.0.0.1",
        "port": 4000,
        "hosts": ("one.example", "two.example"),
        "cors_origins": ("https://one.example",),
        "tls_cert": Path("cert.pem"),
        "tls_key": Path("key.pem"),
        "web_ui": False,
        "run_mode": "single",
        "log_level": "debug",
        "store_url": "postgresql://host/db",
        "session_persist": False,
        "auth_mode": "token",
        "auth_token": "a-token",
        "tools": ["read_file"],
        "allow_exec": True,
        "default_root": Path("/srv"),
        "verbose_tools": True,
        "provider": "openai",
        "model": "m",
        "system_prompt": "be kind",
        "append_system_prompt": "and brief",
        "pass_through_tokens_per_day": 2_000,
    }


@pytest.mark.parametrize("text", ["", "# nothing\n", "[server]\n"])
def test_an_empty_file_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.toml").write_text(text)
    assert read_config_file(tmp_path / "config.toml") == {}


def test_an_absent_file_says_nothing(tmp_path: Path) -> None:
    assert read_config_file(tmp_path / "config.toml") == {}


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        pytest.param(b"[server\n", 1, None, id="not TOML"),
        pytest.param(b"[server]\nport = 1\nport = 2\n", 3, None, id="a key twice"),
        pytest.param(b"[server]\nport = \n", 2, None, id="no value"),
        pytest.param(b"a = 1\n\xff\n", 2, None, id="not UTF-8"),
        pytest.param(b"[servers]\nport = 1\n", 1, "servers", id="unknown table"),
        pytest.param(b"\n[server]\nprot = 1\n", 3, "server.prot", id="unknown key"),
        pytest.param(b"[server]\nport = 'http'\n", 2, "server.port", id="wrong type"),
        pytest.param(b"[server]\nport = 70000\n", 2, "server.port", id="out of range"),
        pytest.param(b"[auth]\nmode = 'none'\n[server]\nhosts = [\n 1\n]\n", 4, "server.hosts[0]", id="in a list"),
        pytest.param(b"server.port = 'http'\n", 1, "server.port", id="dotted key"),
        pytest.param(b"server = {port = 'http'}\n", 1, "server.port", id="inline table"),
        pytest.param(b"[auth]\ntoken = ''\n", 2, "auth.token", id="empty token"),
        pytest.param(b"[tools]\naccess = 'some'\n", 2, "tools.access", id="unknown word"),
        pytest.param(
            b"[limits]\npass_through_tokens_per_day = -1\n", 2, "limits.pass_through_tokens_per_day", id="below 0"
        ),
        pytest.param(b"server = 3\n", 1, "server", id="no table"),
    ],
)
def test_a_fault_is_told_with_file_line_and_key(tmp_path: Path, text: bytes, line: int, key: str | None) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(text)
    with pytest.raises(Invalid) as refused:
        read_config_file(path)
    error = refused.value
    assert (error.details["file"], error.details["line"], error.details["key"]) == (str(path), line, key)
    assert f"{path}, line {line}" in error.message
    assert error.code == "config_invalid"


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    with pytest.raises(Invalid, match="cannot be read"):
        read_config_file(tmp_path / "config.toml")


def test_a_key_that_stands_nowhere_has_no_line() -> None:
    assert line_of("[server]\nport = 1\n", "auth.mode") is None


def test_every_key_of_the_file_has_a_field_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(WHOLE)
    assert KEY_OF.keys() == read_config_file(tmp_path / "config.toml").keys()
    assert (KEY_OF["hosts"], KEY_OF["tools"], KEY_OF["default_root"]) == ("server.hosts", "tools.access", "tools.root")
