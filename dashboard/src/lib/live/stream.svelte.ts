/**
 * The one event stream. It resumes after the last sequence it saw, notices silence and gaps by the heartbeat,
 * and reconnects with growing pauses; it knows nothing of what the events mean.
 */
import { openEventStream } from "$lib/api";
import type { LiveEvent, TypingSignal, WritingSignal } from "$lib/api/types";

/** Heartbeats come every 15 s; two missed and a little grace mean the line is dead. */
export const SILENCE_MS = 40_000;
const BACKOFF_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000];

export const EVENT_TYPES = [
  "conversation.created",
  "conversation.updated",
  "message.created",
  "message.updated",
  "contact.updated",
  "draft.created",
  "draft.updated",
  "number.updated",
  "assistant.updated",
  "knowledge.updated",
  "approval.updated",
  "team.updated",
  "campaign.updated",
  "campaign.checked",
  "list.updated",
  "segment.updated",
  "import.updated",
  "workflow.updated",
  "enrolment.updated",
] as const;

export interface Listener {
  /** The log is followed from here on: what was fetched earlier may have missed something. */
  following(): void;
  event(event: LiveEvent): void;
  typing(signal: TypingSignal): void;
  /** How far an assistant is with what it writes. */
  writing(signal: WritingSignal): void;
  /** Events were missed for good: fetch afresh. */
  snapshotNeeded(): void;
  /** The line could not be opened again and again: perhaps nobody is signed in. */
  suspectSignedOut(): void;
}

/** What we use of EventSource, so that tests can play the server. */
export interface Source {
  addEventListener(type: string, handler: (event: MessageEvent<string>) => void): void;
  onerror: ((event: Event) => void) | null;
  close(): void;
}

export class LiveStream {
  /** `reconnecting` only after a line was lost; a first connect is not news. */
  state = $state<"idle" | "connecting" | "open" | "reconnecting">("idle");
  /** The last sequence seen; `null` until the server said where its log stands. */
  seq: number | null = null;

  #source: Source | null = null;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  /** A head that we had not reached at the last heartbeat. */
  #suspectHead: number | null = null;
  /** Up to here the server was asked again and had nothing more for us. */
  #verifiedHead = -1;

  constructor(
    private readonly listener: Listener,
    private readonly open: (after: number | null) => Source = openEventStream,
  ) {}

  start(): void {
    if (this.state !== "idle") return;
    this.state = "connecting";
    addEventListener("online", this.#retryNow);
    document.addEventListener("visibilitychange", this.#retryIfVisible);
    this.#connect();
  }

  stop(): void {
    removeEventListener("online", this.#retryNow);
    document.removeEventListener("visibilitychange", this.#retryIfVisible);
    this.#drop();
    this.state = "idle";
    this.seq = null;
    this.#verifiedHead = -1;
  }

  #connect(): void {
    this.#drop();
    const source = this.open(this.seq);
    this.#source = source;
    source.onerror = () => this.#lost();
    for (const type of EVENT_TYPES) source.addEventListener(type, (e) => this.#event(type, e));
    source.addEventListener("hello", (e) => this.#hello(e));
    source.addEventListener("heartbeat", (e) => this.#heartbeat(e));
    source.addEventListener("snapshot_needed", (e) => this.#snapshotNeeded(e));
    source.addEventListener("typing", (e) => {
      const signal = parse<{ data?: TypingSignal } & TypingSignal>(e);
      if (signal) this.listener.typing(signal.data ?? signal);
    });
    source.addEventListener("writing", (e) => {
      const signal = parse<{ data?: WritingSignal } & WritingSignal>(e);
      if (signal) this.listener.writing(signal.data ?? signal);
    });
    source.addEventListener("open", () => this.#alive());
    this.#watch();
  }

  #event(type: LiveEvent["type"], e: MessageEvent<string>): void {
    this.#alive();
    const line = parse<{ seq: number; data: unknown }>(e);
    if (!line) return;
    // A repeated line is harmless (merging is idempotent) but must not move us back.
    this.seq = Math.max(this.seq ?? -1, line.seq);
    this.listener.event({ type, data: line.data } as LiveEvent);
  }

  #hello(e: MessageEvent<string>): void {
    this.#alive();
    const head = headOf(e);
    if (head === null || this.seq !== null) return;
    this.seq = head;
    this.listener.following();
  }

  #heartbeat(e: MessageEvent<string>): void {
    this.#alive();
    const head = headOf(e);
    if (head === null) return;
    if (this.seq === null) this.seq = head;
    const isBehind = head > this.seq && head > this.#verifiedHead;
    if (!isBehind) {
      this.#suspectHead = null;
    } else if (this.#suspectHead === null) {
      // Lines may still be on their way; give them until the next heartbeat.
      this.#suspectHead = head;
    } else if (this.seq < this.#suspectHead) {
      this.#verifiedHead = head;
      this.#suspectHead = null;
      this.#connect();
    } else {
      this.#suspectHead = head;
    }
  }

  #snapshotNeeded(e: MessageEvent<string>): void {
    this.#alive();
    const head = headOf(e);
    if (head !== null) this.seq = head;
    this.listener.snapshotNeeded();
  }

  #alive(): void {
    this.#attempt = 0;
    this.state = "open";
    this.#watch();
  }

  #watch(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#lost(), SILENCE_MS);
  }

  #lost(): void {
    this.#drop();
    this.state = "reconnecting";
    const pause = BACKOFF_MS[Math.min(this.#attempt, BACKOFF_MS.length - 1)] ?? 15_000;
    this.#attempt += 1;
    if (this.#attempt % 3 === 0) this.listener.suspectSignedOut();
    // Many tabs lose the server at the same moment; they should not return at the same one.
    this.#timer = setTimeout(() => this.#connect(), pause * (0.75 + Math.random() / 2));
  }

  #drop(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#watchdog);
    this.#source?.close();
    this.#source = null;
  }

  #retryNow = () => {
    if (this.state === "reconnecting") this.#connect();
  };

  #retryIfVisible = () => {
    if (document.visibilityState === "visible") this.#retryNow();
  };
}

function parse<T>(e: MessageEvent<string>): T | null {
  try {
    return JSON.parse(e.data) as T;
  } catch {
    return null;
  }
}

function headOf(e: MessageEvent<string>): number | null {
  const line = parse<{ head?: number; data?: { head?: number } }>(e);
  return line?.head ?? line?.data?.head ?? null;
}
