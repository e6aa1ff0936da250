#!/bin/sh
# Programs that some features use if they are there. Never fails: what is missing is worked around or its test skipped.
missing=""
command -v rg >/dev/null 2>&1 || missing="$missing ripgrep"
command -v tmux >/dev/null 2>&1 || missing="$missing tmux"
command -v bwrap >/dev/null 2>&1 || missing="$missing bubblewrap"

[ -n "$missing" ] || exit 0
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || exit 0

export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
install="apt-get install -y -qq --no-install-recommends $missing"
$install >/dev/null 2>&1 || { apt-get update -qq >/dev/null 2>&1 && $install >/dev/null 2>&1; } || exit 0
