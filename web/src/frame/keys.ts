/** Keys as they are pressed and as a person reads them: Control and names on most machines, signs on a Mac. */
import { computed } from "@preact/signals";
import { isCoarse } from "../state/prefs";
import { t, type WordId } from "../words";

const SIGNS: Readonly<Record<string, string>> = { mod: "⌘", shift: "⇧", alt: "⌥" };
const WORDS: Readonly<Record<string, WordId>> = {
  mod: "ui.frame.key_mod",
  shift: "ui.frame.key_shift",
  alt: "ui.frame.key_alt",
  enter: "ui.frame.key_enter",
  delete: "ui.frame.key_delete",
  home: "ui.frame.key_home",
  end: "ui.frame.key_end",
  escape: "ui.frame.key_escape",
};
const ARROWS: Readonly<Record<string, string>> = { arrowleft: "←", arrowright: "→", arrowup: "↑", arrowdown: "↓" };

export const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);

/** Keys are shown where there is likely a keyboard. */
export const showsKeys = computed(() => !isCoarse.value);

/** Control, on a Mac the command key. */
export function isMod(event: { metaKey: boolean; ctrlKey: boolean }): boolean {
  return IS_MAC ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
}

/** `mod+k` and the like, or null for a key that is writing: letters that AltGr makes among them. */
export function keysOf(event: KeyboardEvent): string | null {
  if (event.key === undefined || event.isComposing || event.getModifierState?.("AltGraph")) return null;
  const key = event.key === " " ? "space" : event.key.toLowerCase();
  if (["control", "shift", "alt", "meta", "dead"].includes(key)) return null;
  if (!isMod(event)) return event.metaKey || event.ctrlKey || event.altKey ? null : key;
  // where a sign needs Shift differs among keyboards
  const isSign = key.length === 1 && key.toLowerCase() === key.toUpperCase() && !/\d/.test(key);
  return ["mod", ...(event.shiftKey && !isSign ? ["shift"] : []), ...(event.altKey ? ["alt"] : []), key].join("+");
}

/** The parts of `mod+shift+o` for the eye. */
export function keyParts(keys: string): string[] {
  return keys.split("+").map((part) => {
    if (IS_MAC && SIGNS[part] !== undefined) return SIGNS[part];
    const id = WORDS[part];
    return id === undefined ? (ARROWS[part] ?? (part.length === 1 ? part.toUpperCase() : capital(part))) : t(id);
  });
}

/** For `aria-keyshortcuts`. */
export function shortcut(keys: string): string {
  const names: Readonly<Record<string, string>> = { mod: IS_MAC ? "Meta" : "Control", shift: "Shift", alt: "Alt" };
  return keys
    .split("+")
    .map((part) => names[part] ?? part.toUpperCase())
    .join("+");
}

/** Whether keys that are pressed here write something. */
export function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
