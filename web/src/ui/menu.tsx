/** A menu below what opened it: arrows, Home, End and letters move, Escape and a press outside close it. */
import { Check, type IconNode } from "lucide";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "./icon";
import "./menu.css";

export interface MenuItem {
  id: string;
  label: string;
  icon?: IconNode;
  isBad?: boolean;
  /** Set for items of which one is chosen. */
  isChecked?: boolean;
  /** A line stands above it. */
  isApart?: boolean;
  run: () => void;
}

interface Props {
  label: string;
  items: readonly MenuItem[];
  /** Where it stands: below and inside the page. */
  at: DOMRect | { x: number; y: number };
  onClose: () => void;
}

export function Menu({ label, items, at, onClose }: Props) {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const menu = element.current;
    if (menu === null) return;
    const before = document.activeElement;
    place(menu, at);
    choices(menu)[0]?.focus();
    const outside = (event: PointerEvent) => {
      if (!menu.contains(event.target as Node)) onClose();
    };
    addEventListener("pointerdown", outside, true);
    addEventListener("blur", onClose);
    return () => {
      removeEventListener("pointerdown", outside, true);
      removeEventListener("blur", onClose);
      if (before instanceof HTMLElement && (document.activeElement === document.body || menu.contains(document.activeElement))) before.focus();
    };
  }, []);
  return (
    <div ref={element} class="menu" role="menu" aria-label={label} onKeyDown={(event) => move(event, onClose)}>
      {items.map((item) => (
        <button
          key={item.id}
          type="button"
          role={item.isChecked === undefined ? "menuitem" : "menuitemradio"}
          {...(item.isChecked === undefined ? {} : { "aria-checked": item.isChecked })}
          class={`${item.isBad ? "bad" : ""} ${item.isApart ? "apart" : ""}`}
          tabIndex={-1}
          onClick={() => {
            onClose();
            item.run();
          }}
        >
          {item.icon !== undefined && <Icon of={item.icon} size={16} />}
          <span dir="auto">{item.label}</span>
          {item.isChecked === true && <Icon of={Check} size={16} />}
        </button>
      ))}
    </div>
  );
}

function choices(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>("[role^='menuitem']")];
}

function move(event: KeyboardEvent, onClose: () => void): void {
  const all = choices(event.currentTarget as HTMLElement);
  const place = all.indexOf(document.activeElement as HTMLElement);
  const steps: Record<string, number> = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: all.length - 1 };
  const step = steps[event.key];
  if (event.key === "Escape" || event.key === "Tab") onClose();
  else if (step !== undefined) all.at(step % all.length)?.focus();
  else if (event.key.length === 1) all.find((one) => one.textContent?.trim().toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function place(menu: HTMLElement, at: Props["at"]): void {
  const below = "bottom" in at ? at.bottom + 4 : at.y;
  const { width, height } = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(at.x, innerWidth - width - 8))}px`;
  const above = "top" in at ? at.top - height - 4 : at.y - height;
  menu.style.top = `${below + height > innerHeight - 8 ? Math.max(8, above) : below}px`;
}
