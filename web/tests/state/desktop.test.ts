/** Links to files, which only the desktop's window of the gateway's own home follows. */
import { expect, test } from "vitest";
import { fileAddress, isAtHome } from "../../src/state/desktop";

test.each([
  ["/srv/work/a b.txt", null, "portico-open:/srv/work/a%20b.txt"],
  ["notes/ä#?.md", "/srv/work", "portico-open:/srv/work/notes/%C3%A4%23%3F.md"],
  ["/srv/100%.txt", "/elsewhere", "portico-open:/srv/100%25.txt"],
  ["notes.md", null, null],
  ["notes.md", "C:\\work", null],
  ["", "/srv", null],
  ["/srv/\ud800", null, null],
])("the address of %s in %s", (path, root, expected) => {
  expect(fileAddress("open", path, root)).toBe(expected);
});

test("a file is shown in its folder by the other address", () => {
  expect(fileAddress("reveal", "/a", null)).toBe("portico-reveal:/a");
});

test.each([
  ["Mozilla/5.0 (X11; Linux x86_64) QtWebEngine/6.9 Chrome/130 Safari/537.36 PorticoDesktop/1", true],
  ["Mozilla/5.0 (X11; Linux x86_64) Chrome/130 Safari/537.36", false],
  ["PorticoDesktop/1 Mozilla/5.0", false],
])("the window of the home is known by %s", (agent, expected) => {
  expect(isAtHome(agent)).toBe(expected);
});
