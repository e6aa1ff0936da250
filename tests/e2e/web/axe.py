"""What axe finds on a page, and boxes that a finger has to hit."""

from typing import Any, Literal

from playwright.async_api import Page

from tests.kit.wire import CHECKOUT

AXE = CHECKOUT / "web" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = {"type": "rule", "values": ["color-contrast"]}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
RESTED = "Promise.all(document.getAnimations().map((one) => one.finished.catch(() => undefined)))"
RUN = """async (rules) => {
  const found = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
  return found.violations.flatMap(({id, nodes}) => nodes.map(({target, any, all, none}) =>
    `${id}: ${target.join(" ")} ${[...any, ...all, ...none].map(({message}) => message).join("; ")}`));
}"""
PRESSED = "a[href], button, input, select, textarea, summary, [role=treeitem], [role=option]"
SMALL = """([least, pressed]) => [...document.querySelectorAll(pressed)]
  .filter((one) => one.checkVisibility({visibilityProperty: true}) && !one.closest("p, .document"))
  .map((one) => [one, (one.closest("label") ?? one).getBoundingClientRect()])
  .filter(([, box]) => box.width > 1 && box.height > 1 && (box.width < least - 0.5 || box.height < least - 0.5))
  .map(([{tagName, className, textContent}, {width, height}]) =>
    `${tagName} ${className} ${textContent.slice(0, 30)} ${width}x${height}`)"""


async def violations(page: Page) -> list[str]:
    """Of WCAG 2.2 AA, on the page as it stands, light and dark; the page must have been opened with `bypass_csp`."""
    if not await page.evaluate("'axe' in window"):
        await page.add_script_tag(content=AXE.read_text())
    found: list[str] = []
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        await page.evaluate(RESTED)
        # only colours differ the second time
        found += await page.evaluate(RUN, {"type": "tag", "values": TAGS} if scheme == "light" else COLOURS)
    return found


async def small(page: Page, least: int) -> list[str]:
    """What can be pressed and is smaller than so many CSS pixels; links inside of text may be."""
    found: Any = await page.evaluate(SMALL, [least, PRESSED])
    return found
