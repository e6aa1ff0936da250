"""The page at `/`: how to sign in, or that one is signed in. Its only script exchanges a code (design 6)."""

import base64
import hashlib

_SCRIPT = """\
const code = new URLSearchParams(location.hash.slice(1)).get("code");
if (code) {
  history.replaceState(null, "", "/");
  fetch("/auth/session", {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({code})})
    .then((answer) => answer.ok ? location.reload()
      : document.querySelector("p").textContent = "This link was used or is too old. Ask for a new one.");
}
"""
_STYLE = "body{font:16px/1.5 system-ui,sans-serif;max-width:36em;margin:4em auto;padding:0 1em}code{font-size:.95em}"
_PAGE = """\
<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Portico</title><style>{style}</style>
<h1>Portico</h1>
{body}
<script>{script}</script>
</html>
"""
_SIGN_IN = """\
<p>This gateway is running. To sign in, open the link that <code>portico up</code> printed when it started.</p>
<p>In a terminal, <code>portico chat</code> talks to it without signing in.</p>"""
_SIGNED_IN = """\
<p>You are signed in to this gateway.</p>
<p>In a terminal, <code>portico chat</code> talks to it; programs connect to <code>/rpc</code>.</p>"""


def sign_in() -> bytes:
    return _PAGE.format(style=_STYLE, script=_SCRIPT, body=_SIGN_IN).encode()


def signed_in() -> bytes:
    return _PAGE.format(style=_STYLE, script=_SCRIPT, body=_SIGNED_IN).encode()


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; script-src {_source(_SCRIPT)}; style-src {_source(_STYLE)}; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
