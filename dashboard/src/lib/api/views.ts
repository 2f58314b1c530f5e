/** One's own views of the inbox. They stand by themselves: only the menu of views fetches them. */
import { get, patch, post, remove } from "./client";
import type * as T from "./types";

const at = encodeURIComponent;

export const views = {
  list: () => get<T.Page<T.View>>("/views", { limit: 100 }),
  create: (body: T.ViewPatch, key: string) => post<T.View>("/views", body, { key }),
  update: (id: string, body: T.ViewPatch) => patch<T.View>(`/views/${at(id)}`, body),
  remove: (id: string) => remove(`/views/${at(id)}`),
};
