/** A drawing that is wider than where it is shown is shown from its middle, where it begins. */
export function middle(box: HTMLElement): void {
  box.scrollLeft = (box.scrollWidth - box.clientWidth) / 2;
}
