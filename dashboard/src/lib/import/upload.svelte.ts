/** The one file that is on its way up. It goes on while one looks at other pages. */
import { imports as api, Problem, reasonOf } from "$lib/api";
import type { ContactImport } from "$lib/api/types";
import { lookedAt, rateOf, type Sample } from "./pace";

/** What the server takes; a larger file need not be sent to be refused. */
export const FILE_BYTES_MAX = 2 ** 30;
const TOO_LARGE = "The file has more than 1 GB. Split it into several files and import one after the other.";

/** Whoever closes the window is asked first: the file would be lost. */
const asks = (event: BeforeUnloadEvent): void => event.preventDefault();

export class FileUpload {
  /** On its way, or refused. */
  file = $state.raw<{ name: string; bytes: number } | null>(null);
  /** So many bytes are on their way. */
  sent = $state(0);
  isBusy = $state(false);
  error = $state<string | null>(null);
  samples = $state.raw<readonly Sample[]>([]);
  /** The import that became of the last one. */
  landed: string | null = null;
  /** What can be tried again: there was no answer. */
  #again = $state.raw<File | null>(null);
  #control: AbortController | null = null;

  constructor(private readonly send: typeof api.upload = api.upload) {}

  get mayTryAgain(): boolean {
    return this.#again !== null;
  }

  /** Resolves to the import that became of it; `null`: it was refused, or given up. */
  async take(file: File): Promise<ContactImport | null> {
    if (this.isBusy) return null;
    this.file = { name: file.name, bytes: file.size };
    this.sent = 0;
    this.samples = [];
    this.error = null;
    this.#again = null;
    if (file.size > FILE_BYTES_MAX) {
      this.error = TOO_LARGE;
      return null;
    }
    const control = (this.#control = new AbortController());
    this.isBusy = true;
    addEventListener("beforeunload", asks);
    try {
      const job = await this.send(file, {
        signal: control.signal,
        onprogress: (sent) => this.#progress(sent, Date.now()),
      });
      this.file = null;
      this.landed = job.id;
      return job;
    } catch (error) {
      if (control.signal.aborted) this.file = null;
      else {
        this.error = reasonOf(error);
        if (error instanceof Problem && error.isUnanswered) this.#again = file;
      }
      return null;
    } finally {
      removeEventListener("beforeunload", asks);
      this.isBusy = false;
    }
  }

  async tryAgain(): Promise<ContactImport | null> {
    return this.#again && this.take(this.#again);
  }

  /** Gives it up while it is on its way; forgets it once it was refused. */
  dismiss(): void {
    this.#control?.abort();
    if (!this.isBusy) {
      this.file = null;
      this.error = null;
      this.#again = null;
    }
  }

  /** Bytes a second; `null`: not looked at for long enough. */
  rate(now: number): number | null {
    return rateOf(this.samples, now);
  }

  #progress(sent: number, at: number): void {
    this.sent = sent;
    this.samples = lookedAt(this.samples, { at, through: sent });
  }
}

export const upload = new FileUpload();
