/** Small things kept in the browser. Private windows may refuse; then they are merely forgotten. */
export const kept = {
  get(key: string): string | null {
    try {
      return localStorage.getItem(`tidings.${key}`);
    } catch {
      return null;
    }
  },
  set(key: string, value: string | null): void {
    try {
      if (value === null) localStorage.removeItem(`tidings.${key}`);
      else localStorage.setItem(`tidings.${key}`, value);
    } catch {
      // Full or forbidden: nothing depends on it.
    }
  },
  /** The keys that begin so. */
  keys(prefix: string): string[] {
    try {
      const all = Object.keys(localStorage).filter((key) => key.startsWith(`tidings.${prefix}`));
      return all.map((key) => key.slice("tidings.".length));
    } catch {
      return [];
    }
  },
  removeAll(prefix: string): void {
    for (const key of this.keys(prefix)) this.set(key, null);
  },
  /** Hears what other tabs keep or forget, until it is told to stop. */
  onElsewhere(hear: (key: string, value: string | null) => void): () => void {
    const heard = ({ key, newValue }: StorageEvent) => {
      if (key?.startsWith("tidings.")) hear(key.slice("tidings.".length), newValue);
    };
    addEventListener("storage", heard);
    return () => removeEventListener("storage", heard);
  },
};
