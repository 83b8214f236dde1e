import { dirname, relative, sep } from 'node:path';

interface Folder {
  /** As programs see them. */
  readonly now: Map<string, Node>;
  /** As they certainly are after a loss of power. */
  readonly kept: Map<string, Node>;
}
interface File {
  bytes: number;
  keptBytes: number;
}
type Node = Folder | File;

const isFolder = (node: Node | undefined): node is Folder => node !== undefined && 'now' in node;
const folder = (): Folder => ({ now: new Map(), kept: new Map() });

/**
 * What POSIX promises of a disk that loses power: a file's bytes stay once the file was flushed, a name once its folder was; all else
 * may be there or not, whatever came before it. A name that was taken away comes back unless its folder was flushed.
 */
export class DiskModel {
  readonly #base: string;
  readonly #root = folder();
  /** Called with the path, from the base, of what is renamed to, before it is. */
  onRename: (to: string) => void = () => undefined;
  /** Called after each change. */
  onChange: (what: string) => void = () => undefined;

  /** @param base  A folder that is there. */
  constructor(base: string) {
    this.#base = base;
  }

  makeFolders(path: string): void {
    let at = this.#root;
    for (const name of this.#names(path)) {
      const next = at.now.get(name) ?? folder();
      if (!isFolder(next)) return;
      at.now.set(name, next);
      at = next;
    }
    this.onChange(`mkdir ${path}`);
  }

  create(path: string): void {
    this.#folderOf(path)?.now.set(this.#nameOf(path), { bytes: 0, keptBytes: 0 });
    this.onChange(`create ${path}`);
  }

  write(path: string, bytes: number): void {
    const node = this.#find(path);
    if (node && !isFolder(node)) node.bytes += bytes;
    this.onChange(`write ${path}`);
  }

  flush(path: string): void {
    const node = this.#find(path);
    if (isFolder(node)) {
      node.kept.clear();
      for (const [name, inner] of node.now) node.kept.set(name, inner);
    } else if (node) node.keptBytes = node.bytes;
    this.onChange(`fsync ${path}`);
  }

  rename(from: string, to: string): void {
    const source = this.#folderOf(from);
    const node = source?.now.get(this.#nameOf(from));
    if (!source || !node) return;
    source.now.delete(this.#nameOf(from));
    this.#folderOf(to)!.now.set(this.#nameOf(to), node);
    this.onChange(`rename ${from} ${to}`);
  }

  /** All in it may be gone for good at once, and its own name be there still. */
  remove(path: string): void {
    const node = this.#find(path);
    if (isFolder(node)) this.#empty(node);
    this.#folderOf(path)?.now.delete(this.#nameOf(path));
    this.onChange(`rm ${path}`);
  }

  /** Names that may be in a folder after a loss of power, but need not. */
  possibleNames(path: string): string[] {
    const node = path === '' ? this.#root : this.#find(path);
    return isFolder(node) ? [...new Set([...node.now.keys(), ...node.kept.keys()])] : [];
  }

  /** What may lie there after a loss of power and not be as it was written; and whatever lacks a `zarr.json`. */
  halves(path: string): string[] {
    const names = this.#names(path);
    const name = names.pop()!;
    const parent = this.#find(names.join('/'));
    if (!isFolder(parent)) return [];
    const nodes = new Set([parent.now.get(name), parent.kept.get(name)].filter((node) => node !== undefined));
    return [...nodes].flatMap((node) => {
      const lacking = isFolder(node) && node.kept.has('zarr.json') ? [] : [`${path} without zarr.json`];
      return [...lacking, ...this.#unsafe(node, path)];
    });
  }

  /** Whether a path leads somewhere, and to what is whole, after a loss of power. */
  isKept(path: string): boolean {
    let node: Node | undefined = this.#root;
    for (const name of this.#names(path)) node = isFolder(node) ? node.kept.get(name) : undefined;
    return node !== undefined && this.#unsafe(node, path).length === 0;
  }

  #unsafe(node: Node, path: string): string[] {
    if (!isFolder(node)) return node.bytes === node.keptBytes ? [] : [`${path} not flushed`];
    const names = new Set([...node.now.keys(), ...node.kept.keys()]);
    return [...names].flatMap((name) => {
      const inner = node.now.get(name);
      if (!inner || node.kept.get(name) !== inner) return [`${path}/${name} may be there or not`];
      return this.#unsafe(inner, `${path}/${name}`);
    });
  }

  #empty({ now, kept }: Folder): void {
    for (const inner of new Set([...now.values(), ...kept.values()])) if (isFolder(inner)) this.#empty(inner);
    now.clear();
    kept.clear();
  }

  #names(path: string): string[] {
    const inside = path.startsWith(this.#base) ? relative(this.#base, path) : path;
    return inside.split(sep).filter(Boolean);
  }

  #nameOf(path: string): string {
    return this.#names(path).at(-1)!;
  }

  #folderOf(path: string): Folder | undefined {
    const found = this.#find(dirname(path));
    return isFolder(found) ? found : undefined;
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of this.#names(path)) node = isFolder(node) ? node.now.get(name) : undefined;
    return node;
  }
}
