// How the panels share the room of the page.

const LEAST_MAP = 4.5; // rem along a side, below which a map tells nothing, and the panels scroll

/** Divide the room among the panels, as large as they can be; where the page may grow, say how tall they are. */
function arrange(page, race) {
  const narrow = getComputedStyle(page.root).getPropertyValue("--narrow").trim() === "1";
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const beside = race.rows.length ? 0 : race.curves.length;
  page.root.classList.remove("many");
  const free = page.side.clientHeight - Math.min(page.cast.scrollHeight, 20 * rem);
  page.root.classList.toggle("many", !narrow && beside > 0 && (beside > 2 || free < (1 + 9 * beside) * rem));
  page.graphs.style.setProperty("--count", beside);
  if (race.rows.length) arrangeRows(page, race.rows, narrow, rem);
  else arrangeMaps(page, race, narrow, rem);
}

/** Curves that have the stage keep their rows; in one column those above each other follow each other. */
function arrangeRows(page, rows, narrow, rem) {
  const { style } = page.stage;
  const places = rows.flatMap((count, row) => Array.from({ length: count }, (_, column) => ({ row, column, count })));
  const parts = narrow ? 1 : rows.reduce((product, count) => (product % count ? product * count : product), 1);
  style.gridTemplateColumns = `repeat(${parts}, minmax(0, 1fr))`;
  style.height = narrow ? `${(places.length > 2 ? 12 : 14) * places.length * rem}px` : "";
  page.curves.forEach((figure, i) => {
    const { row, column, count } = places[i];
    const whole = count === rows[0] ? 0 : places.length; // rows of another kind come after
    figure.style.order = narrow ? whole + column * rows.length + row : i;
    figure.style.gridColumn = narrow ? "" : `span ${parts / count}`;
  });
}

/** Maps, or regions, side by side. */
function arrangeMaps(page, race, narrow, rem) {
  const { style } = page.stage;
  page.root.style.gridTemplateColumns = "";
  const { clientWidth: width, clientHeight: height } = page.stage;
  const count = race.maps.length + race.regions.length;
  const [wide, tallest] = race.regions[0]?.sides ?? [1.2, 1];
  const proportion = wide / tallest;
  let columns = 1;
  let size = -Infinity;
  for (let each = 1; each <= count; each++) {
    const rows = Math.ceil(count / each);
    const found = Math.min((width / each - 3 * rem) / proportion, height / rows - 4 * rem); // but numbers, titles
    if (found > size) [columns, size] = [each, found];
  }
  const crowded = !narrow && count > 1 && size < LEAST_MAP * rem;
  if (crowded) {
    size = LEAST_MAP * rem;
    columns = Math.max(1, Math.floor(width / (proportion * size + 4 * rem)));
  }
  if (race.regions.length && !narrow) {
    // They keep their proportions; the side has the rest.
    const taken = Math.round(columns * (proportion * size + 4 * rem));
    page.root.style.gridTemplateColumns = `${Math.min(width, taken)}px minmax(0, 1fr)`;
  }
  const tall = (across) => (race.regions.length ? (across - 3 * rem) / proportion + (count > 1 ? 4 : 2) * rem
    : across * (race.maps[0].relief ? 0.78 : count > 1 ? 1.05 : 0.94));
  const most = 0.72 * window.innerHeight;
  if (narrow) columns = race.regions.length && count * tall(width) < most ? 1 : Math.min(count, 2);
  style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
  style.gridAutoRows = crowded ? `${(LEAST_MAP + 4) * rem}px` : "";
  page.root.classList.toggle("crowded", crowded);
  const rows = Math.ceil(count / columns);
  style.height = narrow ? `${Math.round(rows * Math.min(tall(width / columns), most))}px` : "";
}
