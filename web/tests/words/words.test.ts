import { beforeEach, describe, expect, it } from "vitest";
import { language } from "../../src/state/prefs";
import { counted, loadWords, said, spoken, t } from "../../src/words";

describe("words", () => {
  beforeEach(async () => {
    language.value = "en";
    await loadWords();
  });

  it("fills values in, and leaves what has none as it is", () => {
    expect(t("ui.composer.remove", { name: "a.png" })).toBe("Remove a.png");
    expect(t("ui.composer.remove")).toBe("Remove {name}");
  });

  it("does not fill values into values", () => {
    expect(t("ui.composer.remove", { name: "{name} {count}" })).toBe("Remove {name} {count}");
  });

  it("speaks German once it is read", async () => {
    language.value = "de";
    expect(t("ui.cancel")).toBe("Cancel");
    await loadWords();
    expect([t("ui.cancel"), document.documentElement.lang]).toEqual(["Abbrechen", "de"]);
  });

  it("falls back to English for a language that it does not have", () => {
    language.value = "xx";
    expect(spoken.value).toBe("en");
  });

  it("counts", () => {
    expect([counted("ui.providers.models", 1), counted("ui.providers.models", 2)]).toEqual(["It works: one model.", "It works: 2 models."]);
  });

  it("says a phrase of the client core, and plainly one of a later gateway", () => {
    expect(said({ id: "action.retry" })).toBe("Try again");
    expect(said({ id: "later.thing" }, "plainly")).toBe("plainly");
    expect(said({ id: "later.thing" })).toBe("later.thing");
    expect(said(null, "plainly")).toBe("plainly");
  });
});
