/** The form of one provider: its key, its address, its proxy; afterwards its models are listed as a check. */
import { useState } from "preact/hooks";
import type { Models, ProviderRow } from "../../boundary/types";
import { call } from "../../state/client";
import { explained, tried, workspaceId } from "../../state/threads";
import { settings } from "../../state/store";
import { Button } from "../../ui/button";
import { Field } from "../../ui/field";
import { toast } from "../../ui/toast";
import { counted, t } from "../../words";

interface Props {
  row: ProviderRow;
  onDone: () => void;
}

export function ProviderForm({ row, onDone }: Props) {
  const [isBusy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string>();
  const [models, setModels] = useState<Models | null>(null);
  const submit = async (form: HTMLFormElement) => {
    setBusy(true);
    setWrong(undefined);
    try {
      await save(row, new FormData(form));
      form.reset();
      setModels(await call("provider_list_models", { provider: row.name }));
    } catch (error) {
      setWrong(explained(error));
    }
    setBusy(false);
  };
  return (
    <>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(event.currentTarget);
        }}
      >
        <Field name="key" type="password" autocomplete="off" spellcheck={false} label={t("ui.providers.key")} {...(row.has_key ? { note: t("ui.providers.key_note") } : {})} wrong={wrong} />
        <details open={row.base_url == null}>
          <summary>{t("ui.providers.more")}</summary>
          <div class="stack">
            <Field name="address" type="url" label={t("ui.providers.address")} placeholder="https://" value={row.base_url ?? ""} />
            <Field name="proxy" type="url" label={t("ui.providers.proxy")} placeholder="http://" />
          </div>
        </details>
        <div class="row-actions">
          <Button look="main" type="submit" disabled={isBusy}>
            {t("ui.providers.save")}
          </Button>
          <Button look="plain" onClick={onDone}>
            {t("ui.close")}
          </Button>
          {row.has_key && (
            <Button look="bad" onClick={() => void forget(row)}>
              {t("ui.providers.forget")}
            </Button>
          )}
        </div>
      </form>
      {models !== null && <Check row={row} models={models} />}
    </>
  );
}

/** What the provider lists, as a check of the key, and which of it is used from now on. */
function Check({ row, models }: { row: ProviderRow; models: Models }) {
  const [first] = models.models;
  if (models.error != null || first === undefined) {
    return (
      <p class="refused" role="alert">
        {models.error ?? t("ui.providers.no_models")}
      </p>
    );
  }
  const use = async (model: string) => {
    const changes = { "general.default_model_provider": row.name, "general.default_model": model };
    const saved = await tried(call("settings_update", { changes }));
    if (saved?.settings != null) settings.value = saved.settings.pages;
    if (saved !== undefined) toast(t("ui.providers.is_default", { provider: row.title }));
  };
  return (
    <div class="stack" role="status">
      <p>{counted("ui.providers.models", models.models.length)}</p>
      <form
        class="row-actions"
        onSubmit={(event) => {
          event.preventDefault();
          void use(String(new FormData(event.currentTarget).get("model")));
        }}
      >
        <select class="input" name="model" aria-label={t("ui.providers.default_model")}>
          {models.models.map((model) => (
            <option key={model.id} value={model.id}>
              {model.title}
            </option>
          ))}
        </select>
        <Button type="submit">{t("ui.providers.use")}</Button>
      </form>
    </div>
  );
}

/** The key leaves the page with this call and is kept nowhere here. */
async function save(row: ProviderRow, data: FormData): Promise<void> {
  const [key, address, proxy] = ["key", "address", "proxy"].map((name) => String(data.get(name) ?? "").trim());
  const changed = { ...(key ? { api_key: key } : {}), ...(proxy ? { proxy_url: proxy } : {}), ...addressChange(row, address ?? "") };
  await call("provider_configure", { workspace_id: workspaceId(), provider: row.name, ...changed });
}

function addressChange(row: ProviderRow, address: string): { base_url?: string; clear_base_url?: boolean } {
  if (address === (row.base_url ?? "")) return {};
  return address ? { base_url: address } : { clear_base_url: true };
}

async function forget(row: ProviderRow): Promise<void> {
  const answer = await tried(call("provider_delete_key", { workspace_id: workspaceId(), provider: row.name }));
  if (answer !== undefined) toast(t("ui.providers.forgotten", { provider: row.title }));
}
