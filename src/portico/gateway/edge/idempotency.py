"""The header `Idempotency-Key`: a request that is sent again is known by it and by what it asks where."""

import hashlib

from portico.gateway.edge.request import Request
from portico.gateway.kernel.errors import Invalid
from portico.protocol.methods.conversation import RequestClaim

MAX_KEY_CHARS = 255


def claim_of(request: Request, asked: bytes) -> RequestClaim | None:
    """The claim of a request that carries a key, with a digest of its path and of `asked`. Raises Invalid."""
    key = request.header("idempotency-key")
    if key is None:
        return None
    if not (key.isascii() and key.isprintable() and 0 < len(key) <= MAX_KEY_CHARS):
        sentence = f"Idempotency-Key must be 1 to {MAX_KEY_CHARS} printable ASCII characters"
        raise Invalid(sentence, path="Idempotency-Key")
    return RequestClaim(key=key, digest=hashlib.sha256(request.path.encode() + b"\n" + asked).hexdigest())
