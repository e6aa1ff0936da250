/** Icons are drawn from lucide's shapes; one that carries meaning by itself has a label. */
import type { IconNode } from "lucide";
import { h } from "preact";

interface Props {
  of: IconNode;
  size?: number;
  label?: string;
}

export function Icon({ of, size = 18, label }: Props) {
  const named = label === undefined ? { "aria-hidden": true } : { role: "img" as const, "aria-label": label };
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" {...named}>
      {of.map(([tag, attributes], place) => h(tag, { key: place, ...attributes }))}
    </svg>
  );
}
