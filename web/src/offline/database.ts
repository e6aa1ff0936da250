/** A few values in the browser's database. Where it is forbidden, full or broken, nothing is kept and nothing breaks. */

const NAME = "portico";
const STORE = "kept";

export async function read<T>(key: string): Promise<T | undefined> {
  return (await within("readonly", (store) => store.get(key))) as T | undefined;
}

export async function write(key: string, value: unknown): Promise<void> {
  await within("readwrite", (store) => store.put(value, key));
}

export async function clear(): Promise<void> {
  await within("readwrite", (store) => store.clear());
}

async function within(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  try {
    const database = await open();
    try {
      return await answered(work(database.transaction(STORE, mode).objectStore(STORE)));
    } finally {
      database.close();
    }
  } catch {
    return undefined;
  }
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return answered(request);
}

function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the database refused"));
  });
}
