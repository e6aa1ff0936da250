/** The panel of models: providers and what they list, a filter, the efforts of the chosen model, the mode. */
import { Check } from "lucide";
import { useEffect, useState } from "preact/hooks";
import type { ChoiceTold, ModelRow, Models, ProviderRow, ThreadMode } from "../boundary/types";
import { call } from "../state/client";
import { address } from "../state/route";
import { providers } from "../state/store";
import { explained } from "../state/threads";
import { Choices } from "../ui/choices";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { said, t } from "../words";

interface Props {
  told: ChoiceTold;
  mode: ThreadMode;
  onPick: (to: ChoiceTold["chosen"]) => void;
  onMode: (mode: ThreadMode) => void;
  onClose: () => void;
}

const MODES: readonly ThreadMode[] = ["Agent", "Chat"];

export function ModelPanel({ told, mode, onPick, onMode, onClose }: Props) {
  const usable = providers.value.filter((row) => row.is_usable);
  const [provider, setProvider] = useState(told.provider ?? usable[0]?.name ?? "");
  const [wanted, setWanted] = useState("");
  return (
    <Dialog title={t("ui.composer.model")} onClose={onClose} class="models">
      <div class="field">
        <span id="mode-label">{t("ui.composer.mode")}</span>
        <Choices name="mode" labelledBy="mode-label" values={MODES} value={mode} label={(one) => t(`ui.composer.mode_${one}`)} onChoose={onMode} />
        <small>{t(`ui.composer.mode_note_${mode}`)}</small>
      </div>
      {told.efforts.length > 0 && (
        <div class="field">
          <span id="effort-label">{t("ui.composer.effort")}</span>
          <Choices
            name="effort"
            labelledBy="effort-label"
            values={["", ...told.efforts.map((row) => row.value)]}
            value={told.chosen.effort ?? ""}
            label={(value) => said(told.efforts.find((row) => row.value === value)?.title, t("ui.composer.effort_default"))}
            onChoose={(effort) => onPick({ ...told.chosen, effort: effort || null })}
          />
        </div>
      )}
      <div class="where">
        <label class="field">
          <span>{t("ui.composer.provider")}</span>
          <select class="input" value={provider} onChange={(event) => setProvider(event.currentTarget.value)}>
            {usable.map((row) => (
              <option key={row.name} value={row.name}>
                {row.title}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>{t("ui.composer.filter")}</span>
          <input class="input" type="search" value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} />
        </label>
      </div>
      <List key={provider} provider={provider} wanted={wanted} told={told} onPick={(to) => (onPick(to), onClose())} />
      <a href={address({ screen: "settings", page: "providers" })} onClick={onClose}>
        {t("ui.composer.more_providers", { count: count(providers.value) })}
      </a>
    </Dialog>
  );
}

function count(rows: readonly ProviderRow[]): number {
  return rows.filter((row) => !row.is_usable).length;
}

interface ListProps {
  provider: string;
  wanted: string;
  told: ChoiceTold;
  onPick: (to: ChoiceTold["chosen"]) => void;
}

function List({ provider, wanted, told, onPick }: ListProps) {
  const [models, setModels] = useState<Models | null>(null);
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    call("provider_list_models", { provider }).then(setModels, (error: unknown) => setWrong(explained(error)));
  }, [provider]);
  const words = wanted.trim().toLowerCase();
  const shown = models?.models.filter((row) => `${row.title} ${row.id}`.toLowerCase().includes(words)) ?? [];
  return (
    <div class="model-list" aria-busy={models === null && wrong === ""}>
      {shown.map((row) => (
        <Model key={row.id} row={row} isChosen={row.id === told.model && provider === told.provider} onPick={() => onPick({ provider, model: row.id, effort: null })} />
      ))}
      {(wrong || models?.error) && <p class="note">{wrong || models?.error}</p>}
      {models !== null && shown.length === 0 && <p class="note">{t("ui.composer.no_such_model")}</p>}
    </div>
  );
}

function Model({ row, isChosen, onPick }: { row: ModelRow; isChosen: boolean; onPick: () => void }) {
  const facts = [
    row.context_window == null ? "" : t("ui.composer.context", { count: Math.round(row.context_window / 1_000) }),
    said(row.price),
    row.takes_images === false ? t("ui.composer.no_images") : "",
    row.takes_tools === false ? t("ui.composer.no_tools") : "",
  ].filter(Boolean);
  return (
    <button type="button" aria-pressed={isChosen} onClick={onPick}>
      <span>
        <strong>{row.title}</strong>
        <small>{facts.join(" · ")}</small>
      </span>
      {isChosen && <Icon of={Check} size={16} />}
    </button>
  );
}
