/** Does something at once, and while it is asked for again and again, no more often than every so often. */
export class Throttle {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isAsked = false;

  constructor(
    private readonly work: () => unknown,
    private readonly everyMs: number,
  ) {}

  ask(): void {
    if (this.#timer !== undefined) {
      this.#isAsked = true;
      return;
    }
    this.#isAsked = false;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#isAsked) this.ask();
    }, this.everyMs);
    this.work();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isAsked = false;
  }
}
