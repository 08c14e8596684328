/* The week beside the map: another area chosen, its hours written into the same cells. */
Wangge.calendar = (table, pick, weeks, least) => {
  const cells = [...table.tBodies[0].rows].map(row => [...row.cells].slice(1));
  const shade = percent => percent === null ? "" : "s" + least.findIndex(from => percent >= from);
  const show = () => {
    const week = weeks[pick.value];
    cells.forEach((row, hour) => row.forEach((cell, day) => {
      const text = week.slice(2 * (24 * day + hour), 2 * (24 * day + hour) + 2);
      const percent = text === "--" ? null : parseInt(text, 16);
      cell.textContent = percent === null ? "—" : percent;
      cell.className = shade(percent);
    }));
  };
  pick.addEventListener("change", show);
  show();
};
(() => {
  const data = JSON.parse(document.getElementById("wangge-scene").textContent).calendar;
  Wangge.calendar(document.getElementById("week"), document.getElementById("week-of"), data.weeks, data.least);
})();
