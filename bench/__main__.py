"""`make bench`: run the measures and print one table with our figure, the floor and the target."""

import argparse
import json
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio

from bench import capi, client_rows, faces, measures, tui
from bench.floor import floor
from bench.measures import Figures
from bench.rig import gateway, provider, version_of_machine
from bench.row import Row

ROWS = (
    Row(
        "process start to first answered request / first delta, s",
        "0.48 / 0.60",
        lambda f: f"{f['ready_s']:.2f} / {f['first_delta_s']:.2f}",
    ),
    Row(
        "idle memory / per 100 more threads, MB",
        "75 / 1",
        lambda f: f"{f['idle_mb']:.0f} / {f['per_100_threads_mb']:.1f}",
    ),
    Row(
        "added latency of a turn p50 / p95, ms; CPU ms",
        "2.0 / 3.0; 4",
        lambda f: f"{f['added_p50_ms']:.1f} / {f['added_p95_ms']:.1f}; {f['cpu_ms_per_turn']:.1f}",
        lambda f: f"{f['added_p50_ms']:.1f} / {f['added_p95_ms']:.1f}",
    ),
    Row(
        "added per delta at 5 ms spacing p50 / p99, ms",
        "0.38 / 0.80",
        lambda f: f"{f['delta_p50_ms']:.2f} / {f['delta_p99_ms']:.2f}",
        lambda f: f"{f['delta_p50_ms']:.2f} / {f['delta_p99_ms']:.2f}",
    ),
    Row(
        "one turn of 20,000 deltas of 20 bytes: per s; CPU s; peak MB",
        "200,000; 0.12; 90",
        lambda f: f"{f['deltas_per_s']:,.0f}; {f['deltas_cpu_s']:.2f}; {f['deltas_peak_mb']:.0f}",
        lambda f: f"{f['deltas_per_s']:,.0f}",
    ),
    Row("50 turns at once, 200 deltas each, s", "0.15", lambda f: f"{f['par0_s']:.2f}", lambda f: f"{f['par0_s']:.2f}"),
    Row(
        "the same, 20 ms apart: total s / delta p95 ms / CPU s",
        "4.07 / 5 / 0.9",
        lambda f: f"{f['par20_s']:.2f} / {f['par20_delta_p95_ms']:.1f} / {f['par20_cpu_s']:.2f}",
        lambda f: f"{f['par20_s']:.2f} / {f['par20_delta_p95_ms']:.1f}",
    ),
    Row("one turn of 2,000 deltas, 50 watchers, deliveries/s", "1,000,000", lambda f: f"{f['deliveries_per_s']:,.0f}"),
    Row(
        "read back a thread of 1,000 turns: without / with deltas, ms",
        "5 / 20",
        lambda f: f"{f['history_ms']:.1f} / {f['history_deltas_ms']:.1f}",
    ),
    Row("turn 1,000 against turn 10 on one thread, times", "1.3", lambda f: f"{f['turn_1000_ratio']:.2f}"),
    Row("tool call to follow-up request (`true`), ms", "6", lambda f: f"{f['tool_ms']:.1f}"),
    Row(
        "chat stream beside JSON-RPC: first delta, ms; deltas/s",
        "1 ms more; 0.9 times",
        lambda f: (
            f"{f['chat_first_ms']:.1f} to {f['rpc_first_ms']:.1f}; "
            f"{f['chat_deltas_per_s']:,.0f} to {f['rpc_deltas_per_s']:,.0f}"
        ),
    ),
    Row(
        "one stream of 20,000 deltas passed through, per s",
        "100,000",
        lambda f: f"{f['passed_per_s']:,.0f}",
        lambda f: f"{f['bare_per_s']:,.0f}",
    ),
    Row(
        "50 streams passed through at once, 200 deltas 20 ms apart: CPU s (times the floor's)",
        "1.3 times",
        lambda f: f"{f['passed_cpu_s']:.2f} ({f['passed_cpu_ratio']:.2f})",
        lambda f: f"{f['bare_cpu_s']:.2f}",
    ),
    Row("5,000 silent followers of a thread by SSE, MB more", "150", lambda f: f"{f['idle_sse_mb']:.0f}"),
    Row("call of the C library p50 / p99, us", "100", lambda f: f"{f['capi_p50_us']:.0f} / {f['capi_p99_us']:.0f}"),
    Row(
        "terminal UI, key to screen while 500 deltas/s stream p50 / p95; first rows of a thread, ms",
        "30 / -; 300",
        lambda f: f"{f['tui_key_p50_ms']:.0f} / {f['tui_key_p95_ms']:.0f}; {f['tui_open_ms']:.0f}",
    ),
    Row(
        "kill -9 in mid-turn: streamed text kept, turn marked",
        "all of it, yes",
        lambda f: (
            f"{f['killed_kept']:.0f} kept of {f['killed_seen']:.0f} seen, {'yes' if f['killed_marked'] else 'no'}"
        ),
    ),
    *client_rows.CLIENT_ROWS,
)

BESIDE = ("bare_per_s", "bare_cpu_s")
"""Figures of the floor that were taken in turns with ours."""
FLOOR_OF = {"latency", "throughput", "parallel", "paced"}


def _cell(format_: Callable[[Figures], str], figures: Figures) -> str:
    try:
        return format_(figures)
    except KeyError:
        return "-"


def _met(row: Row, figures: Figures) -> str:
    try:
        return "-" if row.is_met is None else "yes" if row.is_met(figures) else "no"
    except KeyError:
        return "-"


def table(ours: Figures, lowest: Figures) -> str:
    """The table as Markdown; a measure that was not run shows a dash."""
    lines = ["| measure | ours | floor | target | met |", "|---|---|---|---|---|"]
    for row in ROWS:
        cells = (row.measure, _cell(row.figure, ours), _cell(row.floor, lowest), row.target, _met(row, ours))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


async def run(folder: Path, wanted: set[str]) -> tuple[Figures, Figures]:
    """Every wanted measure; figures of ours and of the floor."""
    ours: Figures = {}
    lowest: Figures = {}

    def is_wanted(name: str) -> bool:
        return not wanted or name in wanted

    if is_wanted("cold"):
        ours |= await measures.cold(folder / "cold")
    if is_wanted("capi"):
        ours |= await capi.calls()
    with gateway(folder / "home") as it:
        steps: dict[str, Callable[[], Awaitable[Figures]]] = {
            "idle": lambda: measures.idle(it),
            "latency": lambda: measures.latency(it),
            "throughput": lambda: measures.throughput(it),
            "parallel": lambda: measures.concurrency(it, 0),
            "paced": lambda: measures.concurrency(it, 20),
            "fanout": lambda: measures.fanout(it),
            "history": lambda: measures.history(it),
            "tool": lambda: measures.tool(it),
            "chat": lambda: faces.chat(it),
            "passed": lambda: faces.passed(it),
            "passed_together": lambda: faces.passed_together(it),
            "idle_sse": lambda: faces.idle_streams(it),
        }
        for name, step in steps.items():
            if is_wanted(name):
                figures = await step()
                print(name, json.dumps({k: round(v, 3) for k, v in figures.items()}), flush=True)
                ours |= figures
    ours |= await client_rows.measure(folder, is_wanted)
    if is_wanted("tui"):
        ours |= await tui.key_to_screen()
    if is_wanted("durability"):
        ours |= await measures.durability(folder / "killed")
    lowest |= {name: ours[name] for name in BESIDE if name in ours}
    if wanted and not wanted & FLOOR_OF:
        return ours, lowest
    async with floor() as direct:
        lowest |= await measures.floor_latency(direct)
        lowest |= await measures.floor_throughput(direct)
        lowest |= await measures.floor_concurrency(direct, 0)
        if is_wanted("paced"):
            lowest |= await measures.floor_concurrency(direct, 20)
    return ours, lowest


def main() -> None:
    parser = argparse.ArgumentParser(description="measure the gateway against a fake provider")
    parser.add_argument(
        "measures",
        nargs="*",
        help="only these: cold capi idle latency throughput parallel fanout chat passed clients tabs web tree ...",
    )
    wanted = set(parser.parse_args().measures)
    with tempfile.TemporaryDirectory() as folder, provider():
        ours, lowest = anyio.run(run, Path(folder), wanted, backend_options={"use_uvloop": True})
    print(f"\n{time.strftime('%Y-%m-%d')}, {version_of_machine()}, `make bench`\n")
    print(table(ours, lowest))


if __name__ == "__main__":
    main()
