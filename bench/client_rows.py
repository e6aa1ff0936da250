"""The rows of the table that are about clients, and the steps that measure them."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench import clients, tabs, web
from bench.measures import Figures
from bench.rig import gateway
from bench.row import Row

CLIENT_ROWS = (
    Row(
        "1,000 turns with tools: events made rows / history pages made a first screen, CPU ms",
        "60 / -",
        lambda f: f"{f['reduce_ms']:.0f} / {f['load_ms']:.0f}",
        is_met=lambda f: f["reduce_ms"] < 60,
    ),
    Row(
        "the same streamed in single deltas (60 a turn), CPU ms",
        "-",
        lambda f: f"{f['reduce_single_ms']:.0f} / {f['load_single_ms']:.0f}",
    ),
    Row(
        "a delta made a patch of its row at the end of them: plain / 50th paragraph of Markdown, CPU us",
        "50",
        lambda f: f"{f['patch_plain_us']:.0f} / {f['patch_markdown_us']:.0f}",
        is_met=lambda f: max(f["patch_plain_us"], f["patch_markdown_us"]) < 50,
    ),
    Row(
        "17 deltas drawn (document parsed, patches in JSON): plain / 50th paragraph, CPU us",
        "-",
        lambda f: f"{f['draw_plain_us']:.0f} / {f['draw_markdown_us']:.0f}",
    ),
    Row(
        "a turn of 500 deltas/s watched by 0 / 1 / 20 tabs for 6 s: CPU s (20 to 1)",
        "2 times",
        lambda f: f"{f['tabs_0_s']:.2f} / {f['tabs_1_s']:.2f} / {f['tabs_20_s']:.2f} ({f['tabs_ratio']:.2f})",
        is_met=lambda f: f["tabs_ratio"] <= 2,
    ),
    Row(
        "web: first rows of 1,000 turns, by a click on the thread (the gateway's CPU) / by its address, ms",
        "300",
        lambda f: f"{f['web_click_ms']:.0f} ({f['web_click_cpu_ms']:.0f}) / {f['web_address_ms']:.0f}",
        is_met=lambda f: max(f["web_click_ms"], f["web_address_ms"]) <= 300,
    ),
    Row(
        "web: 500 deltas/s at their end: longest task, ms (its CPU); tasks over 50 ms",
        "50; none",
        lambda f: f"{f['web_longest_ms']:.0f} ({f['web_longest_cpu_ms']:.0f}); {f['web_long_tasks']:.0f}",
        is_met=lambda f: f["web_longest_ms"] <= 50,
    ),
    Row(
        "web: frames a second; layout shift meanwhile",
        "-; 0",
        lambda f: f"{f['web_frames_per_s']:.0f}; {f['web_shift']:.3f}",
        is_met=lambda f: f["web_shift"] < 0.01,
    ),
    Row(
        "web: heap after 1,000 / 11,000 / 21,000 deltas, MB; nodes at their end",
        "flat",
        lambda f: (
            f"{f['web_heap_mb']:.1f} / {f['web_heap_10k_mb']:.1f} / {f['web_heap_20k_mb']:.1f}; {f['web_nodes']:,.0f}"
        ),
        is_met=lambda f: f["web_heap_20k_mb"] < f["web_heap_mb"] + 5,
    ),
    Row(
        "web: all that a first visit loads, gzip kB",
        "150",
        lambda f: f"{f['web_bundle_kb']:.0f}",
        is_met=lambda f: f["web_bundle_kb"] < 150,
    ),
    Row(
        "10,000 threads: a shell's start, ms and MB; a rename told, ms and bytes",
        "-",
        lambda f: (
            f"{f['tree_ms']:.0f} and {f['tree_bytes'] / 1e6:.2f}; {f['rename_ms']:.0f} and {f['rename_bytes']:.0f}"
        ),
    ),
)
Steps = dict[str, Callable[[], Awaitable[Figures]]]


async def measure(folder: Path, is_wanted: Callable[[str], bool]) -> Figures:
    """The wanted ones of clients, tabs, web and tree: with a gateway of their own, and one more for the tree."""
    figures: Figures = {}
    if any(is_wanted(name) for name in ("clients", "tabs", "web")):
        with gateway(folder / "clients") as it:
            steps: Steps = {
                "clients": lambda: clients.core(it),
                "tabs": lambda: tabs.tabs(it),
                "web": lambda: web.web(it),
            }
            figures |= await _taken(steps, is_wanted)
    return figures | await _taken({"tree": lambda: tabs.tree(folder / "tree")}, is_wanted)


async def _taken(steps: Steps, is_wanted: Callable[[str], bool]) -> Figures:
    figures: Figures = {}
    for name, step in steps.items():
        if is_wanted(name):
            found = await step()
            print(name, json.dumps({k: round(v, 3) for k, v in found.items()}), flush=True)
            figures |= found
    return figures
