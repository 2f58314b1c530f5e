/** A fake backend for development and the smoke test: `npm run fake`, then `npm run dev`. */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join, normalize } from "node:path";
import { FakeDesk, Refusal } from "./fake/desk";
import { answer } from "./fake/routes";
import { seeded } from "./fake/seed";

/** The very policy of the product, so that nothing here is judged under another one. */
const CSP = policyOf(readFileSync("../crates/api/src/headers.rs", "utf8"));
const TYPES: Record<string, string> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript",
  css: "text/css",
  svg: "image/svg+xml",
  png: "image/png",
  webmanifest: "application/manifest+json",
};
const HEARTBEAT_MS = 15_000;

export interface Fake {
  desk: FakeDesk;
  url: string;
  /** Nobody hears anything from here, as without a network. */
  isAway: boolean;
  /** Changes what the API answers, before it goes. */
  dress: (answer: unknown) => unknown;
  /** Answers for a file of the dashboard, as another build would: `null` for one that is gone. */
  files: Map<string, string | null>;
  /** Cuts every live stream, as a lost network would. */
  cut(): void;
  close(): void;
}

/** Serves the API, and the built dashboard from `dist` when it is given. */
export async function startFake(port: number, dist?: string): Promise<Fake> {
  const desk = seeded();
  const streams = new Set<ServerResponse>();
  const server: Server = createServer((request, response) => {
    if (fake.isAway) return void request.socket.destroy();
    void serve(request, response).catch((error) => refuse(response, error));
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://fake");
    if (!url.pathname.startsWith("/api/v1/")) return file(dist, url.pathname, response, fake.files);
    const path = url.pathname.slice("/api/v1".length);
    if (path === "/events") return follow(request, response, url);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const isJson = request.headers["content-type"]?.includes("json");
    const body = isJson && raw.length ? JSON.parse(raw.toString()) : raw;
    const result = fake.dress(await answer(desk, request.method ?? "GET", path, url.searchParams, body));
    const status = result === undefined ? 204 : request.method === "POST" ? 201 : 200;
    if (typeof result === "string") {
      response.writeHead(status, { "content-type": "text/csv; charset=utf-8" });
      response.end(result);
      return;
    }
    response.writeHead(status, { "content-type": "application/json", "tidings-sequence": String(desk.seq) });
    response.end(result === undefined ? undefined : JSON.stringify(result));
  }

  function follow(request: IncomingMessage, response: ServerResponse, url: URL): void {
    if (!desk.session) throw new Refusal(401, "unauthenticated", "Sign in first.");
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    const say = (name: string, data: unknown, id?: number) =>
      response.write(
        `${id === undefined ? "" : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`,
      );
    const after = url.searchParams.get("after");
    if (after === null) say("hello", { head: desk.seq });
    else for (const line of desk.log.filter((l) => l.seq > Number(after))) say(line.type, line, line.seq);
    const reader = { line: (l: { seq: number; type: string }) => say(l.type, l, l.seq), signal: say };
    desk.readers.add(reader);
    streams.add(response);
    const beat = setInterval(() => say("heartbeat", { head: desk.seq }), HEARTBEAT_MS);
    request.on("close", () => {
      clearInterval(beat);
      streams.delete(response);
      desk.readers.delete(reader);
    });
  }

  const fake: Fake = {
    desk,
    url: "",
    isAway: false,
    dress: (answer) => answer,
    files: new Map(),
    cut: () => streams.forEach((stream) => stream.destroy()),
    close: () => {
      streams.forEach((stream) => stream.destroy());
      server.close();
      server.closeAllConnections();
    },
  };
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const address = server.address();
  fake.url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : port}`;
  return fake;
}

function policyOf(source: string): string {
  const policy = /CONTENT_SECURITY_POLICY: &str = "([^"]*)"/.exec(source)?.[1];
  if (!policy) throw new Error("headers.rs has no policy");
  return policy.replace(/\\\n\s*/g, "");
}

async function file(
  dist: string | undefined,
  path: string,
  response: ServerResponse,
  others: ReadonlyMap<string, string | null>,
): Promise<void> {
  if (!dist) throw new Refusal(404, "not_found", "Only the API is served here; run `npm run dev` beside it.");
  const name = /\.\w+$/.test(path) ? normalize(path) : "/index.html";
  const other = others.get(name);
  const data = other === undefined ? await readFile(join(dist, name)).catch(() => null) : other;
  if (data === null) throw new Refusal(404, "not_found", "No such file.");
  const type = TYPES[name.split(".").at(-1) ?? ""] ?? "application/octet-stream";
  const isKept = name.startsWith("/assets/");
  response.writeHead(200, {
    "content-type": type,
    "content-security-policy": CSP,
    "cache-control": isKept ? "public, max-age=31536000, immutable" : "no-cache",
  });
  response.end(data);
}

function refuse(response: ServerResponse, error: unknown): void {
  const refusal = error instanceof Refusal ? error : new Refusal(500, "internal", String(error));
  if (!(error instanceof Refusal)) console.error(error);
  response.writeHead(refusal.status, { "content-type": "application/problem+json" });
  const { status, code, message: detail, errors } = refusal;
  response.end(JSON.stringify({ type: "about:blank", title: "Refused", status, code, detail, errors }));
}

export async function main(args: string[]): Promise<void> {
  const fake = await startFake(Number(args[0] ?? 8080));
  console.log(
    `Fake API on ${fake.url}. Sign in as ${fake.desk.me.user.email} with any password of ten characters.`,
  );
}
