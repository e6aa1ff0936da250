/** The search field: what is typed is looked for in all threads; arrows choose among what is found below. */
import { Search, X } from "lucide";
import { showsKeys } from "../frame/keys";
import { IconButton } from "../ui/button";
import { Icon } from "../ui/icon";
import { t } from "../words";
import { chosen, hits, openHit, search, searched } from "./state";
import "./search.css";

export function SearchField() {
  const isOpen = searched.value !== "";
  return (
    <div class="search-field">
      <Icon of={Search} size={16} />
      <input
        id="search-field"
        class="input"
        role="combobox"
        aria-label={t("ui.search.label")}
        placeholder={t("ui.search.label")}
        aria-expanded={isOpen && hits.value.length > 0}
        aria-controls="search-results"
        aria-autocomplete="list"
        {...(isOpen && hits.value.length > 0 ? { "aria-activedescendant": `hit-${chosen.value}` } : {})}
        type="text"
        inputMode="search"
        enterKeyHint="search"
        autocomplete="off"
        spellcheck={false}
        dir="auto"
        maxLength={200}
        value={searched.value}
        onInput={(event) => search(event.currentTarget.value)}
        onKeyDown={press}
      />
      {isOpen ? (
        <IconButton
          icon={X}
          size={14}
          label={t("ui.search.clear")}
          onClick={() => {
            search("");
            document.querySelector<HTMLInputElement>("#search-field")?.focus();
          }}
        />
      ) : (
        showsKeys.value && <kbd aria-hidden>/</kbd>
      )}
    </div>
  );
}

function press(event: KeyboardEvent): void {
  if (event.isComposing) return;
  const last = hits.peek().length - 1;
  const steps: Record<string, number> = { ArrowDown: chosen.peek() + 1, ArrowUp: chosen.peek() - 1 };
  const step = steps[event.key];
  if (step !== undefined && last >= 0) chosen.value = Math.max(0, Math.min(last, step));
  else if (event.key === "Escape" && searched.peek() !== "") search("");
  else if (event.key === "Enter" && hits.peek()[chosen.peek()] !== undefined) openHit(hits.peek()[chosen.peek()]!);
  else return;
  event.preventDefault();
}
