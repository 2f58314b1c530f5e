/** Short notes at the edge of the screen. */
export interface Toast {
  id: number;
  kind: "info" | "bad";
  text: string;
  action?: { label: string; run: () => void };
}

const SHOWN_MS = 6_000;
let next = 0;
let all = $state.raw<Toast[]>([]);

export const toasts = {
  get all(): Toast[] {
    return all;
  },
  show(text: string, kind: Toast["kind"] = "info", action?: Toast["action"]): void {
    const toast: Toast = { id: next++, kind, text, action };
    all = [...all.slice(-2), toast];
    setTimeout(() => this.dismiss(toast.id), SHOWN_MS);
  },
  bad(text: string, action?: Toast["action"]): void {
    this.show(text, "bad", action);
  },
  dismiss(id: number): void {
    all = all.filter((t) => t.id !== id);
  },
};
