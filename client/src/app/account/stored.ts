/** Reads what this browser keeps under the key; null when nothing, or when storage is blocked. */
export function readStored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    // Blocked storage means a setting that isn't kept, never a broken page.
    return null;
  }
}

/** Keeps a setting on this browser; null removes it. */
export function writeStored(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // See readStored.
  }
}
