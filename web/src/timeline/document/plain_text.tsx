/** Text as it is, however long: pieces that are far from the view cost no layout. */
import { chunks } from "./chunks";

const ACROSS = 88;
const LINE = 24;

export function PlainText({ text }: { text: string }) {
  const parts = chunks(text);
  if (parts.length === 1) {
    return (
      <p class="plain-text" dir="auto">
        {text}
      </p>
    );
  }
  return (
    <div class="plain-text" dir="auto">
      {parts.map((part, place) => (
        <p key={place} class="chunk" style={{ containIntrinsicHeight: `auto ${about(part)}px` }}>
          {part.endsWith("\n") ? part.slice(0, -1) : part}
        </p>
      ))}
    </div>
  );
}

/** How high a piece may be before it was laid out. */
function about(part: string): number {
  return part.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / ACROSS)), 0) * LINE;
}
