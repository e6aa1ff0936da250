/** Where a thread stands in the tree. Pure. */
import type { Node } from "../boundary/types";

/** Names of the folders around it, the outermost first. */
export function foldersOf(nodes: readonly Node[], id: string): string[] {
  const above = (siblings: readonly Node[], names: string[]): string[] | null => {
    for (const node of siblings) {
      if (node.id === id) return names;
      const found = above(node.children ?? [], [...names, node.name]);
      if (found !== null) return found;
    }
    return null;
  };
  return above(nodes, []) ?? [];
}
