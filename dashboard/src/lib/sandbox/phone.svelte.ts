/** The demo's phone: texting our numbers as a customer would, through the sandbox carrier. */
import { Problem, reasonOf, sandbox as api } from "$lib/api";
import type { LiveEvent, Sandbox, SandboxText } from "$lib/api/types";

/** Receipts change without an event of ours now and then; a slow look keeps the phone true. */
const LOOK_EVERY_MS = 5_000;
/** The carrier delivers a moment after our event says "sent". */
const SETTLE_MS = 250;

export class Phone {
  /** `null`: there is no sandbox here. */
  sandbox = $state.raw<Sandbox | null>(null);
  phone = $state("");
  number = $state("");
  texts = $state.raw<SandboxText[]>([]);
  draft = $state("");
  error = $state<string | null>(null);
  isSending = $state(false);
  #turn = 0;
  #soon: ReturnType<typeof setTimeout> | undefined;

  async find(): Promise<boolean> {
    try {
      this.sandbox = await api.get();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.sandbox = null;
      return false;
    }
    this.phone ||= this.sandbox.phones[0]?.e164 ?? "";
    this.number ||= this.sandbox.numbers[0]?.e164 ?? "";
    await this.look();
    return true;
  }

  /** Looks now and then while the phone is on screen; returns its end. */
  watch(): () => void {
    const timer = setInterval(
      () => document.visibilityState === "visible" && void this.look(),
      LOOK_EVERY_MS,
    );
    return () => clearInterval(timer);
  }

  choose(phone: string, number: string): void {
    [this.phone, this.number, this.texts, this.error] = [phone, number, [], null];
    void this.look();
  }

  async look(): Promise<void> {
    if (!this.phone || !this.number) return;
    const turn = ++this.#turn;
    try {
      const texts = await api.texts(this.phone, this.number);
      if (turn === this.#turn) this.texts = texts;
    } catch (error) {
      if (turn === this.#turn) this.error = reasonOf(error);
    }
  }

  /** A message that moved may have reached this phone. */
  heard(event: LiveEvent): void {
    if (event.type !== "message.created" && event.type !== "message.updated") return;
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => void this.look(), SETTLE_MS);
  }

  async send(): Promise<void> {
    const body = this.draft.trim();
    if (!body || this.isSending) return;
    this.isSending = true;
    this.error = null;
    try {
      await api.send(this.phone, { to: this.number, body });
      this.draft = "";
      await this.look();
    } catch (error) {
      this.error = reasonOf(error);
    } finally {
      this.isSending = false;
    }
  }
}
