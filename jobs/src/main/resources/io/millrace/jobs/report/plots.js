const data = JSON.parse(document.getElementById("data").textContent);
const number = d3.format(",.0f");
const millis = (value) => (value < 10 ? value.toFixed(1) : number(value)) + " ms";

function legend(selector, items) {
  d3.selectAll(selector).selectAll("span").data(items).join("span")
    .style("--c", (it) => it.color).text((it) => it.label);
}

/** An SVG with room for axes. Plots are drawn in its own units and scale with the page. */
function canvas(selector, width, height, margin = { top: 14, right: 14, bottom: 26, left: 48 }) {
  const svg = d3.select(selector).append("svg")
    .attr("viewBox", [0, 0, width, height]).attr("role", "img");
  return { svg, width, height, left: margin.left, right: width - margin.right, top: margin.top, bottom: height - margin.bottom };
}

function axes(plot, x, y, { xFormat, yFormat, xTicks = 10, yTicks = 5, xValues, yValues } = {}) {
  const vertical = d3.axisLeft(y).ticks(yTicks).tickFormat(yFormat).tickSize(-(plot.right - plot.left)).tickPadding(10);
  if (yValues) vertical.tickValues(yValues);
  const horizontal = d3.axisBottom(x).ticks(xTicks).tickFormat(xFormat).tickSize(0).tickPadding(10);
  if (xValues) horizontal.tickValues(xValues);
  plot.svg.append("g").attr("class", "axis").attr("transform", `translate(${plot.left},0)`).call(vertical);
  plot.svg.append("g").attr("class", "axis").attr("transform", `translate(0,${plot.bottom})`).call(horizontal);
}

function marker(plot, x, at, label) {
  const g = plot.svg.append("g").attr("class", "marker");
  g.append("line").attr("x1", x(at)).attr("x2", x(at)).attr("y1", plot.top - 4).attr("y2", plot.bottom);
  g.append("text").attr("x", x(at) + 7).attr("y", plot.top + 6).text(label);
}
