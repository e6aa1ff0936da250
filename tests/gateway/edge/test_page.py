"""The page and its policy belong together."""

import base64
import hashlib
import re

import pytest

from portico.gateway.edge.page import CONTENT_SECURITY_POLICY, sign_in, signed_in


@pytest.mark.parametrize("page", [sign_in(), signed_in()])
def test_the_policy_allows_the_very_script_and_style_of_the_page_and_nothing_else(page: bytes) -> None:
    for tag, directive in ((b"script", "script-src"), (b"style", "style-src")):
        blocks = re.findall(b"<%b>(.*?)</%b>" % (tag, tag), page, re.DOTALL)
        digests = [base64.b64encode(hashlib.sha256(block).digest()).decode() for block in blocks]
        assert [f"{directive} 'sha256-{digest}'" for digest in digests] == [
            part.strip() for part in CONTENT_SECURITY_POLICY.split(";") if part.strip().startswith(directive)
        ]
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY


def test_the_script_takes_the_code_out_of_the_address_before_it_is_sent() -> None:
    script = sign_in().decode()
    assert script.index("history.replaceState") < script.index("fetch(")
