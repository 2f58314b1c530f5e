/** The time, ticking once a second while somebody looks, so that ages and countdowns stay true. */
let at = $state(Date.now());

setInterval(() => {
  if (document.visibilityState === "visible") at = Date.now();
}, 1_000);

export const now = {
  /** To the second: for countdowns. */
  get second(): number {
    return at;
  },
};

let minuteAt = $state(Date.now());
setInterval(() => (minuteAt = Date.now()), 15_000);

/** To the quarter minute: for ages, which need no more. */
export const roughly = {
  get now(): number {
    return minuteAt;
  },
};
