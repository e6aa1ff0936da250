#!/bin/sh
# Programs that some features use if they are there. Never fails: what is missing is worked around or its test skipped.
missing=""
command -v rg >/dev/null 2>&1 || missing="$missing ripgrep"
command -v tmux >/dev/null 2>&1 || missing="$missing tmux"
command -v bwrap >/dev/null 2>&1 || missing="$missing bubblewrap"
browser=""
command -v chromium >/dev/null 2>&1 || browser="chromium"

[ -n "$missing$browser" ] || exit 0
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || exit 0

export DEBIAN_FRONTEND=noninteractive
install() {
    [ -n "$1" ] || return 0
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $1 >/dev/null 2>&1
}
# apart: where there is no such browser the small programs still come
install "$missing" && install "$browser" && exit 0
apt-get update -qq >/dev/null 2>&1 || exit 0
install "$missing" || true
install "$browser" || true
