"""What a tool's process sees of the gateway's environment: an allow-list, so that no secret is inherited."""

from collections.abc import Mapping

ALLOWED = frozenset(
    {
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "LANG",
        "LANGUAGE",
        "TZ",
        "TMPDIR",
        "TMP",
        "TEMP",
        "TERM",
        "COLORTERM",
        "NO_COLOR",
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "CONDA_DEFAULT_ENV",
        "PYENV_ROOT",
        "NVM_DIR",
        "GOPATH",
        "GOROOT",
        "CARGO_HOME",
        "RUSTUP_HOME",
        "JAVA_HOME",
        "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_RUNTIME_DIR",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "NO_PROXY",
        "no_proxy",
    }
)
PROXIES = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"})
DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin"
MARK = "PORTICO_CALL"
"""Names the call in the environment of all it starts: so those that left its group are found."""


def child_environment(environ: Mapping[str, str], mark: str, term: str) -> dict[str, str]:
    """The environment of a tool's process; proxies only without credentials in them."""
    allowed = {
        name: value
        for name, value in environ.items()
        if name in ALLOWED or name.startswith("LC_") or (name in PROXIES and "@" not in value)
    }
    return {"PATH": DEFAULT_PATH, **allowed, "TERM": term, MARK: mark}
