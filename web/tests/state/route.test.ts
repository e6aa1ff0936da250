/** Where the page is, by its address. */
import { effect } from "@preact/signals";
import { describe, expect, it } from "vitest";
import { address, go, parse, route } from "../../src/state/route";

describe("the route", () => {
  it("comes back from its address, whatever its ids are", () => {
    const places = [{ screen: "home" }, { screen: "thread", threadId: "a/b#c" }, { screen: "thread", threadId: "t", rowKey: "k/1" }, { screen: "settings", page: "about" }] as const;
    expect(places.map((place) => parse(address(place)))).toEqual(places);
    expect(parse("#/t/%E0%A4%A")).toEqual({ screen: "home" });
  });

  it("moves once for a move that the browser tells twice", () => {
    go({ screen: "home" });
    const seen: string[] = [];
    const end = effect(() => {
      seen.push(route.value.screen);
    });
    history.replaceState(null, "", "#/settings/about");
    dispatchEvent(new Event("popstate"));
    dispatchEvent(new Event("hashchange"));
    end();
    expect(seen).toEqual(["home", "settings"]);
  });
});
