/** What every route of the fake has at hand. */
import { notFound, type FakeDesk } from "./desk";

export type Body = Record<string, never> & Buffer;
export type Handler = (desk: FakeDesk, ids: string[], body: Body, query: URLSearchParams) => unknown;

export const page = <D>(data: D[]) => ({ data, next_cursor: null });
export const now = () => new Date().toISOString();

export function byId<D extends { id: string }>(all: D[], id: string | undefined): D {
  const found = all.find((one) => one.id === id);
  if (!found) throw notFound();
  return found;
}
