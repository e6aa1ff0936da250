"""`llm`, unchanged, as a program of its own, against a whole gateway."""

import os
import sys
from pathlib import Path

import anyio
import pytest

from tests.interaction.openai.rig import nothing_is_kept
from tests.kit.gateways import Site, gateway

MODELS = """\
- model_id: agent
  model_name: portico
  api_base: {url}/v1
  api_key_name: portico
- model_id: direct
  model_name: openai/m-1
  api_base: {url}/v1
  api_key_name: portico
"""


async def llm(site: Site, folder: Path, *arguments: str) -> str:
    """What the program prints."""
    home = folder / "llm"
    home.mkdir(exist_ok=True)
    (home / "extra-openai-models.yaml").write_text(MODELS.format(url=site.url))
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LLM_USER_PATH": str(home), "LLM_LOAD_PLUGINS": ""}
    command = [sys.executable, "-m", "llm", *arguments, "--key", site.token, "--no-log"]
    done = await anyio.run_process(command, env=environment)
    return done.stdout.decode()


@pytest.mark.promise("openai.llm")
@pytest.mark.parametrize(
    "arguments",
    [("agent", "-s", "be brief"), ("direct",), ("agent", "--no-stream")],
    ids=["turn", "pass-through", "whole"],
)
async def test_a_prompt_is_answered(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    async with gateway(tmp_path) as site:
        site.vendor.script("hello", site.vendor.says("a", "b"))
        assert await llm(site, tmp_path, "hello", "-m", *arguments) == "ab\n"
        await nothing_is_kept(site)
