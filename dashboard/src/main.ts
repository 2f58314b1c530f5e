import { mount } from "svelte";
import App from "./App.svelte";
import "./base.css";
import { applyDensity } from "$lib/ui/density.svelte";
import { watchForStale } from "$lib/offline/stale";
import { applyTheme } from "$lib/ui/theme.svelte";

watchForStale(new URL(import.meta.url).pathname);
applyTheme();
applyDensity();
mount(App, { target: document.getElementById("app")! });
void import("./after");
