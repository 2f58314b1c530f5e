/** The real binary, playing the demo in a folder of its own: `TIDINGS_BIN`, or what `cargo build -p tidings` made. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const OPENS_WITHIN_MS = 60_000;

export interface Demo {
  url: string;
  email: string;
  password: string;
  /** What the process wrote as warnings so far. */
  said: string[];
  stop: () => Promise<void>;
}

/** Throws with the reason when the binary is missing or does not open. */
export async function startDemo(): Promise<Demo> {
  const binary = resolve(process.env["TIDINGS_BIN"] ?? "../target/debug/tidings");
  if (!existsSync(binary))
    throw new Error(`${binary} is missing: run \`cargo build -p tidings\`, or set TIDINGS_BIN.`);
  const folder = mkdtempSync(join(tmpdir(), "tidings-journey-"));
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(binary, ["demo", "--json", "--listen", address], {
    cwd: folder,
    env: ownEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => said.push(line));
  const stop = async () => {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const { url, email, password } = JSON.parse(await firstLine(child, said)) as Demo;
    return { url, email, password, said, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Nothing that is set for another installation may reach this one. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("TIDINGS_")));
}

function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer();
    probe.on("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => found(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** The demo speaks when it is open. */
function firstLine(child: ChildProcess, said: string[]): Promise<string> {
  return new Promise((spoken, failed) => {
    const why = (what: string) => failed(new Error([what, ...said].join("\n")));
    const late = setTimeout(() => why("The demo did not open in time."), OPENS_WITHIN_MS);
    child.once("error", failed);
    child.once("exit", (code) => why(`The demo ended with ${code} before it opened.`));
    if (child.stdout)
      createInterface({ input: child.stdout }).once("line", (line) => {
        clearTimeout(late);
        spoken(line);
      });
  });
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((gone) => {
    child.once("exit", () => gone());
    child.kill("SIGTERM");
  });
}
