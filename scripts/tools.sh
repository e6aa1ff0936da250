#!/bin/sh
# Programs that some features and their tests use if they are there. Never fails: what is missing is worked around or its test skipped.

# in CI the web shell is built anew and compared with the committed one
if [ "${CI:-}" = true ] && command -v npm >/dev/null 2>&1; then
    timeout 180 make --no-print-directory web/node_modules/.package-lock.json >/dev/null 2>&1 || true
fi

missing=""
command -v rg >/dev/null 2>&1 || missing="$missing ripgrep"
command -v tmux >/dev/null 2>&1 || missing="$missing tmux"
command -v bwrap >/dev/null 2>&1 || missing="$missing bubblewrap"
command -v cc >/dev/null 2>&1 || missing="$missing gcc libc6-dev"
# headers of a Python of the system; others bring their own
.venv/bin/python -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("include"), "Python.h").stat()' \
    >/dev/null 2>&1 || missing="$missing python3-dev"
browser=""
command -v chromium >/dev/null 2>&1 || browser="chromium"

# a screen without a monitor, and what Qt's browser needs of the system
window=""
command -v Xvfb >/dev/null 2>&1 || window="xvfb libegl1 libgl1 libnss3 libdbus-1-3 libasound2 libxkbcommon-x11-0 libxkbfile1
    libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0
    libxcb-xinerama0 libxcomposite1 libxdamage1 libxrandr2 libxtst6 fonts-dejavu-core"

[ -n "$missing$browser$window" ] || exit 0
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || exit 0

export DEBIAN_FRONTEND=noninteractive
install() {
    [ -n "$1" ] || return 0
    # shellcheck disable=SC2086
    timeout 300 apt-get install -y -qq --no-install-recommends $1 >/dev/null 2>&1
}
# apart: where there is no such browser the small programs still come
install "$missing" && install "$browser" && install "$window" && exit 0
timeout 60 apt-get update -qq >/dev/null 2>&1 || exit 0
install "$missing" || true
install "$browser" || true
install "$window" || true
