import { mount } from "svelte";
import App from "./App.svelte";
import "./base.css";
import { applyTheme } from "$lib/ui/theme.svelte";

applyTheme();
mount(App, { target: document.getElementById("app")! });
