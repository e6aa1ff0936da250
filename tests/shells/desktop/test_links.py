"""Where pages may go."""

import pytest

from portico.shells.desktop.links import (
    Browse,
    Files,
    Load,
    Nothing,
    Ring,
    Verdict,
    Wish,
    in_gateway,
    in_list,
    in_new_window,
    is_same_origin,
)

ROOT = "http://127.0.0.1:17878"
ELSEWHERE = "https://example.org/a?b#c"


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        pytest.param(Wish(f"{ROOT}/#code=x"), Load(), id="its own page"),
        pytest.param(Wish("http://127.0.0.1:17878/deep?a", is_click=True), Load(), id="a link within"),
        pytest.param(Wish(f"{ROOT}/frame", is_main_frame=False), Load(), id="a frame within"),
        pytest.param(Wish("data:text/html,x", is_ours=True), Load(), id="a notice of ours"),
        pytest.param(Wish("data:text/html,x"), Nothing(), id="a text of the page's own"),
        pytest.param(Wish("about:blank"), Load(), id="nothing"),
        pytest.param(Wish("about:settings"), Nothing(), id="the engine's own pages"),
        pytest.param(Wish(f"blob:{ROOT}/1", is_main_frame=False), Load(), id="a blob in a frame"),
        pytest.param(Wish(f"blob:{ROOT}/1"), Nothing(), id="a blob as the page"),
        pytest.param(Wish(ELSEWHERE, is_click=True), Browse(ELSEWHERE), id="a link elsewhere"),
        pytest.param(Wish("mailto:a@b.c", is_click=True), Browse("mailto:a@b.c"), id="a mail"),
        pytest.param(
            Wish("mailto:a@b.c?subject=x&attach=/etc/passwd", is_click=True), Nothing(), id="a mail with a file"
        ),
        pytest.param(Wish(ELSEWHERE), Nothing(), id="a redirect elsewhere"),
        pytest.param(Wish("http://127.0.0.1:17879/"), Nothing(), id="another port"),
        pytest.param(Wish("https://127.0.0.1:17878/"), Nothing(), id="another scheme"),
        pytest.param(Wish("http://127.0.0.1:17878@evil.example/"), Nothing(), id="a name that looks like it"),
        pytest.param(Wish("http://u@127.0.0.1:17878/"), Nothing(), id="with a user"),
        pytest.param(Wish("file:///etc/passwd", is_click=True), Nothing(), id="a file"),
        pytest.param(Wish("javascript:alert(1)", is_click=True), Nothing(), id="a script"),
        pytest.param(Wish("chrome://gpu", is_click=True), Nothing(), id="the engine"),
        pytest.param(Wish("vscode://x", is_click=True), Nothing(), id="another program"),
        pytest.param(Wish("portico-shell:ring", is_click=True), Nothing(), id="the bell of the list"),
        pytest.param(Wish("http://[", is_click=True), Nothing(), id="no address"),
        pytest.param(Wish("http://x:99999999/", is_click=True), Browse("http://x:99999999/"), id="an impossible port"),
        pytest.param(Wish("https://x/" + "a" * 9_000, is_click=True), Nothing(), id="too long"),
        pytest.param(Wish("portico-open:/a/b%20c.txt", is_click=True), Files("open", "/a/b c.txt"), id="open"),
        pytest.param(Wish("portico-reveal:/a", is_click=True), Files("reveal", "/a"), id="reveal"),
        pytest.param(Wish("portico-open:/a"), Nothing(), id="open without a click"),
    ],
)
def test_in_the_window_of_a_gateway(wish: Wish, expected: Verdict) -> None:
    assert in_gateway(wish, ROOT) == expected


@pytest.mark.parametrize("url", [f"{ROOT}/", "https://evil.example/"])
def test_while_no_gateway_is_shown_nothing_is_loaded(url: str) -> None:
    assert in_gateway(Wish(url), None) == Nothing()


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        pytest.param(Wish("data:text/html,x", is_ours=True), Load(), id="its page"),
        pytest.param(Wish("portico-shell:ring"), Ring(), id="the bell"),
        pytest.param(Wish("https://evil.example/", is_ours=True), Nothing(), id="anywhere else, as ours"),
        pytest.param(Wish("https://evil.example/", is_click=True), Nothing(), id="anywhere else"),
        pytest.param(Wish("portico-open:/a", is_click=True), Nothing(), id="files"),
    ],
)
def test_the_list_goes_nowhere(wish: Wish, expected: Verdict) -> None:
    assert in_list(wish) == expected


@pytest.mark.parametrize("url", ["file:///x", "javascript:1", "portico-open:/x", "data:text/html,x", "http://["])
def test_a_new_window_is_for_the_browser_only(url: str) -> None:
    assert in_new_window(url) == Nothing()
    assert in_new_window(ELSEWHERE) == Browse(ELSEWHERE)


@pytest.mark.parametrize(
    ("url", "is_same"),
    [("http://127.0.0.1:17878", True), ("http://127.0.0.1", False), ("data:x", False), ("http://127.0.0.1:x", False)],
)
def test_an_origin_is_scheme_host_and_port(url: str, is_same: bool) -> None:
    assert is_same_origin(url, ROOT) == is_same


def test_a_default_port_may_be_said() -> None:
    assert is_same_origin("https://a.example:443/x", "https://a.example")
    assert not is_same_origin("nothing", "nothing")
