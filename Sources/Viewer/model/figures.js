// Numbers as people read them: the same rules as `Figures` in `Sources/FlameGraphs`; one list of examples tests both.

/**
 * `1234567` as `1,234,567`.
 *
 * @param {number} number
 */
export function grouped(number) {
  return Math.round(number).toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

/**
 * `1 sample`, `1,234 samples` of a unit in the plural.
 *
 * @param {number} number @param {string} unit
 */
export function counted(number, unit) {
  return grouped(number) + " " + (number === 1 && (unit === "samples" || unit === "frames") ? unit.slice(0, -1) : unit);
}

/**
 * A number with this many decimals, halves rounded away from zero.
 *
 * @param {number} value @param {number} decimals
 */
export function fixed(value, decimals) {
  const factor = 10 ** decimals;
  const scaled = Math.round(Math.abs(value) * factor);
  const sign = value < 0 && scaled !== 0 ? "-" : "";
  const whole = sign + grouped(Math.floor(scaled / factor));
  return decimals > 0 ? whole + "." + String(scaled % factor).padStart(decimals, "0") : whole;
}

/**
 * A share as percent; one short of the whole never reads 100.
 *
 * @param {number} share
 */
export function percent(share) {
  if (!(share > 0) || !Number.isFinite(share)) return "0 %";
  if (share < 0.00005) return "<0.01 %";
  if (share < 0.01) return fixed(share * 100, 2) + " %";
  if (share < 1 && share > 0.9994) return "99.9 %";
  return fixed(share * 100, 1) + " %";
}

/**
 * A change of share in percentage points.
 *
 * @param {number} change
 */
export function points(change) {
  const text = fixed(Math.abs(change) * 100, 2);
  return (change < 0 && text !== "0.00" ? "−" : "+") + text + " points";
}
