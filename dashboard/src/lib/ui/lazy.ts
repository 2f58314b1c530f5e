/** Parts of the page that are fetched when somebody wants them. */
import { toasts } from "./toasts.svelte";

/** What cannot be fetched is told and closed, so that it can be asked for once more. */
export const orClosed = <T>(coming: Promise<T>, close: () => void): Promise<T | null> =>
  coming.catch(() => {
    close();
    toasts.bad("This could not be loaded. Try again in a moment.");
    return null;
  });
