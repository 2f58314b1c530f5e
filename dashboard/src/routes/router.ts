import { Router } from "$lib/ui/router.svelte";
import { routes } from "./index";

export const router = new Router(routes);
