/** What begins when the page stands: nothing of it is needed to paint. */
import { keepQueued } from "$lib/message/queued.svelte";
import { tellRefused } from "$lib/message/refused.svelte";
import { register } from "$lib/offline/register";
import { keepBarPainted } from "$lib/ui/bar";

tellRefused();
keepQueued();
keepBarPainted();
if (import.meta.env.PROD) register();
