/** What every row may need of the thread that it stands in. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Rows } from "../state/rows";

export interface Here {
  threadId: string;
  rows: Rows;
}

export const ThreadContext = createContext<Here | null>(null);

export function useThread(): Here {
  const here = useContext(ThreadContext);
  if (here === null) throw new Error("a row stands in a thread");
  return here;
}
