const NEWLY = "var(--warn)", NO_MORE = "var(--s4)", BASE = "var(--first)", OTHER = "var(--second)";
const percent = (share) => (share === 0 ? "0%" : +(share * 100).toPrecision(share < 0.1 ? 2 : 3) + "%");
const short = (value) => (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5) ? d3.format(".2~g")(value) : +value.toPrecision(3) + "");
const odds = (share) => { const p = Math.min(Math.max(share, 1e-6), 1 - 1e-6); return Math.log(p / (1 - p)); };
const ODDS_TICKS = [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999];

/** The axis on which the numbers lie: as it is laid out, and how its ticks read. */
function axisOf(from, to) {
  const { odds: byOdds } = data.axis;
  const place = d3.scaleLinear([data.axis.from, data.axis.to], [from, to]);
  const at = (value) => place(byOdds ? odds(value) : value);
  const room = Math.abs(to - from) / 46;
  const all = byOdds ? ODDS_TICKS.filter((it) => odds(it) >= data.axis.from && odds(it) <= data.axis.to) : place.ticks(Math.min(6, room));
  const step = Math.ceil(all.length / Math.max(2, room));
  const values = all.filter((it, index) => index % step === (byOdds ? all.indexOf(0.5) % step + step : 0) % step);
  return { at, place, ticks: values.map((it) => (byOdds ? odds(it) : it)), format: (it) => (byOdds ? percentOf(it) : short(it)) };
}

const percentOf = (logOdds) => +((100 / (1 + Math.exp(-logOdds)))).toPrecision(logOdds > 4 ? 4 : 2) + "%";

/** As wide as there is room for, so that its words keep their size on a phone. */
function sized(selector, height, margin) {
  const element = document.querySelector(selector);
  element.replaceChildren();
  const width = Math.max(260, Math.floor(element.clientWidth));
  return canvas(selector, width, typeof height === "function" ? height(width) : height, margin);
}

function label(plot, text, x, y, anchor = "middle", turn) {
  return plot.svg.append("text").attr("x", x).attr("y", y).attr("text-anchor", anchor).attr("transform", turn ? `rotate(${turn},${x},${y})` : null).text(text);
}

function hover(area, describe) {
  const tip = d3.select("#tip");
  area.on("mousemove", (event, it) => {
    const text = describe(event, it);
    if (!text) { tip.attr("hidden", true); return; }
    const flip = event.pageX > window.innerWidth - 240;
    tip.attr("hidden", null).html(text).style("left", (event.pageX + (flip ? -210 : 16)) + "px").style("top", (event.pageY + 14) + "px");
  }).on("mouseleave", () => tip.attr("hidden", true));
}

function density() {
  const plot = sized("#density", (width) => Math.min(width * 0.92, 480), { top: 10, right: 12, bottom: 46, left: 66 });
  const x = axisOf(plot.left, plot.right), y = axisOf(plot.bottom, plot.top);
  const within = (v) => Math.min(Math.max(v, plot.left), plot.right);
  const cut = { x: within(x.at(data.threshold)), y: Math.min(Math.max(y.at(data.threshold), plot.top), plot.bottom) };
  const tint = (x1, x2, y1, y2, fill) => plot.svg.append("rect").attr("x", x1).attr("width", x2 - x1).attr("y", y1).attr("height", y2 - y1).style("fill", fill).attr("opacity", 0.1);
  tint(plot.left, cut.x, plot.top, cut.y, NEWLY);
  tint(cut.x, plot.right, cut.y, plot.bottom, NO_MORE);
  axes(plot, x.place, y.place, { xValues: x.ticks, yValues: y.ticks, xFormat: x.format, yFormat: y.format });
  const most = Math.log(1 + d3.max(data.cells, (it) => it[2]));
  const width = (plot.right - plot.left) / data.size, height = (plot.bottom - plot.top) / data.size;
  const changed = (it) => { const mx = plot.left + (it[0] + 0.5) * width, my = plot.bottom - (it[1] + 0.5) * height; return mx < cut.x && my < cut.y ? NEWLY : mx > cut.x && my > cut.y ? NO_MORE : OTHER; };
  const cells = plot.svg.append("g").selectAll("rect").data(data.cells).join("rect")
    .attr("x", (it) => plot.left + it[0] * width).attr("width", width + 0.4)
    .attr("y", (it) => plot.bottom - (it[1] + 1) * height).attr("height", height + 0.4)
    .style("fill", changed).attr("opacity", (it) => 0.16 + 0.84 * Math.log(1 + it[2]) / most);
  const span = data.axis.to - data.axis.from;
  const value = (cell) => x.format(data.axis.from + span * (cell + 0.5) / data.size);
  hover(cells, (event, it) => `<b>${number(it[2])} record${it[2] === 1 ? "" : "s"}</b><br>base about ${value(it[0])}<br>other about ${value(it[1])}`);
  const line = (x1, y1, x2, y2) => plot.svg.append("line").attr("x1", x1).attr("y1", y1).attr("x2", x2).attr("y2", y2).attr("stroke-dasharray", "3 4").style("stroke", "var(--faint)");
  line(plot.left, plot.bottom, plot.right, plot.top);
  line(cut.x, plot.top, cut.x, plot.bottom).style("stroke", "var(--text)").attr("opacity", 0.55);
  line(plot.left, cut.y, plot.right, cut.y).style("stroke", "var(--text)").attr("opacity", 0.55);
  label(plot, "base", (plot.left + plot.right) / 2, plot.height - 6);
  label(plot, "other", 12, (plot.top + plot.bottom) / 2, "middle", -90);
}

const all = () => data.cells.reduce((sum, it) => sum + it[2], 0);

/** What is the case at each threshold, with a line that follows the pointer. */
function byThreshold(selector, yScale, options, draw, describe) {
  const plot = sized(selector, 250, { top: 12, right: 12, bottom: 46, left: 58 });
  const x = axisOf(plot.left, plot.right);
  const y = yScale(plot);
  axes(plot, x.place, y, { xValues: x.ticks, xFormat: x.format, ...options(y) });
  draw(plot, x, y);
  marker(plot, (it) => Math.min(Math.max(x.at(it), plot.left), plot.right), data.threshold, "");
  label(plot, "threshold", (plot.left + plot.right) / 2, plot.height - 6);
  const at = plot.svg.append("line").attr("class", "crosshair").attr("y1", plot.top).attr("y2", plot.bottom).style("display", "none");
  const area = plot.svg.append("rect").attr("x", plot.left).attr("y", plot.top).attr("width", plot.right - plot.left).attr("height", plot.bottom - plot.top).attr("fill", "transparent");
  hover(area, (event) => {
    const share = (d3.pointer(event)[0] - plot.left) / (plot.right - plot.left);
    const it = data.thresholds[Math.min(data.thresholds.length - 1, Math.max(0, Math.round(share * (data.thresholds.length - 1))))];
    const place = x.at(it.threshold);
    at.style("display", null).attr("x1", place).attr("x2", place);
    return `<b>at ${data.axis.odds ? percentOf(odds(it.threshold)) : short(it.threshold)}</b><br>` + describe(it);
  });
  area.on("mouseleave.line", () => at.style("display", "none"));
}

function changed() {
  const total = all();
  const most = d3.max(data.thresholds, (it) => it.newly + it.nomore) / total;
  byThreshold("#changed",
    (plot) => d3.scaleLinear([0, (most || 0.01) * 1.1], [plot.bottom, plot.top]),
    () => ({ yFormat: percent, yTicks: 4 }),
    (plot, x, y) => {
      const area = (low, high) => d3.area().x((it) => x.at(it.threshold)).y0((it) => y(low(it) / total)).y1((it) => y(high(it) / total))(data.thresholds);
      plot.svg.append("path").attr("d", area(() => 0, (it) => it.newly)).style("fill", NEWLY).attr("opacity", 0.8);
      plot.svg.append("path").attr("d", area((it) => it.newly, (it) => it.newly + it.nomore)).style("fill", NO_MORE).attr("opacity", 0.8);
    },
    (it) => `newly a yes: ${number(it.newly)} (${percent(it.newly / total)})<br>a yes no more: ${number(it.nomore)} (${percent(it.nomore / total)})`);
  legend("#changed-legend", [{ label: "newly a yes", color: NEWLY }, { label: "a yes no more", color: NO_MORE }]);
}

function yes() {
  const total = all();
  const least = d3.min(data.thresholds.flatMap((it) => [it.base, it.other]).filter((it) => it > 0)) || 1;
  byThreshold("#yes",
    (plot) => d3.scaleLog([least / total / 1.3, 1.15], [plot.bottom, plot.top]).clamp(true),
    (y) => ({ yFormat: percent, yValues: decades(y.domain()) }),
    (plot, x, y) => {
      for (const [name, stroke] of [["base", BASE], ["other", OTHER]]) {
        const rows = data.thresholds.filter((it) => it[name] > 0);
        plot.svg.append("path").attr("d", d3.line().x((it) => x.at(it.threshold)).y((it) => y(it[name] / total))(rows))
          .attr("fill", "none").style("stroke", stroke).attr("stroke-width", 2.2).attr("stroke-linejoin", "round");
      }
    },
    (it) => `base: ${number(it.base)} (${percent(it.base / total)})<br>other: ${number(it.other)} (${percent(it.other / total)})`);
  legend("#yes-legend", [{ label: "base", color: BASE }, { label: "other", color: OTHER }]);
}

/** The powers of ten within a logarithmic scale, thinned to what there is room for. */
function decades([low, high]) {
  const powers = d3.range(Math.ceil(Math.log10(low)), Math.floor(Math.log10(high)) + 1);
  const step = Math.ceil(powers.length / 6) || 1;
  return powers.length < 2 ? d3.scaleLog([low, high], [0, 1]).ticks(3) : powers.filter((it, index) => (powers.length - 1 - index) % step === 0).map((it) => 10 ** it);
}

function differences() {
  const { reach, bins } = data.differences;
  const plot = sized("#differences", 270, { top: 14, right: 14, bottom: 46, left: 58 });
  const x = d3.scaleLinear(reach > 0 ? [-reach, reach] : [-1, 1], [plot.left, plot.right]);
  const most = d3.max(bins);
  const y = d3.scaleLog([0.7, most * 1.4], [plot.bottom, plot.top]).clamp(true);
  axes(plot, x, y, { xTicks: Math.min(9, (plot.right - plot.left) / 70), xFormat: short, yValues: decades([1, most * 1.4]), yFormat: d3.format("~s") });
  const step = (x.range()[1] - x.range()[0]) / bins.length;
  const middle = (bins.length - 1) / 2;
  const bars = plot.svg.append("g").selectAll("rect").data(bins).join("rect")
    .attr("x", (it, index) => plot.left + index * step + 0.5).attr("width", Math.max(1, step - 1))
    .attr("y", (it) => (it === 0 ? plot.bottom : y(it))).attr("height", (it) => (it === 0 ? 0 : plot.bottom - y(it)))
    .attr("rx", 1.5).style("fill", (it, index) => (index === middle ? BASE : OTHER));
  const edge = (index) => short(-reach + 2 * reach * index / bins.length);
  hover(bars, (event, it) => { const index = bars.nodes().indexOf(event.currentTarget); return `<b>${number(it)} record${it === 1 ? "" : "s"}</b><br>${edge(index)} to ${edge(index + 1)}`; });
  label(plot, "other less base", (plot.left + plot.right) / 2, plot.height - 6);
}

function draw() {
  density();
  changed();
  yes();
  differences();
}

if (data.cells) {
  let width = 0;
  new ResizeObserver(() => {
    const now = document.querySelector("#density").clientWidth;
    if (now !== width) { width = now; draw(); }
  }).observe(document.querySelector("#density"));
}
