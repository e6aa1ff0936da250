/** The keys of a command, each as a key. */
import { keyParts } from "./keys";

export function KeyHint({ keys }: { keys: string }) {
  return (
    <span class="keys">
      {keyParts(keys).map((part) => (
        <kbd key={part}>{part}</kbd>
      ))}
    </span>
  );
}
