/** A page of settings that the gateway owns: a row by its kind, saved as soon as it is changed. */
import { signal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { SettingRow } from "../../boundary/types";
import { call } from "../../state/client";
import { explained } from "../../state/threads";
import { may, settings } from "../../state/store";
import { said, t } from "../../words";

interface Refused {
  words: string;
  /** What was asked for; it stays in its field, so that it can be mended. */
  value: unknown;
}

/** What was refused last, by the id of the row. */
const refused = signal<Readonly<Record<string, Refused>>>({});

/** The view of the gateway's page of that id; the same component each time, so that a change redraws its rows only. */
export function gatewayPage(id: string) {
  const known = views.get(id);
  if (known !== undefined) return known;
  const view = () => {
    const page = settings.value.find((one) => one.id === id);
    return (
      <div class="stack">
        {!may("admin") && <p class="lead">{t("ui.settings.read_only")}</p>}
        <div class="card">{page?.rows.map((row) => <Setting key={row.id} row={row} />)}</div>
      </div>
    );
  };
  views.set(id, view);
  return view;
}

const views = new Map<string, () => preact.JSX.Element>();

function Setting({ row }: { row: SettingRow }) {
  const id = useId();
  const wrong = refused.value[row.id];
  return (
    <div class="line">
      <label class="what" for={id}>
        <strong>{said(row.title)}</strong>
      </label>
      <Control id={id} row={wrong === undefined ? row : { ...row, value: wrong.value as SettingRow["value"] }} isWrong={wrong !== undefined} />
      {wrong !== undefined && (
        <span class="refused" id={`${id}-wrong`} role="alert">
          {wrong.words}
        </span>
      )}
    </div>
  );
}

function Control({ id, row, isWrong }: { id: string; row: SettingRow; isWrong: boolean }) {
  const common = { id, disabled: !may("admin"), ...(isWrong ? { "aria-invalid": true, "aria-describedby": `${id}-wrong` } : {}) };
  switch (row.kind) {
    case "switch":
      return <input {...common} type="checkbox" role="switch" class="switch" checked={row.value === true} onChange={(event) => void save(row, event.currentTarget.checked)} />;
    case "choice":
      return <Choice {...common} row={row} />;
    case "number":
      return <input {...common} class="input" type="number" step="any" value={String(row.value ?? "")} onChange={(event) => void save(row, event.currentTarget.valueAsNumber)} />;
    case "text":
      return <input {...common} class="input" value={String(row.value ?? "")} placeholder={t("ui.settings.not_set")} onChange={(event) => void save(row, event.currentTarget.value)} />;
    default:
      // of a later gateway: shown, not changed
      return <output id={id}>{JSON.stringify(row.value)}</output>;
  }
}

/** A value that is none of the choices, e.g. a list of tools by name, is shown beside them. */
function Choice({ row, ...common }: { row: SettingRow; id: string; disabled: boolean }) {
  const value = Array.isArray(row.value) ? row.value.join(", ") : String(row.value ?? "");
  const choices = row.choices ?? [];
  return (
    <select {...common} class="input" value={value} onChange={(event) => void save(row, event.currentTarget.value)}>
      {!choices.includes(value) && <option value={value}>{value || t("ui.settings.not_set")}</option>}
      {choices.map((choice) => (
        <option key={choice} value={choice}>
          {choiceName(choice)}
        </option>
      ))}
    </select>
  );
}

function choiceName(choice: string): string {
  const names: Record<string, string> = { all: t("ui.settings.tools_all"), readonly: t("ui.settings.tools_readonly"), none: t("ui.settings.tools_none") };
  return names[choice] ?? choice;
}

async function save(row: SettingRow, value: unknown): Promise<void> {
  const { [row.id]: _, ...others } = refused.peek();
  try {
    const saved = await call("settings_update", { changes: { [row.id]: value } });
    refused.value = { ...others, ...Object.fromEntries((saved.refusals ?? []).map((one) => [one.id, { words: said(one.words), value }])) };
    if (saved.settings != null) settings.value = saved.settings.pages;
  } catch (error) {
    refused.value = { ...others, [row.id]: { words: explained(error), value } };
  }
}
