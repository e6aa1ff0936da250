/** A button that copies, and says for a moment that it did. */
import { Check, Copy } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { IconButton } from "../ui/button";
import { copyText } from "../ui/copy";
import { toast } from "../ui/toast";
import { t } from "../words";

const SHOWN_MS = 1_600;

export function CopyButton({ text, label }: { text: () => string; label: string }) {
  const [isDone, setDone] = useState(false);
  useEffect(() => {
    if (!isDone) return;
    const timer = setTimeout(() => setDone(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isDone]);
  const copy = async () => {
    if (await copyText(text())) setDone(true);
    else toast(t("ui.not_copied"));
  };
  return <IconButton class="small" icon={isDone ? Check : Copy} size={16} label={isDone ? t("ui.copied") : label} onClick={() => void copy()} />;
}
