"""Which gateway the window shows."""

import pytest

from portico.client.errors import ClientError
from portico.client.registry_plan import Registry, RemoteGateway
from portico.shells.desktop.choice import Choice, Given, Local, Remote, Unlisted, choose
from portico.shells.desktop.kept import Kept

OFFICE = RemoteGateway(id="office", name="Office", url="https://office.example", token_ref="r")
LAB = RemoteGateway(id="lab", name="Lab", url="http://lab.example:8080")
KNOWN = Registry(gateways=(OFFICE, LAB), selected="lab")
ENVIRON = {"PORTICO_URL": "https://tunnel.example/", "PORTICO_TOKEN": "secret"}


@pytest.mark.parametrize(
    ("given", "environ", "registry", "kept", "expected"),
    [
        pytest.param(None, {}, Registry(), Kept(), Local(), id="nothing is known"),
        pytest.param(None, {}, KNOWN, Kept(), Remote(LAB), id="the selected one"),
        pytest.param(None, {}, KNOWN, Kept(is_local=True), Local(), id="the local one was shown last"),
        pytest.param("office", {}, KNOWN, Kept(is_local=True), Remote(OFFICE), id="by id"),
        pytest.param("local", {}, KNOWN, Kept(), Local(), id="the local one by name"),
        pytest.param("HTTPS://Office.example:443/", {}, KNOWN, Kept(), Remote(OFFICE), id="by another spelling"),
        pytest.param("http://new.example", {}, KNOWN, Kept(), Unlisted("http://new.example"), id="an unknown address"),
        pytest.param(None, ENVIRON, KNOWN, Kept(), Given("https://tunnel.example", "secret"), id="by the environment"),
        pytest.param(
            "https://office.example", ENVIRON, KNOWN, Kept(), Remote(OFFICE), id="its token is not for others"
        ),
        pytest.param(
            None, {"PORTICO_URL": "http://lab.example:8080"}, KNOWN, Kept(), Remote(LAB), id="without a token"
        ),
    ],
)
def test_choose(given: str | None, environ: dict[str, str], registry: Registry, kept: Kept, expected: Choice) -> None:
    assert choose(given, environ, registry, kept) == expected


@pytest.mark.parametrize(
    "given", ["nobody", "", "ftp://x.example", "http://", "http://a:b@x.example", "http://x/#code=1"]
)
def test_what_cannot_be_chosen_is_said(given: str) -> None:
    with pytest.raises(ClientError, match=".+"):
        choose(given, {}, KNOWN, Kept())


def test_the_token_of_the_environment_is_not_printed() -> None:
    assert "secret" not in repr(choose(None, ENVIRON, KNOWN, Kept()))
