/** Providers: which can be used, what is missing, and a key for the first one. */
import { useId, useState } from "preact/hooks";
import type { ProviderRow } from "../../boundary/types";
import { may, providers } from "../../state/store";
import { Button } from "../../ui/button";
import { said, t } from "../../words";
import { ProviderForm } from "./provider_form";

export const REHEARSAL = "rehearsal";

export function ProvidersPage() {
  const rows = providers.value;
  const [open, setOpen] = useState<string | null>(null);
  const [wanted, setWanted] = useState("");
  const isFirst = rows.every((row) => !row.is_usable || row.name === REHEARSAL);
  const fits = (row: ProviderRow) => `${row.title} ${row.name}`.toLowerCase().includes(wanted.trim().toLowerCase());
  const shown = rows.filter((row) => row.name === open || fits(row));
  return (
    <div class="stack">
      <p class="lead">{isFirst ? t("ui.providers.first") : t("ui.providers.lead")}</p>
      <input class="input" type="search" aria-label={t("ui.providers.filter")} placeholder={t("ui.providers.filter")} value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} />
      <div class="card">
        {shown.map((row) => (
          <Provider key={row.name} row={row} isOpen={open === row.name} onToggle={() => setOpen(open === row.name ? null : row.name)} />
        ))}
        {shown.length === 0 && <div class="line lead">{t("ui.providers.nothing")}</div>}
      </div>
    </div>
  );
}

function Provider({ row, isOpen, onToggle }: { row: ProviderRow; isOpen: boolean; onToggle: () => void }) {
  const formId = useId();
  const note = row.is_usable ? said(row.key_source) || row.base_url || "" : said(row.why_not);
  return (
    <>
      <div class="line">
        <div class="what">
          <strong>{row.title}</strong>
          <small>{note}</small>
        </div>
        {row.is_usable && <span class="badge good">{t("ui.providers.usable")}</span>}
        {may("admin") && row.is_available !== false && row.name !== REHEARSAL && (
          <Button aria-expanded={isOpen} aria-controls={formId} onClick={onToggle}>
            {row.has_key || row.is_usable ? t("ui.providers.change") : t("ui.providers.set_up")}
            <span class="hidden-label">{row.title}</span>
          </Button>
        )}
      </div>
      {isOpen && (
        <div class="inner" id={formId}>
          <ProviderForm row={row} onDone={onToggle} />
        </div>
      )}
    </>
  );
}
