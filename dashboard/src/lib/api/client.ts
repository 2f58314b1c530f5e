/** The one place that fetches. Everything else in `lib/api` names paths and types. */
import type { FieldError, ProblemDocument } from "./types";

const BASE = "/api/v1";
/** Longer than any answer of ours takes; a hung connection must not hang the page. */
const TIMEOUT_MS = 30_000;
/** Nothing of a file went on its way for so long: the line is dead. */
const STALLED_MS = 120_000;

/** Why a request did not succeed, in the server's words, or in ours when there was no answer. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly errors: FieldError[] = [],
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(message);
    this.name = "Problem";
  }

  /** No answer came: the same request may be tried again with the same key. */
  get isUnanswered(): boolean {
    return this.status === 0 || this.status >= 502;
  }

  /** The message for one field of a form, if the server named it. */
  field(name: string): string | undefined {
    return this.errors.find((e) => e.field === name)?.message;
  }
}

/** The sentence to show for anything thrown. */
export function reasonOf(error: unknown): string {
  if (error instanceof Problem) return error.errors[0]?.message ?? error.message;
  return error instanceof Error ? error.message : "Something went wrong.";
}

type Query = Record<string, string | number | boolean | null | undefined>;

export interface Options {
  query?: Query;
  body?: unknown;
  /** Sent as `Idempotency-Key`: the same key never acts twice. */
  key?: string;
  signal?: AbortSignal;
  /** Where an answer may take longer than usual. */
  timeoutMs?: number;
}

let signedOut: () => void = () => {};

/** Called when the server no longer knows us. */
export function onSignedOut(handler: () => void): void {
  signedOut = handler;
}

export async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (options.key) headers["Idempotency-Key"] = options.key;
  let body: BodyInit | undefined;
  if (options.body instanceof Blob) {
    body = options.body;
    headers["Content-Type"] = options.body.type || "application/octet-stream";
  } else if (options.body !== undefined) {
    body = JSON.stringify(options.body);
    headers["Content-Type"] = "application/json";
  }
  const response = await answer(BASE + path + search(options.query), {
    method,
    headers,
    body,
    credentials: "same-origin",
    signal: withTimeout(options.signal, options.timeoutMs),
  });
  if (!response.ok) throw await problem(response, path);
  if (response.status === 204 || response.headers.get("content-length") === "0") return undefined as T;
  return (await response.json()) as T;
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal) =>
  request<T>("GET", path, { query, signal });
export const post = <T>(path: string, body?: unknown, options: Options = {}) =>
  request<T>("POST", path, { body, ...options });
export const patch = <T>(path: string, body: unknown) => request<T>("PATCH", path, { body });
export const put = <T>(path: string, body: unknown) => request<T>("PUT", path, { body });
export const remove = (path: string) => request<void>("DELETE", path);

export interface Sending {
  query?: Query;
  signal?: AbortSignal;
  /** So many bytes are on their way. */
  onprogress?: (sent: number) => void;
}

/** Sends a file as it is, and tells how far it is: `fetch` cannot say. However large it is, it is read as it goes. */
export function upload<T>(path: string, file: Blob, { query, signal, onprogress }: Sending): Promise<T> {
  return new Promise((done, failed) => {
    const call = new XMLHttpRequest();
    let watch: ReturnType<typeof setTimeout> | undefined;
    const stop = () => call.abort();
    const heard = () => {
      clearTimeout(watch);
      watch = setTimeout(stop, STALLED_MS);
    };
    const end = (settle: () => void) => {
      clearTimeout(watch);
      signal?.removeEventListener("abort", stop);
      settle();
    };
    call.open("POST", BASE + path + search(query));
    call.setRequestHeader("Accept", "application/json");
    call.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    call.upload.onprogress = ({ loaded }) => {
      heard();
      onprogress?.(loaded);
    };
    call.onload = () =>
      end(() => {
        const retry = call.getResponseHeader("retry-after");
        const headers = retry === null ? undefined : { "retry-after": retry };
        const response = new Response(call.responseText, { status: call.status, headers });
        if (response.ok) void response.json().then(done, failed);
        else void problem(response, path).then(failed);
      });
    call.onerror = () => end(() => failed(unreachable()));
    call.onabort = () => end(() => failed(signal?.aborted ? signal.reason : unreachable()));
    signal?.addEventListener("abort", stop);
    heard();
    call.send(file);
  });
}

/** The first bytes of something long, as text; the rest is not fetched. */
export async function beginning(path: string, bytes: number, signal?: AbortSignal): Promise<string> {
  const init = { credentials: "same-origin", signal: withTimeout(signal) } as const;
  const response = await answer(BASE + path, init);
  if (!response.ok) throw await problem(response, path);
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let [text, read] = ["", 0];
  while (reader && read < bytes) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    read += value.length;
    text += decoder.decode(value, { stream: true });
  }
  await reader?.cancel();
  return text;
}

/** The dashboard's page as the server has it now, past every cache; `null`: it does not answer. */
export async function newestPage(): Promise<string | null> {
  try {
    const response = await fetch("/index.html", { cache: "no-store", signal: withTimeout(undefined) });
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  }
}

/** Where the browser itself fetches something, such as a file to keep. */
export const addressOf = (path: string, query?: Query): string => BASE + path + search(query);

/** A key for one write, however often it is tried. `randomUUID` exists only on https and localhost. */
export function newKey(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The live stream's address, resuming after `seq` when one was seen. */
export function openEventStream(after: number | null): EventSource {
  return new EventSource(`${BASE}/events${after === null ? "" : `?after=${after}`}`);
}

async function answer(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (
      init.signal?.aborted &&
      init.signal.reason instanceof DOMException &&
      init.signal.reason.name === "AbortError"
    )
      throw error;
    throw unreachable();
  }
}

const unreachable = () =>
  new Problem(0, "unreachable", "The server cannot be reached. Check your connection.");

async function problem(response: Response, path: string): Promise<Problem> {
  if (response.status === 401 && !path.startsWith("/session")) signedOut();
  const wait = Number(response.headers.get("retry-after"));
  const retryAfter = Number.isFinite(wait) && wait > 0 ? wait : null;
  try {
    const document = (await response.json()) as ProblemDocument;
    const message = document.detail || document.title || `The server answered ${response.status}.`;
    return new Problem(response.status, document.code, message, document.errors ?? [], retryAfter);
  } catch {
    return new Problem(
      response.status,
      "unreadable",
      `The server answered ${response.status}.`,
      [],
      retryAfter,
    );
  }
}

function search(query: Query | undefined): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== null && value !== undefined && value !== "") params.set(name, String(value));
  const text = params.toString();
  return text ? `?${text}` : "";
}

function withTimeout(signal: AbortSignal | undefined, ms = TIMEOUT_MS): AbortSignal {
  const timeout = AbortSignal.timeout(ms);
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}
