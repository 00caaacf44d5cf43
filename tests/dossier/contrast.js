// Texts whose contrast with the page is below 4.5 (WCAG 2.2, 1.4.3).
() => {
  const channels = c => c.match(/[\d.]+/g).slice(0, 3).map(Number);
  const luminance = c => {
    const [r, g, b] = channels(c).map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paper = luminance(getComputedStyle(document.body).backgroundColor);
  const found = new Set();
  for (const e of document.querySelectorAll('p, li, dt, dd, th, td, h1, h2, h3, h4, a:not(.skip), svg text')) {
    const style = getComputedStyle(e);
    const ink = luminance(e instanceof SVGElement ? style.fill : style.color);
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    if (ratio < 4.5) found.add(`${e.tagName} ${e.className.baseVal ?? e.className} ${ratio.toFixed(2)}`);
  }
  return [...found];
}
