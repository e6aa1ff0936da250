/** Gateways that this browser knows, names and addresses only: each one has its own sign-in at its own address. */
import { useState } from "preact/hooks";
import { remembered } from "../../state/prefs";
import { Button } from "../../ui/button";
import { Field } from "../../ui/field";
import { t } from "../../words";
import { Install } from "./about";
import { isLoopback, type Known, listed, readAddress } from "./gateway_list";

const gateways = remembered<readonly Known[]>("portico.gateways", []);

export function GatewaysPage() {
  const [wrong, setWrong] = useState<string>();
  const known = listed(gateways.value);
  const add = (form: HTMLFormElement) => {
    const data = new FormData(form);
    const address = readAddress(String(data.get("address")));
    if (address === null) return setWrong(t("ui.gateways.bad_address"));
    if (known.some((one) => one.origin === address)) return setWrong(t("ui.gateways.twice"));
    setWrong(undefined);
    gateways.value = [...known, { name: String(data.get("name")).trim() || new URL(address).host, origin: address }];
    form.reset();
  };
  return (
    <div class="stack">
      <p class="lead">{t("ui.gateways.lead")}</p>
      <div class="card">
        <Line one={{ name: t("ui.gateways.this"), origin: location.origin }} />
        {known
          .filter((one) => one.origin !== location.origin)
          .map((one) => (
            <Line key={one.origin} one={one} onRemove={() => (gateways.value = known.filter((other) => other.origin !== one.origin))} />
          ))}
      </div>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          add(event.currentTarget);
        }}
      >
        <Field name="name" label={t("ui.gateways.name")} maxLength={80} />
        <Field name="address" label={t("ui.gateways.address")} required inputMode="url" autocapitalize="off" placeholder="https://portico.example" note={t("ui.gateways.address_note")} wrong={wrong} />
        <div>
          <Button type="submit" look="main">
            {t("ui.gateways.add")}
          </Button>
        </div>
      </form>
      <Install />
    </div>
  );
}

function Line({ one, onRemove }: { one: Known; onRemove?: () => void }) {
  const isPlain = one.origin.startsWith("http:") && !isLoopback(one.origin);
  return (
    <div class="line">
      <div class="what">
        <strong>{one.name}</strong>
        <small>{one.origin}</small>
        {isPlain && <small>{t("ui.gateways.plain")}</small>}
      </div>
      {onRemove === undefined ? (
        <span class="badge">{t("ui.gateways.here")}</span>
      ) : (
        <>
          <a class="button" href={`${one.origin}/`}>
            {t("ui.gateways.open")}
          </a>
          <Button look="bad" onClick={onRemove}>
            {t("ui.gateways.remove")}
            <span class="hidden-label">{one.name}</span>
          </Button>
        </>
      )}
    </div>
  );
}
