"""Drafts in memory and in their file."""

import stat
from pathlib import Path

import pytest

from portico.boundary.work.composer import ImagePick, MentionPick
from portico.shells.tui.drafts import MOST, MOST_BYTES, Draft, Drafts, with_ids

MENTION = MentionPick(key="mention:a.py", name="a.py", path="/w/a.py")
IMAGE = ImagePick(key="image:/a.png", name="a.png", media_type="image/png", data=b"png")


def kept(path: Path, gateway: str = "") -> Drafts:
    """As they are at a gateway that keeps conversations."""
    drafts = Drafts(path, gateway)
    drafts.load()
    drafts.heed(is_persistent=True)
    return drafts


def test_drafts_are_kept_by_gateway_and_thread(tmp_path: Path) -> None:
    path = tmp_path / "tui" / "drafts.json"
    drafts = kept(path)
    drafts.put(None, Draft(text="for a new thread"))
    drafts.put("plan", Draft(text="half", picks=(MENTION,)))
    drafts.gateway = "https://office.example"
    drafts.heed(is_persistent=True)
    drafts.put("plan", Draft(text="elsewhere"))
    drafts.save()
    again = kept(path)
    assert again.of(None) == Draft(text="for a new thread")
    assert again.of("plan") == Draft(text="half", picks=(MENTION,))
    assert kept(path, "https://office.example").of("plan") == Draft(text="elsewhere")
    assert kept(path, "https://office.example").of(None) == Draft()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["drafts.json"]


def test_what_was_sent_is_gone_and_what_may_have_arrived_comes_back_under_its_ids(tmp_path: Path) -> None:
    drafts = kept(tmp_path / "d")
    draft = with_ids(Draft(text="hello"), "t1", "s1")
    drafts.put("plan", Draft())
    drafts.sending("plan", draft)
    drafts.save()
    assert kept(tmp_path / "d").of("plan") == draft
    drafts.sent("plan")
    drafts.save()
    assert kept(tmp_path / "d").of("plan") == Draft()


def test_ids_stay_as_long_as_the_message_is_the_same() -> None:
    drafts = Drafts()
    drafts.put("plan", with_ids(Draft(text="hello"), "t1", "s1"))
    drafts.put("plan", Draft(text="hello"))
    assert with_ids(drafts.of("plan"), "t2", "s2").turn_id == "t1"
    drafts.put("plan", Draft(text="hello!"))
    assert with_ids(drafts.of("plan"), "t2", "s2").turn_id == "t2"


def test_pictures_are_not_kept_nor_the_ids_of_a_message_without_them(tmp_path: Path) -> None:
    drafts = kept(tmp_path / "d")
    drafts.put("plan", with_ids(Draft(text="look", picks=(IMAGE, MENTION)), "t1", "s1"))
    drafts.save()
    assert kept(tmp_path / "d").of("plan") == Draft(text="look", picks=(MENTION,))


def test_another_program_on_the_home_keeps_what_it_wrote(tmp_path: Path) -> None:
    one, other = kept(tmp_path / "d"), kept(tmp_path / "d")
    one.put("a", Draft(text="one"))
    other.put("b", Draft(text="other"))
    one.save()
    other.save()
    assert [kept(tmp_path / "d").of(thread).text for thread in ("a", "b")] == ["one", "other"]


def test_the_newest_are_kept(tmp_path: Path) -> None:
    drafts = kept(tmp_path / "d")
    for number in range(MOST + 20):
        drafts.put(str(number), Draft(text=f"draft {number}"))
    drafts.put("huge", Draft(text="x" * MOST_BYTES))
    drafts.save()
    again = kept(tmp_path / "d")
    assert (tmp_path / "d").stat().st_size <= MOST_BYTES
    assert again.of("huge") == Draft()
    assert sum(bool(again.of(str(number)).text) for number in range(MOST + 20)) > MOST - 2
    assert again.of(str(MOST + 19)).text == f"draft {MOST + 19}"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"drafts":[{"gateway":1}]}',
        b'{"drafts":"no"}',
        b"[" * 20_000,
        b'{"drafts":[' + b" " * MOST_BYTES + b"]}",
    ],
)
def test_a_broken_file_is_nothing_and_is_written_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "d"
    path.write_bytes(content)
    drafts = kept(path)
    assert drafts.of(None) == Draft()
    drafts.put(None, Draft(text="new"))
    drafts.save()
    assert kept(path).of(None) == Draft(text="new")


def test_a_disk_that_refuses_is_no_harm(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    drafts = kept(tmp_path / "file" / "d")
    drafts.put(None, Draft(text="stays here"))
    drafts.save()
    assert drafts.of(None).text == "stays here"


def test_of_a_gateway_that_keeps_nothing_nothing_is_written_and_the_file_forgets_it(tmp_path: Path) -> None:
    path = tmp_path / "d"
    before = kept(path)
    before.put("plan", Draft(text="from another time"))
    before.gateway = "https://office.example"
    before.heed(is_persistent=True)
    before.put("plan", Draft(text="elsewhere"))
    before.save()
    drafts = Drafts(path)
    drafts.load()
    drafts.heed(is_persistent=False)
    drafts.save()
    assert "another time" not in path.read_text()
    drafts.put("plan", Draft(text="secret"))
    drafts.sending("plan", Draft(text="secret too"))
    drafts.save()
    assert drafts.of("plan") == Draft(text="secret")
    assert "secret" not in path.read_text()
    assert kept(path, "https://office.example").of("plan") == Draft(text="elsewhere")
    # what was written then stays unwritten when it keeps conversations again
    drafts.heed(is_persistent=True)
    drafts.put("other", Draft(text="kept"))
    drafts.save()
    assert kept(path).of("plan") == Draft()
    assert kept(path).of("other") == Draft(text="kept")


def test_nothing_is_written_before_it_is_known_whether_the_gateway_keeps_anything(tmp_path: Path) -> None:
    path = tmp_path / "d"
    drafts = Drafts(path)
    drafts.put(None, Draft(text="early"))
    drafts.save()
    assert not path.exists()
    drafts.heed(is_persistent=True)
    drafts.save()
    assert kept(path).of(None) == Draft(text="early")


@pytest.mark.parametrize("content", [b"{", b'{"drafts":[{"gateway":"","thread":"","text":"secret"}]}'])
def test_a_file_with_nothing_left_in_it_goes(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "d"
    path.write_bytes(content)
    drafts = Drafts(path)
    drafts.load()
    drafts.heed(is_persistent=False)
    drafts.save()
    assert not path.exists()
