const COLORS = ["var(--s1)", "var(--s2)", "var(--s3)", "var(--s4)", "var(--s5)", "var(--s6)", "var(--s7)", "var(--s8)"];
const color = (setting) => COLORS[data.settings.indexOf(setting) % COLORS.length];
const batches = [...new Set(data.points.map((it) => it.batch))].sort((a, b) => a - b);
const picked = data.points.find((it) => it.picked);
const of = (setting) => data.points.filter((it) => it.setting === setting);
const short = (value) => (value >= 1e6 ? d3.format(".3~g")(value / 1e6) + "M" : value >= 1e3 ? d3.format(".3~g")(value / 1e3) + "k" : +value.toPrecision(3) + "");

/** 1, 2 and 5 of each power of ten within a logarithmic scale; only the ones where they would crowd. */
function logTicks([low, high]) {
  const ticks = [];
  const decades = Math.log10(high / low);
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const digit of decades > 3.5 ? [1] : decades > 1.5 ? [1, 3] : [1, 2, 5]) {
      const tick = digit * 10 ** power;
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}

const log = (plot, spreads) => d3.scaleLog(rangeOf(spreads), [plot.bottom, plot.top]).clamp(true);

function batchScale(plot) {
  const low = batches[0], high = batches[batches.length - 1];
  return low === high
    ? d3.scalePoint(batches, [plot.left, plot.right])
    : d3.scaleLog([low / 1.12, high * 1.12], [plot.left, plot.right]);
}

/** Of a logarithmic scale, which has no place for zero. */
function rangeOf(spreads) {
  const values = spreads.flatMap((it) => [it.min, it.max]).filter((it) => it > 0);
  return [d3.min(values) / 1.25, d3.max(values) * 1.35];
}

function line(plot, x, y, points, value, stroke, dashed) {
  plot.svg.append("path").attr("d", d3.line().x((it) => x(it.batch)).y((it) => y(value(it)))(points))
    .attr("fill", "none").style("stroke", stroke).attr("stroke-width", dashed ? 1.6 : 2.2).attr("stroke-linejoin", "round")
    .attr("stroke-dasharray", dashed ? "5 5" : null);
}

function dots(plot, x, y, points, value, stroke) {
  const tip = d3.select("#tip");
  const g = plot.svg.append("g");
  g.selectAll("line").data(points).join("line").attr("x1", (it) => x(it.batch)).attr("x2", (it) => x(it.batch))
    .attr("y1", (it) => y(value(it).min)).attr("y2", (it) => y(value(it).max)).style("stroke", stroke).attr("stroke-width", 5).attr("opacity", 0.28).attr("stroke-linecap", "round");
  g.selectAll("circle").data(points).join("circle").attr("cx", (it) => x(it.batch)).attr("cy", (it) => y(value(it).median)).attr("r", 4).style("fill", stroke);
  g.selectAll(".target").data(points).join("circle").attr("class", "target").attr("cx", (it) => x(it.batch)).attr("cy", (it) => y(value(it).median)).attr("r", 12).attr("fill", "transparent")
    .on("mousemove", (event, it) => {
      const flip = event.pageX > window.innerWidth - 280;
      tip.attr("hidden", null).html(`<b>batch ${it.batch}, ${it.setting}</b><br>${number(it.perSecond.median)} records/s (${number(it.perSecond.min)} to ${number(it.perSecond.max)})<br>CPU ${short(it.cpu.median)} us a record<br>p50 ${short(it.p50.median / 1e3)} ms, p99 ${short(it.p99.median / 1e3)} ms<br>${d3.format(".0%")(it.ofLoop.median)} of the bare engine`)
        .style("left", (event.pageX + (flip ? -270 : 16)) + "px").style("top", (event.pageY + 14) + "px");
    })
    .on("mouseleave", () => tip.attr("hidden", true));
}

/** A ring around what to use, and its name where there is room for it. */
function pick(plot, x, y, value, label) {
  const g = plot.svg.append("g").attr("class", "pick");
  const cx = x(picked.batch), cy = y(value(picked).median);
  g.append("circle").attr("cx", cx).attr("cy", cy).attr("r", 9);
  const left = cx > (plot.left + plot.right) / 2;
  g.append("text").attr("x", cx + (left ? -15 : 15)).attr("y", cy - 12).attr("text-anchor", left ? "end" : "start").text(label);
}

function against(selector, width, height, value, yFormat, label, { dashed, scale } = {}) {
  const plot = canvas(selector, width, height, { top: 18, right: 20, bottom: 42, left: 62 });
  const x = batchScale(plot);
  const spreads = data.points.flatMap((it) => [value(it), ...(dashed ? [dashed(it)] : [])]);
  const y = (scale || log)(plot, spreads);
  axes(plot, x, y, { xValues: batches, xFormat: number, yFormat, yValues: scale ? undefined : logTicks(y.domain()) });
  plot.svg.append("text").attr("x", (plot.left + plot.right) / 2).attr("y", height - 4).attr("text-anchor", "middle").text("records in a batch");
  for (const setting of data.settings) {
    line(plot, x, y, of(setting), (it) => value(it).median, color(setting));
    if (dashed) line(plot, x, y, of(setting), (it) => dashed(it).median, color(setting), true);
  }
  for (const setting of data.settings) dots(plot, x, y, of(setting), value, color(setting));
  pick(plot, x, y, value, label(picked));
  return { plot, x, y };
}

function throughput() {
  const bare = of(picked.setting);
  const plot = canvas("#throughput", 1180, 360, { top: 18, right: 20, bottom: 42, left: 62 });
  const x = batchScale(plot);
  const y = log(plot, [...data.points.map((it) => it.perSecond), ...bare.map((it) => it.loop)]);
  axes(plot, x, y, { xValues: batches, xFormat: number, yFormat: short, yValues: logTicks(y.domain()) });
  plot.svg.append("text").attr("x", (plot.left + plot.right) / 2).attr("y", 356).attr("text-anchor", "middle").text("records in a batch");
  line(plot, x, y, bare, (it) => it.loop.median, "var(--soft)", true);
  for (const setting of data.settings) line(plot, x, y, of(setting), (it) => it.perSecond.median, color(setting));
  for (const setting of data.settings) dots(plot, x, y, of(setting), (it) => it.perSecond, color(setting));
  pick(plot, x, y, (it) => it.perSecond, "to use: " + short(picked.perSecond.median) + "/s");
}

legend(".settings", [...data.settings.map((it) => ({ label: it, color: color(it) })), { label: "bare engine", color: "var(--soft)" }]);
throughput();
against("#cpu", 560, 300, (it) => it.cpu, short, (it) => short(it.cpu.median) + " us");
const micros = (spread) => ({ median: spread.median / 1e3, min: spread.min / 1e3, max: spread.max / 1e3 });
against("#latency", 560, 300, (it) => micros(it.p99), short, (it) => "p99 " + short(it.p99.median / 1e3) + " ms", { dashed: (it) => micros(it.p50) });
against("#ratio", 1180, 260, (it) => it.ofLoop, d3.format(".0%"), (it) => d3.format(".0%")(it.ofLoop.median), {
  scale: (plot, spreads) => d3.scaleLinear([0, 1.15 * Math.max(1, d3.max(spreads, (it) => it.median))], [plot.bottom, plot.top]).clamp(true),
});
