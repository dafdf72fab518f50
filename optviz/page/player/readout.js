// What lies under the pointer, in words.

/** Tell what lies under the pointer; a drag over a curve leads through time. Returns what tells it again. */
function readOut(page, { maps, regions, curves }, race, state, lead) {
  const { readout } = page;
  const told = (moment) => `${race.clock.unit} ${reading(race, moment)}`;
  const coordinates = (map, place, x, y) => {
    const [x0, x1, y0, y1] = map.box;
    const [a, b] = [x0 + (x / place.width) * (x1 - x0), y1 - (y / place.height) * (y1 - y0)];
    return `x ${neat(a, x1 - x0)}  y ${neat(b, y1 - y0)}`;
  };
  const show = (event, lines) => {
    readout.replaceChildren(...lines.map(([text, colour, name]) => {
      const line = element("div", {}, text);
      if (name) line.prepend(element("b", {}, `${name} `));
      if (colour) line.style.setProperty("--run", colour);
      return line;
    }));
    readout.classList.add("on");
    const { width, height } = readout.getBoundingClientRect();
    const [w, h] = [document.documentElement.clientWidth, window.innerHeight];
    const x = event.clientX + 16 + width > w ? event.clientX - 16 - width : event.clientX + 16;
    const y = event.clientY + 16 + height > h ? event.clientY - 16 - height : event.clientY + 16;
    readout.style.transform = `translate(${Math.round(Math.max(4, x))}px, ${Math.round(Math.max(4, y))}px)`;
  };
  let again = null;
  const hide = () => {
    again = null;
    readout.classList.remove("on");
  };
  const leave = (event) => event.pointerType !== "touch" && hide(); // a tap is read when the finger has gone
  document.addEventListener("pointerdown", (event) => event.target.closest("figure") || hide());

  maps.forEach((view) => {
    const tellMap = (event) => {
      again = () => tellMap(event);
      const corner = view.figure.getBoundingClientRect();
      const [x, y] = [event.clientX - corner.left - view.place.left, event.clientY - corner.top - view.place.top];
      const found = view.nearest(x, y, state.at);
      if (!found) return hide();
      const lines = [];
      if (found.owner === null) {
        lines.push([coordinates(view.map, view.place, found.x, found.y)]);
        if (found.value !== null) lines.push([`loss ≈ ${height(found.value, view.picture.values)}`]);
      } else {
        const runner = race.cast[found.owner];
        lines.push([told(found.moment), race.themes[state.theme].looks[found.owner].colour, runner.title]);
        lines.push([`${runner.measure} ${precise(runner.values[found.moment])}`]);
        for (const gauge of runner.more) lines.push([`${gauge.measure} ${gaugeLabel(gauge, found.moment)}`]);
        if (!view.map.relief) lines.push([coordinates(view.map, view.place, found.x, found.y)]);
      }
      return show(event, lines);
    };
    view.figure.addEventListener("pointermove", tellMap);
    view.figure.addEventListener("pointerdown", tellMap);
    view.figure.addEventListener("pointerleave", leave);
  });

  regions.forEach((view) => {
    const tellRegion = (event) => {
      again = () => tellRegion(event);
      const corner = view.figure.getBoundingClientRect();
      const [x, y] = [event.clientX - corner.left - view.place.left, event.clientY - corner.top - view.place.top];
      const found = view.answerAt(x, y);
      if (!found) return hide();
      const { classes, looks } = race.themes[state.theme];
      const { owner } = view.region;
      return show(event, [
        [told(Math.floor(state.at + 1e-9)), looks[owner].colour, race.cast[owner].title],
        [percent(found.share), classes[found.label].colour, `class ${(view.region.names || [])[found.label] ?? found.label}`],
        [coordinates(view.region, view.place, x, y)],
      ]);
    };
    view.figure.addEventListener("pointermove", tellRegion);
    view.figure.addEventListener("pointerdown", tellRegion);
    view.figure.addEventListener("pointerleave", leave);
  });

  curves.forEach((view) => {
    const tellCurve = (event, leads = true) => {
      again = () => tellCurve(event, false);
      const corner = view.figure.getBoundingClientRect();
      const moment = view.momentAt(event.clientX - corner.left);
      view.hover = stepAt(race, moment);
      if (leads && event.buttons) lead(moment);
      else if (leads) view.draw(state.at);
      const count = view.curve.owners.length;
      const values = view.curve.owners
        .map((owner, column) => [moment * count + column, owner])
        .map(([i, owner]) => [owner, view.curve.values[i], view.curve.beside?.[i]])
        .filter(([owner]) => !state.off.has(owner))
        .sort(([, a], [, b]) => (Number.isFinite(b) ? b : -Infinity) - (Number.isFinite(a) ? a : -Infinity));
      const few = values.slice(0, 12);
      const lines = few.map(([owner, value, thin]) => [
        (Number.isFinite(value) ? short(value) : "–") + (Number.isFinite(thin) ? `, thin ${short(thin)}` : ""),
        race.themes[state.theme].looks[owner].colour,
        race.cast[owner].title,
      ]);
      if (values.length > few.length) lines.push([`and ${values.length - few.length} more`]);
      show(event, [[told(moment)], ...lines]);
    };
    view.figure.addEventListener("pointermove", (event) => tellCurve(event));
    view.figure.addEventListener("pointerdown", (event) => {
      view.figure.setPointerCapture(event.pointerId);
      tellCurve(event);
    });
    view.figure.addEventListener("pointerleave", (event) => {
      view.hover = null;
      view.draw(state.at);
      leave(event);
    });
  });
  return () => again?.();
}
