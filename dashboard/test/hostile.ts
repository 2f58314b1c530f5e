/**
 * What somebody might write to break a page: each of these is shown as it is, or not at all, and does nothing. Whatever runs
 * calls `ran`, and whatever becomes an element is called `hx`.
 */
const RUN = "window.ran=(window.ran||0)+1";
const AWAY = "https://foreign.example";

const MARKUP = [
  `<script>${RUN}</script>`,
  `<script src="${AWAY}/x.js"></script>`,
  `"><script>${RUN}</script>`,
  `</script><script>${RUN}</script>`,
  `<img id=hx src=x onerror="${RUN}">`,
  `<img id=hx src="${AWAY}/pixel.gif">`,
  `<img id=hx srcset="${AWAY}/a 1x">`,
  `<svg id=hx onload="${RUN}">`,
  `<svg id=hx><script>${RUN}</script></svg>`,
  `<svg id=hx><animate onbegin="${RUN}" attributeName=x dur=1s>`,
  `<svg id=hx><foreignObject><iframe src="javascript:${RUN}"></iframe></foreignObject></svg>`,
  `<math id=hx><mtext><table><mglyph><style><img src=x onerror="${RUN}">`,
  `<iframe id=hx src="javascript:${RUN}"></iframe>`,
  `<iframe id=hx srcdoc="<script>parent.${RUN}</script>"></iframe>`,
  `<object id=hx data="${AWAY}/x.swf"></object>`,
  `<embed id=hx src="${AWAY}/x">`,
  `<body id=hx onload="${RUN}">`,
  `<input id=hx autofocus onfocus="${RUN}">`,
  `<details id=hx open ontoggle="${RUN}"><summary>x</summary></details>`,
  `<video id=hx><source onerror="${RUN}"></video>`,
  `<marquee id=hx onstart="${RUN}">x</marquee>`,
  `<a id=hx href="javascript:${RUN}">x</a>`,
  `<form id=hx action="${AWAY}"><button>x</button></form>`,
  `<base id=hx href="${AWAY}/">`,
  `<meta id=hx http-equiv="refresh" content="0;url=${AWAY}">`,
  `<link id=hx rel=stylesheet href="${AWAY}/x.css">`,
  `<style id=hx>*{display:none!important}</style>`,
  `<style>@import "${AWAY}/x.css";</style>`,
  `</title><script>${RUN}</script>`,
  `</textarea><script>${RUN}</script>`,
  `<!--><img id=hx src=x onerror="${RUN}">-->`,
  `<noscript><p title="</noscript><img id=hx src=x onerror=${RUN}>">`,
  `&lt;script&gt;${RUN}&lt;/script&gt;`,
  `&#60;img id=hx src=x onerror=${RUN}&#62;`,
  `<scr<script>ipt>${RUN}</scr</script>ipt>`,
  `<ScRiPt >${RUN}</sCrIpT >`,
  `<img/id=hx/src=x/onerror=${RUN}>`,
  `<dialog id=hx open>x</dialog>`,
  `<div id=hx popover style="position:fixed;inset:0;background:red">x</div>`,
];
const ATTRIBUTES = [
  `" onmouseover="${RUN}" x="`,
  `' onfocus='${RUN}' autofocus='`,
  `x" style="position:fixed;inset:0;background:url(${AWAY}/x)`,
  `x;background:url(${AWAY}/x)`,
  `expression(${RUN})`,
  `\`-${RUN}-\``,
];
export const LINKS = [
  `javascript:${RUN}`,
  ` jAvAsCrIpT:${RUN}`,
  `java\tscript:${RUN}`,
  `data:text/html,<script>${RUN}</script>`,
  `vbscript:msgbox(1)`,
  `//foreign.example/x`,
];
const TEMPLATES = [
  `{{constructor.constructor('${RUN}')()}}`,
  `{@html '<img id=hx src=x>'}`,
  "${window.ran=1}",
  "{first_name}{#if x}{/if}%s%n%d",
  "__proto__",
  "constructor",
  '=HYPERLINK("https://foreign.example","x")',
  "'; DROP TABLE contacts; --",
  "../../../../etc/passwd",
];
const NOTHINGS = ["null", "undefined", "NaN", "[object Object]", "0", "false", " ", "\u00a0", "\u3164", "."];
const DIRECTION = [
  "\u202Etxet sdrawkcab\u202C",
  "\u202Enever ended",
  "\u2067isolated and never ended",
  "\u2066\u2066\u2066\u2066deep",
  "\u2069\u2069\u2069ended before it began",
  "\u202A\u202B\u202D\u202E\u202C\u202Call of them",
  "\u200Fright \u200Eleft \u061Carabic",
  "\u05E9\u05DC\u05D5\u05DD 123 abc (\u05E2\u05D5\u05DC\u05DD)",
  "\u0645\u0631\u062D\u0628\u0627 50% <b>",
  "invoice\u202Egpj.exe",
];
const CHARACTERS = [
  "a\u200Bb\u200Cc\u200Dd\uFEFFe\u2060f",
  "\u200B\u200B\u200B",
  "nul\u0000bell\u0007esc\u001B[31mred\u001B[0m\u007F\u0085",
  "line\nbreak\r\nand\u2028more\u2029of\u000Bthem",
  "tab\tbed\tin\t",
  "lone \uD83D surrogate \uDE00",
  "\uFFFE\uFFFF\uFFFD",
  `Z${"\u0300\u0316\u0489".repeat(60)}algo`,
  "\u0E01\u0E33\u0E33\u0E33\u0E33\u0E33\u0E33\u0E33\u0E33\u0E33\u0E33",
  "\uFDFD\uFDFD\uFDFD \u{12031}\u{1242B}",
  "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}\u200D\u{1F466}".repeat(80),
  "\u{1F1E6}".repeat(99),
  "\u{1F44D}\u{1F3FF}".repeat(200),
  "ｆｕｌｌ　ｗｉｄｔｈ ＜ｓｃｒｉｐｔ＞",
];
/** As long as anything may be. */
export const ENDLESS = "W".repeat(10_000);
const LONG = [ENDLESS, "i ".repeat(5_000), "\n".repeat(500) + "end", "漢".repeat(3_000)];

export const HOSTILE: readonly string[] = [
  ...MARKUP,
  ...ATTRIBUTES,
  ...LINKS,
  ...TEMPLATES,
  ...NOTHINGS,
  ...DIRECTION,
  ...CHARACTERS,
  ...LONG,
];

/** Turns what follows, and comes out of what it stands in, if either is possible. */
export const TURNING = "\u2069\u202C\u202EdeW\u2067\u05D0";

/** What people write, wherever it stands in an answer of the API. */
const WRITTEN = new Set(
  `name company label title body preview text guide instructions description greeting tone identity question answer
  quote excerpt file_name help_text stop_confirmation summary note choices tags tag while_open while_closed sample
  columns fields values value words arguments result snippet held_back explanation mend contact_name author_name
  statement how shown proof custom address first_name last_name remarks wants facts tried`.split(/\s+/),
);
/** What only looks like it: names that programs go by. */
const LEFT = new Set("tools routes scopes events kind state status parameters mapping media".split(" "));

let links = 0;

/** `answer` with `dress()` in place of every text that people write. */
export function dressed<T>(answer: T, dress: () => string, isWritten = false): T {
  if (typeof answer === "string") return (isWritten ? dress() : answer) as T;
  if (Array.isArray(answer)) return answer.map((one) => dressed(one, dress, isWritten)) as T;
  if (answer === null || typeof answer !== "object") return answer;
  return Object.fromEntries(
    Object.entries(answer).map(([key, value]) => [
      key,
      // An empty text says that there is none.
      LEFT.has(key) || value === ""
        ? value
        : key === "url"
          ? LINKS[links++ % LINKS.length]
          : dressed(value, dress, WRITTEN.has(key)),
    ]),
  ) as T;
}
