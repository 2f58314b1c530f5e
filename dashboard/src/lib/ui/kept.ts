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
  removeAll(prefix: string): void {
    try {
      for (const key of Object.keys(localStorage))
        if (key.startsWith(`tidings.${prefix}`)) localStorage.removeItem(key);
    } catch {
      // As above.
    }
  },
};
