"""Colours and measures: two themes of our own, and the layout as textual's CSS."""

from collections.abc import Mapping

from textual.theme import Theme

DARK = Theme(
    name="portico-dark",
    primary="#7aa2f7",
    secondary="#7dcfff",
    accent="#bb9af7",
    warning="#e0af68",
    error="#f7768e",
    success="#9ece6a",
    foreground="#c8d0e8",
    background="#15171f",
    surface="#20232e",
    panel="#1a1c26",
    dark=True,
)
LIGHT = Theme(
    name="portico-light",
    primary="#2f5fc4",
    secondary="#0f6f8c",
    accent="#7a3fb3",
    warning="#8a5a00",
    error="#b3263f",
    success="#2f6f1f",
    foreground="#22252e",
    background="#fbfaf7",
    surface="#eeece6",
    panel="#f4f2ed",
    dark=False,
)
CSS = """
Screen { layers: default over; background: $background; }
#all { layout: horizontal; }
#main { width: 1fr; }
#side { width: 32; background: $panel; }
#side.-closed { display: none; }
.-narrow #side { layer: over; dock: left; width: 80%; display: none; border-right: outer $primary; }
.-narrow #side.-open { display: block; }
#place, #title, #status { height: 1; }
#place { background: $panel; margin: 0 0 1 0; }
#title { margin: 0 0 0 0; }
ScrollView, Input { scrollbar-color: $surface; scrollbar-color-hover: $primary; scrollbar-color-active: $primary; }
Timeline, ThreadTree, Choices, Lines {
    overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1;
    scrollbar-background: $background; scrollbar-background-hover: $background;
    scrollbar-background-active: $background;
}
#tree { background: $panel; height: 1fr; }
#timeline { height: 1fr; padding: 0 0 0 1; }
#welcome { height: 1fr; padding: 2 4; content-align: left middle; }
.-narrow #welcome { padding: 1 2; }
#chips { height: 1; }
#completion { height: auto; max-height: 8; padding: 0 1; background: $panel; }
#composer { height: auto; max-height: 14; min-height: 3; padding: 0 1; }
#composer { border: round $surface; background: $background; }
#composer:focus { border: round $primary; }
.-plain #composer, .-plain #composer:focus { border: ascii $primary; }
.-plain #side { border-right: ascii $primary; }
.-hidden { display: none; }
Pick, Ask, Confirm, Read { align: center middle; background: $background 50%; }
#dialog { width: 84; max-width: 94%; height: auto; max-height: 90%; padding: 0 1; }
#dialog { background: $panel; border: round $primary; }
.-plain #dialog { border: ascii $primary; }
#dialog-title { text-style: bold; color: $primary; height: auto; margin-bottom: 1; }
#dialog-note { color: $foreground 70%; height: auto; margin-top: 1; }
#dialog Input { border: none; background: $surface; padding: 0 1; height: 1; }
#dialog Choices { margin-top: 1; background: $panel; }
#dialog Lines { height: auto; min-height: 6; max-height: 65vh; background: $panel; }
Toast { background: $surface; }
"""


def theme_of(environ: Mapping[str, str], given: str | None = None) -> str:
    """The name of the theme: what was given, else light where the terminal says that its background is."""
    if given is not None:
        return f"portico-{given}"
    background = environ.get("COLORFGBG", "").rpartition(";")[2]
    return LIGHT.name if background in {"7", "15"} else DARK.name
