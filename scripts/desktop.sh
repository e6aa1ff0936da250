#!/bin/sh
# The engine of the desktop window, about 1 GB, which only that window and its tests need (group `desktop` of uv.lock).
# Never fails: where it cannot be had its tests are skipped and say so.
cd "$(dirname "$0")/.." || exit 0
.venv/bin/python -c 'import importlib.util as i, sys; sys.exit(not (i.find_spec("webview") and i.find_spec("PySide6")))' && exit 0
[ "$(uname -s)" = Linux ] && [ -x .venv/bin/uv ] || exit 0
log=.venv/setup.log
VIRTUAL_ENV="$PWD/.venv" && export VIRTUAL_ENV

# A machine whose packages come by pip's own settings is served by pip from the same lock.
by_pip() {
    .venv/bin/uv export --quiet --frozen --only-group desktop --output-file .venv/desktop.txt >>"$log" 2>&1 &&
        timeout 900 .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
            -r .venv/desktop.txt >>"$log" 2>&1
}

echo "getting the engine of the desktop window (once; about 1 GB)"
timeout 900 .venv/bin/uv sync --quiet --frozen --inexact --group desktop --python .venv/bin/python >>"$log" 2>&1 || by_pip ||
    echo "it could not be had; tests of the desktop window are skipped, and $log says why"
exit 0
