/* Sales that wait in this browser (IndexedDB) until the house has taken them in: kept under a key of their own, which makes
   sending them twice harmless, and removed by nobody but the one who said so or a day after they were recorded. */

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const KEY_LENGTH = 12;
const DAY_MS = 24 * 60 * 60 * 1000;

let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("till", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("sales", { keyPath: "key" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

/* A write is told of once it is on the disk, not when it was asked for. */
async function within(mode, work) {
  const transaction = (await open()).transaction("sales", mode, { durability: "strict" });
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
  const request = work(transaction.objectStore("sales"));
  await done;
  return request?.result;
}

export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(KEY_LENGTH))].map((byte) => ALPHABET[byte & 31]).join("");
}

export function keep(sale) {
  return within("readwrite", (sales) => sales.put(sale));
}

export function drop(key) {
  return within("readwrite", (sales) => sales.delete(key));
}

/** This brand's sales in the order in which they happened. */
export async function kept(brand) {
  const all = await within("readonly", (sales) => sales.getAll());
  return all.filter((sale) => sale.brand === brand).sort((one, other) => one.at.localeCompare(other.at));
}

/** What was recorded more than a day ago need not be shown any more. */
export async function forgetRecorded(brand) {
  const old = (await kept(brand)).filter((sale) => sale.state === "done" && Date.now() - Date.parse(sale.at) > DAY_MS);
  for (const sale of old) await drop(sale.key);
}
