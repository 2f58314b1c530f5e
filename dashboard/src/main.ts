import { mount } from "svelte";
import App from "./App.svelte";
import "./base.css";
import { applyDensity } from "$lib/ui/density.svelte";
import { applyTheme } from "$lib/ui/theme.svelte";

applyTheme();
applyDensity();
mount(App, { target: document.getElementById("app")! });
