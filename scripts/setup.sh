#!/bin/sh
# Makes .venv from a bare Python: uv comes by pip, everything else by uv from uv.lock.
# What the installers say goes to .venv/setup.log, so that a terminal shows one line.
set -eu
cd "$(dirname "$0")/.."

if [ -z "${PYTHON:-}" ] && [ ! -x .venv/bin/python ]; then
    echo "Python 3.11 or newer is needed; install it or say where it is: make PYTHON=/path/to/python3.11" >&2
    exit 1
fi
[ -x .venv/bin/python ] || "$PYTHON" -m venv .venv
log=.venv/setup.log
: >"$log"

failed() {
    echo "setting up .venv did not work; $log says why:" >&2
    tail -n 5 "$log" | sed 's#[a-z+]*://[^ ]*#(address)#g' >&2
    exit 1
}

# Caches and data go below .venv where there is no home to put them in.
if [ -z "${HOME:-}" ] || [ ! -w "${HOME:-/nonexistent}" ]; then
    HOME="$PWD/.venv" && export HOME
fi

echo "setting up .venv (once; the first time it takes a minute)"
[ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check uv >>"$log" 2>&1 || failed
VIRTUAL_ENV="$PWD/.venv" && export VIRTUAL_ENV

# A machine whose packages come by pip's own settings (mirror, proxy, folder) is served by pip from the same lock.
by_pip() {
    .venv/bin/uv export --quiet --frozen --no-emit-project --output-file .venv/requirements.txt >>"$log" 2>&1 &&
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
            -r .venv/requirements.txt >>"$log" 2>&1 &&
        .venv/bin/python -m pip install --quiet --disable-pip-version-check hatchling editables >>"$log" 2>&1 &&
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
            -e . >>"$log" 2>&1
}

.venv/bin/uv sync --quiet --frozen --inexact --python .venv/bin/python >>"$log" 2>&1 || by_pip || failed
touch .venv/.synced
