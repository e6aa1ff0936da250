/** Tells when the line is broken, and how it goes on; says nothing while all is well. */
import { CloudOff } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { retry } from "../state/client";
import { inner, link } from "../state/store";
import { Button } from "../ui/button";
import { Icon } from "../ui/icon";
import { said, t } from "../words";

/** A break shorter than this is not worth a word. */
const PATIENCE_MS = 1_200;

export function ConnectionBanner() {
  const state = link.value.kind;
  const told = inner.value;
  const isOnline = state === "online";
  const isFine = isOnline && (told === null || told.state === "online");
  const isLong = useLong(!isFine);
  const wasOffline = useWasOffline();
  if (isFine || !isLong) return null;
  const words = isOnline ? said(told?.words, told?.detail) : outer(wasOffline);
  const isHopeless = isOnline && (told?.state === "gateway_too_old" || told?.state === "gateway_too_new");
  return (
    <div class={`banner ${isHopeless ? "bad" : "warn"}`}>
      <Icon of={CloudOff} size={16} />
      <span role="status">{words}</span>
      {!isOnline && wasOffline && <Countdown />}
      {isOnline
        ? told?.action_words != null && <small>{said(told.action_words)}</small>
        : wasOffline && (
            <Button look="plain" onClick={retry}>
              {t("ui.connection.retry")}
            </Button>
          )}
    </div>
  );
}

function outer(wasOffline: boolean): string {
  if (!wasOffline) return t("ui.connection.connecting");
  return navigator.onLine ? t("ui.connection.offline") : t("ui.frame.no_network");
}

/** Beside the sentence and not read out: it changes each second. */
function Countdown() {
  const state = link.value;
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const seconds = state.kind === "offline" ? Math.ceil((state.retryAt - now) / 1_000) : 0;
  return (
    <small class="countdown" aria-hidden>
      {seconds > 0 ? t("ui.frame.next_try", { seconds }) : t("ui.frame.trying")}
    </small>
  );
}

function useLong(isBroken: boolean): boolean {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    setLong(false);
    if (!isBroken) return;
    const timer = setTimeout(() => setLong(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isBroken]);
  return isLong;
}

/** Between two tries the line is "connecting" for a moment: the words stay. */
function useWasOffline(): boolean {
  const [was, setWas] = useState(false);
  const { kind } = link.value;
  useEffect(() => {
    if (kind === "offline") setWas(true);
    else if (kind === "online") setWas(false);
  }, [kind]);
  return was || kind === "offline";
}
