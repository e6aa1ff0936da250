/** The tree after changes of single lines, as the gateway tells them: each costs the same however long the tree is. */
import type { Node, TreeDrop, TreePut } from "../boundary/types";

/** A line between its neighbours; the first of a folder's chain is the folder's own head, without a node. */
interface Link {
  node: Node | null;
  before: Link | null;
  after: Link | null;
}

export function patched(nodes: readonly Node[], patches: readonly (TreePut | TreeDrop)[]): Node[] {
  const chains = new Chains(nodes);
  for (const patch of patches) {
    if (patch.op === "put") chains.put(patch);
    else chains.drop(patch.id);
  }
  return chains.nodes();
}

class Chains {
  private readonly links = new Map<string, Link>();
  /** Of each folder by id, and of the root. */
  private readonly heads = new Map<string | null, Link>();

  constructor(nodes: readonly Node[]) {
    this.add(null, nodes);
  }

  /** Behind a sibling that is not here it comes first. What a folder holds stays in it. */
  put({ node, parent, after }: TreePut): void {
    this.drop(node.id);
    const head = this.head(parent);
    const place = (after === null ? undefined : this.links.get(after)) ?? head;
    const link: Link = { node, before: place, after: place.after };
    if (place.after !== null) place.after.before = link;
    place.after = link;
    this.links.set(node.id, link);
  }

  drop(id: string): void {
    const link = this.links.get(id);
    if (link === undefined) return;
    this.links.delete(id);
    if (link.before !== null) link.before.after = link.after;
    if (link.after !== null) link.after.before = link.before;
  }

  nodes(parent: string | null = null): Node[] {
    const found: Node[] = [];
    for (let link = this.heads.get(parent)?.after ?? null; link !== null; link = link.after) {
      const node = link.node!;
      found.push(node.kind === "folder" ? { ...node, children: this.nodes(node.id) } : node);
    }
    return found;
  }

  private add(parent: string | null, nodes: readonly Node[]): void {
    let last = this.head(parent);
    for (const node of nodes) {
      const link: Link = { node, before: last, after: null };
      last.after = link;
      last = link;
      this.links.set(node.id, link);
      if (node.children !== undefined && node.children.length > 0) this.add(node.id, node.children);
    }
  }

  private head(parent: string | null): Link {
    let head = this.heads.get(parent);
    if (head === undefined) {
      head = { node: null, before: null, after: null };
      this.heads.set(parent, head);
    }
    return head;
  }
}
