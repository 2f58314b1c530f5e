/**
 * Where the line over and under ways that stand side by side begins and ends, in pixels from their left edge: from the first
 * to the last of them, and to the middle, from which they part and where they join.
 */
export function bracket(box: HTMLElement): () => void {
  const set = (side: "top" | "foot", among: readonly number[]) => {
    const width = box.offsetWidth;
    const all = [...among, width / 2];
    const [from, to] = [Math.min(...all), Math.max(...all)];
    box.style.setProperty(`--${side}-from`, `${from}px`);
    box.style.setProperty(`--${side}-width`, `${among.length ? to - from : 0}px`);
  };
  const place = () => {
    const ways = [...box.children].filter((way): way is HTMLElement => way instanceof HTMLElement);
    const middle = (way: HTMLElement) => way.offsetLeft + way.offsetWidth / 2;
    set("top", ways.map(middle));
    set("foot", ways.filter((way) => way.dataset["closed"] === undefined).map(middle));
  };
  const watch = new ResizeObserver(place);
  watch.observe(box);
  for (const way of box.children) watch.observe(way);
  const changes = new MutationObserver((records) => {
    for (const { addedNodes } of records)
      for (const node of addedNodes) if (node instanceof HTMLElement) watch.observe(node);
    place();
  });
  changes.observe(box, {
    childList: true,
    attributes: true,
    subtree: true,
    attributeFilter: ["data-closed"],
  });
  place();
  return () => {
    watch.disconnect();
    changes.disconnect();
  };
}
